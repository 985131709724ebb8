import { explainBugcheck, type Language } from './bugcheck.js';
import type { Text } from './bugcheck-parameters.data.js';
import { kindNames, words } from './html-report/report-words.data.js';
import { describeLists } from './describe-lists.js';
import { objectLines } from './describe-objects.js';
import type { DumpFacts, DumpReport, Hardware } from './dump-facts.js';
import { explainException } from './explain-exception.js';
import { isThirdParty } from './find-culprit.js';
import { inLanguage } from './sentences.js';
import { padded, printed, wrapped, type Paint, type Role } from './terminal-text.js';
import { editionsOf } from './windows-builds.js';

const labels = {
  kind: { en: 'kind', zh: '类型' },
  bugcheck: { en: 'bugcheck', zh: '停止代码' },
  parameter: { en: 'parameter', zh: '参数' },
  exception: { en: 'exception', zh: '异常' },
  crash: { en: 'crashed in', zh: '崩溃位置' },
  culprit: { en: 'suspect', zh: '嫌疑模块' },
  alternative: { en: '  or', zh: '  或' },
  process: { en: 'process', zh: '进程' },
  blamed: { en: 'Windows names', zh: '系统指认' },
  system: { en: 'system', zh: '系统' },
  editions: { en: 'perhaps', zh: '可能是' },
  build: { en: 'build', zh: '版本' },
  processors: { en: 'processors', zh: '处理器数' },
  processor: { en: 'processor', zh: '处理器' },
  board: { en: 'board', zh: '主板' },
  bios: { en: 'BIOS', zh: 'BIOS' },
  memory: { en: 'memory', zh: '内存' },
  crashedAt: { en: 'crashed at', zh: '崩溃时间' },
  uptime: { en: 'uptime', zh: '运行时间' },
  completeness: { en: 'completeness', zh: '完整性' },
  flaw: { en: 'flaw', zh: '缺陷' },
  modules: { en: 'modules', zh: '模块' },
  foreign: { en: 'not Microsoft', zh: '第三方' },
  unloaded: { en: 'unloaded', zh: '已卸载' },
  threads: { en: 'threads', zh: '线程' },
  handles: { en: 'handles', zh: '句柄' },
  secondary: { en: 'extra data', zh: '附加数据' },
  comment: { en: 'comment', zh: '备注' },
  note: { en: 'note', zh: '说明' },
  at: { en: ' at ', zh: '，地址 ' },
  id: { en: 'id', zh: '进程号' },
  in: { en: 'in', zh: '整机' },
  bytes: { en: 'bytes', zh: '字节' },
  days: { en: 'days', zh: '天' },
  crashedThread: { en: ', crashed: ', zh: '，崩溃线程：' },
} satisfies Record<string, Text>;

/** How much is told, in which language, and how it looks. */
export interface Telling {
  language?: Language;
  /** Every module, register, thread and scanned value; otherwise what a first look needs. */
  verbose?: boolean;
  /** Lines are broken at this width; without it each fact is one line. */
  columns?: number;
  /** Marks what is good, bad, or of another company; without it the text is plain. */
  paint?: Paint;
}

/** Facts begin here; labels stand before. */
const labelColumns = 15;
const leastColumns = 24;

/** One fact: its label, what is told, and how that is marked. */
type Line = [label: string, text: string | null, role?: Role];

