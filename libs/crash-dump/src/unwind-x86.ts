import { readTrapFrame, trapFrameLength } from './registers.js';
import type { CallState, Unwinder } from './unwinder.js';
import type { VirtualMemory } from './virtual-memory.js';

/** x86 has no unwind data: its stacks are walked by the chain of frame pointers. Registers have the numbers of machine code. */
export const x86: Unwinder = {
  names: 'eax ecx edx ebx esp ebp esi edi'.split(' '),
  stackRegister: 4,
  frameRegister: 5,
  linkRegister: null,
  width: 4,
  unwind: () => Promise.resolve('code of x86 has no unwind data'),
  functionStart: () => Promise.resolve(null),
  interrupted,
  plain: (address) => address,
};

/** What a trap handler leaves in KTRAP_FRAME.DbgArgMark (ReactOS), behind copies of ebp and eip for walks like this one. */
const argumentMark = 0xbadb0d00;

/** A trap handler of x86 has its trap frame for a frame: DbgEbp +0, DbgEip +4, DbgArgMark +8. */
async function interrupted(memory: VirtualMemory, frame: bigint): Promise<CallState | null> {
  const view = await memory.read(frame, trapFrameLength('x86'));
  if (view.byteLength < 12 || view.getUint32(8, true) !== argumentMark) return null;
  const registers = readTrapFrame(view, 'x86', frame);
  if (!registers) return null;
  return {
    instructionPointer: registers.instructionPointer,
    registers: x86.names.map((name) => registers.all[name] ?? 0n),
  };
}
