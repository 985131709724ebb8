import { describe, expect, it } from '@jest/globals';
import {
  Arm64Processor,
  canonical,
  codeOf,
  d,
  fp,
  fullRecord,
  lr,
  packedWord,
  signed,
  sp,
  type FullPlan,
  type Instruction,
  type Packed,
} from '../../../tests/support/synthetic-function-arm64.js';
import { arm64, plainAddress, unwindArm64 } from './unwind-arm64.js';
import type { CallState, Unwound } from './unwinder.js';
import type { VirtualMemory } from './virtual-memory.js';

const base = 0xfffff80000000000n;
const stackAt = 0xfffff90000100000n;
const functionAt = 0x1000;
const caller = 0xfffff80000005554n;
const image = { base, functions: { rva: 0x8000, size: 8 } };

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}

/** The image's table of one function, its record, and the stack. */
function memoryOf(entry: Buffer, record: Buffer, stack: Pick<ReadonlyMap<bigint, bigint>, 'get'>): VirtualMemory {
  const parts: [bigint, Buffer][] = [
    [base + BigInt(image.functions.rva), entry],
    [base + 0x9000n, record],
  ];
  return {
    async read(address, length) {
      for (const [start, bytes] of parts) {
        const at = Number(address - start);
        if (at < 0 || at >= bytes.length) continue;
        const part = bytes.subarray(at, at + length);
        return new DataView(part.buffer, part.byteOffset, part.length);
      }
      const view = new DataView(new ArrayBuffer(length));
      for (let at = 0; at + 8 <= length; at += 8) {
        const word = stack.get(address + BigInt(at));
        if (word === undefined) return new DataView(view.buffer, 0, at);
        view.setBigUint64(at, word, true);
      }
      return view;
    },
  };
}

function start(): Arm64Processor {
  const registers = new Map<number, bigint>([
    [sp, stackAt],
    [lr, caller],
  ]);
  for (let number = 0; number <= fp; number += 1) registers.set(number, 0xffffa00000000000n + BigInt(number * 0x10));
  return new Arm64Processor(registers);
}

const stateOf = (processor: Arm64Processor, offset: number): CallState => ({
  instructionPointer: base + BigInt(functionAt + offset * 4),
  registers: Array.from({ length: 32 }, (_, number) => processor.get(number)),
});

/** Runs prolog, body and epilog instruction by instruction; before each the caller must be found, with all that it kept. */
async function expectCallerEverywhere(
  { prolog, epilog }: { prolog: readonly Instruction[]; epilog: readonly Instruction[] },
  { entry, record = Buffer.alloc(4) }: { entry: Buffer; record?: Buffer },
  body = 8,
): Promise<void> {
  const processor = start();
  const before = start();
  const check = async (offset: number, what: string): Promise<void> => {
    const unwound = await unwindArm64(
      memoryOf(entry, record, processor.memory),
      image,
      stateOf(processor, offset),
      false,
    );
    if (typeof unwound === 'string') throw new Error(`${what}: ${unwound}`);
    const found = [
      unwound.state.instructionPointer,
      ...unwound.state.registers.slice(19, 30),
      unwound.state.registers[sp],
    ];
    const kept = Array.from({ length: 11 }, (_, index) => before.get(19 + index));
    expect([what, ...found.map((value) => value?.toString(16))]).toEqual([
      what,
      ...[caller, ...kept, stackAt].map((value) => value.toString(16)),
    ]);
  };
  let offset = 0;
  for (const instruction of prolog) {
    await check(offset, `prolog ${offset}`);
    processor.run(instruction);
    offset += 1;
  }
  // The body may use every register that was saved.
  const saved = new Set(prolog.flatMap((one) => ('registers' in one ? [...one.registers] : [])));
  const isChained = prolog.some((one) => one.do === 'set-frame');
  for (const register of saved)
    if (register < 100 && !(isChained && register === fp)) processor.registers.set(register, 0x77n);
  for (let inside = 0; inside < body; inside += 1) {
    await check(offset, `body ${offset}`);
    offset += 1;
  }
  for (const instruction of [...epilog].reverse()) {
    await check(offset, `epilog ${offset}`);
    processor.undo(instruction);
    offset += 1;
  }
  await check(offset, `return ${offset}`);
}