/** The facts of a dump, or a whole report of it, as lines for people. */
export function describeDump(facts: DumpFacts | DumpReport, telling: Telling = {}): string {
  const { language = 'en', verbose = false, paint = (_, text) => text } = telling;
  const say = (text: Text): string => (language === 'en' ? text.en : text.zh);
  const report = 'modules' in facts ? facts : null;
  const lines: Line[] = [
    [say(labels.kind), `${say(kindNames[facts.kind])} (${facts.format})`],
    ...bugcheckLines(facts, language, say),
    [
      say(labels.exception),
      facts.exception &&
        `${facts.exception.code}${facts.exception.name === null ? '' : ` ${facts.exception.name}`}${say(labels.at)}${facts.exception.address}`,
      'bad',
    ],
    ...(report ? crashLines(report, language, say) : []),
    [
      say(labels.system),
      [
        inLanguage(facts.osName ?? '', language),
        facts.osBuild === null ? null : `${say(words.osBuild)} ${facts.osBuild}`,
        inLanguage(facts.machine, language),
      ]
        .filter(Boolean)
        .join(', '),
    ],
    [say(labels.editions), editionsOf(facts).join(', ')],
    [say(labels.build), report?.buildLab ?? null],
    [say(labels.processors), facts.processors === null ? null : String(facts.processors)],
    ...(report?.hardware ? hardwareLines(report.hardware, say) : []),
    [say(labels.crashedAt), facts.crashedAt],
    [say(labels.uptime), facts.uptimeSeconds === null ? null : duration(facts.uptimeSeconds, say)],
    ...completenessLines(facts, language, say),
    ...(report ? listLines(report, language, say, verbose) : []),
  ];
  const width = Math.max(leastColumns, (telling.columns ?? Number.POSITIVE_INFINITY) - labelColumns);
  const told = lines
    .filter((line): line is [string, string, Role?] => line[1] !== null && line[1] !== '')
    .flatMap(([label, text, role]) => {
      const marked = (one: string): string => (role ? paint(role, one) : one);
      const [first = '', ...more] = Number.isFinite(width) ? wrapped(printed(text), width) : [printed(text)];
      const title = paint('label', label) + padded(label, labelColumns).slice(label.length);
      return [title + marked(first), ...more.map((one) => ' '.repeat(labelColumns) + marked(one))];
    });
  return [
    ...told,
    ...(report ? describeLists(report, { say, verbose, paint, columns: telling.columns ?? null }) : []),
  ].join('\n');
}

function completenessLines({ completeness }: DumpFacts, language: Language, say: Say): Line[] {
  const { verdict, reason, flaws = [] } = completeness;
  const role = ({ complete: 'good', truncated: 'bad', unknown: 'warn' } as const)[verdict];
  return [
    [
      say(labels.completeness),
      `${language === 'en' ? verdict : words[verdict].zh}: ${inLanguage(reason, language)}`,
      verdict === 'complete' && flaws.length > 0 ? 'warn' : role,
    ],
    ...flaws.map((flaw): Line => [say(labels.flaw), inLanguage(flaw, language), 'warn']),
  ];
}

type Say = (text: Text) => string;

function bugcheckLines({ bugcheck }: DumpFacts, language: Language, say: Say): Line[] {
  if (!bugcheck) return [];
  const { parameters } = explainBugcheck(
    Number(bugcheck.code),
    bugcheck.parameters.map(({ value }) => BigInt(value)),
    language,
  );
  return [
    [say(labels.bugcheck), `${bugcheck.code} ${bugcheck.name}`, 'bad'],
    ...parameters.map(({ value, meaning }, index): Line => [
      `  ${say(labels.parameter)} ${index + 1}`,
      meaning === null ? value : `${value}  ${meaning}`,
    ]),
  ];
}

function crashLines(report: DumpReport, language: Language, say: Say): Line[] {
  const { crash, culprit, process, blamedBySystem, modules } = report;
  const suspect = culprit && [culprit.name ?? '?', culprit.fileVersion].filter(Boolean).join(' ');
  const foreign = modules.find(({ name }) => name === culprit?.name);
  return [
    [say(labels.crash), crash && `${placeOf(crash)} (${crash.address}; ${inLanguage(crash.from, language)})`],
    ['', crash && explainException(crash.exception, language)],
    [
      say(labels.culprit),
      culprit && `${suspect ?? ''} (${language === 'en' ? culprit.confidence : words[culprit.confidence].zh})`,
      foreign && isThirdParty(foreign) === true ? 'foreign' : 'heading',
    ],
    ...(culprit?.reasons ?? []).map((reason): Line => ['', `- ${inLanguage(reason, language)}`]),
    ...(culprit?.alternatives ?? []).map(({ name, reason }): Line => {
      return [say(labels.alternative), `${name}: ${inLanguage(reason, language)}`];
    }),
    ...objectLines(report, { say, language }),
    [
      say(labels.process),
      process &&
        [process.name, process.id === null ? null : `${say(labels.id)} ${process.id}`].filter(Boolean).join(', '),
    ],
    [say(labels.blamed), blamedBySystem, 'warn'],
  ];
}

