import { copyFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyseDump, type ByteSource } from '@caserelay/crash-dump';

/**
 * How long the inside of a complete memory dump takes to read, and how much of the file is read for it: FILE itself, and
 * copies of it whose last run of memory was made longer without writing it (sparse), as large as real machines.
 * usage: npm run bench:dump -- FILE (a 64-bit complete memory dump)
 */
const file = process.argv[2];
if (file === undefined) throw new Error('expected the path of a complete memory dump (PAGEDU64, type 1); found none');
const gibibytes = [1, 8, 64];
const rounds = 5;

interface Measured {
  milliseconds: number;
  bytes: number;
  reads: number;
}

const folder = await mkdtemp(join(tmpdir(), 'dump-bench-'));
try {
  const rows = [await row('as it is', file)];
  for (const size of gibibytes) rows.push(await row(`${size} GiB`, await stretch(file, size)));
  process.stdout.write('| dump | median ms | reads | KiB read | peak RSS MB |\n| --- | --- | --- | --- | --- |\n');
  for (const line of rows) process.stdout.write(line);
} finally {
  await rm(folder, { recursive: true });
}

async function row(title: string, path: string): Promise<string> {
  const measured: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) measured.push(await measure(path));
  measured.sort((a, b) => a.milliseconds - b.milliseconds);
  const { milliseconds = 0, reads = 0, bytes = 0 } = measured[Math.floor(rounds / 2)] ?? {};
  const resident = process.resourceUsage().maxRSS / 1024;
  return `| ${title} | ${milliseconds.toFixed(1)} | ${reads} | ${Math.round(bytes / 1024)} | ${Math.round(resident)} |\n`;
}

async function measure(path: string): Promise<Measured> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    let bytes = 0;
    let reads = 0;
    const source: ByteSource = {
      size,
      async read(offset, length) {
        const wanted = Math.max(0, Math.min(length, size - offset));
        const { buffer, bytesRead } = await handle.read(new Uint8Array(wanted), 0, wanted, offset);
        reads += 1;
        bytes += bytesRead;
        return new DataView(buffer.buffer, buffer.byteOffset, bytesRead);
      },
    };
    const began = performance.now();
    await analyseDump(source);
    return { milliseconds: performance.now() - began, bytes, reads };
  } finally {
    await handle.close();
  }
}

/** Makes the last run of memory longer, so that what was there stays where it is. */
async function stretch(path: string, size: number): Promise<string> {
  const copy = join(folder, `${size}.dmp`);
  await copyFile(path, copy);
  const handle = await open(copy, 'r+');
  try {
    const header = Buffer.alloc(0x2000);
    await handle.read(header, 0, header.length, 0);
    const runs = header.readUInt32LE(0x88);
    const pages = BigInt(size) * 262_144n;
    const last = 0x98 + 16 * (runs - 1) + 8;
    header.writeBigUInt64LE(header.readBigUInt64LE(last) + pages - header.readBigUInt64LE(0x90), last);
    header.writeBigUInt64LE(pages, 0x90);
    await handle.write(header, 0, header.length, 0);
    await handle.truncate(0x2000 + Number(pages) * 4096);
    return copy;
  } finally {
    await handle.close();
  }
}
