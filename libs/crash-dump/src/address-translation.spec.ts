import { describe, expect, it } from '@jest/globals';
import { translatedMemory, type Frames, type TranslatedMemory, type Translation } from './address-translation.js';

/** Tables written by hand: frame → entry → value. Each page says its own frame in its last 8 bytes. */
function machine(
  tables: Readonly<Record<number, Readonly<Record<number, bigint>>>>,
  pages: readonly number[],
  translation: Partial<Translation> = {},
): TranslatedMemory {
  const known = new Map<number, DataView>();
  for (const frame of [...pages, ...Object.keys(tables).map(Number)]) {
    const view = new DataView(new ArrayBuffer(4096));
    for (const [index, entry] of Object.entries(tables[frame] ?? {})) view.setBigUint64(Number(index) * 8, entry, true);
    if (!(frame in tables)) view.setBigUint64(4088, BigInt(frame), true);
    known.set(frame, view);
  }
  const physical: Frames = {
    endFrame: 0x100000,
    page: async (frame) => known.get(frame) ?? null,
  };
  return translatedMemory(physical, { machine: 'AMD64', directoryTableBase: 0x1002n, levels: 4, ...translation });
}

const frameAt = async (memory: TranslatedMemory, page: bigint): Promise<number | null> => {
  const view = await memory.read(page + 4088n, 8);
  return view.byteLength === 8 ? Number(view.getBigUint64(0, true)) : null;
};
const to = (frame: number, flags = 0x63n): bigint => (BigInt(frame) << 12n) | flags;
/** Index 0x1f0 of the topmost table, then 0x1e, 0xc, 5. */
const address = 0xfffff80781805000n;

describe('an address on x64', () => {
  const down = { 1: { 0x1f0: to(2) }, 2: { 0x1e: to(3) }, 3: { 0xc: to(4) } };

  it('is found through four tables; neither the low bits of the base nor the high bits of entries are address', async () => {
    const memory = machine({ ...down, 4: { 5: to(0x77) | 0x8a00000000000000n } }, [0x77]);
    expect(await frameAt(memory, address)).toBe(0x77);
    expect(await memory.stateOf(address)).toBe('present');
  });

  it('in a large page of 2 MiB is found by its place inside', async () => {
    const memory = machine(
      { 1: { 0x1f0: to(2) }, 2: { 0x1e: to(3) }, 3: { 0xc: to(0x200, 0xe3n) | (1n << 12n) } },
      [0x205],
    );
    expect(await frameAt(memory, address)).toBe(0x205);
  });

  it('in a large page of 1 GiB is found by its place inside', async () => {
    const memory = machine({ 1: { 0x1f0: to(2) }, 2: { 0x1e: to(0x40000, 0xe3n) } }, [0x41805]);
    expect(await frameAt(memory, address)).toBe(0x41805);
  });

  it('through five tables is found on machines that have them', async () => {
    const tables = {
      1: { 0x1ff: to(9) },
      9: { 0x1f0: to(2) },
      2: { 0x1e: to(3) },
      3: { 0xc: to(4) },
      4: { 5: to(0x77) },
    };
    expect(await frameAt(machine(tables, [0x77], { levels: 5 }), address)).toBe(0x77);
  });

  it('whose page is in transition is read where the page still lies, also when high bits were set to hide it', async () => {
    const plain = machine({ ...down, 4: { 5: to(0x77, 0x880n) } }, [0x77]);
    const hidden = machine({ ...down, 4: { 5: to(0x77, 0x880n) | 0x200000000000n } }, [0x77]);
    expect(await frameAt(plain, address)).toBe(0x77);
    expect(await frameAt(hidden, address)).toBe(0x77);
  });

  it.each([
    ['its page was left out', 'not-in-dump', { ...down, 4: { 5: to(0x99) } }],
    ['a table to it was left out', 'not-in-dump', { 1: { 0x1f0: to(0x98) } }],
    ['it is in the page file', 'paged-out', { ...down, 4: { 5: 0x123400000080n } }],
    ['it is a prototype', 'paged-out', { ...down, 4: { 5: 0x400n } }],
    ['no page was ever there', 'not-mapped', { ...down, 4: {} }],
    ['a table of it is empty', 'not-mapped', { 1: {} }],
  ] as const)('says when %s: %s', async (_, state, tables) => {
    const memory = machine(tables, []);
    expect(await memory.stateOf(address)).toBe(state);
    expect((await memory.read(address, 8)).byteLength).toBe(0);
  });

  it('that no processor can have is not mapped', async () => {
    const memory = machine({ ...down, 4: { 5: to(0x77) } }, [0x77]);
    expect(await memory.stateOf(address & 0xffffffffffffn)).toBe('not-mapped');
  });
});

describe('an address on ARM64', () => {
  it('is found through tables, and through a block of 2 MiB', async () => {
    const tables = {
      1: { 0x1f0: to(2, 3n) },
      2: { 0x1e: to(3, 3n) },
      3: { 0xc: to(4, 3n), 0xd: to(0x400, 0x701n) },
      4: { 5: to(0x77, 0x703n) },
    };
    const memory = machine(tables, [0x77, 0x405], { machine: 'ARM64' });
    expect(await frameAt(memory, address)).toBe(0x77);
    expect(await frameAt(memory, address + 0x200000n)).toBe(0x405);
  });
});

describe('reading', () => {
  it('goes over the end of a page and stops where the dump has no more', async () => {
    const memory = machine(
      { 1: { 0x1f0: to(2) }, 2: { 0x1e: to(3) }, 3: { 0xc: to(4) }, 4: { 5: to(0x77), 6: to(0x78) } },
      [0x77, 0x78],
    );
    const view = await memory.read(address + 4088n, 16 + 4096);
    expect(view.byteLength).toBe(8 + 4096);
    expect([view.getBigUint64(0, true), view.getBigUint64(4096, true)]).toEqual([0x77n, 0x78n]);
  });

  it('around the end of all addresses ends', async () => {
    expect((await machine({ 1: {} }, []).read(0xfffffffffffffff8n, 64)).byteLength).toBe(0);
  });
});
