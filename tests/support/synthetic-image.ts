/** What a function does to the stack when it begins: [push register], [alloc bytes], [frame offset of rbp], [save register, offset]. */
export type Step = readonly [kind: 'push' | 'alloc' | 'frame' | 'save', value: number, offset?: number];

export interface FunctionPlan {
  name: string;
  rva: number;
  steps: readonly Step[];
  /** Its frame begins with what the processor pushed; 1: with an error code too. */
  machineFrame?: 0 | 1;
  /** From this offset on it has unwind data of its own that is chained to that of its beginning. */
  chainedFrom?: number;
}

export interface PlacedFunction extends FunctionPlan {
  end: number;
  /** Where its one call returns to. */
  returnRva: number;
}

/** What a version resource says. */
export type VersionPlan = Pick<ImagePlan, 'version' | 'company' | 'description' | 'name'>;

export interface ImagePlan {
  name: string;
  path: string;
  base: bigint;
  size: number;
  version: readonly number[];
  company: string;
  description: string;
  stamp: number;
  pdb: string;
  functions: readonly FunctionPlan[];
  exports?: readonly string[];
  /** Says in its debug data that its time stamp is a hash. */
  isReproducible?: boolean;
}

/** A function's code, and the entries of the table of functions that tell how it is undone. */
export interface Compiled {
  code: Buffer;
  returnOffset: number;
  /** `keep` puts data into the image and says where. */
  entries(rva: number, keep: (bytes: Buffer) => number): number[][];
}

/** What makes an image one of AMD64 or of another machine. */
export interface ImageMachine {
  number: number;
  compile(plan: FunctionPlan): Compiled;
}

const amd64: ImageMachine = { number: 0x8664, compile: compileAmd64 };

/** A driver's image as it lies in memory: its parts by RVA; between them is nothing. */
export function imageOf(
  plan: ImagePlan,
  machine: ImageMachine = amd64,
): {
  parts: Map<bigint, Buffer>;
  functions: Map<string, PlacedFunction>;
  /** Size of its table of functions. */
  functionBytes: number;
} {
  const parts = new Map<bigint, Buffer>();
  const functions = new Map<string, PlacedFunction>();
  const at = {
    data: plan.size - 0x4000,
    functions: plan.size - 0x3000,
    resources: plan.size - 0x2000,
    exports: plan.size - 0x1000,
  };
  const data: Buffer[] = [];
  let dataSize = 0;
  const keep = (bytes: Buffer): number => {
    const rva = at.data + dataSize;
    const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
    data.push(padded);
    dataSize += padded.length;
    return rva;
  };
  const table: number[][] = [];
  for (const one of plan.functions) {
    const { code, returnOffset, entries } = machine.compile(one);
    functions.set(one.name, { ...one, end: one.rva + code.length, returnRva: one.rva + returnOffset });
    parts.set(BigInt(one.rva), code);
    table.push(...entries(one.rva, keep));
  }
  table.sort(([a = 0], [b = 0]) => a - b);
  const entries = words(...table.flat());
  parts.set(BigInt(at.functions), entries);
  const symbols = Buffer.concat([
    Buffer.from('RSDS', 'latin1'),
    words(plan.stamp, 0x22221111, 0x44443333, 0x66665555, 1),
    Buffer.from(`${plan.pdb}\0`, 'latin1'),
  ]);
  const symbolsAt = keep(symbols);
  const debug = [words(0, plan.stamp, 0, 2, symbols.length, symbolsAt, symbolsAt)];
  if (plan.isReproducible) debug.push(words(0, plan.stamp, 0, 16, 0, 0, 0));
  const debugAt = keep(Buffer.concat(debug));
  parts.set(BigInt(at.data), Buffer.concat(data));
  const resources = resourcesOf(plan, at.resources);
  parts.set(BigInt(at.resources), resources);
  const names = exportsOf(plan, functions, at.exports);
  if (names) parts.set(BigInt(at.exports), names);
  parts.set(
    0n,
    headerOf(plan, machine.number, {
      0: names ? [at.exports, names.length] : [0, 0],
      2: [at.resources, resources.length],
      3: [at.functions, entries.length],
      6: [debugAt, debug.length * 28],
    }),
  );
  return { parts, functions, functionBytes: entries.length };
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
  return bytes;
}

