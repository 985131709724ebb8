import { constants } from 'node:fs';
import { copyFile, mkdir, open, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';

/** The folder in which evidence lies. Locations are relative to it, with forward slashes. */
export class EvidenceStore {
  private readonly root: string;

  constructor(folder: string) {
    this.root = resolve(folder);
  }

  /** A new empty file, with the folders above it. */
  async create(location: string): Promise<EvidenceFile> {
    const path = this.pathOf(location);
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    return new EvidenceFile(
      await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o640),
    );
  }

  async openForWriting(location: string): Promise<EvidenceFile> {
    return new EvidenceFile(await open(this.pathOf(location), constants.O_RDWR | constants.O_NOFOLLOW));
  }

  async openForReading(location: string): Promise<EvidenceFile> {
    return new EvidenceFile(await open(this.pathOf(location), constants.O_RDONLY | constants.O_NOFOLLOW));
  }

  /** Copies a file to a new location; shares the blocks where the file system can. */
  async copy(from: string, to: string): Promise<void> {
    const target = this.pathOf(to);
    await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    await copyFile(this.pathOf(from), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }

  /** Bytes of a file; 0 when it is not there. */
  async size(location: string): Promise<number> {
    try {
      return (await stat(this.pathOf(location))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  }

  /** Removes a file together with the folder that was made for it. */
  async remove(location: string): Promise<void> {
    await rm(dirname(this.pathOf(location)), { recursive: true, force: true });
  }

  /** How much room the disk has. */
  async room(): Promise<{ blockBytes: number; blocks: number; freeBlocks: number }> {
    await mkdir(this.root, { recursive: true, mode: 0o750 });
    const { bsize, blocks, bavail } = await statfs(this.root);
    return { blockBytes: bsize, blocks, freeBlocks: bavail };
  }

  private pathOf(location: string): string {
    const path = resolve(join(this.root, location));
    if (!path.startsWith(this.root + sep)) throw new Error(`the location ${location} is outside of the evidence store`);
    return path;
  }
}

/** One open file. Every write says where it goes. */
export class EvidenceFile {
  constructor(private readonly handle: FileHandle) {}

  async write(pieces: readonly Buffer[], offset: number): Promise<void> {
    let rest = pieces;
    let at = offset;
    while (rest.length > 0) {
      const { bytesWritten } = await this.handle.writev([...rest], at);
      at += bytesWritten;
      rest = after(rest, bytesWritten);
    }
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.handle.read(buffer, 0, length, offset);
    return buffer.subarray(0, bytesRead);
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  async truncate(bytes: number): Promise<void> {
    await this.handle.truncate(bytes);
  }

  async sync(): Promise<void> {
    await this.handle.sync();
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

function after(pieces: readonly Buffer[], written: number): Buffer[] {
  const rest: Buffer[] = [];
  let skip = written;
  for (const piece of pieces) {
    if (skip < piece.length) rest.push(skip === 0 ? piece : piece.subarray(skip));
    skip = Math.max(0, skip - piece.length);
  }
  return rest;
}
