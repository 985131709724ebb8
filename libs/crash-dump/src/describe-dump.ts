import { explainBugcheck, type Language } from './bugcheck.js';
import type { Text } from './bugcheck-parameters.data.js';
import { objectLines } from './describe-objects.js';
import { kindNames } from './html-report/report-words.data.js';
import { inLanguage } from './sentences.js';
import type { DumpFacts, DumpReport, Frame, Hardware, Module } from './dump-facts.js';

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
  build: { en: 'build', zh: '版本' },
  processors: { en: 'processors', zh: '处理器数' },
  processor: { en: 'processor', zh: '处理器' },
  board: { en: 'board', zh: '主板' },
  bios: { en: 'BIOS', zh: 'BIOS' },
  memory: { en: 'memory', zh: '内存' },
  crashedAt: { en: 'crashed at', zh: '崩溃时间' },
  uptime: { en: 'uptime', zh: '运行时间' },
  completeness: { en: 'completeness', zh: '完整性' },
  modules: { en: 'modules', zh: '模块' },
  unloaded: { en: 'unloaded', zh: '已卸载' },
  threads: { en: 'threads', zh: '线程' },
  handles: { en: 'handles', zh: '句柄' },
  secondary: { en: 'extra data', zh: '附加数据' },
  comment: { en: 'comment', zh: '备注' },
  note: { en: 'note', zh: '说明' },
  stack: { en: 'stack', zh: '调用栈' },
  reporting: { en: 'reporting stack', zh: '报告栈' },
  registers: { en: 'registers', zh: '寄存器' },
} satisfies Record<string, Text>;

/** How much is told, and in which language. Texts about the file's structure are English always. */
export interface Telling {
  language?: Language;
  /** Every module, register, thread and scanned value; otherwise what a first look needs. */
  verbose?: boolean;
}

const framesAtFirst = 24;
/** Scanned values below this are mostly no return addresses. */
const likely = 0.5;

/** The facts of a dump, or a whole report of it, as lines for people. */
export function describeDump(
  facts: DumpFacts | DumpReport,
  { language = 'en', verbose = false }: Telling = {},
): string {
  const say = (text: Text): string => (language === 'en' ? text.en : text.zh);
  const report = 'modules' in facts ? facts : null;
  const lines: [string, string | null][] = [
    [say(labels.kind), `${say(kindNames[facts.kind])} (${facts.format})`],
    ...bugcheckLines(facts, language, say),
    [
      say(labels.exception),
      facts.exception &&
        `${facts.exception.code}${facts.exception.name === null ? '' : ` ${facts.exception.name}`} at ${facts.exception.address}`,
    ],
    ...(report ? crashLines(report, say, language) : []),
    [
      say(labels.system),
      [facts.osName, facts.osBuild === null ? null : `build ${facts.osBuild}`, facts.machine]
        .filter(Boolean)
        .join(', '),
    ],
    [say(labels.build), report?.buildLab ?? null],
    [say(labels.processors), facts.processors === null ? null : String(facts.processors)],
    ...(report?.hardware ? hardwareLines(report.hardware, say) : []),
    [say(labels.crashedAt), facts.crashedAt],
    [say(labels.uptime), facts.uptimeSeconds === null ? null : duration(facts.uptimeSeconds)],
    [say(labels.completeness), `${facts.completeness.verdict}: ${inLanguage(facts.completeness.reason, language)}`],
    ...(report ? listLines(report, say, verbose) : []),
  ];
  const told = lines
    .filter((line): line is [string, string] => line[1] !== null && line[1] !== '')
    .map(([label, text]) => `${padded(label)}${text}`);
  return [...told, ...(report ? sections(report, say, verbose) : [])].join('\n');
}

type Say = (text: Text) => string;

function bugcheckLines({ bugcheck }: DumpFacts, language: Language, say: Say): [string, string][] {
  if (!bugcheck) return [];
  const { parameters } = explainBugcheck(
    Number(bugcheck.code),
    bugcheck.parameters.map(({ value }) => BigInt(value)),
    language,
  );
  return [
    [say(labels.bugcheck), `${bugcheck.code} ${bugcheck.name}`],
    ...parameters.map(({ value, meaning }, index): [string, string] => [
      `  ${say(labels.parameter)} ${index + 1}`,
      meaning === null ? value : `${value}  ${meaning}`,
    ]),
  ];
}