function shorts(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return bytes;
}

function headerOf(
  { size, stamp }: ImagePlan,
  machine: number,
  directories: Readonly<Record<number, readonly [number, number]>>,
): Buffer {
  const header = Buffer.alloc(0x400);
  header.write('MZ', 0, 'latin1');
  header.writeUInt32LE(0xe8, 0x3c);
  header.write('PE\0\0', 0xe8, 'latin1');
  header.writeUInt16LE(machine, 0xec);
  header.writeUInt32LE(stamp, 0xf0);
  header.writeUInt16LE(0xf0, 0xfc);
  header.writeUInt16LE(0x20b, 0x100);
  header.writeUInt32LE(size, 0x138);
  header.writeUInt32LE(stamp % 0xfffff, 0x140);
  header.writeUInt32LE(16, 0x16c);
  for (const [index, [rva, length]] of Object.entries(directories)) {
    header.writeUInt32LE(rva, 0x170 + 8 * Number(index));
    header.writeUInt32LE(length, 0x174 + 8 * Number(index));
  }
  return header;
}

function compileAmd64(plan: FunctionPlan): Compiled {
  const { code, unwind, returnOffset } = assembled(plan);
  return {
    code,
    returnOffset,
    entries: (rva, keep) => {
      const end = rva + code.length;
      const unwindAt = keep(unwind);
      if (plan.chainedFrom === undefined) return [[rva, end, unwindAt]];
      const split = rva + plan.chainedFrom;
      return [
        [rva, split, unwindAt],
        [split, end, keep(chained(unwind, [rva, split, unwindAt]))],
      ];
    },
  };
}

function assembled({ steps, machineFrame }: FunctionPlan): { code: Buffer; unwind: Buffer; returnOffset: number } {
  const code: number[] = [];
  const slots: Buffer[] = machineFrame === undefined ? [] : [Buffer.from([0, 10 | (machineFrame << 4)])];
  let frame = 0;
  const long = (value: number): number[] => [...words(value)];
  for (const [kind, value, offset = 0] of steps) {
    if (kind === 'push') {
      code.push(...(value >= 8 ? [0x41] : []), 0x50 | (value & 7));
      slots.unshift(Buffer.from([code.length, value << 4]));
    } else if (kind === 'alloc') {
      code.push(...(value < 128 ? [0x48, 0x83, 0xec, value] : [0x48, 0x81, 0xec, ...long(value)]));
      slots.unshift(
        value <= 128
          ? Buffer.from([code.length, 2 | ((value / 8 - 1) << 4)])
          : Buffer.concat([Buffer.from([code.length, 1]), shorts(value / 8)]),
      );
    } else if (kind === 'save') {
      code.push(0x48 | (value >= 8 ? 4 : 0), 0x89, 0x84 | ((value & 7) << 3), 0x24, ...long(offset));
      slots.unshift(Buffer.concat([Buffer.from([code.length, 4 | (value << 4)]), shorts(offset / 8)]));
    } else {
      code.push(0x48, 0x8d, 0xac, 0x24, ...long(value));
      slots.unshift(Buffer.from([code.length, 3]));
      frame = 5 | ((value / 16) << 4);
    }
  }
  const prolog = code.length;
  code.push(...Array<number>(32).fill(0x90), 0xe8, 0, 0, 0, 0);
  const returnOffset = code.length;
  code.push(...Array<number>(32).fill(0x90));
  for (const [kind, value] of [...steps].reverse()) {
    if (kind === 'alloc') code.push(...(value < 128 ? [0x48, 0x83, 0xc4, value] : [0x48, 0x81, 0xc4, ...long(value)]));
    else if (kind === 'push') code.push(...(value >= 8 ? [0x41] : []), 0x58 | (value & 7));
  }
  code.push(...(machineFrame === undefined ? [0xc3] : [0x48, 0xcf]));
  const list = Buffer.concat(slots);
  const unwind = Buffer.concat([Buffer.from([1, prolog, list.length / 2, frame]), list, Buffer.alloc(list.length & 2)]);
  return { code: Buffer.from(code), unwind, returnOffset };
}

