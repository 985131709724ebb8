import { fullPlan, packedPlan, readFullHeader, type FunctionPlan, type Operation } from './unwind-codes-arm64.js';
import type { CallState, Unwinder, UnwindImage, Unwound } from './unwinder.js';
import type { VirtualMemory } from './virtual-memory.js';

const frame = 29;
const link = 30;
const stack = 31;

/** Registers x0 to x28 by number, then the frame, the return address and the stack. */
export const arm64: Unwinder = {
  names: [...Array.from({ length: 29 }, (_, number) => `x${number}`), 'fp', 'lr', 'sp'],
  stackRegister: stack,
  frameRegister: frame,
  linkRegister: link,
  width: 8,
  unwind: unwindArm64,
  async functionStart(memory, image, rva) {
    const found = await functionAt(memory, image, rva);
    return found === null || typeof found === 'string' ? null : found.begin;
  },
  interrupted: () => Promise.resolve(null),
  plain: plainAddress,
};

/** Offsets of KTRAP_FRAME (ARM64) and CONTEXT (ARM64); x0 to x18 or x28 from `registers` on. */
const saved = {
  trapFrame: { length: 0x150, registers: 0xa0, count: 19, fp: 0x140, lr: 0x138, sp: 0x98, pc: 0x148 },
  context: { length: 0x110, registers: 8, count: 29, fp: 0xf0, lr: 0xf8, sp: 0x100, pc: 0x108 },
} as const;

/**
 * An address without its signature. Pointer authentication keeps a signature in the bits that no address has; bit 55,
 * which is never part of it, says what they were (Arm ARM, XPAC). Addresses have 48 bits.
 */
export function plainAddress(address: bigint): bigint {
  const low = address & 0xffffffffffffn;
  return ((address >> 55n) & 1n) === 1n ? low | 0xffff000000000000n : low;
}

/** Undoes what a function did to stack and registers, by the image's unwind data, packed or in `.xdata`. */
export async function unwindArm64(
  memory: VirtualMemory,
  image: UnwindImage,
  state: CallState,
  isReturn: boolean,
): Promise<Unwound> {
  // A call that never returns may be the last instruction of its function: then the next function's would be undone.
  const place = Number(state.instructionPointer - image.base) - (isReturn ? 4 : 0);
  const found = await functionAt(memory, image, place);
  if (typeof found === 'string') return found;
  const next: CallState = { instructionPointer: 0n, registers: [...state.registers] };
  if (found === null) {
    // A function without unwind data calls nobody, leaves the stack alone and returns by the link register.
    next.instructionPointer = plainAddress(next.registers[link] ?? 0n);
    if (next.instructionPointer === state.instructionPointer) return 'its return address is its own address';
    return { state: next, isMachineFrame: false, functionStart: null };
  }
  const undoing = new Undoing(memory, next);
  for (const operation of found.plan.operationsFrom(place - found.begin)) {
    const trouble = await undoing.run(operation);
    if (trouble !== null) return trouble;
  }
  if (!undoing.isMachineFrame) next.instructionPointer = plainAddress(next.registers[link] ?? 0n);
  return { state: next, isMachineFrame: undoing.isMachineFrame, functionStart: found.begin };
}

interface FoundFunction {
  begin: number;
  plan: FunctionPlan;
}

/** Longest record that is read: 65,535 scopes and 255 words of codes fit into it. */
const maxRecord = 8 + 4 * (0xffff + 0xff);

/**
 * Entries are {u32 begin, u32 unwind}, sorted; how long a function is its unwind data says. Null: no function is there,
 * or one that needs no unwind data.
 */
async function functionAt(
  memory: VirtualMemory,
  image: UnwindImage,
  rva: number,
): Promise<FoundFunction | null | string> {
  let low = 0;
  let high = Math.floor(image.functions.size / 8) - 1;
  let entry: { begin: number; unwind: number } | null = null;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const view = await memory.read(image.base + BigInt(image.functions.rva + middle * 8), 8);
    if (view.byteLength < 8) return 'its unwind data is not in the dump';
    const begin = view.getUint32(0, true);
    if (rva < begin) high = middle - 1;
    else {
      entry = { begin, unwind: view.getUint32(4, true) };
      low = middle + 1;
    }
  }
  if (entry === null) return null;
  const plan = await planOf(memory, image, entry.unwind);
  if (typeof plan === 'string') return plan;
  return rva < entry.begin + plan.length ? { begin: entry.begin, plan } : null;
}

