import type { Frame } from './dump-facts.js';
import { hex } from './fields.js';
import type { ModuleMap } from './module-map.js';
import type { Machine, Registers } from './registers.js';
import { plainAddress } from './unwind-arm64.js';
import type { VirtualMemory } from './virtual-memory.js';

/** More words than the largest kernel stack holds, and much of a user stack. */
const maxWords = 16_384;
const maxFrames = 512;

/** Where to look for return addresses, and what tells whether a value is one. */
export interface ScanPlan {
  machine: Machine;
  modules: ModuleMap;
  memory: VirtualMemory;
  /** Lowest address to look at. */
  from: bigint;
  /** First address not to look at. */
  to: bigint;
}

/**
 * Values on a stack that point into modules, innermost first: what is left when images are not in the dump. A value is
 * dropped when the code before the address is in the dump and is no call.
 */
export async function scanStack({ machine, modules, memory, from, to }: ScanPlan): Promise<Frame[]> {
  const width = machine === 'AMD64' || machine === 'ARM64' ? 8 : 4;
  if (to <= from) return [];
  const start = from + ((BigInt(width) - (from % BigInt(width))) % BigInt(width));
  const bytes = to - start > BigInt(maxWords * width) ? maxWords * width : Number(to - start);
  const stack = await memory.read(start, bytes);
  const frames: Frame[] = [];
  for (let at = 0; at + width <= stack.byteLength && frames.length < maxFrames; at += width) {
    const word = width === 8 ? stack.getBigUint64(at, true) : BigInt(stack.getUint32(at, true));
    const address = machine === 'ARM64' ? plainAddress(word) : word;
    const module = modules.at(address);
    // The first page of an image is its header.
    if (!module || address - BigInt(module.base) < 0x1000n) continue;
    const calls = await callPrecedes(machine, memory, address);
    if (calls === false) continue;
    frames.push({
      address: hex(address),
      ...modules.locate(address),
      trust: 'scan',
      stackPointer: hex(start + BigInt(at)),
      confidence: confidenceOf(machine, address, start + BigInt(at), calls),
      symbol: null,
    });
  }
  return frames;
}

/** Which register x86 and ARM64 code chains its frames by; other machines keep no chain. */
const frameRegisters: Readonly<Partial<Record<Machine, string>>> = { x86: 'ebp', ARM64: 'fp' };

/**
 * A scanned stack whose frames are marked that the chain of frame pointers leads to as well; before it, where the link
 * register of ARM64 returns to, which may be on no stack yet.
 */
export async function scanWithFramePointers(plan: ScanPlan, registers: Registers | null): Promise<Frame[]> {
  const scanned = await scanStack(plan);
  const name = frameRegisters[plan.machine];
  if (name === undefined || !registers) return scanned;
  const width = plan.machine === 'x86' ? 4 : 8;
  const slots = await framePointerSlots(plan.memory, registers.all[name] ?? 0n, plan, width);
  const link = await linkedFrame(plan, registers);
  return [...link, ...scanned].map((frame): Frame => {
    const isChained = frame.stackPointer !== null && slots.has(frame.stackPointer);
    return isChained ? { ...frame, trust: 'frame-pointer', confidence: 0.9 } : frame;
  });
}

async function linkedFrame({ machine, modules, memory }: ScanPlan, { all }: Registers): Promise<Frame[]> {
  const address = machine === 'ARM64' ? plainAddress(all['lr'] ?? 0n) : 0n;
  const module = modules.at(address);
  if (!module || address - BigInt(module.base) < 0x1000n) return [];
  const calls = await callPrecedes(machine, memory, address);
  if (calls === false) return [];
  return [
    {
      ...{ address: hex(address), ...modules.locate(address), trust: 'scan', stackPointer: null, symbol: null },
      confidence: calls === true ? 0.8 : 0.5,
    },
  ];
}

/**
 * Where code that keeps frame pointers has the return addresses of its callers: each points to the next, and the return
 * address lies behind it. The chain must lead outwards inside the stack.
 */
async function framePointerSlots(
  memory: VirtualMemory,
  first: bigint,
  { from, to }: { from: bigint; to: bigint },
  width: 4 | 8,
): Promise<Set<string>> {
  const slots = new Set<string>();
  let pointer = first;
  const step = BigInt(width);
  while (pointer >= from && pointer + 2n * step <= to && pointer % step === 0n && slots.size < maxFrames) {
    slots.add(hex(pointer + step));
    const next = await memory.read(pointer, width);
    if (next.byteLength < width) break;
    const value = width === 8 ? next.getBigUint64(0, true) : BigInt(next.getUint32(0, true));
    if (value <= pointer) break;
    pointer = value;
  }
  return slots;
}

/**
 * A call on AMD64 finds the stack aligned to 16 bytes, so a return address lies at 8 past that. Functions begin at
 * multiples of 16; return addresses seldom lie there, but on ARM64, where instructions have 4 bytes, every fourth does.
 */
function confidenceOf(machine: Machine, address: bigint, slot: bigint, calls: boolean | null): number {
  if (machine === 'AMD64' && slot % 16n !== 8n) return calls === true ? 0.3 : 0.05;
  if (calls === true) return 0.8;
  if (address % 16n !== 0n) return 0.5;
  return machine === 'ARM64' ? 0.3 : 0.1;
}

/** Whether the instruction before an address is a call; null when that code is not in the dump. */
export async function callPrecedes(machine: Machine, memory: VirtualMemory, address: bigint): Promise<boolean | null> {
  if (machine === 'ARM64') {
    if (address % 4n !== 0n) return false;
    const code = await memory.read(address - 4n, 4);
    if (code.byteLength < 4) return null;
    const word = code.getUint32(0, true);
    // BL, or BLR and its variants with pointer authentication.
    return word >>> 26 === 0x25 || (word & 0xfffff000) >>> 0 === 0xd63f0000 || word >>> 24 === 0xd7;
  }
  if (machine === 'ARM') return null;
  const code = await memory.read(address - 7n, 7);
  if (code.byteLength < 7) return null;
  if (code.getUint8(2) === 0xe8) return true;
  // FF /2: a call through a register or memory, 2 to 7 bytes long with its prefix.
  for (const length of [2, 3, 4, 6, 7]) {
    const at = 7 - length;
    if (
      code.getUint8(at) === 0xff &&
      lengthOfCall(code.getUint8(at + 1), length > 2 ? code.getUint8(at + 2) : 0) === length
    )
      return true;
  }
  return false;
}

/** How long `FF` with this ModRM (and SIB) byte is when it is a near call; 0 when it is none. */
function lengthOfCall(modRm: number, sib: number): number {
  if (((modRm >> 3) & 7) !== 2) return 0;
  const mode = modRm >> 6;
  const register = modRm & 7;
  if (mode === 3) return 2;
  const withSib = register === 4 ? 1 : 0;
  if (mode === 1) return 3 + withSib;
  if (mode === 2) return 6 + withSib;
  return register === 5 || (withSib === 1 && (sib & 7) === 5) ? 6 + withSib : 2 + withSib;
}
