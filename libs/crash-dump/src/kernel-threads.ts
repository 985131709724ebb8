import type { Lead } from './bugcheck-leads.data.js';
import type { DumpReport, ThreadObject } from './dump-facts.js';
import { hex, u64 } from './fields.js';
import { isKernelAddress } from './loaded-modules.js';
import { say } from './sentences.js';
import type { VirtualMemory } from './virtual-memory.js';
import type { StackWalker } from './walk-stack.js';

/** Where KTHREAD keeps what of its stack, as KDDEBUGGER_DATA64 tells. */
export interface ThreadOffsets {
  kernelStack: number;
  initialStack: number;
  process: number;
}

/** Windows gives a thread no larger kernel stack. */
const maxStackBytes = 0x20000n;
const maxFrames = 64;

/** Threads that a bugcheck names, with their stacks from where they were put aside. */
export async function readNamedThreads(
  memory: VirtualMemory,
  walker: StackWalker,
  leads: readonly Lead[],
  parameters: readonly bigint[],
  offsets: ThreadOffsets,
): Promise<ThreadObject[]> {
  const threads: ThreadObject[] = [];
  for (const { to, parameter } of leads) {
    const address = parameters[parameter - 1] ?? 0n;
    if (to !== 'thread' || !isKernelAddress(address)) continue;
    const stackPointer = u64(await memory.read(address + BigInt(offsets.kernelStack), 8), 0) ?? 0n;
    const frames = isKernelAddress(stackPointer) ? await walker.walkFromStack(stackPointer) : [];
    threads.push({
      ...{ what: 'thread', address: hex(address), from: say('by-parameter', { number: parameter }), parameter },
      ...{ driver: null, module: null, frames: frames.slice(0, maxFrames).map(({ frame }) => frame) },
    });
  }
  return threads;
}

/** The kernel stack of a thread, when a stack pointer lies on it. KTHREAD has StackLimit right behind InitialStack. */
export async function readKernelStack(
  memory: VirtualMemory,
  thread: bigint,
  stackPointer: bigint,
  offsets: ThreadOffsets,
): Promise<DumpReport['kernelStack']> {
  const view = await memory.read(thread + BigInt(offsets.initialStack), 16);
  if (view.byteLength < 16) return null;
  const [base, limit] = [view.getBigUint64(0, true), view.getBigUint64(8, true)];
  const isOne = isKernelAddress(limit) && limit < base && base - limit <= maxStackBytes;
  if (!isOne || stackPointer > base || stackPointer < limit - 0x1000n) return null;
  return { thread: hex(thread), limit: hex(limit), base: hex(base), usedBytes: Number(base - stackPointer) };
}
