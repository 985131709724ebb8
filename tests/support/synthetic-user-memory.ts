import { imageOf, type FunctionPlan, type PlacedFunction, type Step } from './synthetic-image.js';

/** What the reader has to find in `userMemoryDump`. */
export interface UserMemoryTruth {
  stack: { address: string; module: string; trust: string }[];
  comment: string;
}

const exeAt = 0x1_4000_0000n;
const dllAt = 0x7ff8_1000_0000n;
const stackAt = 0x10_0000n;
const stackBytes = 0x2000;

/**
 * A dump of a process with all its memory (MDMP): two images with unwind data and version resources, a stack of three
 * frames with a stale value between them, an exception, comments, an unloaded module, names of threads, handles.
 */
export function userMemoryDump(): { file: Buffer; truth: UserMemoryTruth } {
  const exe = image('Packer.exe', exeAt, 'Contoso', [
    {
      name: 'crash',
      rva: 0x1200,
      steps: [
        ['push', 3],
        ['alloc', 0x40],
      ],
    },
    { name: 'main', rva: 0x1400, steps: [['alloc', 0x88]] },
  ]);
  const dll = image('starter.dll', dllAt, 'Microsoft Corporation', [
    {
      name: 'start',
      rva: 0x1300,
      steps: [
        ['push', 5],
        ['push', 7],
        ['alloc', 0x20],
      ],
    },
  ]);
  const crash = exe.functions.get('crash') as PlacedFunction;
  const main = exe.functions.get('main') as PlacedFunction;
  const start = dll.functions.get('start') as PlacedFunction;
  const stack = Buffer.alloc(stackBytes);
  let at = 0x400;
  const stackPointer = stackAt + BigInt(at);
  stack.writeBigUInt64LE(dllAt + 0x1333n, at + 0x18);
  at += frameBytes(crash.steps);
  stack.writeBigUInt64LE(exeAt + BigInt(main.returnRva), at);
  at += 8 + frameBytes(main.steps);
  stack.writeBigUInt64LE(dllAt + BigInt(start.returnRva), at);
  const instruction = exeAt + BigInt(crash.returnRva);
  const comment = 'collected by procdump, 进程转储';
  const memory: [bigint, Buffer][] = [
    [stackAt, stack],
    ...[...exe.parts].map(([rva, bytes]): [bigint, Buffer] => [exeAt + rva, bytes]),
    ...[...dll.parts].map(([rva, bytes]): [bigint, Buffer] => [dllAt + rva, bytes]),
  ];
  const hex = (value: bigint): string => `0x${value.toString(16)}`;
  return {
    file: minidump(instruction, stackPointer, comment, memory),
    truth: {
      stack: [
        { address: hex(instruction), module: 'Packer.exe', trust: 'context' },
        { address: hex(exeAt + BigInt(main.returnRva)), module: 'Packer.exe', trust: 'unwind' },
        { address: hex(dllAt + BigInt(start.returnRva)), module: 'starter.dll', trust: 'unwind' },
      ],
      comment,
    },
  };
}

function image(name: string, base: bigint, company: string, functions: FunctionPlan[]): ReturnType<typeof imageOf> {
  return imageOf({
    ...{ name, path: `C:\\App\\${name}`, base, size: 0x10000, version: [7, 1, 2, 3], company },
    ...{ description: `${name} of a test`, stamp: 0x5e000000, pdb: `${name}.pdb`, functions },
  });
}

function frameBytes(steps: readonly Step[]): number {
  return steps.reduce((sum, [kind, value]) => sum + (kind === 'push' ? 8 : kind === 'alloc' ? value : 0), 0);
}

