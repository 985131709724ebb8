import { explainBugcheck } from '../bugcheck.js';
import type { ByteSource } from '../byte-source.js';
import type { BugcheckFacts, DumpFacts, DumpKind } from '../dump-facts.js';
import { hex, u32, u64 } from '../fields.js';
import { say } from '../sentences.js';
import { UnreadableDump } from '../unreadable-dump.js';
import { kernelProductName } from '../windows-builds.js';
import { dumpKinds, fromFileTime, uptime, within } from './kernel-header-values.js';
import { headerSize, judgeKernelDump } from './kernel-completeness.js';
import { flawsOfHeader64, withFlaws } from './kernel-flaws.js';

/** Offsets of DUMP_HEADER64, checked byte by byte on dumps of Windows 10 19041 (x64) and Windows 11 22000 (ARM64). */
const at = {
  build: 0xc,
  machine: 0x30,
  processors: 0x34,
  bugcheck: 0x38,
  parameters: 0x40,
  dumpType: 0xf98,
  systemTime: 0xfa8,
  uptime: 0x1030,
  productType: 0x1040,
} as const;

const machines: Readonly<Record<number, string>> = { 0x8664: 'AMD64', 0xaa64: 'ARM64', 0x200: 'IA64' };

/** Reads a Windows kernel dump with a 64-bit header (PAGEDU64). */
export async function readKernelDump64(source: ByteSource): Promise<DumpFacts> {
  const header = await source.read(0, headerSize);
  if (header.byteLength < at.dumpType + 4) {
    throw new UnreadableDump(
      'damaged',
      say('dump64-ends-early', { size: source.size }),
      say('at-least-header', { size: headerSize }),
    );
  }
  const dumpType = u32(header, at.dumpType);
  const kind = await kindOf(dumpType, source);
  const osBuild = within(u32(header, at.build), 1, 99_999);
  return {
    format: 'kernel-dump-64',
    kind,
    bugcheck: readBugcheck(header),
    exception: null,
    machine: machineName(u32(header, at.machine)),
    osBuild,
    osName: kernelProductName(osBuild, u32(header, at.productType)),
    processors: within(u32(header, at.processors), 1, 4096),
    crashedAt: fromFileTime(u64(header, at.systemTime)),
    uptimeSeconds: uptime(u64(header, at.uptime)),
    completeness: withFlaws(await judgeKernelDump(source, header, dumpType), flawsOfHeader64(header)),
  };
}

/**
 * 5 is a bitmap dump of all memory: `FDMP` marks one whose pages were filtered (active memory dump), `SDMP` one that was
 * not (by what is written about the format; not yet checked on a real file).
 */
async function kindOf(dumpType: number | null, source: ByteSource): Promise<DumpKind> {
  if (dumpType === 5) return u32(await source.read(headerSize, 4), 0) === 0x504d4446 ? 'active' : 'full';
  const kind = dumpType === null ? undefined : dumpKinds[dumpType];
  if (kind !== undefined) return kind;
  throw new UnreadableDump(
    'damaged',
    say('dump64-of-type', { type: dumpType === null ? say('never-written') : hex(dumpType) }),
    say('known-type'),
  );
}

function readBugcheck(header: DataView): BugcheckFacts | null {
  const code = u32(header, at.bugcheck);
  if (code === null || code === 0) return null;
  const parameters = [0, 1, 2, 3].map((index) => u64(header, at.parameters + 8 * index));
  return explainBugcheck(code, parameters.every((value) => value !== null) ? parameters : []);
}

function machineName(machine: number | null): string {
  if (machine === null) return 'unknown';
  return machines[machine] ?? `unknown (${hex(machine)})`;
}