function crashLines(report: DumpReport, say: Say, language: Language): [string, string | null][] {
  const { crash, culprit, process, blamedBySystem } = report;
  const reasons = culprit?.reasons.map((reason) => inLanguage(reason, language)).join('; ') ?? '';
  return [
    [say(labels.crash), crash && `${placeOf(crash)} (${crash.address}; ${crash.from})`],
    [say(labels.culprit), culprit && `${culprit.name ?? '?'} (${culprit.confidence}): ${reasons}`],
    ...(culprit?.alternatives ?? []).map(({ name, reason }): [string, string] => {
      return [say(labels.alternative), `${name}: ${inLanguage(reason, language)}`];
    }),
    ...objectLines(report, { say, language }),
    [
      say(labels.process),
      process && [process.name, process.id === null ? null : `id ${process.id}`].filter(Boolean).join(', '),
    ],
    [say(labels.blamed), blamedBySystem],
  ];
}

function hardwareLines({ system, board, bios, memory, processor }: Hardware, say: Say): [string, string | null][] {
  const joined = (...parts: (string | null | undefined)[]): string => parts.filter(Boolean).join(' ');
  const total = memory.reduce((sum, { megabytes }) => sum + (megabytes ?? 0), 0);
  return [
    [
      say(labels.processor),
      processor &&
        joined(
          processor.name ?? processor.vendor,
          processor.megahertz === null ? null : `(${processor.megahertz} MHz)`,
        ),
    ],
    [
      say(labels.board),
      joined(board?.manufacturer ?? system?.manufacturer, board?.product, system?.product && `in ${system.product}`),
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

function listLines(report: DumpReport, say: Say, verbose: boolean): [string, string | null][] {
  const { modules, unloadedModules, threads, handles, secondaryData, comments, notes } = report;
  const crashed = threads.find((one) => one.crashed);
  return [
    [say(labels.modules), modules.length === 0 || verbose ? null : String(modules.length)],
    [
      say(labels.unloaded),
      unloadedModules.length === 0 || verbose ? null : unloadedModules.map(({ name }) => name).join(', '),
    ],
    [
      say(labels.threads),
      threads.length === 0 || verbose
        ? null
        : `${threads.length}${crashed ? `, crashed: ${crashed.id}${crashed.name === null ? '' : ` "${crashed.name}"`}` : ''}`,
    ],
    [
      say(labels.handles),
      handles.length === 0 ? null : handles.map(({ type, count }) => `${type} ${count}`).join(', '),
    ],
    [
      say(labels.secondary),
      secondaryData.length === 0 || !verbose
        ? null
        : secondaryData.map(({ name, guid, bytes }) => `${name ?? guid} (${bytes} bytes)`).join(', '),
    ],
    ...comments.map((text): [string, string] => [say(labels.comment), text]),
    ...notes.map((text): [string, string] => [say(labels.note), text]),
  ];
}

function sections(report: DumpReport, say: Say, verbose: boolean): string[] {
  const shown = report.stack.filter(({ confidence }) => verbose || confidence >= likely);
  const frames = verbose ? shown : shown.slice(0, framesAtFirst);
  const registers = Object.entries(report.crash?.registers ?? {});
  return [
    ...section(say(labels.stack), frames.map(frameLine)),
    ...(verbose ? section(say(labels.reporting), report.reportingStack.map(frameLine)) : []),
    ...(verbose
      ? section(
          say(labels.registers),
          registers.map(([name, value]) => `${name.padEnd(7)}${value}`),
        )
      : []),
    ...(verbose ? section(say(labels.modules), report.modules.map(moduleLine)) : []),
    ...(verbose
      ? section(
          say(labels.unloaded),
          report.unloadedModules.map(
            ({ name, base, size }) => `${base.padEnd(20)}${String(size).padStart(10)}  ${name}`,
          ),
        )
      : []),
    ...(verbose
      ? section(
          say(labels.threads),
          report.threads.map(
            ({ id, name, instructionPointer, crashed }) =>
              `${crashed ? '*' : ' '} ${String(id).padEnd(8)}${(instructionPointer ?? '').padEnd(20)}${name ?? ''}`,
          ),
        )
      : []),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`.trimEnd())];
}

function frameLine(frame: Frame): string {
  const trust = frame.trust === 'scan' ? `scan ${frame.confidence.toFixed(2)}` : frame.trust;
  return `${trust.padEnd(15)}${frame.address.padEnd(20)}${placeOf(frame)}${frame.symbol === null ? '' : `  ${frame.symbol}`}`;
}

function moduleLine({ name, base, size, fileVersion, company, timeDateStamp }: Module): string {
  const version = fileVersion ?? (timeDateStamp === null ? '' : `stamp ${timeDateStamp}`);
  return `${base.padEnd(20)}${String(size).padStart(10)}  ${name.padEnd(28)} ${version}${company === null ? '' : `  ${company}`}`;
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

/** Chinese characters are two columns wide. */
function padded(label: string): string {
  const width = label.length + [...label].filter((character) => character > '\u007f').length;
  return label + ' '.repeat(Math.max(1, 15 - width));
}

function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  return days === 0 ? clock : `${days} days ${clock}`;
}