const packedCases: [string, Packed][] = [
  ['no registers', { general: 0, vectors: 0, chain: 0, frameBytes: 0x40 }],
  ['one register', { general: 1, vectors: 0, chain: 0, frameBytes: 0x10 }],
  ['registers of an even number', { general: 4, vectors: 0, chain: 0, frameBytes: 0x60 }],
  ['registers of an odd number', { general: 5, vectors: 0, chain: 0, frameBytes: 0x60 }],
  ['lr alone', { general: 0, vectors: 0, chain: 1, frameBytes: 0x20 }],
  ['x19 and lr', { general: 1, vectors: 0, chain: 1, frameBytes: 0x30 }],
  ['two registers and lr', { general: 2, vectors: 0, chain: 1, frameBytes: 0x30 }],
  ['three registers and lr', { general: 3, vectors: 0, chain: 1, frameBytes: 0x30 }],
  ['a chain in a small frame', { general: 2, vectors: 0, chain: 3, frameBytes: 0x40 }],
  ['a chain and no registers', { general: 0, vectors: 0, chain: 3, frameBytes: 0x200 }],
  ['a chain in a large frame', { general: 1, vectors: 0, chain: 3, frameBytes: 0x820 }],
  ['a chain in a frame of more than 4080 bytes', { general: 2, vectors: 0, chain: 3, frameBytes: 0x1ff0 }],
  ['more than 4080 bytes without a chain', { general: 2, vectors: 0, chain: 0, frameBytes: 0x1800 }],
  ['a signed return address', { general: 2, vectors: 0, chain: 2, frameBytes: 0x50 }],
  ['registers of vectors only', { general: 0, vectors: 2, chain: 0, frameBytes: 0x30 }],
  ['registers of vectors of an odd number', { general: 2, vectors: 3, chain: 3, frameBytes: 0x60 }],
  ['stored arguments', { general: 3, vectors: 0, homes: true, chain: 3, frameBytes: 0x80 }],
  ['all there is', { general: 10, vectors: 8, homes: true, chain: 2, frameBytes: 8000 }],
];

describe('a function whose unwind data is packed', () => {
  it.each(packedCases)('is undone before each of its instructions: %s', async (_, packed) => {
    const both = canonical(packed);
    const length = both.prolog.length + 8 + both.epilog.length + 1;
    await expectCallerEverywhere(both, { entry: words(functionAt, packedWord(packed, length)) });
  });

  it('is the one of the documentation’s first example', async () => {
    const both = canonical({ general: 1, vectors: 0, chain: 3, frameBytes: 2080 });
    expect(packedWord({ general: 1, vectors: 0, chain: 3, frameBytes: 2080 }, 492 / 4)).toBe(0x416101ed);
    const body = 492 / 4 - both.prolog.length - both.epilog.length - 1;
    await expectCallerEverywhere(both, { entry: words(functionAt, 0x416101ed) }, body);
  });

  it('and which is a fragment without prolog and epilog is undone whole everywhere', async () => {
    const packed: Packed = { general: 2, vectors: 0, chain: 3, frameBytes: 0x60 };
    const processor = start();
    for (const instruction of canonical(packed).prolog) processor.run(instruction);
    const memory = memoryOf(words(functionAt, packedWord(packed, 6, true)), Buffer.alloc(4), processor.memory);
    for (const offset of [0, 3, 5]) {
      expect(await unwindArm64(memory, image, stateOf(processor, offset), false)).toMatchObject({
        state: { instructionPointer: caller },
      });
    }
  });
});

const prolog: Instruction[] = [
  { do: 'push', registers: [fp, lr], bytes: 256 },
  { do: 'store', registers: [d(8), d(9)], offset: 224 },
  { do: 'store', registers: [19, 20], offset: 240 },
  { do: 'set-frame', offset: 0 },
];
const codesOf = (list: readonly Instruction[]): number[] => [...list].reverse().flatMap(codeOf);

