import { numbers, type AddressSpace } from './synthetic-address-space.js';
import { register } from './synthetic-drivers.js';
import type { FunctionPlan, imageOf, ImagePlan, PlacedFunction } from './synthetic-image.js';
import type { TrueFrame } from './synthetic-truth.js';

/** A driver's plan and what was built after it. */
export interface BuiltImage extends ReturnType<typeof imageOf> {
  plan: ImagePlan;
}

/** Built images by name. */
export type Images = ReadonlyMap<string, BuiltImage>;

/** A stack that a scenario plays on, whatever the machine. */
export interface SyntheticStack {
  /** From the innermost call outwards. */
  readonly frames: TrueFrame[];
  readonly stackPointer: bigint;
  call(module: string, name: string): void;
  /** The innermost function calls where no image is. */
  callNowhere(address: bigint): void;
  /** The innermost function faults in its middle, or at an address: it made no call there. */
  faults(address?: bigint): bigint;
  /** The processor leaves the innermost function for a handler; gives the place of the KTRAP_FRAME. */
  trap(module: string, name: string, options?: { stack?: bigint }): bigint;
  /** CONTEXT of the innermost function. */
  context(): Buffer;
  /** The system stops itself: the first instruction of KeBugCheckEx. */
  bugcheck(): Buffer;
}

/**
 * A stack of AMD64 as calls, traps and interrupts leave it: each function saves registers, makes room and leaves
 * something of an earlier call in it. What it did is written down as frames.
 */
export class CallStack implements SyntheticStack {
  /** From the outermost call inwards. */
  private readonly entered: TrueFrame[] = [];
  private readonly registers = Array.from({ length: 16 }, (_, index) => 0xffffa48c00000000n + BigInt(index * 256));
  private back: bigint | null = null;

  constructor(
    private readonly space: AddressSpace,
    private readonly images: Images,
    private pointer: bigint,
    /** Return addresses of earlier calls, which lie about in the room that functions make. */
    private readonly stale: readonly bigint[],
  ) {}

  /** From the innermost call outwards. */
  get frames(): TrueFrame[] {
    return [...this.entered].reverse();
  }

  get stackPointer(): bigint {
    return this.pointer;
  }

  call(module: string, name: string): void {
    if (this.back === null) this.space.write(this.pointer, numbers(0n));
    else this.push(this.back);
    this.enter(module, name);
  }

  /** The innermost function calls where no image is. */
  callNowhere(address: bigint): void {
    if (this.back !== null) this.push(this.back);
    this.back = address;
    this.entered.push({ address, stackPointer: this.pointer, module: null, function: 'code that is no more' });
  }

  /** The innermost function faults in its middle, or at an address: it made no call there. */
  faults(address?: bigint): bigint {
    const frame = this.innermost();
    if (frame.module !== null) {
      const { returnRva } = this.find(frame.module, frame.function);
      frame.address = address ?? this.baseOf(frame.module) + BigInt(returnRva - 29);
    }
    return frame.address;
  }

  /** The processor leaves the innermost function for a handler; gives the place of the KTRAP_FRAME. */
  trap(module: string, name: string, { stack = this.pointer }: { stack?: bigint } = {}): bigint {
    const { address } = this.innermost();
    const faulted = this.pointer;
    this.pointer = stack;
    for (const value of [0x18n, faulted, 0x50246n, 0x10n, address]) this.push(value);
    if (this.find(module, name).machineFrame === 1) this.push(2n);
    this.enter(module, name);
    this.space.write(this.pointer + 0x30n, numbers(0x11n, 3n, 0x22n, 0x33n, 0x44n, 0x55n, 0x66n));
    return this.pointer;
  }

  /** CONTEXT of the innermost function. */
  context(): Buffer {
    const context = Buffer.alloc(0x4d0);
    context.writeUInt32LE(0x10005f, 0x30);
    context.writeUInt16LE(0x10, 0x38);
    const registers = [...this.registers];
    registers[register.rsp] = this.pointer;
    numbers(...registers, this.innermost().address).copy(context, 0x78);
    return context;
  }

  /** The system stops itself: the first instruction of KeBugCheckEx. */
  bugcheck(): Buffer {
    if (this.back !== null) this.push(this.back);
    const module = 'ntoskrnl.exe';
    const address = this.baseOf(module) + BigInt(this.find(module, 'KeBugCheckEx').rva);
    this.entered.push({ address, stackPointer: this.pointer, module, function: 'KeBugCheckEx' });
    return this.context();
  }

  private enter(module: string, name: string): void {
    const placed = this.find(module, name);
    for (const [kind, value, offset] of placed.steps) {
      if (kind === 'push') {
        this.push(this.registers[value] ?? 0n);
        this.registers[value] = 0xffffa48c1a300000n + (this.pointer % 0x10000n);
      } else if (kind === 'alloc') {
        this.pointer -= BigInt(value);
        this.leaveBehind(value);
      } else if (kind === 'save') {
        this.space.write(this.pointer + BigInt(offset ?? 0), numbers(this.registers[value] ?? 0n));
        this.registers[value] = 0xffffa48c1a400000n;
      } else this.registers[register.rbp] = this.pointer + BigInt(value);
    }
    this.back = this.baseOf(module) + BigInt(placed.returnRva);
    this.entered.push({ address: this.back, stackPointer: this.pointer, module, function: name });
  }

  /** What an earlier call left behind: return addresses that a scan believes. */
  private leaveBehind(room: number): void {
    if (room < 0x50 || room >= 0x130) return;
    this.space.write(this.pointer + 0x38n, numbers(...this.stale.slice(0, Math.floor((room - 0x38) / 8))));
  }

  private push(value: bigint): void {
    this.pointer -= 8n;
    this.space.write(this.pointer, numbers(value));
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

/** Room that a function takes on the stack beside its return address. */
export function frameSize({ steps }: Pick<FunctionPlan, 'steps'>): number {
  return steps.reduce((sum, [kind, value]) => sum + (kind === 'push' ? 8 : kind === 'alloc' ? value : 0), 0);
}
