import type { Text } from './bugcheck-parameters.data.js';
import type { DumpReport, Frame, Module } from './dump-facts.js';
import { isThirdParty } from './find-culprit.js';
import { trustNames } from './html-report/report-words.data.js';
import { padded, printed, wrapped, type Paint, type Role } from './terminal-text.js';

const titles = {
  stack: { en: 'stack', zh: '调用栈' },
  reporting: { en: 'reporting stack', zh: '报告栈' },
  registers: { en: 'registers', zh: '寄存器' },
  modules: { en: 'modules', zh: '模块' },
  unloaded: { en: 'unloaded', zh: '已卸载' },
  threads: { en: 'threads', zh: '线程' },
  stamp: { en: 'stamp', zh: '时间戳' },
} satisfies Record<string, Text>;

const framesAtFirst = 24;
/** Scanned values below this are mostly no return addresses. */
const likely = 0.5;

/** How lists are shown. */
export interface ListTelling {
  say(text: Text): string;
  verbose: boolean;
  paint: Paint;
  columns: number | null;
}

/** A line of a list, where it goes on when it is broken, and how it is marked. */
interface Row {
  text: string;
  role?: Role;
}

/** The lists of a report below its facts: the likely frames; when verbose, all frames, registers, modules, threads. */
export function describeLists(report: DumpReport, telling: ListTelling): string[] {
  const { say, verbose } = telling;
  const shown = report.stack.filter(({ confidence }) => verbose || confidence >= likely);
  const foreign = new Set(report.modules.filter((one) => isThirdParty(one) === true).map(({ name }) => name));
  const rowOf = (frame: Frame): Row => frameRow(frame, foreign, telling.say);
  return [
    ...section(say(titles.stack), (verbose ? shown : shown.slice(0, framesAtFirst)).map(rowOf), 35, telling),
    ...(verbose ? verboseLists(report, rowOf, telling) : []),
  ];
}

function verboseLists(report: DumpReport, rowOf: (frame: Frame) => Row, telling: ListTelling): string[] {
  const { say } = telling;
  const registers = Object.entries(report.crash?.registers ?? {});
  return [
    ...section(say(titles.reporting), report.reportingStack.map(rowOf), 35, telling),
    ...section(
      say(titles.registers),
      registers.map(([name, value]) => ({ text: `${name.padEnd(7)}${value}` })),
      7,
      telling,
    ),
    ...section(
      say(titles.modules),
      report.modules.map((module) => moduleRow(module, say)),
      32,
      telling,
    ),
    ...section(
      say(titles.unloaded),
      report.unloadedModules.map(({ name, base, size }) => ({
        text: `${base.padEnd(20)}${String(size).padStart(10)}  ${name}`,
      })),
      32,
      telling,
    ),
    ...section(
      say(titles.threads),
      report.threads.map(({ id, name, instructionPointer, crashed }) => ({
        text: `${crashed ? '*' : ' '} ${String(id).padEnd(8)}${(instructionPointer ?? '').padEnd(20)}${name ?? ''}`,
        ...(crashed ? { role: 'bad' as const } : {}),
      })),
      30,
      telling,
    ),
  ];
}

/** A list under its title; a line that is too long goes on below, indented. */
function section(title: string, rows: readonly Row[], indent: number, { paint, columns }: ListTelling): string[] {
  if (rows.length === 0) return [];
  const lines = rows.flatMap(({ text, role }) => {
    const marked = (line: string): string => (role ? paint(role, line) : line);
    if (columns === null) return [`  ${marked(printed(text))}`.trimEnd()];
    const inside = Math.min(indent, Math.floor(columns / 3));
    // What goes on below has less room, so all lines are broken for that but the first, which is broken for its own.
    const [first = '', ...rest] = wrapped(printed(text), columns - 2);
    const more = rest.length === 0 ? [] : wrapped(rest.join(' '), columns - 2 - inside);
    return [`  ${marked(first)}`, ...more.map((line) => `  ${' '.repeat(inside)}${marked(line)}`)];
  });
  return ['', paint('heading', title), ...lines];
}

function frameRow(frame: Frame, foreign: ReadonlySet<string>, say: ListTelling['say']): Row {
  const { module, offset, address, symbol } = frame;
  // In English the words of the document, which one can look up in the schema.
  const found = say({ en: frame.trust, zh: trustNames[frame.trust].short.zh });
  const trust = frame.trust === 'scan' ? `${found} ${frame.confidence.toFixed(2)}` : found;
  const place = module === null ? '' : `${module}+${offset ?? '0x0'}`;
  const text = `${padded(trust, 15)}${address.padEnd(20)}${place}${symbol === null ? '' : `  ${symbol}`}`;
  if (module !== null && foreign.has(module)) return { text, role: 'foreign' };
  return frame.trust === 'scan' ? { text, role: 'dim' } : { text };
}

function moduleRow(module: Module, say: ListTelling['say']): Row {
  const { name, base, size, fileVersion, company, timeDateStamp } = module;
  const version = fileVersion ?? (timeDateStamp === null ? '' : `${say(titles.stamp)} ${timeDateStamp}`);
  return {
    text: `${base.padEnd(20)}${String(size).padStart(10)}  ${padded(name, 28)} ${version}${company === null ? '' : `  ${company}`}`,
    ...(isThirdParty(module) === true ? { role: 'foreign' as const } : {}),
  };
}
