import { AddressSpace, numbers } from './synthetic-address-space.js';
import type { Images, SyntheticStack } from './synthetic-call-stack.js';
import {
  Arm64Processor,
  canonical,
  codeOf,
  fp,
  fullRecord,
  lr,
  packedWord,
  sp,
  type Instruction,
  type Packed,
} from './synthetic-function-arm64.js';
import type { Compiled, FunctionPlan, PlacedFunction } from './synthetic-image.js';
import type { TrueFrame } from './synthetic-truth.js';

/** Tables of ARM64 with a granule of 4 KiB. Some regions are mapped by blocks of 2 MiB. */
export class Arm64AddressSpace extends AddressSpace {
  private readonly blocks = new Map<bigint, number>();

  constructor(
    nextFrame: () => number,
    /** Regions by block, and the frames from which on they lie; only pages that are written come into being. */
    blocks: readonly { address: bigint; frame: number }[],
  ) {
    super(nextFrame, { table: 0x3n, page: 0x60000000000703n });
    for (const { address, frame } of blocks) {
      this.blocks.set(address, frame);
      const { table, index } = this.entryFor(address, [39n, 30n], 21n);
      table.writeBigUInt64LE((BigInt(frame) << 12n) | 0x60000000000701n, index);
    }
  }

  protected override pageOf(address: bigint): Buffer {
    const frame = this.frameInBlock(address);
    if (frame === null) return super.pageOf(address);
    const page = this.pages.get(frame) ?? Buffer.alloc(4096);
    this.pages.set(frame, page);
    return page;
  }

  override frameOf(address: bigint): number {
    return this.frameInBlock(address) ?? super.frameOf(address);
  }

  private frameInBlock(address: bigint): number | null {
    const frame = this.blocks.get(address & ~0x1fffffn);
    return frame === undefined ? null : frame + Number((address >> 12n) % 512n);
  }
}

/** How a function of ARM64 begins and ends, and how its unwind data is written; null: it needs none. */
interface Arm64Function {
  prolog: readonly Instruction[];
  unwind: { packed: Packed } | { codes: readonly number[]; form: 'header' | 'scope' | 'extended' } | null;
}

const trapFrameBytes = 0x150;

/** Each function takes one of the forms that compilers write, by its name. */
export function arm64Function({ name, steps, machineFrame }: FunctionPlan): Arm64Function {
  const bytes = steps.reduce((sum, [kind, value]) => sum + (kind === 'alloc' ? value : 0), 0);
  const local = Math.max(0x20, Math.ceil(bytes / 16) * 16);
  if (machineFrame !== undefined) {
    const prolog: Instruction[] = [{ do: 'allocate', bytes: 0x40 }];
    return { prolog, unwind: { codes: [...prolog.flatMap(codeOf), 0xe8, 0xe4], form: 'header' } };
  }
  if (steps.length === 0) return { prolog: [], unwind: null };
  const general = steps.filter(([kind]) => kind === 'push').length;
  const form = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  if (form < 4) {
    const chain = ([3, 2, 1, 3] as const)[form] ?? 3;
    const area = Math.ceil((general + 1 + (form === 3 ? 8 : 0)) / 2) * 16;
    const packed: Packed = {
      general,
      vectors: form === 3 ? 2 : 0,
      homes: form === 3,
      chain,
      frameBytes: area + local + 0x20,
    };
    return { prolog: canonical(packed).prolog, unwind: { packed } };
  }
  const saved: Instruction[] = Array.from({ length: general }, (_, index) => ({
    ...{ do: 'store', registers: [19 + index], offset: 16 + index * 8 },
  }));
  const prolog: Instruction[] = [
    { do: 'sign' },
    { do: 'push', registers: [fp, lr], bytes: 0x80 },
    ...saved,
    { do: 'set-frame', offset: 0 },
    { do: 'allocate', bytes: local },
  ];
  const codes = [...[...prolog].reverse().flatMap(codeOf), 0xe4];
  return { prolog, unwind: { codes, form: form === 4 ? 'scope' : 'extended' } };
}

/** Code of no meaning but its one call, and the entry of `.pdata`. */
export function compileArm64(plan: FunctionPlan): Compiled {
  const { prolog, unwind } = arm64Function(plan);
  const epilog = unwind && 'packed' in unwind ? canonical(unwind.packed).epilog : prolog;
  const length = prolog.length + 8 + 1 + 8 + epilog.length + 1;
  const code = Buffer.alloc(length * 4);
  for (let at = 0; at < length; at += 1) code.writeUInt32LE(0xd503201f, at * 4);
  code.writeUInt32LE(0x94000000, (prolog.length + 8) * 4);
  code.writeUInt32LE(0xd65f03c0, (length - 1) * 4);
  return {
    code,
    returnOffset: (prolog.length + 9) * 4,
    entries: (rva, keep) => {
      if (unwind === null) return [];
      if ('packed' in unwind) return [[rva, packedWord(unwind.packed, length)]];
      const { codes, form } = unwind;
      const isExtended = form === 'extended';
      const record = fullRecord({
        ...{ codes, length, isExtended, hasHandler: isExtended },
        ...(form === 'header' ? { epilog: 0 } : { scopes: [[prolog.length + 17, 0]] }),
      });
      return [[rva, keep(record)]];
    },
  };
}

