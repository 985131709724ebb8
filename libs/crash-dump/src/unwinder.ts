import type { VirtualMemory } from './virtual-memory.js';

/** What unwinding needs of the image that holds an address. */
export interface UnwindImage {
  base: bigint;
  functions: { rva: number; size: number };
}

/** The registers of one frame, by the numbers that the machine's unwind data has for them. */
export interface CallState {
  instructionPointer: bigint;
  registers: bigint[];
}

/**
 * The caller's state, or in words why it cannot be known. isMachineFrame: its instruction was interrupted, so its
 * address is no return address. functionStart: null where the image has no unwind data for the place.
 */
export type Unwound = { state: CallState; isMachineFrame: boolean; functionStart: number | null } | string;

/** How the frames of one machine are undone. */
export interface Unwinder {
  /** Names of the registers in the order of their numbers. */
  names: readonly string[];
  stackRegister: number;
  /** The register that code chains its frames by: it points to the caller's, and the return address lies behind it. */
  frameRegister: number | null;
  /** The register that a call leaves its return address in; null: it is on the stack. */
  linkRegister: number | null;
  /** Bytes of an address. */
  width: 4 | 8;
  /** Undoes one function. `isReturn`: the instruction pointer is where a call returns to. */
  unwind(memory: VirtualMemory, image: UnwindImage, state: CallState, isReturn: boolean): Promise<Unwound>;
  /** Where the function begins that holds an address; null when the image has no unwind data for it. */
  functionStart(memory: VirtualMemory, image: UnwindImage, rva: number): Promise<number | null>;
  /** The registers that a trap frame keeps, when a frame register points to one; null otherwise. */
  interrupted(memory: VirtualMemory, frame: bigint): Promise<CallState | null>;
  /** An address as it is without what the processor mixes into it to sign it. */
  plain(address: bigint): bigint;
}
