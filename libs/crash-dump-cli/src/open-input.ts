import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteSource } from '@caserelay/crash-dump';

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
  return { path, source: sourceOf(file, found.size), close: () => file.close() };
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
    return { path, source: sourceOf(file, size), close };
  } catch (error) {
    await remove();
    throw error;
  }
}

function sourceOf(file: FileHandle, size: number): ByteSource {
  return {
    size,
    async read(offset, length) {
      const available = Math.min(Math.max(0, length), Math.max(0, size - offset));
      const bytes = new Uint8Array(available);
      let done = 0;
      // One call reads 2 GiB at most, and a file system may give less than was asked for.
      while (done < available) {
        const { bytesRead } = await file.read(bytes, done, available - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return new DataView(bytes.buffer, bytes.byteOffset, done);
    },
  };
}