/** Unwind data without operations of its own that refers to an earlier part of the function. */
function chained(parent: Buffer, [begin, end, unwind]: readonly [number, number, number]): Buffer {
  return Buffer.concat([Buffer.from([1 | (4 << 3), 0, 0, parent[3] ?? 0]), words(begin, end, unwind)]);
}

function exportsOf(
  { exports, name }: ImagePlan,
  functions: ReadonlyMap<string, PlacedFunction>,
  rva: number,
): Buffer | null {
  if (!exports) return null;
  const sorted = [...exports].sort();
  const count = sorted.length;
  const lists = rva + 40;
  let textAt = lists + count * 10 + (count % 2) * 2;
  const texts: Buffer[] = [];
  const places = [name, ...sorted].map((text) => {
    const place = textAt;
    texts.push(Buffer.from(`${text}\0`, 'latin1'));
    textAt += text.length + 1;
    return place;
  });
  return Buffer.concat([
    words(0, 0, 0, places[0] ?? 0, 1, count, count, lists, lists + count * 4, lists + count * 8),
    words(...sorted.map((one) => functions.get(one)?.rva ?? 0)),
    words(...places.slice(1)),
    shorts(...sorted.map((_, index) => index)),
    Buffer.alloc((count % 2) * 2),
    ...texts,
  ]);
}

/** A tree of resources with the version as its only leaf. */
export function resourcesOf(plan: VersionPlan, rva: number): Buffer {
  const version = versionOf(plan);
  const table = (id: number, target: number): Buffer =>
    Buffer.concat([words(0, 0, 0), shorts(0, 1), words(id, target)]);
  return Buffer.concat([
    table(16, 0x80000018),
    table(1, 0x80000030),
    table(0x409, 0x48),
    words(rva + 0x58, version.length, 0, 0),
    version,
  ]);
}

function versionOf({ version, company, description, name }: VersionPlan): Buffer {
  const [major = 0, minor = 0, build = 0, patch = 0] = version;
  const file = [(major << 16) | minor, (build << 16) | patch];
  const fixed = words(0xfeef04bd, 0x10000, ...file, ...file, 0x3f, 0, 0x40004, 3, 7, 0, 0);
  const text = (key: string, value: string): Buffer => node(key, Buffer.from(`${value}\0`, 'utf16le'), 1, []);
  const strings = [
    text('CompanyName', company),
    text('FileDescription', description),
    text('FileVersion', `${version.join('.')} (WinBuild.160101.0800)`),
    text('OriginalFilename', name),
    text(
      'ProductName',
      company.startsWith('Microsoft') ? 'Microsoft® Windows® Operating System' : 'Acme Storage Suite',
    ),
  ];
  const block = node('StringFileInfo', Buffer.alloc(0), 1, [node('040904B0', Buffer.alloc(0), 1, strings)]);
  const translation = node('VarFileInfo', Buffer.alloc(0), 1, [node('Translation', shorts(0x409, 0x4b0), 0, [])]);
  return node('VS_VERSION_INFO', fixed, 0, [block, translation]);
}

function node(key: string, value: Buffer, type: number, children: readonly Buffer[]): Buffer {
  const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
  let bytes = pad(
    Buffer.concat([shorts(0, type === 1 ? value.length / 2 : value.length, type), Buffer.from(`${key}\0`, 'utf16le')]),
  );
  bytes = Buffer.concat([bytes, value]);
  for (const child of children) bytes = Buffer.concat([pad(bytes), child]);
  bytes.writeUInt16LE(bytes.length, 0);
  return bytes;
}
