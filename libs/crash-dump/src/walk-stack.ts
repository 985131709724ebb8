import type { Frame, FrameTrust } from './dump-facts.js';
import { hex } from './fields.js';
import { isKernelAddress, type LoadedModule } from './loaded-modules.js';
import { mapOfModules, type ModuleMap } from './module-map.js';
import { readExportsOf } from './pe-image.js';
import type { Registers } from './registers.js';
import { callPrecedes, scanStack } from './scan-stack.js';
import { amd64 } from './unwind-amd64.js';
import { arm64 } from './unwind-arm64.js';
import { x86 } from './unwind-x86.js';
import type { CallState, UnwindImage, Unwinder } from './unwinder.js';
import type { VirtualMemory } from './virtual-memory.js';

/** A frame and the numbers behind it. */
export interface WalkedFrame {
  frame: Frame;
  instructionPointer: bigint;
  stackPointer: bigint;
  /** Whether a trap or an interrupt took it from its work; then its address is no return address. */
  wasInterrupted: boolean;
}

/** Machines whose stacks can be walked. */
export type WalkedMachine = 'AMD64' | 'ARM64' | 'x86';

/** A frame's registers and how they were found. `isExact`: its instruction was interrupted, it is no return address. */
interface Step {
  state: CallState;
  trust: FrameTrust;
  isExact: boolean;
}

const maxFrames = 256;
/** How often a walk may go on by scanning. */
const maxScans = 16;
/** Larger than any kernel stack. */
const maxStackBytes = 0x20000n;
/** Longer functions of x86 are rare. */
const farthestFromStart = 0x1000n;
const unwinders: Readonly<Record<WalkedMachine, Unwinder>> = { AMD64: amd64, ARM64: arm64, x86 };
const confidence: Readonly<Record<FrameTrust, number>> = {
  ...{ context: 1, unwind: 0.95, 'frame-pointer': 0.9, 'cfi-chained': 0.7, scan: 0.5 },
};

/** Walks the call stacks of a dump whose images are in it. */
export class StackWalker {
  private readonly map: ModuleMap;
  private readonly loaded: ReadonlyMap<string, LoadedModule>;
  private readonly exports = new Map<string, ReadonlyMap<number, string>>();
  private readonly unwinder: Unwinder;

  constructor(
    private readonly memory: VirtualMemory,
    modules: readonly LoadedModule[],
    private readonly machine: WalkedMachine,
  ) {
    this.map = mapOfModules(modules.map(({ module }) => module));
    this.loaded = new Map(modules.map((one) => [one.module.base, one]));
    this.unwinder = unwinders[machine];
  }

  /**
   * From registers outwards. Each step is undone by the image's unwind data; where that is not in the dump, by the chain
   * of frames, if the machine's code keeps one, and else by a look through the stack for the next return address.
   */
  async walk(from: Registers): Promise<WalkedFrame[]> {
    return this.walkOn({
      state: {
        instructionPointer: from.instructionPointer,
        registers: this.unwinder.names.map((name) => from.all[name] ?? 0n),
      },
      trust: 'context',
      isExact: true,
    });
  }

  /** From a stack of which only its place is known: the first return address is looked for, the rest is walked. */
  async walkFromStack(pointer: bigint): Promise<WalkedFrame[]> {
    const registers = this.unwinder.names.map(() => 0n);
    registers[this.unwinder.stackRegister] = pointer;
    const first = await this.nextByScan({ instructionPointer: 0n, registers });
    return first ? this.walkOn(first) : [];
  }

  private async walkOn(first: Step): Promise<WalkedFrame[]> {
    const frames: WalkedFrame[] = [];
    let step: Step | null = first;
    let scans = 0;
    let wasGuessed = first.trust !== 'context';
    const visited = new Set<string>();
    while (step && frames.length < maxFrames) {
      const here = `${step.state.instructionPointer} ${this.stackOf(step.state)}`;
      if (visited.has(here)) break;
      visited.add(here);
      frames.push(await this.frameOf(step));
      const next: Step | 'end' | null = await this.callerOf(step, wasGuessed);
      if (next === 'end') break;
      step = next ?? (await this.nextByFrame(step)) ?? (scans < maxScans ? await this.nextByScan(step.state) : null);
      if (next) continue;
      scans += step?.trust === 'scan' ? 1 : 0;
      wasGuessed = true;
    }
    return frames;
  }

