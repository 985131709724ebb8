import { describe, expect, it } from '@jest/globals';
import { fromBytes } from './byte-source.js';
import { findCrash, type CrashClues } from './crash-context.js';
import type { Module } from './dump-facts.js';
import { mapOfModules } from './module-map.js';
import { readContext } from './registers.js';
import { scanStack } from './scan-stack.js';
import { sparseMemory, type VirtualMemory } from './virtual-memory.js';

const stackAt = 0xffff_8000_1000_0000n;
const driverAt = 0xffff_f800_2000_0000n;
const fault = driverAt + 0x1234n;

const driver: Module = {
  name: 'third.sys',
  path: null,
  base: `0x${driverAt.toString(16)}`,
  size: 0x10000,
  ...{ timeDateStamp: null, checksum: null, fileVersion: null, productVersion: null, product: null },
  ...{ company: null, codeView: null, source: 'driver-list' },
};
const modules = mapOfModules([driver]);

function context(instruction: bigint, stackPointer: bigint): Buffer {
  const bytes = Buffer.alloc(0x4d0);
  bytes.writeBigUInt64LE(stackPointer, 0x98);
  bytes.writeBigUInt64LE(instruction, 0xf8);
  return bytes;
}

/** A stack with a trap frame at +0x400 whose instruction is the fault, and a decoy with a user's code segment. */
function stackWithTrapFrame(): Buffer {
  const stack = Buffer.alloc(0x2000);
  for (const [at, segment, value] of [
    [0x100, 0x33n, 0x99n],
    [0x400, 0x10n, 0x77n],
  ] as const) {
    stack.writeBigUInt64LE(fault, at + 0x168);
    stack.writeBigUInt64LE(segment, at + 0x170);
    stack.writeBigUInt64LE(stackAt + 0x1000n, at + 0x180);
    stack.writeBigUInt64LE(value, at + 0x30);
  }
  return stack;
}

function memoryOf(...parts: [bigint, Buffer][]): VirtualMemory {
  let place = 0;
  const ranges = parts.map(([address, bytes]) => {
    const range = { address, size: bytes.length, place };
    place += bytes.length;
    return range;
  });
  return sparseMemory(fromBytes(Buffer.concat(parts.map(([, bytes]) => bytes))), ranges);
}

const bugcheckRegisters = readContext(new DataView(Uint8Array.from(context(0x1000n, stackAt)).buffer), 'AMD64');
const clues = (code: number, parameters: bigint[], memory: VirtualMemory): CrashClues => ({
  machine: 'AMD64',
  code,
  parameters,
  memory,
  header: bugcheckRegisters,
  headerException: null,
  stack: { from: stackAt, to: stackAt + 0x2000n },
});

