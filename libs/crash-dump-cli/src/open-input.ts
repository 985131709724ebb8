import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteSource } from '@caserelay/crash-dump';
import { fileSource } from '@caserelay/dump-archive';

/** A file that is open for reading. */
export interface Input {
  path: string;
  source: ByteSource;
  close(): Promise<void>;
}

/** Opens a file; the standard input (`-`) is kept in a temporary file first, for a dump is read at any place. */
export async function openInput(path: string, stdin: Readable): Promise<Input> {
  if (path === '-') return openStream(stdin);
  const found = await stat(path);
  if (found.isDirectory()) throw new Error('it is a directory; expected a file');
  if (found.isFIFO()) {
    const pipe = await open(path);
    return openStream(pipe.createReadStream());
  }
  if (!found.isFile()) throw new Error('it is a device or a socket; expected a file');
  const file = await open(path);
  return { path, source: fileSource(file, found.size), close: () => file.close() };
}

async function openStream(stream: Readable): Promise<Input> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-dump-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'input');
    await pipeline(stream, createWriteStream(path, { mode: 0o600 }));
    const file = await open(path);
    const { size } = await file.stat();
    const close = async (): Promise<void> => {
      await file.close();
      await remove();
    };
    return { path, source: fileSource(file, size), close };
  } catch (error) {
    await remove();
    throw error;
  }
}