  /** The caller by unwind data; `end` where the kernel was entered; null when it cannot be told that way. */
  private async callerOf({ state, isExact }: Step, wasGuessed: boolean): Promise<Step | 'end' | null> {
    const image = this.imageAt(state.instructionPointer);
    if (!image) return isExact ? this.callerOfNowhere(state, wasGuessed) : null;
    const unwound = await this.unwinder.unwind(this.memory, image, state, !isExact);
    if (typeof unwound === 'string') return null;
    // A function without unwind data calls nobody, so only one that was interrupted can be such.
    if (unwound.functionStart === null && !isExact) return null;
    const { instructionPointer } = unwound.state;
    if (instructionPointer === 0n || (unwound.isMachineFrame && !isKernelAddress(instructionPointer))) return 'end';
    if (!unwound.isMachineFrame) {
      // A caller lies further up the same stack and inside a module; else these registers were not those of the frame.
      const moved = this.stackOf(unwound.state) - this.stackOf(state);
      if (moved < 0n || moved > maxStackBytes || (moved === 0n && !isExact)) return null;
      if (!this.map.at(instructionPointer)) return isKernelAddress(instructionPointer) ? null : 'end';
    }
    return { state: unwound.state, trust: wasGuessed ? 'cfi-chained' : 'unwind', isExact: unwound.isMachineFrame };
  }

  /** Where the processor was led to no code at all, the link register still is that of the call. */
  private async callerOfNowhere(state: CallState, wasGuessed: boolean): Promise<Step | null> {
    const { linkRegister } = this.unwinder;
    if (linkRegister === null || this.map.at(state.instructionPointer)) return null;
    const instructionPointer = this.unwinder.plain(state.registers[linkRegister] ?? 0n);
    if (!this.map.at(instructionPointer)) return null;
    if ((await callPrecedes(this.machine, this.memory, instructionPointer)) !== true) return null;
    return {
      ...{ state: { instructionPointer, registers: state.registers }, isExact: false },
      trust: wasGuessed ? 'cfi-chained' : 'unwind',
    };
  }

  /** The caller by the chain of frames: where the frame register points lies the caller's, and behind it the return address. */
  private async nextByFrame({ state }: Step): Promise<Step | null> {
    const { frameRegister, stackRegister, width } = this.unwinder;
    if (frameRegister === null) return null;
    const at = state.registers[frameRegister] ?? 0n;
    const distance = at - this.stackOf(state);
    if (distance < 0n || distance > maxStackBytes || at % BigInt(width) !== 0n) return null;
    const interrupted = await this.unwinder.interrupted(this.memory, at);
    if (interrupted) return { state: interrupted, trust: 'frame-pointer', isExact: true };
    const pair = await this.memory.read(at, width * 2);
    if (pair.byteLength < width * 2) return null;
    const instructionPointer = this.unwinder.plain(addressAt(pair, width, width));
    const skipped = await this.skippedCaller(state, at, instructionPointer);
    if (skipped) return skipped;
    if (!this.map.at(instructionPointer)) return null;
    if ((await callPrecedes(this.machine, this.memory, instructionPointer)) === false) return null;
    const registers = state.registers.map(() => 0n);
    registers[frameRegister] = addressAt(pair, 0, width);
    registers[stackRegister] = at + BigInt(width * 2);
    return { state: { instructionPointer, registers }, trust: 'frame-pointer', isExact: false };
  }

