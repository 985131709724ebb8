/**
 * What a synthetic crash is, written down by its builder: a report of the dump must say the same. Addresses are numbers
 * here and `0x…` texts in reports. The same shape serves every machine.
 */
export interface CrashTruth {
  bugcheck: { code: number; parameters: readonly bigint[] };
  modules: { name: string; base: bigint; size: number; version: string; company: string }[];
  unloaded: { name: string; from: bigint; to: bigint }[];
  /** Registers of the fault; null where the fault's own registers are nowhere in the dump. */
  context: { instructionPointer: bigint; stackPointer: bigint } | null;
  /** From the bugcheck outwards. */
  frames: TrueFrame[];
  /** How many of the frames only report the fault. */
  reportingFrames: number;
  /** Whom a senior engineer would suspect; a name of null: nobody can be told. */
  culprit: { name: string | null; confidence: 'high' | 'medium' | 'low' };
  /** Kernel objects that lead from the bugcheck to a driver. */
  objects: TrueObject[];
}

export interface TrueFrame {
  address: bigint;
  stackPointer: bigint;
  /** Null: no module lies there, as after a driver was unloaded. */
  module: string | null;
  function: string;
}

export interface TrueObject {
  what: 'device' | 'driver' | 'irp' | 'thread';
  address: bigint;
  /** The driver's name as the object manager knows it, such as `\Driver\acmeusb`. */
  driver: string | null;
  /** The module that holds its code. */
  module: string | null;
}
