import type { DumpReport } from './dump-facts.js';
import { hex, u32 } from './fields.js';
import { isKernelAddress } from './loaded-modules.js';
import { say } from './sentences.js';
import type { VirtualMemory } from './virtual-memory.js';

/** MM_DRIVER_VERIFIER_DATA begins with its level: what the verifier was told to do, in the bits of `verifier /flags`. */
const options: readonly (readonly [bit: number, name: string])[] = [
  [0x1, say('verifier-special-pool')],
  [0x2, say('verifier-irql')],
  [0x4, say('verifier-random-low-resources')],
  [0x8, say('verifier-pool-tracking')],
  [0x10, say('verifier-io')],
  [0x20, say('verifier-deadlock')],
  [0x80, say('verifier-dma')],
  [0x100, say('verifier-security')],
  [0x200, say('verifier-pending')],
  [0x400, say('verifier-irp-logging')],
  [0x800, say('verifier-miscellaneous')],
  [0x2000, say('verifier-mdl-stack')],
  [0x4000, say('verifier-mdl-driver')],
  [0x8000, say('verifier-power-delay')],
  [0x10000, say('verifier-port')],
  [0x20000, say('verifier-ddi')],
  [0x40000, say('verifier-low-resources')],
  [0x80000, say('verifier-ddi-additional')],
  [0x200000, say('verifier-network')],
  [0x800000, say('verifier-synchronization-delay')],
  [0x1000000, say('verifier-vm-switch')],
  [0x2000000, say('verifier-code-integrity')],
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
    specialPool: named.includes(say('verifier-special-pool')) || raisedBySpecialPool.has(code),
    flags: level === null ? null : hex(level),
    options: named,
    drivers: [...drivers],
  };
}
