import type { CallState, Unwinder, UnwindImage, Unwound } from './unwinder.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Registers have the numbers of machine code. */
export const amd64: Unwinder = {
  names: 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' '),
  stackRegister: 4,
  frameRegister: null,
  linkRegister: null,
  width: 8,
  unwind: (memory, image, state) => unwindAmd64(memory, image, state),
  functionStart: functionStartOf,
  interrupted: () => Promise.resolve(null),
  plain: (address) => address,
};

const rsp = 4;
/** Longest chain of unwind data that is believed. */
const maxChain = 32;

interface RuntimeFunction {
  begin: number;
  end: number;
  unwind: number;
}

/** Undoes what a function did to stack and registers, by the image's unwind data (UNWIND_INFO, versions 1 and 2). */
export async function unwindAmd64(memory: VirtualMemory, image: UnwindImage, state: CallState): Promise<Unwound> {
  const rva = Number(state.instructionPointer - image.base);
  const entry = await functionAt(memory, image, rva);
  if (typeof entry === 'string') return entry;
  const next: CallState = { instructionPointer: 0n, registers: [...state.registers] };
  const cursor = new Cursor(memory, next);
  if (entry === null) {
    // A function without unwind data calls nobody and leaves the stack alone.
    const isReturned = await cursor.return();
    return isReturned ? { state: next, isMachineFrame: false, functionStart: null } : cursor.trouble();
  }
  const ended = await runEpilog(memory, state, image, entry);
  if (ended) return { state: ended, isMachineFrame: false, functionStart: entry.begin };
  const undone = await undoProlog(memory, image, entry, rva - entry.begin, cursor);
  if (typeof undone === 'string') return undone;
  if (!undone.isMachineFrame && !(await cursor.return())) return cursor.trouble();
  return { state: next, isMachineFrame: undone.isMachineFrame, functionStart: undone.start };
}

async function functionStartOf(memory: VirtualMemory, image: UnwindImage, rva: number): Promise<number | null> {
  const entry = await functionAt(memory, image, rva);
  if (entry === null || typeof entry === 'string') return null;
  let { begin, unwind } = entry;
  for (let depth = 0; depth < maxChain; depth += 1) {
    const chained = await chainedFrom(memory, image, unwind);
    if (!chained) return begin;
    ({ begin, unwind } = chained);
  }
  return begin;
}

/** RUNTIME_FUNCTION entries are sorted by address, so only some pages of them are read. */
async function functionAt(
  memory: VirtualMemory,
  image: UnwindImage,
  rva: number,
): Promise<RuntimeFunction | null | string> {
  let low = 0;
  let high = Math.floor(image.functions.size / 12) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const view = await memory.read(image.base + BigInt(image.functions.rva + middle * 12), 12);
    if (view.byteLength < 12) return 'its unwind data is not in the dump';
    const begin = view.getUint32(0, true);
    const end = view.getUint32(4, true);
    if (rva < begin) high = middle - 1;
    else if (rva >= end) low = middle + 1;
    else return followed(memory, image, { begin, end, unwind: view.getUint32(8, true) });
  }
  return null;
}

/** Bit 0 of the place of unwind data: it is that of another entry. */
async function followed(
  memory: VirtualMemory,
  image: UnwindImage,
  entry: RuntimeFunction,
): Promise<RuntimeFunction | string> {
  if ((entry.unwind & 1) === 0) return entry;
  const view = await memory.read(image.base + BigInt(entry.unwind - 1), 12);
  if (view.byteLength < 12) return 'its unwind data is not in the dump';
  return { begin: view.getUint32(0, true), end: view.getUint32(4, true), unwind: view.getUint32(8, true) };
}

async function chainedFrom(memory: VirtualMemory, image: UnwindImage, unwind: number): Promise<RuntimeFunction | null> {
  const head = await memory.read(image.base + BigInt(unwind), 4);
  if (head.byteLength < 4 || ((head.getUint8(0) >> 3) & 4) === 0) return null;
  const slots = (head.getUint8(2) + 1) & ~1;
  const view = await memory.read(image.base + BigInt(unwind + 4 + slots * 2), 12);
  if (view.byteLength < 12) return null;
  return { begin: view.getUint32(0, true), end: view.getUint32(4, true), unwind: view.getUint32(8, true) };
}

/** How many 16-bit slots an operation takes. */
function slotsOf(operation: number, info: number): number {
  if (operation === 1) return info === 0 ? 2 : 3;
  if (operation === 4 || operation === 6 || operation === 8) return 2;
  return operation === 5 || operation === 9 ? 3 : 1;
}

