import { explainBugcheck } from '../bugcheck.js';
import type { ByteSource } from '../byte-source.js';
import type { BugcheckFacts, Completeness, DumpFacts } from '../dump-facts.js';
import { hex, u32, u64 } from '../fields.js';
import { UnreadableDump } from '../unreadable-dump.js';
import { kernelProductName } from '../windows-builds.js';
import { judgeTriageEnd, promisedByMap, promisedByRuns, verdict, type Promised } from './kernel-completeness.js';
import { dumpKinds, fromFileTime, uptime, within } from './kernel-header-values.js';
import { say } from '../sentences.js';

/** Size of DUMP_HEADER32; pages or a second header follow it. */
const headerSize = 0x1000;

/** Offsets of DUMP_HEADER32 as rekall and rizin have them; no real file was at hand to check them. */
const at = {
  build: 0xc,
  machine: 0x20,
  processors: 0x24,
  bugcheck: 0x28,
  parameters: 0x2c,
  pae: 0x5c,
  numberOfRuns: 0x64,
  numberOfPages: 0x68,
  runs: 0x6c,
  context: 0x320,
  dumpType: 0xf88,
  productType: 0xf94,
  uptime: 0xfb8,
  systemTime: 0xfc0,
} as const;

/** As many runs of memory as fit before the context. */
const maxRuns = (at.context - at.runs) / 8;

const machines: Readonly<Record<number, string>> = { 0x14c: 'x86', 0x1c4: 'ARM', 0x1c0: 'ARM' };

/** Reads a Windows kernel dump with a 32-bit header (PAGEDUMP), with or without physical address extension (PAE). */
export async function readKernelDump32(source: ByteSource): Promise<DumpFacts> {
  const header = await source.read(0, headerSize);
  if (header.byteLength < at.dumpType + 4) {
    throw new UnreadableDump(
      'damaged',
      say('dump32-ends-early', { size: source.size }),
      say('at-least-header', { size: headerSize }),
    );
  }
  const dumpType = u32(header, at.dumpType);
  const kind = dumpType === 5 ? 'full' : dumpKinds[dumpType ?? 0];
  if (dumpType === null || kind === undefined) {
    throw new UnreadableDump(
      'damaged',
      say('dump32-of-type', { type: dumpType === null ? say('never-written') : hex(dumpType) }),
      say('known-type'),
    );
  }
  const machine = u32(header, at.machine);
  const osBuild = within(u32(header, at.build), 1, 99_999);
  return {
    format: 'kernel-dump-32',
    kind,
    bugcheck: readBugcheck(header),
    exception: null,
    machine: machine === null ? 'unknown' : (machines[machine] ?? `unknown (${hex(machine)})`),
    osBuild,
    osName: kernelProductName(osBuild, u32(header, at.productType)),
    processors: within(u32(header, at.processors), 1, 4096),
    crashedAt: fromFileTime(u64(header, at.systemTime)),
    uptimeSeconds: uptime(u64(header, at.uptime)),
    completeness: await judge(source, header, dumpType),
  };
}

/** Whether the processors translated addresses with PAE; null when the header does not say. */
export async function usesPae(source: ByteSource): Promise<boolean | null> {
  const flag = await source.read(at.pae, 4);
  const value = u32(flag, 0);
  return value === null ? null : (value & 0xff) === 1;
}

function readBugcheck(header: DataView): BugcheckFacts | null {
  const code = u32(header, at.bugcheck);
  if (code === null || code === 0) return null;
  const parameters = [0, 1, 2, 3].map((index) => u32(header, at.parameters + 4 * index));
  return explainBugcheck(code, parameters.every((value) => value !== null) ? parameters.map(BigInt) : []);
}

async function judge(source: ByteSource, header: DataView, dumpType: number): Promise<Completeness> {
  const foundBytes = source.size;
  if (foundBytes < headerSize) {
    return verdict('truncated', foundBytes, headerSize, say('ends-in-header', { size: headerSize }));
  }
  const promised = await promiseOf(source, header, dumpType);
  if (typeof promised === 'string') return verdict('unknown', foundBytes, null, promised);
  const { expectedBytes, because } = promised;
  if (foundBytes < expectedBytes) {
    const reason = say('some-bytes-are-there', { found: foundBytes, expected: expectedBytes, because });
    return verdict('truncated', foundBytes, expectedBytes, reason);
  }
  if (dumpType === 4) return judgeTriageEnd(source, headerSize, expectedBytes, because);
  return verdict(
    'complete',
    foundBytes,
    expectedBytes,
    say('all-bytes-are-there', { expected: expectedBytes, because }),
  );
}

async function promiseOf(source: ByteSource, header: DataView, dumpType: number): Promise<Promised | string> {
  if (dumpType === 1) return fromMemoryRuns(header);
  if (dumpType === 3) return { expectedBytes: headerSize, because: say('header-is-all') };
  if (dumpType === 4) {
    const size = u32(await source.read(headerSize, 0x10), 4);
    if (size === null || size < headerSize + 0x68) return say('triage-header-cut');
    return { expectedBytes: size, because: say('triage-size') };
  }
  if (dumpType === 2 || dumpType === 5 || dumpType === 6) return fromSummaryHeader(source);
  return say('size-untold');
}

function fromMemoryRuns(header: DataView): Promised | string {
  return promisedByRuns({
    pages: u32(header, at.numberOfPages),
    runs: u32(header, at.numberOfRuns),
    maxRuns,
    pagesOfRun: (run) => u32(header, at.runs + 8 * run + 4),
    headerSize,
  });
}

/** SUMMARY_DUMP32 (as Ghidra names its fields): marks, options +8, place of the first page +0xC, bits +0x10, pages +0x14. */
async function fromSummaryHeader(source: ByteSource): Promise<Promised | string> {
  const start = await source.read(headerSize, 0x20);
  return promisedByMap({
    signature: u32(start, 0),
    firstPage: u32(start, 0xc),
    bits: u32(start, 0x10),
    pages: u32(start, 0x14),
    leastFirstPage: headerSize + 0x20,
  });
}
