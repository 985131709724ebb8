import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { translatedMemory, type Frames } from './address-translation.js';
import { fromBytes } from './byte-source.js';
import { openPhysicalMemory, type PhysicalMemory } from './physical-memory.js';
import { sparseMemory } from './virtual-memory.js';

const page = 4096;
/** Frames that a dump holds: pieces with holes between them, some of one page, in rising order. */
const frames = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 30 })
  .map((pieces) => {
    let next = 0;
    return pieces.flatMap(([hole, count]) => {
      const first = next + hole;
      next = first + count;
      return Array.from({ length: count }, (_, index) => first + index);
    });
  });

/** A page that says its frame. */
function pageOf(frame: number): Buffer {
  const bytes = Buffer.alloc(page);
  bytes.writeUInt32LE(frame, 4092);
  return bytes;
}

function runsOf(held: readonly number[]): [first: number, count: number][] {
  const runs: [number, number][] = [];
  for (const frame of held) {
    const last = runs[runs.length - 1];
    if (last && last[0] + last[1] === frame) last[1] += 1;
    else runs.push([frame, 1]);
  }
  return runs;
}

function pairs(runs: readonly [number, number][]): Buffer {
  const bytes = Buffer.alloc(runs.length * 16);
  runs.forEach(([first, count], index) => {
    bytes.writeBigUInt64LE(BigInt(first), index * 16);
    bytes.writeBigUInt64LE(BigInt(count), index * 16 + 8);
  });
  return bytes;
}

/** A dump of these frames in each of the ways in which Windows and its debugger write them. */
const layouts: Record<string, (held: readonly number[]) => { type: number; file: Buffer }> = {
  runs(held) {
    const header = Buffer.alloc(0x2000);
    const runs = runsOf(held);
    header.writeUInt32LE(runs.length, 0x88);
    header.writeBigUInt64LE(BigInt(held.length), 0x90);
    pairs(runs).copy(header, 0x98);
    return { type: 1, file: Buffer.concat([header, ...held.map(pageOf)]) };
  },
  'a map': (held) => mapOf(held, 6, 'SDMP'),
  'a map of all memory': (held) => mapOf(held, 5, 'FDMP'),
  'ranges until a frame of 0': (held) => rangesOf(held, 8),
  'ranges until all are told': (held) => rangesOf(held, 10),
};

function mapOf(held: readonly number[], type: number, mark: string): { type: number; file: Buffer } {
  const bits = (held.at(-1) ?? 0) + 3;
  const map = Buffer.alloc(Math.ceil(bits / 8));
  for (const frame of held) map[frame >> 3] = (map[frame >> 3] ?? 0) | (1 << (frame & 7));
  const start = Buffer.alloc(0x38);
  start.write(`${mark}DUMP`, 'latin1');
  // Pages need not begin at a multiple of their size.
  const first = 0x2000 + start.length + map.length + 40;
  start.writeBigUInt64LE(BigInt(first), 0x20);
  start.writeBigUInt64LE(BigInt(held.length), 0x28);
  start.writeBigUInt64LE(BigInt(bits), 0x30);
  return { type, file: Buffer.concat([Buffer.alloc(0x2000), start, map, Buffer.alloc(40), ...held.map(pageOf)]) };
}

function rangesOf(held: readonly number[], type: number): { type: number; file: Buffer } {
  const list = Buffer.concat([pairs(runsOf(held)), Buffer.alloc(16)]);
  const start = Buffer.alloc(0x30);
  start.writeUInt32LE(0x40, 0);
  start.write('RDMPDUMP', 4, 'latin1');
  start.writeBigUInt64LE(BigInt(list.length + 0x10), 0x10);
  start.writeBigUInt64LE(BigInt(0x2000 + start.length + list.length), 0x18);
  if (type === 10) start.writeBigUInt64LE(BigInt(held.length), 0x28);
  return { type, file: Buffer.concat([Buffer.alloc(0x2000), start, list, ...held.map(pageOf)]) };
}

async function opened({ type, file }: { type: number; file: Buffer }): Promise<PhysicalMemory> {
  const source = fromBytes(file);
  const physical = await openPhysicalMemory(source, await source.read(0, 0x2000), type);
  if (typeof physical === 'string') throw new Error(physical);
  return physical;
}

const frameIn = (view: DataView | null): number | null => view?.getUint32(4092, true) ?? null;

