/**
 * Functions of ARM64 for tests: their prologs as instructions that can be run, and the unwind data that a compiler writes
 * for them, after Microsoft's "ARM64 exception handling". Shares no layout code with the reader.
 */

/**
 * An instruction of a prolog. `store` keeps registers at sp + offset; `push` moves sp down by so many bytes first;
 * d registers are numbered from 100 on.
 */
export type Instruction =
  | { do: 'store'; registers: readonly number[]; offset: number }
  | { do: 'push'; registers: readonly number[]; bytes: number }
  | { do: 'allocate'; bytes: number }
  | { do: 'set-frame'; offset: number }
  | { do: 'sign' }
  | { do: 'home' };

/** What packed unwind data says: counts of saved registers, whether arguments are stored, how frames are chained. */
export interface Packed {
  general: number;
  /** 0, or 2 to 8. */
  vectors: number;
  homes?: boolean;
  chain: 0 | 1 | 2 | 3;
  frameBytes: number;
}

export const [fp, lr, sp] = [29, 30, 31];
export const d = (number: number): number => 100 + number;

/** Words of a stack by address. */
export interface StackMemory {
  get(address: bigint): bigint | undefined;
  set(address: bigint, value: bigint): unknown;
}

/** The processor: registers x0 to x30 and sp, and a stack. */
export class Arm64Processor {
  constructor(
    readonly registers: Map<number, bigint>,
    readonly memory: StackMemory = new Map<bigint, bigint>(),
  ) {}

  get(register: number): bigint {
    return this.registers.get(register) ?? 0n;
  }

  run(instruction: Instruction): void {
    const at = this.get(sp);
    if (instruction.do === 'store') this.store(at + BigInt(instruction.offset), instruction.registers);
    else if (instruction.do === 'push') {
      this.registers.set(sp, at - BigInt(instruction.bytes));
      this.store(at - BigInt(instruction.bytes), instruction.registers);
    } else if (instruction.do === 'allocate') this.registers.set(sp, at - BigInt(instruction.bytes));
    else if (instruction.do === 'set-frame') this.registers.set(fp, at + BigInt(instruction.offset));
    else if (instruction.do === 'sign') this.registers.set(lr, signed(this.get(lr)));
  }

  /** What the epilog has for an instruction of the prolog. */
  undo(instruction: Instruction): void {
    const at = this.get(sp);
    if (instruction.do === 'store') this.load(at + BigInt(instruction.offset), instruction.registers);
    else if (instruction.do === 'push') {
      this.load(at, instruction.registers);
      this.registers.set(sp, at + BigInt(instruction.bytes));
    } else if (instruction.do === 'allocate') this.registers.set(sp, at + BigInt(instruction.bytes));
    else if (instruction.do === 'set-frame') this.registers.set(sp, this.get(fp) - BigInt(instruction.offset));
    else if (instruction.do === 'sign') this.registers.set(lr, unsigned(this.get(lr)));
  }

  private store(at: bigint, registers: readonly number[]): void {
    registers.forEach((register, index) => this.memory.set(at + BigInt(index * 8), this.get(register)));
  }

  private load(at: bigint, registers: readonly number[]): void {
    registers.forEach((register, index) => this.registers.set(register, this.memory.get(at + BigInt(index * 8)) ?? 0n));
  }
}

/** Mixes a signature into the bits that an address of the kernel has all set. */
export function signed(address: bigint): bigint {
  return address ^ 0x5a2a000000000000n;
}

function unsigned(address: bigint): bigint {
  return address | 0xffff000000000000n;
}

/** The canonical prolog of packed unwind data, and its epilog in the prolog's order. */
export function canonical({ general, vectors, homes, chain, frameBytes }: Packed): {
  prolog: Instruction[];
  epilog: Instruction[];
} {
  const kept = Array.from({ length: general }, (_, number) => 19 + number);
  const saves: number[][] = [];
  if (chain === 1) kept.push(lr);
  for (let index = 0; index < kept.length; index += 2) {
    const pair = kept.slice(index, index + 2);
    // lr is stored beside a general register only when one is left over.
    if (pair.length === 2 && pair[1] === lr && general % 2 === 0) saves.push([pair[0] ?? 0], [lr]);
    else saves.push(pair);
  }
  for (let index = 0; index < vectors; index += 2) {
    saves.push(index + 1 < vectors ? [d(8 + index), d(9 + index)] : [d(8 + index)]);
  }
  const words = kept.length + vectors;
  const area = words === 0 ? 0 : Math.ceil((words + (homes ? 8 : 0)) / 2) * 16;
  const prolog: Instruction[] = chain === 2 ? [{ do: 'sign' }] : [];
  let offset = 0;
  for (const registers of saves) {
    const isOnlyWithLink = registers.length === 2 && registers[1] === lr;
    if (offset === 0 && isOnlyWithLink)
      prolog.push({ do: 'allocate', bytes: area }, { do: 'store', registers, offset });
    else prolog.push(offset === 0 ? { do: 'push', registers, bytes: area } : { do: 'store', registers, offset });
    offset += registers.length * 8;
  }
  if (homes && words > 0) for (let pair = 0; pair < 4; pair += 1) prolog.push({ do: 'home' });
  const rest = frameBytes - area;
  const allocations: Instruction[] =
    rest > 4080
      ? [
          { do: 'allocate', bytes: 4080 },
          { do: 'allocate', bytes: rest - 4080 },
        ]
      : [{ do: 'allocate', bytes: rest }];
  if (rest > 0 && chain >= 2) {
    if (rest <= 512) prolog.push({ do: 'push', registers: [fp, lr], bytes: rest });
    else prolog.push(...allocations, { do: 'store', registers: [fp, lr], offset: 0 });
    prolog.push({ do: 'set-frame', offset: 0 });
  } else if (rest > 0) prolog.push(...allocations);
  return { prolog, epilog: prolog.filter((one) => one.do !== 'set-frame' && one.do !== 'home') };
}