describe('a function with full unwind data', () => {
  const entry = words(functionAt, 0x9000);
  const length = prolog.length * 2 + 9;
  const forms: [string, Partial<FullPlan>][] = [
    ['with its epilog in the header', { epilog: 0 }],
    ['with its epilog in a scope', { scopes: [[prolog.length + 8, 0]] }],
    ['with counts in a second word', { scopes: [[prolog.length + 8, 0]], isExtended: true }],
    ['with a handler', { epilog: 0, hasHandler: true }],
  ];
  it.each(forms)('is undone before each of its instructions: %s', async (_, form) => {
    const record = fullRecord({ codes: [...codesOf(prolog), 0xe4], length, ...form });
    await expectCallerEverywhere({ prolog, epilog: prolog }, { entry, record });
  });

  const others: [string, Instruction[]][] = [
    [
      'registers that move sp',
      [
        { do: 'push', registers: [19, 20], bytes: 0x90 },
        { do: 'push', registers: [fp, lr], bytes: 0x20 },
      ],
    ],
    [
      'a single register that moves sp',
      [
        { do: 'push', registers: [21], bytes: 0x20 },
        { do: 'store', registers: [22], offset: 8 },
      ],
    ],
    [
      'lr beside a register',
      [
        { do: 'allocate', bytes: 0x50 },
        { do: 'store', registers: [19, lr], offset: 0 },
      ],
    ],
    [
      'lr beside another register',
      [
        { do: 'allocate', bytes: 0x50 },
        { do: 'store', registers: [25, lr], offset: 0x40 },
      ],
    ],
    [
      'vectors that move sp',
      [
        { do: 'push', registers: [d(8), d(9)], bytes: 0x40 },
        { do: 'store', registers: [d(10)], offset: 0x10 },
      ],
    ],
    ['one vector that moves sp', [{ do: 'push', registers: [d(12)], bytes: 0x10 }]],
    [
      'a medium allocation',
      [
        { do: 'allocate', bytes: 0x4000 },
        { do: 'store', registers: [27, 28], offset: 0x1f0 },
      ],
    ],
    [
      'a large allocation',
      [
        { do: 'allocate', bytes: 0x123450 },
        { do: 'store', registers: [23], offset: 0x18 },
      ],
    ],
    [
      'a frame inside',
      [
        { do: 'push', registers: [fp, lr], bytes: 0x80 },
        { do: 'set-frame', offset: 0x20 },
      ],
    ],
    ['a signature', [{ do: 'sign' }, { do: 'push', registers: [fp, lr], bytes: 0x80 }, { do: 'set-frame', offset: 0 }]],
  ];
  it.each(others)('is undone before each of its instructions: %s', async (_, list) => {
    const record = fullRecord({ codes: [...codesOf(list), 0xe4], length: list.length * 2 + 9, epilog: 0 });
    await expectCallerEverywhere({ prolog: list, epilog: list }, { entry, record });
  });

  it('is undone in an epilog that has codes of its own, and in the second of two', async () => {
    const stored: Instruction[] = [
      { do: 'allocate', bytes: 0x50 },
      { do: 'store', registers: [19, lr], offset: 0 },
    ];
    const list: Instruction[] = [...stored, { do: 'home' }, { do: 'home' }];
    const scopes: [number, number][] = [
      [5, 2],
      [list.length + 8, 2],
    ];
    const record = fullRecord({ codes: [...codesOf(list), 0xe4], length: list.length + 11, scopes });
    await expectCallerEverywhere({ prolog: list, epilog: stored }, { entry, record }, 1);
    const later = start();
    for (const one of list) later.run(one);
    const memory = memoryOf(entry, record, later.memory);
    later.undo(stored[1]!);
    expect(await unwindArm64(memory, image, stateOf(later, list.length + 9), false)).toMatchObject({
      state: { instructionPointer: caller },
    });
  });

  it('gives back pairs that were saved one after another (save_next), also when only some were', async () => {
    const list: Instruction[] = [
      { do: 'push', registers: [19, 20], bytes: 0x60 },
      { do: 'store', registers: [21, 22], offset: 0x10 },
      { do: 'store', registers: [23, 24], offset: 0x20 },
      { do: 'store', registers: [fp, lr], offset: 0x50 },
    ];
    const codes = [...codeOf(list[3]!), 0xe6, 0xe6, 0x20 | (0x60 / 8), 0xe4];
    const record = fullRecord({ codes, length: list.length * 2 + 9, epilog: 0 });
    await expectCallerEverywhere({ prolog: list, epilog: list }, { entry, record });
  });

  it.each([
    ['one', [0xe7, 21, 2], [[21, 2]]],
    [
      'a pair',
      [0xe7, 0x40 | 23, 3],
      [
        [23, 6],
        [24, 7],
      ],
    ],
    ['a vector', [0xe7, 9, 0x40 | 3], []],
  ] as const)('gives back any registers: %s', async (_, code, places) => {
    const processor = start();
    for (let at = 0; at < 16; at += 1) processor.memory.set(stackAt + BigInt(at * 8), 0x100n + BigInt(at));
    const record = fullRecord({ codes: [...code, 0xe4], length: 20, epilog: 0 });
    const unwound = await unwindArm64(memoryOf(entry, record, processor.memory), image, stateOf(processor, 5), false);
    if (typeof unwound === 'string') throw new Error(unwound);
    for (const [register, place] of places) expect(unwound.state.registers[register]).toBe(0x100n + BigInt(place));
    expect(unwound.state.registers[sp]).toBe(stackAt);
  });

  it('gives back a pair of any registers that moved sp', async () => {
    const processor = start();
    processor.memory.set(stackAt, 0x19n);
    processor.memory.set(stackAt + 8n, 0x20n);
    const record = fullRecord({ codes: [0xe7, 0x60 | 19, 3, 0xe4], length: 20, epilog: 0 });
    const unwound = await unwindArm64(memoryOf(entry, record, processor.memory), image, stateOf(processor, 5), false);
    expect(unwound).toMatchObject({ state: { registers: expect.arrayContaining([0x19n, 0x20n, stackAt + 0x40n]) } });
  });

  it('that was cut from another one is undone with what that one did', async () => {
    const own: Instruction[] = [{ do: 'store', registers: [21, 22], offset: 224 }];
    const record = fullRecord({
      codes: [...codesOf(own), 0xe5, ...codesOf(prolog), 0xe4],
      length: 11,
      scopes: [[9, 0]],
    });
    const processor = start();
    for (const instruction of prolog) processor.run(instruction);
    const check = async (offset: number): Promise<void> => {
      expect(
        await unwindArm64(memoryOf(entry, record, processor.memory), image, stateOf(processor, offset), false),
      ).toMatchObject({ state: { instructionPointer: caller, registers: expect.arrayContaining([stackAt]) } });
    };
    await check(0);
    processor.run(own[0]!);
    for (const offset of [1, 8, 9]) await check(offset);
  });
});

