import type { DumpReport } from './dump-facts.js';
import { hex, u32 } from './fields.js';
import { isKernelAddress } from './loaded-modules.js';
import type { VirtualMemory } from './virtual-memory.js';

/** MM_DRIVER_VERIFIER_DATA begins with its level: what the verifier was told to do, in the bits of `verifier /flags`. */
const options: readonly (readonly [bit: number, name: string])[] = [
  [0x1, 'special pool'],
  [0x2, 'force IRQL checking'],
  [0x4, 'randomized low resources simulation'],
  [0x8, 'pool tracking'],
  [0x10, 'I/O verification'],
  [0x20, 'deadlock detection'],
  [0x80, 'DMA checking'],
  [0x100, 'security checks'],
  [0x200, 'force pending I/O requests'],
  [0x400, 'IRP logging'],
  [0x800, 'miscellaneous checks'],
  [0x2000, 'invariant MDL checking for stack'],
  [0x4000, 'invariant MDL checking for driver'],
  [0x8000, 'power framework delay fuzzing'],
  [0x10000, 'port/miniport interface checking'],
  [0x20000, 'DDI compliance checking'],
  [0x40000, 'systematic low resources simulation'],
  [0x80000, 'DDI compliance checking (additional)'],
  [0x200000, 'NDIS/WIFI verification'],
  [0x800000, 'kernel synchronization delay fuzzing'],
  [0x1000000, 'VM switch verification'],
  [0x2000000, 'code integrity checks'],
];

/** Raised by Driver Verifier alone. 0xE6 is not among them: Windows also raises it by itself (DMA protection). */
const raisedByVerifier = new Set([0xc4, 0xc6, 0xc9]);
/** Raised where special pool catches a driver. */
const raisedBySpecialPool = new Set([0xc1, 0xcc, 0xcd, 0xd5, 0xd6]);

/** MmVerifierData: `variable` is the address that KDDEBUGGER_DATA64 has for it; null when it cannot be read. */
export async function readVerifierLevel(memory: VirtualMemory, variable: bigint): Promise<number | null> {
  return isKernelAddress(variable) ? u32(await memory.read(variable, 4), 0) : null;
}

/** Whether Driver Verifier or special pool was on, as the kernel's data and the bugcheck itself tell; null: unknown. */
export function judgeVerifier(code: number, level: number | null, drivers: readonly string[]): DumpReport['verifier'] {
  const named = options.filter(([bit]) => level !== null && (level & bit) !== 0).map(([, name]) => name);
  const byCode = raisedByVerifier.has(code) || raisedBySpecialPool.has(code);
  if (level === null && drivers.length === 0 && !byCode) return null;
  return {
    active: named.length > 0 || drivers.length > 0 || raisedByVerifier.has(code),
    specialPool: named.includes('special pool') || raisedBySpecialPool.has(code),
    flags: level === null ? null : hex(level),
    options: named,
    drivers: [...drivers],
  };
}
