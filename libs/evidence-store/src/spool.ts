import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Room } from './backend.js';
import { isCode, readFully, syncFolder, writeFully } from './folder-backend.js';

const folderMode = 0o750;
const fileMode = 0o640;

/** Where that lies on this machine which is not in its place yet: a folder for each file. */
export class Spool {
  constructor(private readonly folder: string) {}

  of(location: string): SpooledFile {
    return new SpooledFile(this.pathOf(location), location);
  }

  /** Those to which nothing was written for so long. */
  async left(olderThanMilliseconds: number): Promise<string[]> {
    const locations: string[] = [];
    for (const name of await readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, name);
      const names = await readdir(path).catch(() => []);
      const times = await Promise.all(names.map((one) => stat(join(path, one)).catch(() => null)));
      const youngest = Math.max(0, ...times.map((one) => one?.mtimeMs ?? 0));
      if (Date.now() - youngest <= olderThanMilliseconds) continue;
      const location = await readFile(join(path, locationName), 'utf8').catch(() => null);
      if (location === null) await rm(path, { recursive: true, force: true });
      else locations.push(location);
    }
    return locations;
  }

  async room(): Promise<Room> {
    await mkdir(this.folder, { recursive: true, mode: folderMode });
    const { bsize, blocks, bavail } = await statfs(this.folder);
    return { blockBytes: bsize, blocks, freeBlocks: bavail };
  }

  private pathOf(location: string): string {
    return join(this.folder, createHash('sha256').update(location).digest('hex'));
  }
}

const locationName = 'location';
const headerName = 'header';
const redoName = 'redo';

/** What of one file lies on this machine: its header, and parts by their numbers. */
export class SpooledFile {
  private readonly handles = new Map<string, FileHandle>();

  constructor(
    private readonly path: string,
    private readonly location: string,
  ) {}

  async begin(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: folderMode });
    await writeFile(join(this.path, locationName), this.location, { mode: fileMode });
  }

  async isThere(): Promise<boolean> {
    return (await stat(join(this.path, locationName)).catch(() => null)) !== null;
  }

  /** In place of the one before, whole or not at all. */
  async writeHeader(header: Buffer): Promise<void> {
    const draft = join(this.path, `${headerName}.new`);
    await writeFile(draft, header, { mode: fileMode });
    await rename(draft, join(this.path, headerName));
  }

  readHeader(): Promise<Buffer | null> {
    return this.readWhole(headerName);
  }

  async writeRedo(pieces: readonly Buffer[]): Promise<void> {
    const handle = await this.handle(redoName, true);
    await handle?.truncate(0);
    if (handle) await writeFully(handle, pieces, 0);
  }

  readRedo(): Promise<Buffer | null> {
    return this.readWhole(redoName);
  }

  /** Parts that lie here, with their sizes. */
  async parts(): Promise<Map<number, number>> {
    const parts = new Map<number, number>();
    for (const name of await readdir(this.path).catch(() => [])) {
      if (!/^\d+$/.test(name)) continue;
      const found = await stat(join(this.path, name)).catch(() => null);
      if (found) parts.set(Number(name), found.size);
    }
    return parts;
  }

  async write(part: number, pieces: readonly Buffer[], offset: number): Promise<void> {
    const handle = await this.handle(String(part), true);
    if (handle) await writeFully(handle, pieces, offset);
  }

  /** Null when the part does not lie here. */
  async read(part: number, into: Buffer, offset: number): Promise<number | null> {
    const handle = await this.handle(String(part), false);
    return handle && (await readFully(handle, into, offset));
  }

  readPart(part: number): Promise<Buffer | null> {
    return this.readWhole(String(part));
  }

  async truncate(part: number, bytes: number): Promise<void> {
    await (await this.handle(String(part), true))?.truncate(bytes);
  }

  async drop(part: number): Promise<void> {
    const name = String(part);
    const handle = this.handles.get(name);
    this.handles.delete(name);
    await handle?.close();
    await rm(join(this.path, name), { force: true });
  }

  async sync(): Promise<void> {
    for (const [name, handle] of [...this.handles])
      await handle.sync().catch((error: unknown) => {
        // A part that was dropped meanwhile is in its place.
        if (this.handles.get(name) === handle) throw error;
      });
    await syncFolder(this.path);
  }

  async close(): Promise<void> {
    for (const handle of this.handles.values()) await handle.close();
    this.handles.clear();
  }

  /** All of it is in its place. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { recursive: true, force: true });
  }

  private async handle(name: string, makes: boolean): Promise<FileHandle | null> {
    const known = this.handles.get(name);
    if (known) return known;
    const path = join(this.path, name);
    try {
      const handle = await open(path, 'r+').catch((error: unknown) => {
        if (makes && isCode(error, 'ENOENT')) return open(path, 'wx+', fileMode);
        throw error;
      });
      this.handles.set(name, handle);
      return handle;
    } catch (error) {
      if (!makes && isCode(error, 'ENOENT')) return null;
      throw error;
    }
  }

  private async readWhole(name: string): Promise<Buffer | null> {
    try {
      return await readFile(join(this.path, name));
    } catch (error) {
      if (isCode(error, 'ENOENT')) return null;
      throw error;
    }
  }
}