function hardwareLines({ system, board, bios, memory, processor }: Hardware, say: Say): Line[] {
  const joined = (...parts: (string | null | undefined)[]): string => parts.filter(Boolean).join(' ');
  const total = memory.reduce((sum, { megabytes }) => sum + (megabytes ?? 0), 0);
  return [
    [
      say(labels.processor),
      processor &&
        joined(
          // Some dumps have a number for a name, which says more with its maker.
          processor.name?.startsWith('family') === true ? processor.vendor : null,
          processor.name ?? processor.vendor,
          processor.megahertz === null ? null : `(${processor.megahertz} MHz)`,
        ),
    ],
    [
      say(labels.board),
      joined(
        board?.manufacturer ?? system?.manufacturer,
        board?.product,
        system?.product && `${say(labels.in)} ${system.product}`,
      ),
    ],
    [say(labels.bios), bios && joined(bios.vendor, bios.version, bios.date)],
    [
      say(labels.memory),
      memory.length === 0
        ? null
        : `${total} MiB: ${memory.map((one) => joined(one.locator, one.megabytes === null ? null : `${one.megabytes} MiB`, one.manufacturer, one.partNumber)).join('; ')}`,
    ],
  ];
}

function listLines(report: DumpReport, language: Language, say: Say, verbose: boolean): Line[] {
  const { modules, unloadedModules, threads, handles, secondaryData, comments, notes } = report;
  const crashed = threads.find((one) => one.crashed);
  return [
    [say(labels.modules), modules.length === 0 || verbose ? null : String(modules.length)],
    [
      say(labels.foreign),
      verbose
        ? null
        : modules
            .filter((one) => isThirdParty(one) === true)
            .map(({ name, fileVersion }) => [name, fileVersion].filter(Boolean).join(' '))
            .join(', '),
      'foreign',
    ],
    [
      say(labels.unloaded),
      unloadedModules.length === 0 || verbose ? null : unloadedModules.map(({ name }) => name).join(', '),
    ],
    [
      say(labels.threads),
      threads.length === 0 || verbose
        ? null
        : `${threads.length}${crashed ? `${say(labels.crashedThread)}${crashed.id}${crashed.name === null ? '' : ` "${crashed.name}"`}` : ''}`,
    ],
    [
      say(labels.handles),
      handles.length === 0 ? null : handles.map(({ type, count }) => `${type} ${count}`).join(', '),
    ],
    [
      say(labels.secondary),
      secondaryData.length === 0 || !verbose
        ? null
        : secondaryData
            .map(
              ({ name, guid, bytes }) =>
                `${name === null ? guid : inLanguage(name, language)} (${bytes} ${say(labels.bytes)})`,
            )
            .join(', '),
    ],
    ...comments.map((text): Line => [say(labels.comment), text]),
    ...notes.map((text): Line => [say(labels.note), inLanguage(text, language), 'dim']),
  ];
}

function placeOf({
  module,
  offset,
  address,
}: {
  module: string | null;
  offset: string | null;
  address: string;
}): string {
  return module === null ? address : `${module}+${offset ?? '0x0'}`;
}

function duration(seconds: number, say: Say): string {
  const days = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  return days === 0 ? clock : `${days} ${say(labels.days)} ${clock}`;
}