function minidump(instruction: bigint, stackPointer: bigint, comment: string, memory: [bigint, Buffer][]): Buffer {
  const file = Buffer.alloc(0x3000);
  let free = 0x200;
  const room = (bytes: number): number => {
    const place = free;
    free += (bytes + 7) & ~7;
    return place;
  };
  const text = (value: string): number => {
    const bytes = Buffer.from(value, 'utf16le');
    const place = room(bytes.length + 6);
    file.writeUInt32LE(bytes.length, place);
    bytes.copy(file, place + 4);
    return place;
  };
  const streams: [type: number, size: number, place: number][] = [];
  const stream = (type: number, size: number): number => {
    const place = room(size);
    streams.push([type, size, place]);
    return place;
  };

  const context = room(0x4d0);
  file.writeUInt32LE(0x10001f, context + 0x30);
  file.writeBigUInt64LE(stackPointer, context + 0x98);
  file.writeBigUInt64LE(instruction, context + 0xf8);

  const system = stream(7, 56);
  file.writeUInt16LE(9, system);
  file[system + 6] = 4;
  file[system + 7] = 1;
  file.writeUInt32LE(19045, system + 16);
  file.writeUInt32LE(2, system + 20);

  const modules = stream(4, 4 + 2 * 108);
  file.writeUInt32LE(2, modules);
  for (const [index, [name, base]] of [
    ['C:\\App\\Packer.exe', exeAt] as const,
    ['C:\\App\\starter.dll', dllAt] as const,
  ].entries()) {
    const entry = modules + 4 + index * 108;
    file.writeBigUInt64LE(base, entry);
    file.writeUInt32LE(0x10000, entry + 8);
    file.writeUInt32LE(text(name), entry + 20);
  }

  // 4 bytes between the count and the entries, as writers put them that align entries.
  const threads = stream(3, 8 + 48);
  file.writeUInt32LE(1, threads);
  file.writeUInt32LE(4242, threads + 8);
  file.writeUInt32LE(0x4d0, threads + 8 + 40);
  file.writeUInt32LE(context, threads + 8 + 44);

  const exception = stream(6, 168);
  file.writeUInt32LE(4242, exception);
  file.writeUInt32LE(0xc0000005, exception + 8);
  file.writeBigUInt64LE(instruction, exception + 24);
  file.writeUInt32LE(2, exception + 32);
  file.writeBigUInt64LE(0x10n, exception + 48);
  file.writeUInt32LE(0x4d0, exception + 160);
  file.writeUInt32LE(context, exception + 164);

  const names = stream(24, 4 + 12);
  file.writeUInt32LE(1, names);
  file.writeUInt32LE(4242, names + 4);
  file.writeBigUInt64LE(BigInt(text('打包线程')), names + 8);

  const unloaded = stream(14, 12 + 24);
  file.writeUInt32LE(12, unloaded);
  file.writeUInt32LE(24, unloaded + 4);
  file.writeUInt32LE(1, unloaded + 8);
  file.writeBigUInt64LE(0x7ff8_2000_0000n, unloaded + 12);
  file.writeUInt32LE(0x5000, unloaded + 20);
  file.writeUInt32LE(0x5f000000, unloaded + 28);
  file.writeUInt32LE(text('C:\\App\\plugin.dll'), unloaded + 32);

  const handles = stream(12, 16 + 2 * 32);
  file.writeUInt32LE(16, handles);
  file.writeUInt32LE(32, handles + 4);
  file.writeUInt32LE(2, handles + 8);
  const type = text('File');
  file.writeUInt32LE(type, handles + 16 + 8);
  file.writeUInt32LE(type, handles + 48 + 8);

  const written = Buffer.from(`${comment}\0`, 'utf16le');
  written.copy(file, stream(11, written.length));

  const list = stream(9, 16 + 16 * memory.length);
  file.writeBigUInt64LE(BigInt(memory.length), list);
  file.writeBigUInt64LE(BigInt(file.length), list + 8);
  memory.forEach(([address, bytes], index) => {
    file.writeBigUInt64LE(address, list + 16 + 16 * index);
    file.writeBigUInt64LE(BigInt(bytes.length), list + 24 + 16 * index);
  });

  file.write('MDMP', 0, 'latin1');
  file.writeUInt32LE(0xa793, 4);
  file.writeUInt32LE(streams.length, 8);
  file.writeUInt32LE(0x20, 12);
  file.writeUInt32LE(1_577_198_400, 20);
  streams.forEach((words, index) => words.forEach((word, at) => file.writeUInt32LE(word, 0x20 + 12 * index + 4 * at)));
  return Buffer.concat([file, ...memory.map(([, bytes]) => bytes)]);
}
