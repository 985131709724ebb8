import type { Frame } from '../dump-facts.js';
import type { Registers } from '../registers.js';
import type { StackWalker, WalkedFrame } from '../walk-stack.js';

/**
 * The walk from the bugcheck leads through the fault when the registers of the header are those of the bugcheck: then
 * what comes before is the system's reporting. Else the stack is walked from the fault itself.
 */
export async function splitStack(
  walker: StackWalker,
  reporting: WalkedFrame[],
  address: bigint | null,
  registers: Registers | null,
): Promise<{ stack: Frame[]; reportingStack: Frame[] }> {
  const frames = (walked: readonly WalkedFrame[]): Frame[] => walked.map(({ frame }) => frame);
  const index = reporting.findIndex(
    ({ instructionPointer, stackPointer }) =>
      instructionPointer === address && (registers === null || stackPointer === registers.stackPointer),
  );
  if (index >= 0) {
    const stack = frames(reporting.slice(index));
    const first = stack[0];
    if (first && registers) stack[0] = { ...first, trust: 'context', confidence: 1 };
    return { stack, reportingStack: frames(reporting.slice(0, index)) };
  }
  if (!registers) return { stack: frames(reporting), reportingStack: [] };
  return {
    stack: frames(await walker.walk(registers)),
    reportingStack: frames(reporting.filter(({ stackPointer }) => stackPointer < registers.stackPointer)),
  };
}
