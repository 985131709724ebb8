import { constants } from 'node:fs';
import { chmod, chown, mkdir, open, readdir, realpath, rm, type FileHandle } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

const account = /^[a-z0-9]{1,32}$/;
/** Hostile folders may be deep; those that customers make are not. */
const deepest = 16;

/** The folder in which another program keeps what its accounts upload: a home for each, with `upload` in it. */
export class EngineFolder {
  private readonly root: string;

  constructor(folder: string) {
    this.root = resolve(folder);
  }

  /** Makes the home of an account unless it is there; an `owner` gets what customers may write to. */
  async makeHome(name: string, owner?: number): Promise<void> {
    const home = this.homeOf(name);
    await mkdir(`${home}/upload`, { recursive: true, mode: 0o750 });
    if (owner === undefined) return;
    await chown(`${home}/upload`, owner, -1);
    await chmod(home, 0o755);
  }

  /** Removes all that an account has there, if it has anything. */
  async removeHome(name: string): Promise<void> {
    await rm(this.homeOf(name), { recursive: true, force: true });
  }

  /** Every plain file below `upload`, by its path in the home; links and special files are left alone. */
  async *files(name: string): AsyncGenerator<Buffer> {
    yield* this.filesIn(this.homeOf(name), Buffer.from('/upload'), 1);
  }

  /** A plain file of the account that is reached without any link; null when there is none. */
  async open(name: string, path: Buffer): Promise<EngineFile | null> {
    if (path.includes(0) || path.toString('latin1').split('/').includes('..')) return null;
    const full = Buffer.concat([Buffer.from(this.homeOf(name)), path]);
    let handle: FileHandle | null = null;
    try {
      handle = await open(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const parent = full.subarray(0, full.lastIndexOf('/'));
      const reached = await realpath(parent, { encoding: 'buffer' });
      const home = await realpath(this.homeOf(name));
      const isWithin = `${reached.toString('latin1')}/`.startsWith(`${Buffer.from(home).toString('latin1')}/`);
      if (isWithin && (await handle.stat()).isFile()) {
        const file = new EngineFile(handle);
        handle = null;
        return file;
      }
      return null;
    } catch (error) {
      if (['ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
        return null;
      throw error;
    } finally {
      await handle?.close();
    }
  }

  private async *filesIn(home: string, folder: Buffer, depth: number): AsyncGenerator<Buffer> {
    const entries = await entriesOf(Buffer.concat([Buffer.from(home), folder]));
    for (const entry of entries) {
      const path = Buffer.concat([folder, Buffer.from('/'), entry.name]);
      if (entry.isFile()) yield path;
      else if (entry.isDirectory() && depth < deepest) yield* this.filesIn(home, path, depth + 1);
    }
  }

  private homeOf(name: string): string {
    if (!account.test(name)) throw new Error(`"${name}" is not the name of an account`);
    return this.root + sep + name;
  }
}

async function entriesOf(folder: Buffer) {
  try {
    return await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export class EngineFile {
  constructor(private readonly handle: FileHandle) {}

  async stamp(): Promise<{ bytes: number; changedAt: number }> {
    const { size, mtimeMs } = await this.handle.stat();
    return { bytes: size, changedAt: mtimeMs };
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.handle.read(buffer, 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