/** A stack of ARM64 as calls and traps leave it; what was done is written down as frames. */
export class Arm64CallStack implements SyntheticStack {
  private readonly entered: TrueFrame[] = [];
  private readonly processor: Arm64Processor;
  private back: bigint | null = null;

  constructor(
    private readonly space: AddressSpace,
    private readonly images: Images,
    pointer: bigint,
    private readonly stale: readonly bigint[],
  ) {
    const registers = new Map<number, bigint>([[sp, pointer & ~15n]]);
    for (let number = 0; number < fp; number += 1) registers.set(number, 0xffffa48c00000000n + BigInt(number * 256));
    this.processor = new Arm64Processor(registers, {
      get: () => undefined,
      set: (address: bigint, value: bigint) => this.space.write(address, numbers(value)),
    });
  }

  get frames(): TrueFrame[] {
    return [...this.entered].reverse();
  }

  get stackPointer(): bigint {
    return this.processor.get(sp);
  }

  call(module: string, name: string): void {
    this.processor.registers.set(lr, this.back ?? 0n);
    this.enter(module, name);
  }

  callNowhere(address: bigint): void {
    this.processor.registers.set(lr, this.back ?? 0n);
    this.back = address;
    this.entered.push({ address, stackPointer: this.stackPointer, module: null, function: 'code that is no more' });
  }

  faults(address?: bigint): bigint {
    const frame = this.innermost();
    if (frame.module !== null) frame.address = address ?? frame.address - 12n;
    return frame.address;
  }

  trap(module: string, name: string, { stack = this.stackPointer }: { stack?: bigint } = {}): bigint {
    const frame = (stack & ~15n) - BigInt(trapFrameBytes);
    const { registers } = this.processor;
    const bytes = Buffer.alloc(trapFrameBytes);
    bytes.writeUInt8(1, 0);
    bytes.writeUInt32LE(0x60400005, 0x90);
    numbers(this.stackPointer).copy(bytes, 0x98);
    for (let number = 0; number < 19; number += 1) numbers(this.processor.get(number)).copy(bytes, 0xa0 + number * 8);
    numbers(this.processor.get(lr), this.processor.get(fp), this.innermost().address).copy(bytes, 0x138);
    this.space.write(frame, bytes);
    registers.set(sp, frame);
    this.enter(module, name);
    return frame;
  }

  context(): Buffer {
    const context = Buffer.alloc(0x390);
    context.writeUInt32LE(0x400003, 0);
    for (let number = 0; number < 32; number += 1) numbers(this.processor.get(number)).copy(context, 8 + number * 8);
    numbers(this.innermost().address).copy(context, 0x108);
    return context;
  }

  bugcheck(): Buffer {
    const module = 'ntoskrnl.exe';
    this.processor.registers.set(lr, this.back ?? 0n);
    const address = this.baseOf(module) + BigInt(this.find(module, 'KeBugCheckEx').rva);
    this.entered.push({ address, stackPointer: this.stackPointer, module, function: 'KeBugCheckEx' });
    return this.context();
  }

  private enter(module: string, name: string): void {
    const placed = this.find(module, name);
    const { prolog, unwind } = arm64Function(placed);
    const { registers } = this.processor;
    for (const instruction of prolog) {
      this.processor.run(instruction);
      if (instruction.do === 'allocate') this.leaveBehind(instruction.bytes);
    }
    for (const instruction of prolog) {
      if (!('registers' in instruction)) continue;
      for (const one of instruction.registers)
        if (one < fp) registers.set(one, 0xffffa48c1a300000n + (this.stackPointer % 0x10000n));
    }
    this.back = this.baseOf(module) + BigInt(placed.returnRva);
    // A function that calls has the return address of its last call in lr; one that calls nobody still has its own.
    if (unwind !== null) registers.set(lr, this.back);
    this.entered.push({ address: this.back, stackPointer: this.stackPointer, module, function: name });
  }

  private leaveBehind(room: number): void {
    if (room < 0x50) return;
    this.space.write(this.stackPointer + 0x38n, numbers(...this.stale.slice(0, Math.floor((room - 0x38) / 8))));
  }

  private innermost(): TrueFrame {
    const frame = this.entered[this.entered.length - 1];
    if (!frame) throw new Error('nothing was called yet');
    return frame;
  }

  private baseOf(module: string): bigint {
    return this.images.get(module)?.plan.base ?? 0n;
  }

  private find(module: string, name: string): PlacedFunction {
    const found = this.images.get(module)?.functions.get(name);
    if (!found) throw new Error(`${module} has no function ${name}`);
    return found;
  }
}
