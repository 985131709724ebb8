import { hex } from './fields.js';

/** The registers of one moment. */
export interface Registers {
  instructionPointer: bigint;
  stackPointer: bigint;
  all: Readonly<Record<string, bigint>>;
}

export type Machine = 'AMD64' | 'ARM64' | 'x86' | 'ARM';

interface Layout {
  /** Bytes of a register. */
  width: 4 | 8;
  /** Bytes that must be there. */
  length: number;
  offsets: Readonly<Record<string, number>>;
  instructionPointer: string;
  stackPointer: string;
}

const numbered = (letter: string, from: number, to: number, start: number, width: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, n) => [`${letter}${from + n}`, start + n * width]));

/** CONTEXT of each machine, as winnt.h of the Windows SDK lays it out; AMD64 checked on a real dump. */
const contexts: Readonly<Record<Machine, Layout>> = {
  AMD64: {
    width: 8,
    length: 0x100,
    offsets: {
      ...{ rax: 0x78, rcx: 0x80, rdx: 0x88, rbx: 0x90, rsp: 0x98, rbp: 0xa0, rsi: 0xa8, rdi: 0xb0 },
      ...numbered('r', 8, 15, 0xb8, 8),
      rip: 0xf8,
    },
    instructionPointer: 'rip',
    stackPointer: 'rsp',
  },
  ARM64: {
    width: 8,
    length: 0x110,
    offsets: { ...numbered('x', 0, 28, 8, 8), fp: 0xf0, lr: 0xf8, sp: 0x100, pc: 0x108 },
    instructionPointer: 'pc',
    stackPointer: 'sp',
  },
  x86: {
    width: 4,
    length: 0xc8,
    offsets: {
      ...{ edi: 0x9c, esi: 0xa0, ebx: 0xa4, edx: 0xa8, ecx: 0xac, eax: 0xb0, ebp: 0xb4 },
      ...{ eip: 0xb8, eflags: 0xc0, esp: 0xc4 },
    },
    instructionPointer: 'eip',
    stackPointer: 'esp',
  },
  ARM: {
    width: 4,
    length: 0x48,
    offsets: { ...numbered('r', 0, 12, 4, 4), sp: 0x38, lr: 0x3c, pc: 0x40, cpsr: 0x44 },
    instructionPointer: 'pc',
    stackPointer: 'sp',
  },
};

/** Machines whose trap frames are known here. */
export type TrapMachine = 'AMD64' | 'ARM64' | 'x86';

/**
 * KTRAP_FRAME: what the processor and the trap handler keep. Registers that functions must preserve are often not stored
 * there, so they are left out. That of AMD64 is equal to the CONTEXT of the same crash in a real dump; that of ARM64 is
 * ARM64_KTRAP_FRAME of the unwinder that Microsoft published with .NET's runtime (unwinder.cpp). That of x86 is of the
 * public symbols of Windows 7; its HardwareEsp at +0x74 is there only when user code was interrupted.
 */
const trapFrames: Readonly<Record<TrapMachine, Layout>> = {
  AMD64: {
    width: 8,
    length: 0x190,
    offsets: {
      ...{ rax: 0x30, rcx: 0x38, rdx: 0x40, r8: 0x48, r9: 0x50, r10: 0x58, r11: 0x60, rbp: 0x158 },
      ...{ rip: 0x168, eflags: 0x178, rsp: 0x180 },
    },
    instructionPointer: 'rip',
    stackPointer: 'rsp',
  },
  ARM64: {
    width: 8,
    length: 0x150,
    offsets: { ...numbered('x', 0, 18, 0xa0, 8), fp: 0x140, lr: 0x138, sp: 0x98, pc: 0x148 },
    instructionPointer: 'pc',
    stackPointer: 'sp',
  },
  x86: {
    width: 4,
    length: 0x74,
    offsets: {
      ...{ edx: 0x3c, ecx: 0x40, eax: 0x44, edi: 0x54, esi: 0x58, ebx: 0x5c, ebp: 0x60 },
      ...{ eip: 0x68, eflags: 0x70, esp: 0 },
    },
    instructionPointer: 'eip',
    stackPointer: 'esp',
  },
};

/** The registers of a CONTEXT; null when it is cut short or was never filled in. */
export function readContext(view: DataView, machine: Machine): Registers | null {
  return read(view, contexts[machine]);
}

/** The registers of a KTRAP_FRAME that lies at an address; null when it is cut short or was never filled in. */
export function readTrapFrame(view: DataView, machine: TrapMachine, address: bigint): Registers | null {
  const registers = read(view, trapFrames[machine]);
  if (machine !== 'x86' || !registers) return registers;
  // The processor stores no stack pointer when kernel code was interrupted: its stack goes on behind the frame.
  const stackPointer = address + BigInt(trapFrames.x86.length);
  return { ...registers, stackPointer, all: { ...registers.all, esp: stackPointer } };
}

/** How many bytes a KTRAP_FRAME has. */
export function trapFrameLength(machine: TrapMachine): number {
  return trapFrames[machine].length;
}

/** Whether the trap frames of a machine are known here. */
export function hasTrapFrame(machine: Machine): machine is TrapMachine {
  return machine in trapFrames;
}

/** The machine of a name such as `AMD64`; null when its registers are not known here. */
export function knownMachine(name: string): Machine | null {
  return name in contexts ? (name as Machine) : null;
}

/** How many bytes of a CONTEXT are needed. */
export function contextLength(machine: Machine): number {
  return contexts[machine].length;
}

/** Registers as `0x…` text. */
export function registerTexts({ all }: Registers): Record<string, string> {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, hex(value)]));
}

const filler = 0x4547415045474150n;

function read(view: DataView, layout: Layout): Registers | null {
  if (view.byteLength < layout.length) return null;
  const all: Record<string, bigint> = {};
  for (const [name, offset] of Object.entries(layout.offsets)) {
    all[name] = layout.width === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true));
  }
  const instructionPointer = all[layout.instructionPointer] as bigint;
  const stackPointer = all[layout.stackPointer] as bigint;
  if ((instructionPointer === 0n && stackPointer === 0n) || instructionPointer === filler) return null;
  return { instructionPointer, stackPointer, all };
}