describe('hand-written frames', () => {
  const entry = words(functionAt, 0x9000);
  const interrupted = 0xfffff80000007778n;
  const run = async (code: number, at: Readonly<Record<number, bigint>>, size: number): Promise<Unwound> => {
    const processor = start();
    for (let place = 0; place < size; place += 8) processor.memory.set(stackAt + BigInt(place), at[place] ?? 0n);
    const record = fullRecord({ codes: [code, 0xe4], length: 20, epilog: 0 });
    return unwindArm64(memoryOf(entry, record, processor.memory), image, stateOf(processor, 5), true);
  };
  const expected = (unwound: Unwound): unknown =>
    typeof unwound === 'string'
      ? unwound
      : [
          unwound.isMachineFrame,
          unwound.state.instructionPointer,
          unwound.state.registers[sp],
          unwound.state.registers[fp],
        ];

  it('a trap frame gives back the registers of the interrupted code', async () => {
    const unwound = await run(
      0xe8,
      { 0xa0: 5n, 0x98: 0x111n, 0x138: 0x222n, 0x140: 0x333n, 0x148: interrupted },
      0x150,
    );
    expect(expected(unwound)).toEqual([true, interrupted, 0x111n, 0x333n]);
  });

  it('a machine frame gives back stack and instruction', async () => {
    expect(expected(await run(0xe9, { 0: 0x111n, 8: interrupted }, 16))).toEqual([
      true,
      interrupted,
      0x111n,
      0xffffa000000001d0n,
    ]);
  });

  it('a context gives back all registers', async () => {
    const unwound = await run(0xea, { 0xf0: 0x333n, 0x100: 0x111n, 0x108: interrupted }, 0x110);
    expect(expected(unwound)).toEqual([true, interrupted, 0x111n, 0x333n]);
  });

  it('a return that is to be taken as it is (clear_unwound_to_call) is no call', async () => {
    expect(expected(await run(0xec, {}, 8))).toEqual([true, caller, stackAt, 0xffffa000000001d0n]);
  });
});