describe('the registers of a fault', () => {
  it.each([
    [0x7e, [0xc0000005n, fault, 0n, 0xffff_9000_0000_0000n], 'context record of parameter 4'],
    [0x1000007e, [0xc0000005n, fault, 0n, 0xffff_9000_0000_0000n], 'context record of parameter 4'],
    [0x3b, [0xc0000005n, fault, 0xffff_9000_0000_0000n, 0n], 'context record of parameter 3'],
  ])('of bugcheck %p come from its context record', async (code, parameters, from) => {
    const memory = memoryOf([0xffff_9000_0000_0000n, context(fault, stackAt + 0x800n)]);
    expect(await findCrash(clues(code, parameters, memory), modules)).toMatchObject({
      address: '0xfffff80020001234',
      module: 'third.sys',
      offset: '0x1234',
      from,
      registers: { rip: '0xfffff80020001234' },
    });
  });

  it('of 0x139 come from its trap frame, with its exception record', async () => {
    const record = Buffer.alloc(0x98);
    record.writeUInt32LE(0xc0000409, 0);
    record.writeBigUInt64LE(fault, 0x10);
    record.writeUInt32LE(1, 0x18);
    record.writeBigUInt64LE(3n, 0x20);
    const memory = memoryOf([stackAt, stackWithTrapFrame()], [0xffff_9000_0000_0000n, record]);
    const crash = await findCrash(clues(0x139, [3n, stackAt + 0x400n, 0xffff_9000_0000_0000n, 0n], memory), modules);
    expect(crash).toMatchObject({
      module: 'third.sys',
      from: 'trap frame of parameter 2',
      registers: { rax: '0x77', rsp: '0xffff800010001000' },
      exception: { code: '0xc0000409', parameters: ['0x3'] },
    });
  });

  it.each([
    [0xd1, [0x10n, 2n, 0n, fault]],
    [0x0a, [0x10n, 2n, 0n, fault]],
    [0x50, [0x10n, 0n, fault, 2n]],
    [0x1e, [0xc0000005n, fault, 0n, 0x10n]],
  ])('of bugcheck %p come from the trap frame on the stack that has its instruction', async (code, parameters) => {
    const crash = await findCrash(clues(code, parameters, memoryOf([stackAt, stackWithTrapFrame()])), modules);
    expect(crash).toMatchObject({ module: 'third.sys', registers: { rsp: '0xffff800010001000', rax: '0x77' } });
    expect(crash?.from).toMatch(/trap frame on the stack/);
  });

  it('are not in the dump: the instruction is told all the same, and nothing is made up', async () => {
    const crash = await findCrash(clues(0xd1, [0x10n, 2n, 0n, fault], memoryOf([stackAt, Buffer.alloc(64)])), modules);
    expect(crash).toMatchObject({
      address: '0xfffff80020001234',
      registers: {},
      from: expect.stringMatching(/^parameter 4/),
    });
  });

  it('of a bugcheck without parameters that lead to them are those of the header', async () => {
    const crash = await findCrash(clues(0xe2, [0n, 0n, 0n, 0n], memoryOf()), modules);
    expect(crash).toMatchObject({ address: '0x1000', module: null, from: 'context of the header' });
  });
});

describe('a scanned stack', () => {
  it('keeps what may be return addresses, weighs them, and drops those that no call precedes', async () => {
    const stack = Buffer.alloc(0x80);
    const values: [number, bigint][] = [
      [0x08, driverAt + 0x2005n], // after a call
      [0x10, driverAt + 0x3331n], // at a place where no call stores
      [0x18, driverAt + 0x4000n], // the start of a function
      [0x28, driverAt + 0x5003n], // code not in the dump
      [0x38, driverAt + 0x2045n], // code in the dump, no call
      [0x48, driverAt + 0x20n], // the image's header
      [0x58, 0x1234n], // no module
    ];
    for (const [at, value] of values) stack.writeBigUInt64LE(value, at);
    const code = Buffer.alloc(0x100, 0x90);
    code[0x00] = 0xe8;
    const memory = memoryOf([stackAt, stack], [driverAt + 0x2000n - 0x10n, Buffer.concat([Buffer.alloc(0x10), code])]);
    const frames = await scanStack({ machine: 'AMD64', modules, memory, from: stackAt + 1n, to: stackAt + 0x80n });
    expect(frames.map(({ offset, confidence, stackPointer }) => [offset, confidence, stackPointer?.slice(-2)])).toEqual(
      [
        ['0x2005', 0.8, '08'],
        ['0x3331', 0.05, '10'],
        ['0x4000', 0.1, '18'],
        ['0x5003', 0.5, '28'],
      ],
    );
  });
});

describe('memory that is known in pieces', () => {
  it('is read over pieces that touch or overlap, and ends at a gap', async () => {
    const memory = memoryOf(
      [0x1000n, Buffer.alloc(0x100, 1)],
      [0x1100n, Buffer.alloc(0x80, 2)],
      [0x1140n, Buffer.alloc(0x100, 3)],
      [0x5000n, Buffer.alloc(0x10, 4)],
    );
    const view = await memory.read(0x10f0n, 0x1000);
    expect(view.byteLength).toBe(0x1240 - 0x10f0);
    expect([view.getUint8(0), view.getUint8(0x10), view.getUint8(view.byteLength - 1)]).toEqual([1, 2, 3]);
    expect((await memory.read(0x2000n, 16)).byteLength).toBe(0);
    expect((await memory.read(0x500fn, 16)).byteLength).toBe(1);
  });
});
