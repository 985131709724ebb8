import { withoutVariant } from './bugcheck.js';
import type { Crash } from './dump-facts.js';
import { hex } from './fields.js';
import type { ModuleMap } from './module-map.js';
import { statusName } from './nt-status.js';
import { contextLength, readContext, readTrapFrame, registerTexts, type Machine, type Registers } from './registers.js';
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
  const found = await registersOf(clues, leads);
  const instruction = parameter(clues, leads.instruction);
  const address = found?.registers.instructionPointer ?? instruction ?? null;
  if (address === null) return null;
  const exception = record ?? (leads.record === undefined ? clues.headerException : null);
  return {
    address: hex(address),
    ...modules.locate(address),
    from: found?.from ?? `parameter ${(leads.instruction ?? 0) + 1}; its registers are not in the dump`,
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

async function registersOf(clues: CrashClues, leads: Pointers): Promise<FoundRegisters | null> {
  const { machine, memory, header } = clues;
  const context = parameter(clues, leads.context);
  if (context !== null) {
    const registers = readContext(await memory.read(context, contextLength(machine)), machine);
    if (registers) return { registers, from: `context record of parameter ${(leads.context ?? 0) + 1}` };
  }
  const trap = parameter(clues, leads.trapFrame);
  if (trap !== null && machine === 'AMD64') {
    const registers = readTrapFrame(await memory.read(trap, 0x190));
    if (registers) return { registers, from: `trap frame of parameter ${(leads.trapFrame ?? 0) + 1}` };
  }
  const instruction = parameter(clues, leads.instruction);
  if (instruction === null || header?.instructionPointer === instruction) {
    return header && { registers: header, from: 'context of the header' };
  }
  return (await trapFrameOf(clues, instruction)) ?? null;
}

/** The trap frame on the stack whose saved instruction is the one of the bugcheck: kernel code and stack segments tell it. */
async function trapFrameOf(
  { machine, memory, stack }: CrashClues,
  instruction: bigint,
): Promise<FoundRegisters | null> {
  if (machine !== 'AMD64' || !stack || instruction === 0n) return null;
  const bytes = await memory.read(stack.from, Number(min(stack.to - stack.from, maxStackBytes)));
  for (let at = 0x168; at + 0x28 <= bytes.byteLength; at += 8) {
    if (bytes.getBigUint64(at, true) !== instruction) continue;
    const codeSegment = bytes.getUint16(at + 8, true);
    const stackPointer = bytes.getBigUint64(at + 0x18, true);
    if (codeSegment !== 0x10 || stackPointer < stack.from || stackPointer > stack.to) continue;
    const frame = new DataView(
      bytes.buffer,
      bytes.byteOffset + at - 0x168,
      Math.min(0x190, bytes.byteLength - at + 0x168),
    );
    const registers = readTrapFrame(frame);
    if (registers) return { registers, from: 'trap frame on the stack whose instruction is that of the bugcheck' };
  }
  return null;
}

async function recordAt(clues: CrashClues, index: number | undefined): Promise<ExceptionRecord | null> {
  const address = parameter(clues, index);
  return address === null ? null : readExceptionRecord64(await clues.memory.read(address, 0x98));
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

function parameter({ parameters }: CrashClues, index: number | undefined): bigint | null {
  return index === undefined ? null : (parameters[index] ?? null);
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