  /**
   * x86 code may keep no frame pointer: then the chain leads past its caller. The caller lies before, and its direct call
   * goes to the very function; unless the chain's own next call does.
   */
  private async skippedCaller(state: CallState, to: bigint, chained: bigint): Promise<Step | null> {
    if (this.machine !== 'x86' || (await this.callsTo(chained, state.instructionPointer))) return null;
    const from = this.stackOf(state);
    const view = await this.memory.read(from, Number(to - from));
    for (let at = 0; at + 4 <= view.byteLength; at += 4) {
      const instructionPointer = BigInt(view.getUint32(at, true));
      if (!this.map.at(instructionPointer) || !(await this.callsTo(instructionPointer, state.instructionPointer)))
        continue;
      const registers = [...state.registers];
      registers[this.unwinder.stackRegister] = from + BigInt(at + 4);
      return { state: { instructionPointer, registers }, trust: 'scan', isExact: false };
    }
    return null;
  }

  /** Whether the call before a return address goes to a function that begins shortly before an instruction. */
  private async callsTo(returnAddress: bigint, instruction: bigint): Promise<boolean> {
    const call = await this.memory.read(returnAddress - 5n, 5);
    if (call.byteLength < 5 || call.getUint8(0) !== 0xe8) return false;
    const distance = instruction - BigInt.asUintN(32, returnAddress + BigInt(call.getInt32(1, true)));
    return distance >= 0n && distance < farthestFromStart;
  }

  private async nextByScan(state: CallState): Promise<Step | null> {
    const { frameRegister, stackRegister, width, names } = this.unwinder;
    const from = this.stackOf(state);
    const candidates = await scanStack({
      ...{ machine: this.machine, modules: this.map, memory: this.memory },
      ...{ from, to: from + maxStackBytes },
    });
    const best = candidates.find((one) => one.confidence >= 0.8) ?? candidates.find((one) => one.confidence >= 0.5);
    if (!best?.stackPointer) return null;
    const slot = BigInt(best.stackPointer);
    const registers = names.map(() => 0n);
    registers[stackRegister] = slot + BigInt(width);
    if (frameRegister !== null) {
      // Code that chains its frames stores the caller's frame before the return address.
      const before = await this.memory.read(slot - BigInt(width), width);
      registers[frameRegister] = before.byteLength < width ? 0n : addressAt(before, 0, width);
    }
    return { state: { instructionPointer: BigInt(best.address), registers }, trust: 'scan', isExact: false };
  }

  private async frameOf({ state, trust, isExact }: Step): Promise<WalkedFrame> {
    const { instructionPointer } = state;
    const stackPointer = this.stackOf(state);
    return {
      instructionPointer,
      stackPointer,
      wasInterrupted: isExact && trust !== 'context',
      frame: {
        address: hex(instructionPointer),
        ...this.map.locate(instructionPointer),
        trust,
        stackPointer: hex(stackPointer),
        confidence: confidence[trust],
        symbol: await this.symbolAt(instructionPointer, isExact),
      },
    };
  }

  /** Only when the export is the beginning of the very function that holds the address: the nearest name often lies. */
  private async symbolAt(address: bigint, isExact: boolean): Promise<string | null> {
    const loaded = this.loadedAt(address);
    const image = this.imageAt(address);
    if (!loaded?.image || !image) return null;
    const rva = Number(address - image.base);
    const inside = isExact || this.machine === 'AMD64' ? rva : rva - 4;
    const start = (await this.unwinder.functionStart(this.memory, image, inside)) ?? rva;
    let exports = this.exports.get(loaded.module.base);
    if (!exports) {
      exports = await readExportsOf(this.memory, loaded.image);
      this.exports.set(loaded.module.base, exports);
    }
    const name = exports.get(start);
    return name === undefined ? null : `${name}+${hex(rva - start)}`;
  }

  private loadedAt(address: bigint): LoadedModule | null {
    const module = this.map.at(address);
    return module ? (this.loaded.get(module.base) ?? null) : null;
  }

  private imageAt(address: bigint): UnwindImage | null {
    const loaded = this.loadedAt(address);
    return loaded?.functions ? { base: BigInt(loaded.module.base), functions: loaded.functions } : null;
  }

  private stackOf({ registers }: CallState): bigint {
    return registers[this.unwinder.stackRegister] ?? 0n;
  }
}

function addressAt(view: DataView, offset: number, width: 4 | 8): bigint {
  return width === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true));
}
