import { describe, expect, it } from '@jest/globals';
import { unwindAmd64 } from './unwind-amd64.js';
import type { Unwound } from './unwinder.js';
import type { VirtualMemory } from './virtual-memory.js';

const base = 0xfffff80000000000n;
const stackAt = 0xfffff90000000000n;
const image = { base, functions: { rva: 0x2000, size: 12 } };

interface Scene {
  /** UNWIND_INFO, byte by byte; null: the function has none. */
  unwind: number[] | null;
  /** What lies at the instruction pointer. */
  code?: number[];
  /** Offset in the function, which begins at 0x1000. */
  offset?: number;
  /** Words of the stack, by number. */
  stack: Readonly<Record<number, bigint>>;
  registers?: Readonly<Record<number, bigint>>;
}

/** The function's image: code from 0x1000 to 0x1800, table at 0x2000, unwind data at 0x3000; and 0x200000 bytes of stack. */
async function unwound({ unwind, code = [], offset = 0x100, stack, registers = {} }: Scene): Promise<Unwound> {
  const bytes = new Uint8Array(0x4000).fill(0x90, 0x1000, 0x1800);
  const view = new DataView(bytes.buffer);
  if (unwind) {
    [0x1000, 0x1800, 0x3000].forEach((value, index) => view.setUint32(0x2000 + index * 4, value, true));
    bytes.set(unwind, 0x3000);
  }
  bytes.set(code, 0x1000 + offset);
  const words = new DataView(new ArrayBuffer(0x200000));
  for (const [index, value] of Object.entries(stack)) words.setBigUint64(Number(index) * 8, value, true);
  const piece = (whole: DataView, start: bigint, address: bigint, length: number): DataView => {
    const at = Number(address - start);
    const fits = at >= 0 && at < whole.byteLength;
    return fits
      ? new DataView(whole.buffer, at, Math.min(length, whole.byteLength - at))
      : new DataView(new ArrayBuffer(0));
  };
  const memory: VirtualMemory = {
    read: async (address, length) =>
      address < stackAt ? piece(view, base, address, length) : piece(words, stackAt, address, length),
  };
  const all = Array.from({ length: 16 }, (_, index) => registers[index] ?? (index === 4 ? stackAt : 0n));
  return unwindAmd64(memory, image, { instructionPointer: base + 0x1000n + BigInt(offset), registers: all });
}

const caller = 0xfffff80000005555n;
async function expectCaller(
  scene: Scene,
  stackPointer: bigint,
  registers: Readonly<Record<number, bigint>> = {},
): Promise<void> {
  const result = await unwound(scene);
  if (typeof result === 'string') throw new Error(result);
  expect(result.state.instructionPointer.toString(16)).toBe(caller.toString(16));
  expect((result.state.registers[4] ?? 0n) - stackAt).toBe(stackPointer);
  for (const [number, value] of Object.entries(registers)) expect(result.state.registers[Number(number)]).toBe(value);
}