/** The second word of an entry of `.pdata`. */
export function packedWord(
  { general, vectors, homes, chain, frameBytes }: Packed,
  instructions: number,
  isFragment = false,
): number {
  const fields: [value: number, bits: number][] = [
    [isFragment ? 2 : 1, 2],
    [instructions, 11],
    [vectors === 0 ? 0 : vectors - 1, 3],
    [general, 4],
    [homes ? 1 : 0, 1],
    [chain, 2],
    [frameBytes / 16, 9],
  ];
  let word = 0n;
  let at = 0n;
  for (const [value, bits] of fields) {
    word |= BigInt(value) << at;
    at += BigInt(bits);
  }
  return Number(word);
}

/** The unwind code of an instruction. */
export function codeOf(instruction: Instruction): number[] {
  if (instruction.do === 'home') return [0xe3];
  if (instruction.do === 'sign') return [0xfc];
  if (instruction.do === 'set-frame') return instruction.offset === 0 ? [0xe1] : [0xe2, instruction.offset / 8];
  if (instruction.do === 'allocate') {
    const units = instruction.bytes / 16;
    if (units < 32) return [units];
    return units < 2048
      ? [0xc0 | (units >> 8), units & 255]
      : [0xe0, (units >> 16) & 255, (units >> 8) & 255, units & 255];
  }
  const [first = 0, second] = instruction.registers;
  const isPush = instruction.do === 'push';
  const units = (isPush ? instruction.bytes : instruction.offset) / 8 - (isPush ? 1 : 0);
  const bits = (text: string, ...values: [value: number, width: number][]): number[] => {
    const whole = text + values.map(([value, width]) => value.toString(2).padStart(width, '0')).join('');
    return [parseInt(whole.slice(0, 8), 2), parseInt(whole.slice(8), 2)];
  };
  if (first === fp) return [(isPush ? 0x80 : 0x40) | units];
  if (second === lr) return bits('1101011', [(first - 19) / 2, 3], [units, 6]);
  if (first >= 100) {
    const number = first - 108;
    if (second !== undefined) return bits(isPush ? '1101101' : '1101100', [number, 3], [units, 6]);
    return isPush ? bits('11011110', [number, 3], [units, 5]) : bits('1101110', [number, 3], [units, 6]);
  }
  if (second !== undefined) return bits(isPush ? '110011' : '110010', [first - 19, 4], [units, 6]);
  return isPush ? bits('1101010', [first - 19, 4], [units, 5]) : bits('110100', [first - 19, 4], [units, 6]);
}

export interface FullPlan {
  /** Codes in the order in which they undo, as they stand in the record. */
  codes: readonly number[];
  /** In instructions. */
  length: number;
  /** A single epilog at the end of the function, by the place of its first code; or scopes. */
  epilog?: number;
  scopes?: readonly (readonly [start: number, index: number])[];
  /** Writes counts into a second word even when they fit into the first. */
  isExtended?: boolean;
  hasHandler?: boolean;
}

/** A record of `.xdata`. */
export function fullRecord({ codes, length, epilog, scopes = [], isExtended, hasHandler }: FullPlan): Buffer {
  const padded = [...codes];
  while (padded.length % 4 !== 0) padded.push(0xe3);
  const words = padded.length / 4;
  const header = length + (hasHandler ? 2 ** 20 : 0) + (epilog === undefined ? 0 : 2 ** 21);
  const count = epilog ?? scopes.length;
  const list: number[] = isExtended ? [header, count + words * 2 ** 16] : [header + count * 2 ** 22 + words * 2 ** 27];
  for (const [start, index] of scopes) list.push(start + index * 2 ** 22);
  const head = Buffer.alloc(list.length * 4);
  list.forEach((word, index) => head.writeUInt32LE(word, index * 4));
  return Buffer.concat([head, Buffer.from(padded), Buffer.alloc(hasHandler ? 8 : 0, 0x11)]);
}
