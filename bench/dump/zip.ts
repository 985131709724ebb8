import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { readDump } from '@caserelay/crash-dump';
import { openArchive } from '@caserelay/dump-archive';
import { writeZippedDump, type ZippedDump } from './memory-like-dump.js';

/**
 * How fast a dump comes out of a ZIP: bare zlib of Node with pieces of several sizes (no checksum, nothing kept), our
 * reading (CRC-32, places to come back to, the facts of the dump), and programs where they are installed. All in one run.
 * The same dump as 7-Zip packs it with Deflate64 is read as well, where 7zz is installed.
 * usage: npm run bench:zip -- [GIBIBYTES]
 */
const gibibytes = Number(process.argv[2] ?? 1);
if (!(gibibytes > 0 && gibibytes <= 64)) throw new Error(`expected GiB from 0 to 64; found ${process.argv[2] ?? ''}`);
const rounds = 3;
const pieces = [256, 1024, 4096];

interface Contestant {
  title: string;
  /** Unpacks all; how many bytes came out. */
  unpack(zip: ZippedDump): Promise<number>;
  /** Whether it is given the ZIP that is packed with Deflate64. */
  is64?: boolean;
}

const sevenZip = installed('7zz', ['i'], (path) => ['e', '-so', path]);
const contestants: Contestant[] = [
  ...pieces.map((kibibytes) => ({
    title: `zlib of Node alone, pieces of ${kibibytes} KiB`,
    unpack: (zip: ZippedDump) => inflateBare(zip, kibibytes * 1024),
  })),
  { title: 'zlib of Node alone, its own pieces (16 KiB)', unpack: (zip) => inflateBare(zip, 16 * 1024) },
  { title: 'dump-archive: CRC-32, places, facts', unpack: readOurs },
  ...installed('unzip', ['-v'], (path) => ['-p', path]),
  ...sevenZip,
  ...sevenZip.flatMap((program) => [
    { title: 'Deflate64: dump-archive', unpack: readOurs, is64: true },
    { ...program, title: `Deflate64: ${program.title}`, is64: true },
  ]),
];

const folder = await mkdtemp(join(tmpdir(), 'zip-bench-'));
try {
  const zip = await writeZippedDump(join(folder, 'MEMORY.zip'), Math.round(gibibytes * 2 ** 30));
  const packed = (await stat(zip.path)).size;
  process.stdout.write(
    `${zip.bytes} bytes, zipped ${packed} (${(zip.bytes / packed).toFixed(1)}x); ${rounds} rounds\n`,
  );
  const zip64 = sevenZip.length > 0 ? await packAgain(zip, join(folder, 'deflate64.zip')) : zip;
  if (zip64 !== zip) process.stdout.write(`with Deflate64 ${(await stat(zip64.path)).size}\n`);
  const taken = new Map(contestants.map((contestant) => [contestant, [] as Taken[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of contestants)
      taken.get(contestant)?.push(await measure(contestant, contestant.is64 === true ? zip64 : zip));
  }
  const speeds = contestants.map((contestant) => {
    const all = taken.get(contestant) ?? [];
    return {
      title: contestant.title,
      speed: zip.bytes / 2 ** 20 / median(all.map(({ seconds }) => seconds)),
      processorSeconds: median(all.map(({ processorSeconds }) => processorSeconds)),
    };
  });
  const bare = Math.max(...speeds.slice(0, pieces.length).map(({ speed }) => speed));
  process.stdout.write('| what | MiB/s, median | of the best bare zlib | processor s |\n| --- | --- | --- | --- |\n');
  for (const { title, speed, processorSeconds } of speeds) {
    const processor = processorSeconds.toFixed(2);
    const share = `${((100 * speed) / bare).toFixed(0)} %`;
    process.stdout.write(`| ${title} | ${speed.toFixed(0)} | ${share} | ${processor} |\n`);
  }
  await touch('Deflate', zip);
  if (zip64 !== zip) await touch('Deflate64', zip64);
  process.stdout.write(`peak resident memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB\n`);
} finally {
  await rm(folder, { recursive: true });
}

interface Taken {
  seconds: number;
  /** Of this process, its threads included: what is left to compare by on a machine that does other things as well. */
  processorSeconds: number;
}

async function measure({ title, unpack }: Contestant, zip: ZippedDump): Promise<Taken> {
  const began = performance.now();
  const before = process.cpuUsage();
  const bytes = await unpack(zip);
  if (bytes !== zip.bytes) throw new Error(`${title}: ${bytes} bytes came out; expected ${zip.bytes}`);
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - began) / 1000, processorSeconds: (user + system) / 1e6 };
}

async function inflateBare(zip: ZippedDump, chunkSize: number): Promise<number> {
  return await count(packedOf(zip).pipe(createInflateRaw({ chunkSize })));
}

function packedOf({ path, dataAt, packedBytes }: ZippedDump): Readable {
  return createReadStream(path, { start: dataAt, end: dataAt + packedBytes - 1, highWaterMark: 1024 * 1024 });
}

async function count(stream: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const piece of stream) bytes += piece.length;
  return bytes;
}

async function readOurs({ path }: ZippedDump): Promise<number> {
  for await (const part of openArchive(path, options())) {
    if (part.kind !== 'member' || part.source === null || part.ending !== 'whole')
      throw new Error(JSON.stringify(part));
    await readDump(part.source);
    return part.bytes;
  }
  return 0;
}

function options() {
  return { headBytes: 64 * 1024, needsWhole: () => true, signal: new AbortController().signal };
}

/** How long a page takes that lies anywhere. */
async function touch(method: string, { path }: ZippedDump): Promise<void> {
  const pages = 100;
  for await (const part of openArchive(path, options())) {
    if (part.kind !== 'member' || part.source === null) continue;
    const began = performance.now();
    for (let page = 0; page < pages; page += 1) {
      const place = Math.floor((((page * 61) % pages) / pages) * (part.bytes / 4096)) * 4096;
      await part.source.read(place, 4096);
    }
    const each = (performance.now() - began) / pages;
    process.stdout.write(`a page at any place of ${method}: ${each.toFixed(1)} ms; nothing was written\n`);
  }
}

/** The same dump, packed by 7-Zip. */
async function packAgain(zip: ZippedDump, path: string): Promise<ZippedDump> {
  const words = ['a', '-tzip', '-mm=Deflate64', '-mx=3', '-bd', '-siMEMORY.DMP', path];
  const child = spawn('7zz', words, { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  await pipeline(packedOf(zip), createInflateRaw({ chunkSize: 1024 * 1024 }), child.stdin);
  await ended;
  return { ...zip, path };
}

function installed(name: string, about: string[], words: (path: string) => string[]): Contestant[] {
  try {
    execFileSync(name, about, { stdio: 'ignore' });
  } catch {
    process.stdout.write(`${name} is not installed and left out\n`);
    return [];
  }
  return [{ title: `${name} ${words('').join(' ').trim()}`, unpack: ({ path }) => run(name, words(path)) }];
}

async function run(name: string, words: string[]): Promise<number> {
  const child = spawn(name, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  return await count(child.stdout);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