async function planOf(memory: VirtualMemory, image: UnwindImage, unwind: number): Promise<FunctionPlan | string> {
  if ((unwind & 3) !== 0) return packedPlan(unwind) ?? 'its unwind data is packed in a way that is not known';
  const at = image.base + BigInt(unwind);
  const head = await memory.read(at, 8);
  if (head.byteLength < 4) return 'its unwind data is not in the dump';
  const header = readFullHeader(head);
  if (!header) return `its unwind data is of version ${(head.getUint32(0, true) >>> 18) & 3}`;
  const view = await memory.read(at, Math.min(header.bytes, maxRecord));
  return view.byteLength < header.bytes ? 'its unwind data is not in the dump' : fullPlan(view, header);
}

/** Runs operations on the registers of a frame until they are those of its caller. */
class Undoing {
  /** Whether the instruction pointer was set by an operation, so that it is no return address. */
  isMachineFrame = false;

  constructor(
    private readonly memory: VirtualMemory,
    private readonly state: CallState,
  ) {}

  /** In words why it could not be done; null when it was. */
  async run(operation: Operation): Promise<string | null> {
    const { registers } = this.state;
    switch (operation.kind) {
      case 'move':
        this.set(stack, this.get(stack) + BigInt(operation.bytes));
        return null;
      case 'frame':
        this.set(stack, this.get(frame) - BigInt(operation.offset));
        return null;
      case 'save':
        return this.load(operation);
      case 'plain-return':
        registers[link] = plainAddress(this.get(link));
        return null;
      case 'nothing':
        return null;
      case 'machine-frame':
        return this.leaveMachineFrame();
      case 'trap-frame':
        return this.leave(saved.trapFrame);
      case 'context':
        return this.leave(saved.context);
      case 'exact-return':
        this.state.instructionPointer = plainAddress(this.get(link));
        this.isMachineFrame = true;
        return null;
      case 'unknown':
        return `its unwind data holds the unknown code 0x${operation.code.toString(16)}`;
    }
  }

  private get(register: number): bigint {
    return this.state.registers[register] ?? 0n;
  }

  private set(register: number, value: bigint): void {
    this.state.registers[register] = BigInt.asUintN(64, value);
  }

  private async load({ registers, offset, moves }: Extract<Operation, { kind: 'save' }>): Promise<string | null> {
    const at = this.get(stack);
    const view = await this.bytes(at + BigInt(offset), registers.length * 8);
    if (typeof view === 'string') return view;
    registers.forEach((register, index) => this.set(register, view.getBigUint64(index * 8, true)));
    this.set(stack, at + BigInt(moves));
    return null;
  }

  /** MSFT_OP_MACHINE_FRAME: sp, then pc. */
  private async leaveMachineFrame(): Promise<string | null> {
    const view = await this.bytes(this.get(stack), 16);
    if (typeof view === 'string') return view;
    this.set(stack, view.getBigUint64(0, true));
    this.state.instructionPointer = view.getBigUint64(8, true);
    this.isMachineFrame = true;
    return null;
  }

  /** MSFT_OP_TRAP_FRAME and MSFT_OP_CONTEXT: all that was kept of the registers. */
  private async leave(layout: (typeof saved)[keyof typeof saved]): Promise<string | null> {
    const view = await this.bytes(this.get(stack), layout.length);
    if (typeof view === 'string') return view;
    const at = (offset: number): bigint => view.getBigUint64(offset, true);
    for (let register = 0; register < layout.count; register += 1)
      this.set(register, at(layout.registers + register * 8));
    this.set(frame, at(layout.fp));
    this.set(link, at(layout.lr));
    this.set(stack, at(layout.sp));
    this.state.instructionPointer = at(layout.pc);
    this.isMachineFrame = true;
    return null;
  }

  private async bytes(address: bigint, length: number): Promise<DataView | string> {
    const place = BigInt.asUintN(64, address);
    const view = await this.memory.read(place, length);
    return view.byteLength === length ? view : `the stack at 0x${place.toString(16)} is not in the dump`;
  }
}