describe.each(Object.entries(layouts))('any frames, kept as %s', (_, layout) => {
  it('are each found, and no other is', async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.array(fc.nat(20_000), { maxLength: 40 }), async (held, others) => {
        const physical = await opened(layout(held));
        const known = new Set(held);
        for (const frame of [...held, ...others, ...held.map((held) => held + 1)])
          expect(frameIn(await physical.page(frame))).toBe(known.has(frame) ? frame : null);
        expect(physical.pages).toBe(held.length);
        expect(physical.endFrame).toBeGreaterThan(held.at(-1) ?? 0);
      }),
      { numRuns: 60 },
    );
  });

  it('are found up to where the file is cut short', async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.double({ min: 0, max: 1, noNaN: true }), async (held, share) => {
        const { type, file } = layout(held);
        const first = file.length - held.length * page;
        const kept = Math.floor(held.length * share);
        const physical = await opened({ type, file: file.subarray(0, first + kept * page) });
        for (const [index, frame] of held.entries())
          expect(frameIn(await physical.page(frame))).toBe(index < kept ? frame : null);
      }),
      { numRuns: 40 },
    );
  });
});

/** Page tables as a machine would build them: one page of 4 KiB, 2 MiB or 1 GiB after the other. */
class Tables {
  readonly pages = new Map<number, Buffer>();
  private next = 1;

  constructor() {
    this.table();
  }

  /** Below 2^20 tables, above it memory. */
  map(address: bigint, frame: number, shift: 12n | 21n | 30n): boolean {
    let table = 1;
    for (const level of [39n, 30n, 21n, 12n]) {
      const at = Number((address >> level) & 511n) * 8;
      const view = this.pages.get(table) as Buffer;
      const entry = view.readBigUInt64LE(at);
      if (level === shift) {
        if (entry !== 0n) return false;
        // Of a large page, bit 12 is not address but says how it is cached (PAT).
        view.writeBigUInt64LE((BigInt(frame) << 12n) | (level === 12n ? 0x63n : 0x10e3n), at);
        return true;
      }
      if ((entry & 0x80n) !== 0n) return false;
      table = entry === 0n ? this.table() : Number(entry >> 12n);
      view.writeBigUInt64LE((BigInt(table) << 12n) | 0x63n, at);
    }
    return false;
  }

  private table(): number {
    this.pages.set(this.next, Buffer.alloc(page));
    return this.next++;
  }
}

const shifts = fc.constantFrom(12n as const, 21n as const, 30n as const);
const mappings = fc.array(
  fc.record({
    page: fc.bigInt({ min: 0n, max: 2n ** 35n - 1n }),
    frame: fc.integer({ min: 2 ** 20, max: 2 ** 30 }),
    shift: shifts,
  }),
  { minLength: 1, maxLength: 25 },
);

it('any pages of 4 KiB, 2 MiB and 1 GiB lead to their frames', async () => {
  await fc.assert(
    fc.asyncProperty(mappings, fc.nat(2 ** 18 - 1), async (wanted, inside) => {
      const tables = new Tables();
      const mapped = wanted.flatMap(({ page: number, frame, shift }) => {
        const size = 1n << (shift - 12n);
        const address = BigInt.asUintN(64, BigInt.asIntN(48, (number - (number % size)) << 12n));
        const first = frame - (frame % Number(size));
        return tables.map(address, first, shift) ? [{ address, first, pages: Number(size) }] : [];
      });
      const physical: Frames = {
        endFrame: 2 ** 31,
        page: async (frame) => {
          const bytes = tables.pages.get(frame) ?? pageOf(frame);
          return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        },
      };
      const memory = translatedMemory(physical, { machine: 'AMD64', directoryTableBase: 0x1000n, levels: 4 });
      for (const { address, first, pages } of mapped) {
        const index = inside % pages;
        const view = await memory.read(address + BigInt(index) * 4096n, page);
        expect(frameIn(view)).toBe(first + index);
      }
    }),
    { numRuns: 100 },
  );
});

it('any pieces of memory, also such that overlap, are read up to the first gap', async () => {
  const pieces = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 90 })), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat(500), fc.nat(300), async (list, from, length) => {
      // The byte at every place of the file is that of its address, so overlapping pieces agree.
      const file: number[] = [];
      const there = new Set<number>();
      const ranges = list.map(([address, size]) => {
        const place = file.length;
        for (let at = address; at < address + size; at += 1) {
          file.push(at % 251);
          there.add(at);
        }
        return { address: BigInt(address), size, place };
      });
      const view = await sparseMemory(fromBytes(Uint8Array.from(file)), ranges).read(BigInt(from), length);
      let gap = from;
      while (gap < from + length && there.has(gap)) gap += 1;
      expect([...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]).toEqual(
        Array.from({ length: gap - from }, (_, index) => (from + index) % 251),
      );
    }),
    { numRuns: 300 },
  );
});
