import { randomUUID } from 'node:crypto';
import { say, type ByteSource } from '@caserelay/crash-dump';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSource } from './file-source.js';

const pageBytes = 4096;
const zeros = Buffer.alloc(pageBytes);

/**
 * A file on disk without a name for what can be read only once. Pages of zeros are left out, so that it takes no more
 * room than the others. It is gone when it is closed, or when the process ends, however that comes.
 */
export class SpilledFile {
  written = 0;
  private size = 0;

  private constructor(
    readonly file: FileHandle,
    /** Null when the system let go of the name at once. */
    private readonly path: string | null,
    private readonly maxBytes: number,
  ) {}

  static async make(maxBytes: number): Promise<SpilledFile> {
    const path = join(tmpdir(), `dump-archive-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    try {
      await rm(path);
      return new SpilledFile(file, null, maxBytes);
    } catch {
      return new SpilledFile(file, path, maxBytes);
    }
  }

  /** Adds what comes next; the reason when it would be too much. */
  async add(bytes: Buffer): Promise<string | null> {
    let begun = 0;
    for (let at = 0; at <= bytes.length; at += pageBytes) {
      const page = bytes.subarray(at, at + pageBytes);
      if (page.length > 0 && !zeros.subarray(0, page.length).equals(page)) continue;
      if (at > begun) {
        const full = await this.write(bytes.subarray(begun, Math.min(at, bytes.length)), this.size + begun);
        if (full !== null) return full;
      }
      begun = at + pageBytes;
    }
    if (begun < bytes.length) {
      const full = await this.write(bytes.subarray(begun), this.size + begun);
      if (full !== null) return full;
    }
    this.size += bytes.length;
    return null;
  }

  async source(): Promise<ByteSource> {
    await this.file.truncate(this.size);
    return fileSource(this.file, this.size);
  }

  async close(): Promise<void> {
    await this.file.close();
    if (this.path !== null) await rm(this.path, { force: true });
  }

  private async write(bytes: Buffer, place: number): Promise<string | null> {
    this.written += bytes.length;
    if (this.written > this.maxBytes) {
      return say('too-much-disk', { most: this.maxBytes });
    }
    await this.file.write(bytes, 0, bytes.length, place);
    return null;
  }
}