describe('one step up the stack', () => {
  it('undoes pushes and small allocations', () =>
    expectCaller({ unwind: [1, 5, 2, 0, 5, 0x32, 1, 0x30], stack: { 4: 0x77n, 5: caller } }, 48n, { 3: 0x77n }));

  it('undoes a large allocation in units of 8', () =>
    expectCaller({ unwind: [1, 7, 2, 0, 7, 0x01, 0x40, 0], stack: { 64: caller } }, 520n));

  it('undoes a large allocation in bytes', () =>
    expectCaller({ unwind: [1, 7, 3, 0, 7, 0x11, 0, 0, 0x10, 0], stack: { [0x100000 / 8]: caller } }, 0x100008n));

  it('gives back registers that were saved, near and far', () =>
    expectCaller(
      {
        unwind: [1, 20, 6, 0, 20, 0x64, 2, 0, 12, 0x75, 0x08, 0, 0, 0, 4, 0x32, 0, 0],
        stack: { 2: 0x66n, 1: 0x55n, 4: caller },
      },
      40n,
      { 6: 0x66n, 7: 0x55n },
    ));

  it('skips vector registers that were saved', () =>
    expectCaller(
      { unwind: [1, 16, 6, 0, 16, 0x68, 2, 0, 12, 0x79, 0x10, 0, 0, 0, 4, 0x32], stack: { 4: caller } },
      40n,
    ));

  it('takes the stack from the frame register once that is set', () =>
    expectCaller(
      {
        unwind: [1, 8, 2, 0x25, 8, 0x03, 4, 0x32],
        stack: { 20: caller },
        registers: { 5: stackAt + 128n + 32n, 4: stackAt },
      },
      168n,
    ));

  it('inside the prolog undoes only what was done', () =>
    expectCaller({ unwind: [1, 5, 2, 0, 5, 0x32, 1, 0x30], offset: 1, stack: { 0: 0x77n, 1: caller } }, 16n, {
      3: 0x77n,
    }));

  it('leaves a machine frame, with an error code too', async () => {
    await expectCaller({ unwind: [1, 0, 1, 0, 0, 0x0a], stack: { 0: caller, 3: stackAt + 0x500n } }, 0x500n);
    await expectCaller({ unwind: [1, 0, 1, 0, 0, 0x1a], stack: { 1: caller, 4: stackAt + 0x600n } }, 0x600n);
  });

  it('passes over notes on epilogs (version 2)', () =>
    expectCaller({ unwind: [2, 4, 3, 0, 1, 0x16, 0, 0x06, 4, 0x32], stack: { 4: caller } }, 40n));

  it('of a later part of a function undoes the whole prolog of its beginning', () =>
    expectCaller(
      {
        unwind: [0x21, 0, 0, 0, 0, 0x10, 0, 0, 0, 0x18, 0, 0, 0x10, 0x30, 0, 0, 1, 5, 2, 0, 5, 0x32, 1, 0x30],
        offset: 1,
        stack: { 4: 0x77n, 5: caller },
      },
      48n,
      { 3: 0x77n },
    ));

  it('of a function without unwind data takes what lies on top', () =>
    expectCaller({ unwind: null, stack: { 0: caller } }, 8n));
});

describe('the end of a function', () => {
  const unwind = [1, 5, 2, 0, 5, 0x32, 1, 0x30];

  it.each([
    ['before the stack is given back', [0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3], 4, 48n],
    ['in long form', [0x48, 0x81, 0xc4, 0x20, 0, 0, 0, 0x5b, 0xc3], 4, 48n],
    ['before the pops', [0x5b, 0xc3], 0, 16n],
    ['of a register with prefix', [0x41, 0x5e, 0xc3], 0, 16n],
    ['that jumps to another function', [0x5b, 0xe9, 0, 0x10, 0, 0], 0, 16n],
  ] as const)('is run %s', async (_, code, word, stackPointer) => {
    await expectCaller({ unwind, code: [...code], stack: { [word]: 0x77n, [word + 1]: caller } }, stackPointer);
  });

  it('at its very return takes what lies on top', () =>
    expectCaller({ unwind, code: [0xc3], stack: { 0: caller } }, 8n));

  it('is not seen in a jump inside the function, nor in pops without return', async () => {
    await expectCaller({ unwind, code: [0x5b, 0xeb, 0x10], stack: { 4: 0x77n, 5: caller } }, 48n);
    await expectCaller({ unwind, code: [0x5b, 0x90], stack: { 4: 0x77n, 5: caller } }, 48n);
  });
});

describe('unwind data that cannot be used', () => {
  it.each([
    ['a version that is not known', [3, 0, 0, 0], /version 3/],
    ['an operation that is not known', [1, 0, 1, 0, 0, 0x0f], /unknown operation 15/],
    ['an operation that is cut short', [1, 7, 1, 0, 7, 0x01], /damaged/],
    ['a chain without end', [0x21, 0, 0, 0, 0, 0x10, 0, 0, 0, 0x18, 0, 0, 0, 0x30, 0, 0], /chained without end/],
  ])('%s is said, not guessed', async (_, unwind, said) => {
    expect(await unwound({ unwind, stack: {} })).toMatch(said);
  });

  it('a stack that is not in the dump is said', async () => {
    const registers = { 4: 0xfffff90000400000n };
    expect(await unwound({ unwind: [1, 4, 1, 0, 4, 0x32], stack: {}, registers })).toMatch(
      /stack at 0xfffff90000400020 is not/,
    );
  });
});
