import { withoutVariant } from './bugcheck.js';
import type { Crash } from './dump-facts.js';
import { hex } from './fields.js';
import type { ModuleMap } from './module-map.js';
import { statusName } from './nt-status.js';
import {
  contextLength,
  hasTrapFrame,
  readContext,
  readTrapFrame,
  registerTexts,
  trapFrameLength,
  type Machine,
  type Registers,
  type TrapMachine,
} from './registers.js';
import { say } from './sentences.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Larger than any kernel stack. */
const maxStackBytes = 0x20000n;

/** An EXCEPTION_RECORD. */
export interface ExceptionRecord {
  code: number;
  address: bigint;
  parameters: bigint[];
}

/** Registers, and in words where they were found. */
export interface FoundRegisters {
  registers: Registers;
  from: string;
}

/** What is at hand to find the registers that belong to the fault. */
export interface CrashClues {
  machine: Machine;
  code: number;
  parameters: readonly bigint[];
  memory: VirtualMemory;
  /** CONTEXT of the dump's header. */
  header: Registers | null;
  headerException: ExceptionRecord | null;
  /** The part of the stack that is in the dump. */
  stack: { from: bigint; to: bigint } | null;
  /** The dump holds no images, by whose unwind data the code that a clock interrupted is found exactly. */
  isWithoutImages?: boolean;
}

/** What a bugcheck's parameters lead to; numbers count from 0. */
interface Pointers {
  context?: number;
  trapFrame?: number;
  record?: number;
  instruction?: number;
}

/** Which parameter holds what, after Microsoft's bug check code reference. */
const pointers: ReadonlyMap<number, Pointers> = new Map<number, Pointers>([
  [0x0a, { instruction: 3 }],
  [0x1e, { instruction: 1 }],
  [0x24, { record: 1, context: 2 }],
  [0x3b, { context: 2, instruction: 1 }],
  [0x50, { instruction: 2 }],
  [0x7e, { record: 2, context: 3, instruction: 1 }],
  [0x8e, { trapFrame: 2, instruction: 1 }],
  [0xd1, { instruction: 3 }],
  [0xd5, { instruction: 2 }],
  [0x139, { trapFrame: 1, record: 2 }],
]);

/**
 * The registers at the moment of the fault. The context in a dump's header is that of the bugcheck in some dumps and
 * that of the fault in others, so the bugcheck decides where to look first.
 */
export async function findCrash(
  clues: CrashClues,
  modules: ModuleMap,
): Promise<(Crash & { found: FoundRegisters | null }) | null> {
  const leads = pointers.get(withoutVariant(clues.code)) ?? {};
  const record = (await recordAt(clues, leads.record)) ?? null;
  const found = await registersOf(clues, leads, modules);
  const instruction = parameter(clues, leads.instruction);
  const address = found?.registers.instructionPointer ?? instruction ?? null;
  if (address === null) return null;
  const exception = record ?? (leads.record === undefined ? clues.headerException : null);
  return {
    address: hex(address),
    ...modules.locate(address),
    from: found?.from ?? say('address-of-parameter', { parameter: (leads.instruction ?? 0) + 1 }),
    registers: found ? registerTexts(found.registers) : {},
    exception: exception && {
      code: hex(exception.code),
      name: statusName(exception.code),
      address: hex(exception.address),
      parameters: exception.parameters.map(hex),
    },
    found,
  };
}

async function registersOf(clues: CrashClues, leads: Pointers, modules: ModuleMap): Promise<FoundRegisters | null> {
  const { machine, memory, header } = clues;
  const context = parameter(clues, leads.context);
  if (context !== null) {
    const registers = readContext(await memory.read(context, contextLength(machine)), machine);
    if (registers) return { registers, from: say('context-of-parameter', { parameter: (leads.context ?? 0) + 1 }) };
  }
  const trap = parameter(clues, leads.trapFrame);
  if (trap !== null && hasTrapFrame(machine)) {
    const registers = readTrapFrame(await memory.read(trap, trapFrameLength(machine)), machine, trap);
    if (registers)
      return { registers, from: say('trap-frame-of-parameter', { parameter: (leads.trapFrame ?? 0) + 1 }) };
  }
  if (clues.isWithoutImages === true && interruptedByClock.has(withoutVariant(clues.code))) {
    const inModule = (value: bigint): boolean => modules.at(value) !== null;
    const interrupted = await trapFrameOf(clues, inModule, say('interrupted-on-stack'));
    if (interrupted) return interrupted;
  }
  const instruction = parameter(clues, leads.instruction);
  if (instruction === null || header?.instructionPointer === instruction) {
    return header && { registers: header, from: say('context-of-header') };
  }
  if (instruction === 0n) return null;
  return await trapFrameOf(clues, (value) => value === instruction, say('trap-frame-on-stack'));
}

