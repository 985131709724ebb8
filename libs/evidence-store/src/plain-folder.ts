import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EvidenceFile } from './evidence-file.js';
import {
  copyTo,
  fileMode,
  FolderPaths,
  newFile,
  isThere,
  openFile,
  readFully,
  syncFolder,
  writeFully,
} from './folder-backend.js';

/** Files that lie as they are: all of them where nothing is encrypted, else those of an earlier time. */
export class PlainFolder {
  private readonly paths: FolderPaths;

  constructor(folder: string) {
    this.paths = new FolderPaths(folder);
  }

  async create(location: string): Promise<EvidenceFile> {
    return await this.paths.withFolder(location, async (path) => new PlainFile(await open(path, newFile, fileMode)));
  }

  async open(location: string, access: 'read' | 'write'): Promise<EvidenceFile | null> {
    const path = await this.paths.of(location);
    const opened = path && (await openFile(path, access, location));
    return opened ? new PlainFile(opened) : null;
  }

  async copy(from: string, to: string): Promise<boolean> {
    const source = await this.paths.of(from);
    if (source === null || !(await isThere(source))) return false;
    await this.paths.withFolder(to, (target) => copyTo(source, target));
    return true;
  }

  async move(from: string, to: string): Promise<void> {
    const source = await this.paths.of(from);
    if (source === null) throw new Error(`there is no ${from} to be moved to ${to}`);
    await this.paths.withFolder(to, async (target) => {
      await rename(source, target);
      await syncFolder(dirname(target));
    });
  }

  remove(location: string): Promise<void> {
    return this.paths.remove(location, ['']);
  }
}

class PlainFile implements EvidenceFile {
  constructor(private readonly handle: FileHandle) {}

  write(pieces: readonly Buffer[], offset: number): Promise<void> {
    return writeFully(this.handle, pieces, offset);
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, await readFully(this.handle, buffer, offset));
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  async truncate(bytes: number): Promise<void> {
    if (bytes < (await this.size())) await this.handle.truncate(bytes);
  }

  async sync(): Promise<void> {
    await this.handle.sync();
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
