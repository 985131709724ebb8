import { fromBytes, type ByteSource } from '@caserelay/crash-dump';
import { describe, expect, it } from '@jest/globals';
import { deflateRawSync, type ZlibOptions } from 'node:zlib';
import { startAtBit } from './deflate-blocks.js';
import { Deflated } from './deflated.js';
import { InflatedSource } from './inflated-source.js';
import { Inflating } from './inflating.js';
import { Places } from './places.js';

/** Bytes that follow from each other, so that a failure comes again. */
function noise(length: number, seed: number, values: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = (state >>> 16) % values;
  }
  return bytes;
}

const memory = Buffer.concat(
  Array.from({ length: 24 }, (_, index) => [
    Buffer.alloc(40_000 * (index % 3)),
    noise(150_000, index, 17),
    // What cannot be packed is stored as it is.
    ...(index % 5 === 0 ? [noise(70_000, index, 256)] : []),
    Buffer.from('A line of a text that comes again and again. '.repeat(900)),
  ]).flat(),
);

interface Opened {
  source: InflatedSource;
  places: Places;
  /** How many packed bytes were read since it was opened. */
  bytesRead(): number;
}

async function open(options: ZlibOptions = {}): Promise<Opened> {
  let bytesRead = 0;
  const packed = fromBytes(deflateRawSync(memory, options));
  const counting: ByteSource = {
    size: packed.size,
    async read(offset, length) {
      const view = await packed.read(offset, length);
      bytesRead += view.byteLength;
      return view;
    },
  };
  const places = new Places(200_000);
  const inflating = new Inflating(counting, {
    lookEvery: 200_000,
    wantsPlace: (offset) => places.wantsPlace(offset),
    foundPlace: (bit, offset) => places.foundPlace(bit, offset),
  });
  for (let piece = await inflating.next(); piece !== null; piece = await inflating.next()) places.take(piece);
  inflating.close();
  bytesRead = 0;
  return {
    source: new InflatedSource(new Deflated(counting, places), memory.length),
    places,
    bytesRead: () => bytesRead,
  };
}

async function bytesAt(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  const view = await source.read(offset, length);
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

describe('an inflated source', () => {
  it.each([{ level: 1 }, { level: 6 }, { level: 9 }, { memLevel: 1 }, { windowBits: 9 }])(
    'gives the same bytes at any place, whatever wrote it (%j)',
    async (options) => {
      const { source, places } = await open(options);
      expect(places.list.length).toBeGreaterThan(3);
      for (let round = 0; round < 60; round += 1) {
        const offset = Math.floor(((round * 7919) % 60) * (memory.length / 60));
        expect((await bytesAt(source, offset, 5000)).equals(memory.subarray(offset, offset + 5000))).toBe(true);
      }
      source.close();
    },
  );

  it('notes only places where it goes on rightly, at every bit of a byte', async () => {
    const bits = new Set<number>();
    for (const level of [1, 6, 9]) {
      const { places } = await open({ level });
      for (const place of places.list) {
        bits.add(place.bit % 8);
        const inflating = new Inflating(fromBytes(deflateRawSync(memory, { level })), { from: place });
        const piece = await inflating.next();
        inflating.close();
        expect(piece?.bytes.equals(memory.subarray(place.offset, place.offset + (piece?.bytes.length ?? 0)))).toBe(
          true,
        );
      }
    }
    expect(bits.size).toBeGreaterThan(4);
  });

  it('reads little of what is packed to give what lies far behind', async () => {
    const { source, bytesRead } = await open();
    const offset = memory.length - 6000;
    expect((await bytesAt(source, offset, 6000)).equals(memory.subarray(offset))).toBe(true);
    expect(bytesRead()).toBeLessThan(source.size / 3);
    source.close();
  });

  it('does without a place that was none', async () => {
    const { source, places } = await open();
    const before = places.list.length;
    for (const place of places.list) place.bit += 3;
    const offset = memory.length - 6000;
    expect((await bytesAt(source, offset, 6000)).equals(memory.subarray(offset))).toBe(true);
    expect(places.list.length).toBeLessThan(before);
    source.close();
  });

  it('gives fewer bytes at its end and none behind it', async () => {
    const { source } = await open();
    expect((await source.read(memory.length - 10, 100)).byteLength).toBe(10);
    expect((await source.read(memory.length + 10, 100)).byteLength).toBe(0);
    expect((await source.read(-5, 10)).byteLength).toBe(10);
    source.close();
  });

  it('answers reads that are asked side by side', async () => {
    const { source } = await open();
    const offsets = [2_000_000, 5, 1_000_000, memory.length - 100];
    const all = await Promise.all(offsets.map((offset) => bytesAt(source, offset, 100)));
    all.forEach((bytes, index) => {
      const offset = offsets[index] ?? 0;
      expect(bytes.equals(memory.subarray(offset, offset + 100))).toBe(true);
    });
    source.close();
  });
});

it('notes places also where a kilobyte holds a megabyte of nothing', async () => {
  const nothing = 64 * 2 ** 20;
  const places = new Places(4 * 2 ** 20);
  const inflating = new Inflating(fromBytes(deflateRawSync(Buffer.alloc(nothing))), {
    lookEvery: 4 * 2 ** 20,
    wantsPlace: (offset) => places.wantsPlace(offset),
    foundPlace: (bit, offset) => places.foundPlace(bit, offset),
  });
  for (let piece = await inflating.next(); piece !== null; piece = await inflating.next()) places.take(piece);
  inflating.close();
  const offsets = [0, ...places.list.map(({ offset }) => offset), nothing];
  const gaps = offsets.slice(1).map((offset, index) => offset - (offsets[index] as number));
  expect(Math.max(...gaps)).toBeLessThan(24 * 2 ** 20);
});

it('keeps fewer places the more there are', () => {
  const places = new Places(1);
  for (let index = 0; index < 5000; index += 1) {
    const offset = index * 8192;
    if (places.wantsPlace(offset)) places.foundPlace(index, offset);
    places.take({ bytes: Buffer.alloc(8192), offset });
  }
  expect(places.list.length).toBeLessThan(1024);
  expect(places.before(5000 * 8192)?.offset).toBeGreaterThan(4900 * 8192);
});

it.each([0, 1, 2, 3, 4, 5, 6, 7])('puts nothing before bit %i of a byte that zlib would give out', (bit) => {
  const start = startAtBit(bit, 0xff);
  const mask = (0xff << bit) & 0xff;
  expect((start.at(-1) ?? 0) & mask).toBe(mask);
});