/** What a watchdog tells of is the code that the clock interrupted; no parameter leads there. */
const interruptedByClock = new Set([0x133]);

/** What of a trap frame tells that it is one, besides its instruction: that kernel code was interrupted. */
const marks: Readonly<Record<TrapMachine, { instruction: number; isOfKernel(frame: DataView): boolean }>> = {
  // SegCs: the kernel's code segment.
  AMD64: { instruction: 0x168, isOfKernel: (frame) => frame.getUint16(0x170, true) === 0x10 },
  // Spsr: exception level 1, with its own or with the common stack pointer.
  ARM64: { instruction: 0x148, isOfKernel: (frame) => (frame.getUint32(0x90, true) & 0x1e) === 4 },
  x86: { instruction: 0x68, isOfKernel: (frame) => frame.getUint16(0x6c, true) === 8 },
};

/** The innermost trap frame whose saved instruction fits, and whose stack is the one at hand, above it. */
async function trapFrameOf(
  { machine, memory, stack }: CrashClues,
  fits: (instruction: bigint) => boolean,
  from: string,
): Promise<FoundRegisters | null> {
  if (!hasTrapFrame(machine) || !stack) return null;
  const bytes = await memory.read(stack.from, Number(min(stack.to - stack.from, maxStackBytes)));
  const mark = marks[machine];
  const length = trapFrameLength(machine);
  const width = machine === 'x86' ? 4 : 8;
  for (let at = mark.instruction; at + width <= bytes.byteLength; at += width) {
    const value = width === 8 ? bytes.getBigUint64(at, true) : BigInt(bytes.getUint32(at, true));
    if (!fits(value)) continue;
    const start = at - mark.instruction;
    if (start + length > bytes.byteLength) continue;
    const frame = new DataView(bytes.buffer, bytes.byteOffset + start, length);
    const registers = mark.isOfKernel(frame) ? readTrapFrame(frame, machine, stack.from + BigInt(start)) : null;
    if (!registers || registers.stackPointer < stack.from || registers.stackPointer > stack.to) continue;
    return { registers, from };
  }
  return null;
}

async function recordAt(clues: CrashClues, index: number | undefined): Promise<ExceptionRecord | null> {
  const address = parameter(clues, index);
  if (address === null) return null;
  return clues.machine === 'x86'
    ? readExceptionRecord32(await clues.memory.read(address, 0x50))
    : readExceptionRecord64(await clues.memory.read(address, 0x98));
}

/** EXCEPTION_RECORD64 (winnt.h); null when it is cut short or was never written. */
export function readExceptionRecord64(view: DataView): ExceptionRecord | null {
  if (view.byteLength < 0x20) return null;
  const code = view.getUint32(0, true);
  if (code === 0 || code === 0x45474150) return null;
  const count = Math.min(view.getUint32(0x18, true), 15, Math.floor((view.byteLength - 0x20) / 8));
  return {
    code,
    address: view.getBigUint64(0x10, true),
    parameters: Array.from({ length: count }, (_, index) => view.getBigUint64(0x20 + 8 * index, true)),
  };
}

/** EXCEPTION_RECORD32 (winnt.h); null when it is cut short or was never written. */
export function readExceptionRecord32(view: DataView): ExceptionRecord | null {
  if (view.byteLength < 0x14) return null;
  const code = view.getUint32(0, true);
  if (code === 0 || code === 0x45474150) return null;
  const count = Math.min(view.getUint32(0x10, true), 15, Math.floor((view.byteLength - 0x14) / 4));
  return {
    code,
    address: BigInt(view.getUint32(0xc, true)),
    parameters: Array.from({ length: count }, (_, index) => BigInt(view.getUint32(0x14 + 4 * index, true))),
  };
}

function parameter({ parameters }: CrashClues, index: number | undefined): bigint | null {
  return index === undefined ? null : (parameters[index] ?? null);
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