async function undoProlog(
  memory: VirtualMemory,
  image: UnwindImage,
  entry: RuntimeFunction,
  offset: number,
  cursor: Cursor,
): Promise<{ isMachineFrame: boolean; start: number } | string> {
  let current: RuntimeFunction = entry;
  let done = offset;
  let isMachineFrame = false;
  for (let depth = 0; depth < maxChain; depth += 1) {
    const head = await memory.read(image.base + BigInt(current.unwind), 4);
    if (head.byteLength < 4) return 'its unwind data is not in the dump';
    const version = head.getUint8(0) & 7;
    if (version < 1 || version > 2) return `its unwind data is of version ${version}`;
    const count = head.getUint8(2);
    const codes = await memory.read(image.base + BigInt(current.unwind + 4), count * 2);
    if (codes.byteLength < count * 2) return 'its unwind data is not in the dump';
    const outcome = await undoCodes(codes, count, head.getUint8(3), done, cursor);
    if (typeof outcome === 'string') return outcome;
    isMachineFrame ||= outcome.isMachineFrame;
    if (((head.getUint8(0) >> 3) & 4) === 0) return { isMachineFrame, start: current.begin };
    const parent = await chainedFrom(memory, image, current.unwind);
    if (!parent) return 'its chained unwind data is not in the dump';
    current = parent;
    done = Number.POSITIVE_INFINITY;
  }
  return 'its unwind data is chained without end';
}

async function undoCodes(
  codes: DataView,
  count: number,
  frame: number,
  done: number,
  cursor: Cursor,
): Promise<{ isMachineFrame: boolean } | string> {
  const frameRegister = frame & 15;
  const frameOffset = BigInt((frame >> 4) * 16);
  const operations: { at: number; slot: number; operation: number; info: number }[] = [];
  for (let slot = 0; slot < count;) {
    const both = codes.getUint8(slot * 2 + 1);
    const operation = both & 15;
    const info = both >> 4;
    const slots = slotsOf(operation, info);
    if (slot + slots > count && operation !== 6) return 'its unwind data is damaged';
    operations.push({ at: codes.getUint8(slot * 2), slot, operation, info });
    slot += slots;
  }
  const hasFrame = frameRegister !== 0 && operations.every(({ operation, at }) => operation !== 3 || at <= done);
  const base = hasFrame ? cursor.get(frameRegister) - frameOffset : cursor.get(rsp);
  let isMachineFrame = false;
  for (const { at, slot, operation, info } of operations) {
    if (operation === 6 || at > done) continue;
    const word = (): bigint => BigInt(codes.getUint16(slot * 2 + 2, true));
    const long = (): bigint => BigInt(codes.getUint32(slot * 2 + 2, true));
    let isRead = true;
    if (operation === 0) isRead = await cursor.pop(info);
    else if (operation === 1) cursor.move(info === 0 ? word() * 8n : long());
    else if (operation === 2) cursor.move(BigInt(info * 8 + 8));
    else if (operation === 3) cursor.set(rsp, cursor.get(frameRegister) - frameOffset);
    else if (operation === 4) isRead = await cursor.load(info, base + word() * 8n);
    else if (operation === 5) isRead = await cursor.load(info, base + long());
    else if (operation === 10) {
      isRead = await cursor.leaveMachineFrame(info);
      isMachineFrame = true;
    } else if (operation !== 8 && operation !== 9) return `its unwind data holds the unknown operation ${operation}`;
    if (!isRead) return cursor.trouble();
  }
  return { isMachineFrame };
}

/** Longest end of a function: add or lea, eight pops with prefix, ret. */
const epilogBytes = 32;

/**
 * Whether the next instructions are the end of a function (`add rsp`/`lea rsp`, `pop`…, `ret` or `jmp` out of it): then
 * they are run, because the prolog is undone in part already.
 */