describe('a function without unwind data', () => {
  it('returns by the link register', async () => {
    const processor = start();
    const memory = memoryOf(words(functionAt + 0x100, 0x9000), Buffer.alloc(8), processor.memory);
    expect(await unwindArm64(memory, image, stateOf(processor, 0), false)).toMatchObject({
      functionStart: null,
      state: { instructionPointer: caller },
    });
    const behind = memoryOf(
      words(0x100, packedWord({ general: 0, vectors: 0, chain: 0, frameBytes: 16 }, 4)),
      Buffer.alloc(8),
      new Map(),
    );
    expect(await unwindArm64(behind, image, stateOf(processor, 0), false)).toMatchObject({ functionStart: null });
  });

  it('that returns to itself is not followed', async () => {
    const processor = start();
    processor.registers.set(lr, base + BigInt(functionAt));
    const memory = memoryOf(words(functionAt + 0x100, 0x9000), Buffer.alloc(8), new Map());
    expect(await unwindArm64(memory, image, stateOf(processor, 0), false)).toMatch(/its own address/);
  });
});

describe('a return address', () => {
  it('behind the last instruction of a function belongs to that function', async () => {
    const packed: Packed = { general: 0, vectors: 0, chain: 3, frameBytes: 0x20 };
    const processor = start();
    for (const instruction of canonical(packed).prolog) processor.run(instruction);
    const memory = memoryOf(words(functionAt, packedWord(packed, 6, true)), Buffer.alloc(4), processor.memory);
    expect(await unwindArm64(memory, image, stateOf(processor, 6), true)).toMatchObject({
      functionStart: functionAt,
      state: { instructionPointer: caller },
    });
    expect(await arm64.functionStart(memory, image, functionAt + 20)).toBe(functionAt);
  });

  it('is told without its signature', () => {
    expect(plainAddress(signed(caller))).toBe(caller);
    expect(plainAddress(0x007f00007ff712345678n)).toBe(0x7ff712345678n);
    expect(plainAddress(caller)).toBe(caller);
  });
});

describe('unwind data that cannot be used', () => {
  const unwound = (entry: Buffer, record: Buffer): Promise<Unwound> =>
    unwindArm64(memoryOf(entry, record, new Map()), image, stateOf(start(), 5), false);
  it.each([
    ['a version that is not known', words(functionAt, 0x9000), words(0x08040020, 0xe4), /version 1/],
    ['a reserved way of packing', words(functionAt, 0x3), words(0), /packed in a way that is not known/],
    ['a code that is not known', words(functionAt, 0x9000), words(0x08200020, 0xe4eb), /unknown code 0xeb/],
    ['a code that is cut short', words(functionAt, 0x9000), words(0x08200020, 0xe0e3e3e3), /unknown code 0xe0/],
    ['a record that is not in the dump', words(functionAt, 0x7000000), words(0), /not in the dump/],
    [
      'a stack that is not in the dump',
      words(functionAt, 0x9000),
      words(0x08200020, 0xe481),
      /stack at 0xfffff90000100000 is not/,
    ],
  ])('%s is said, not guessed', async (_, entry, record, said) => {
    expect(await unwound(entry, record)).toMatch(said);
  });
});
