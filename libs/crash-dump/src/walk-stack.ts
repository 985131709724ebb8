import type { Frame, FrameTrust } from './dump-facts.js';
import { hex } from './fields.js';
import { isKernelAddress, type LoadedModule } from './loaded-modules.js';
import { mapOfModules, type ModuleMap } from './module-map.js';
import { readExportsOf } from './pe-image.js';
import type { Registers } from './registers.js';
import { scanStack } from './scan-stack.js';
import { functionStartOf, unwindAmd64, type Amd64State, type UnwindImage } from './unwind-amd64.js';
import type { VirtualMemory } from './virtual-memory.js';

/** A frame and the numbers behind it. */
export interface WalkedFrame {
  frame: Frame;
  instructionPointer: bigint;
  stackPointer: bigint;
}

const maxFrames = 256;
/** How often a walk may go on by scanning. */
const maxScans = 16;
/** Larger than any kernel stack. */
const maxStackBytes = 0x20000n;
const names = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ');

/** Walks the call stacks of a kernel dump whose images are in it. */
export class StackWalker {
  private readonly map: ModuleMap;
  private readonly loaded: ReadonlyMap<string, LoadedModule>;
  private readonly exports = new Map<string, ReadonlyMap<number, string>>();

  constructor(
    private readonly memory: VirtualMemory,
    modules: readonly LoadedModule[],
  ) {
    this.map = mapOfModules(modules.map(({ module }) => module));
    this.loaded = new Map(modules.map((one) => [one.module.base, one]));
  }

  /**
   * From registers outwards. Each step is undone by the image's unwind data; where that is not in the dump, the stack is
   * scanned for the next return address.
   */
  async walk(from: Registers): Promise<WalkedFrame[]> {
    const frames: WalkedFrame[] = [];
    let state: Amd64State = {
      instructionPointer: from.instructionPointer,
      registers: names.map((name) => from.all[name] ?? 0n),
    };
    let trust: FrameTrust = 'context';
    let scans = 0;
    let wasScanned = false;
    const visited = new Set<string>();
    while (frames.length < maxFrames) {
      const here = `${state.instructionPointer} ${stackOf(state)}`;
      if (visited.has(here)) break;
      visited.add(here);
      frames.push(await this.frameOf(state, trust));
      const next = await this.callerOf(state, frames.length === 1);
      if (next === 'end') break;
      if (next) {
        state = next;
        trust = wasScanned ? 'cfi-chained' : 'unwind';
        continue;
      }
      const found = scans < maxScans ? await this.nextByScan(state) : null;
      if (!found) break;
      scans += 1;
      wasScanned = true;
      state = found;
      trust = 'scan';
    }
    return frames;
  }

  /** The caller by unwind data; `end` where the kernel was entered; null when it cannot be told that way. */
  private async callerOf(state: Amd64State, isFirst: boolean): Promise<Amd64State | 'end' | null> {
    const image = this.imageAt(state.instructionPointer);
    if (!image) return null;
    const unwound = await unwindAmd64(this.memory, image, state);
    if (typeof unwound === 'string') return null;
    if (unwound.functionStart === null && !isFirst) return null;
    const { instructionPointer } = unwound.state;
    if (instructionPointer === 0n || (unwound.isMachineFrame && !isKernelAddress(instructionPointer))) return 'end';
    if (!unwound.isMachineFrame) {
      // A caller lies further up the same stack and inside a module; else these registers were not those of the frame.
      if (stackOf(unwound.state) <= stackOf(state) || stackOf(unwound.state) - stackOf(state) > maxStackBytes)
        return null;
      if (!this.map.at(instructionPointer)) return isKernelAddress(instructionPointer) ? null : 'end';
    }
    return unwound.state;
  }

  private async nextByScan(state: Amd64State): Promise<Amd64State | null> {
    const from = stackOf(state);
    const candidates = await scanStack({
      ...{ machine: 'AMD64', modules: this.map, memory: this.memory },
      ...{ from, to: from + maxStackBytes },
    });
    const best =
      candidates.find(({ confidence }) => confidence >= 0.8) ?? candidates.find((one) => one.confidence >= 0.5);
    if (!best?.stackPointer) return null;
    const registers = names.map(() => 0n);
    registers[4] = BigInt(best.stackPointer) + 8n;
    return { instructionPointer: BigInt(best.address), registers };
  }

  private async frameOf(state: Amd64State, trust: FrameTrust): Promise<WalkedFrame> {
    const { instructionPointer } = state;
    const stackPointer = stackOf(state);
    return {
      instructionPointer,
      stackPointer,
      frame: {
        address: hex(instructionPointer),
        ...this.map.locate(instructionPointer),
        trust,
        stackPointer: hex(stackPointer),
        confidence: { context: 1, unwind: 0.95, 'cfi-chained': 0.7, 'frame-pointer': 0.9, scan: 0.5 }[trust],
        symbol: await this.symbolAt(instructionPointer),
      },
    };
  }

  /** Only when the export is the beginning of the very function that holds the address: the nearest name often lies. */
  private async symbolAt(address: bigint): Promise<string | null> {
    const loaded = this.loadedAt(address);
    const image = this.imageAt(address);
    if (!loaded?.image || !image) return null;
    const rva = Number(address - image.base);
    const start = (await functionStartOf(this.memory, image, rva)) ?? rva;
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
}

function stackOf({ registers }: Amd64State): bigint {
  return registers[4] ?? 0n;
}