async function runEpilog(
  memory: VirtualMemory,
  state: CallState,
  image: UnwindImage,
  entry: RuntimeFunction,
): Promise<CallState | null> {
  const next: CallState = { instructionPointer: 0n, registers: [...state.registers] };
  const cursor = new Cursor(memory, next);
  const code = await memory.read(state.instructionPointer, epilogBytes);
  const byte = (at: number): number => (at < code.byteLength ? code.getUint8(at) : -1);
  let at = 0;
  let moved: bigint | null = null;
  if (byte(0) === 0x48 && byte(1) === 0x83 && byte(2) === 0xc4) {
    moved = cursor.get(rsp) + BigInt(code.getInt8(3));
    at = 4;
  } else if (byte(0) === 0x48 && byte(1) === 0x81 && byte(2) === 0xc4 && code.byteLength >= 7) {
    moved = cursor.get(rsp) + BigInt(code.getInt32(3, true));
    at = 7;
  } else if ((byte(0) & 0xfe) === 0x48 && byte(1) === 0x8d && ((byte(2) >> 3) & 7) === 4) {
    const register = (byte(2) & 7) + (byte(0) & 1) * 8;
    const mode = byte(2) >> 6;
    if ((byte(2) & 7) === 4 || (mode !== 1 && mode !== 2) || code.byteLength < 7) return null;
    moved = cursor.get(register) + BigInt(mode === 1 ? code.getInt8(3) : code.getInt32(3, true));
    at = mode === 1 ? 4 : 7;
  }
  const popped: number[] = [];
  for (;;) {
    const prefix = (byte(at) & 0xf0) === 0x40 ? 1 : 0;
    const operation = byte(at + prefix);
    if (operation < 0x58 || operation > 0x5f) break;
    popped.push((operation & 7) + (prefix === 1 && (byte(at) & 1) === 1 ? 8 : 0));
    at += prefix + 1;
  }
  if (!isLeaving(code, at, Number(state.instructionPointer - image.base), entry)) return null;
  if (moved !== null) cursor.set(rsp, moved);
  for (const register of popped) if (!(await cursor.pop(register))) return null;
  return (await cursor.return()) ? next : null;
}

function isLeaving(code: DataView, at: number, rva: number, entry: RuntimeFunction): boolean {
  const byte = (index: number): number => (index < code.byteLength ? code.getUint8(index) : -1);
  if (byte(at) === 0xc3 || byte(at) === 0xc2 || (byte(at) === 0xf3 && byte(at + 1) === 0xc3)) return true;
  const leaves = (target: number): boolean => target < entry.begin || target >= entry.end;
  // Only after something was undone is a jump an end; alone it can be any jump.
  if (at === 0) return false;
  if (byte(at) === 0xeb && at + 2 <= code.byteLength) return leaves(rva + at + 2 + code.getInt8(at + 1));
  if (byte(at) === 0xe9 && at + 5 <= code.byteLength) return leaves(rva + at + 5 + code.getInt32(at + 1, true));
  const prefix = byte(at) === 0x48 ? 1 : 0;
  return byte(at + prefix) === 0xff && byte(at + prefix + 1) === 0x25;
}

/** Registers that are being restored from the stack. */
class Cursor {
  private missing = 0n;

  constructor(
    private readonly memory: VirtualMemory,
    private readonly state: CallState,
  ) {}

  get(register: number): bigint {
    return this.state.registers[register] ?? 0n;
  }

  set(register: number, value: bigint): void {
    this.state.registers[register] = BigInt.asUintN(64, value);
  }

  move(bytes: bigint): void {
    this.set(rsp, this.get(rsp) + bytes);
  }

  async load(register: number, address: bigint): Promise<boolean> {
    const value = await this.word(address);
    if (value === null) return false;
    this.set(register, value);
    return true;
  }

  async pop(register: number): Promise<boolean> {
    const at = this.get(rsp);
    const isRead = await this.load(register, at);
    if (isRead && register !== rsp) this.set(rsp, at + 8n);
    return isRead;
  }

  async return(): Promise<boolean> {
    const value = await this.word(this.get(rsp));
    if (value === null) return false;
    this.state.instructionPointer = value;
    this.move(8n);
    return true;
  }

  /** What the processor pushed: an error code (when `errorCode` is 1), rip, cs, flags, rsp, ss. */
  async leaveMachineFrame(errorCode: number): Promise<boolean> {
    const at = this.get(rsp) + BigInt(errorCode * 8);
    const instruction = await this.word(at);
    const stack = await this.word(at + 24n);
    if (instruction === null || stack === null) return false;
    this.state.instructionPointer = instruction;
    this.set(rsp, stack);
    return true;
  }

  trouble(): string {
    return `the stack at 0x${this.missing.toString(16)} is not in the dump`;
  }

  private async word(address: bigint): Promise<bigint | null> {
    const view = await this.memory.read(BigInt.asUintN(64, address), 8);
    if (view.byteLength === 8) return view.getBigUint64(0, true);
    this.missing = BigInt.asUintN(64, address);
    return null;
  }
}
