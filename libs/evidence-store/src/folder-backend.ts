import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, realpath, rename, rm, rmdir, stat, statfs, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { BackendFile, Room, StorageBackend } from './backend.js';
import { headerBytes } from './file-header.js';
import { OutsideStore, safeLocation } from './location.js';

/** Nobody else's business on this machine; the group may read, for backups. */
const folderMode = 0o750;
export const fileMode = 0o640;
export const newFile = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const mostTries = 5;
/** A vectored write takes at most 1024 buffers (IOV_MAX of Linux). */
const mostBuffers = 1000;
/** What an encrypted file is called behind its location, so that nobody takes it for its content. */
const ending = '.encrypted';
const redoEnding = `${ending}.redo`;
export const incoming = 'incoming';

/** The location of which this is the file, as it lies. */
export function locationOf(name: string): string {
  for (const one of [redoEnding, ending]) if (name.endsWith(one)) return name.slice(0, -one.length);
  return name;
}

/** What lies in a folder of a store, not in those below it. */
export interface Listed {
  folders: string[];
  files: { location: string; changedAt: Date }[];
}

/** A folder of this machine, or one that several machines share. */
export class FolderBackend implements StorageBackend {
  private readonly paths: FolderPaths;

  constructor(folder: string) {
    this.paths = new FolderPaths(folder);
  }

  async create(location: string): Promise<BackendFile> {
    return await this.paths.withFolder(
      location,
      async (path) => new FolderFile(await open(path + ending, newFile, fileMode), path + redoEnding),
    );
  }

  async open(location: string, access: 'read' | 'write'): Promise<BackendFile | null> {
    const path = await this.paths.of(location);
    const opened = path && (await openFile(path + ending, access, location));
    return opened ? new FolderFile(opened, path + redoEnding) : null;
  }

  async copy(from: string, to: string): Promise<boolean> {
    const source = await this.paths.of(from);
    if (source === null || !(await isThere(source + ending))) return false;
    await this.paths.withFolder(to, (target) => copyTo(source + ending, target + ending));
    return true;
  }

  async move(from: string, to: string): Promise<void> {
    const source = await this.paths.of(from);
    if (source === null) throw new Error(`there is no ${from} to be moved to ${to}`);
    await this.paths.withFolder(to, async (target) => {
      await rename(source + ending, target + ending);
      await syncFolder(dirname(target));
    });
  }

  async remove(location: string): Promise<void> {
    await this.paths.remove(location, [ending, redoEnding]);
  }

  async removeAbandonedDrafts(olderThanMilliseconds: number): Promise<void> {
    await this.paths.removeAbandonedDrafts(olderThanMilliseconds);
  }

  /** What is written here is in its place. */
  settleAbandoned(): Promise<void> {
    return Promise.resolve();
  }

  room(): Promise<Room> {
    return this.paths.room();
  }
}

/** Leads from locations to paths below a folder, and nowhere else. */
export class FolderPaths {
  private readonly root: string;
  /** Where the folder really is, as it was found last. */
  private realRoot: string | null = null;

  constructor(folder: string) {
    this.root = resolve(folder);
  }

  /** Null when its folder is not there. */
  async of(location: string): Promise<string | null> {
    const path = join(this.root, safeLocation(location));
    try {
      const folder = await realpath(dirname(path));
      if (isBelow(folder, this.realRoot)) return path;
      this.realRoot = await realpath(this.root);
      if (!isBelow(folder, this.realRoot)) throw new OutsideStore(location);
      return path;
    } catch (error) {
      if (isCode(error, 'ENOENT')) return null;
      if (isCode(error, 'ENOTDIR')) throw new OutsideStore(location);
      throw error;
    }
  }

  /** Makes something at a path, with the folders above it, which somebody may just remove because they are empty. */
  async withFolder<Result>(location: string, work: (path: string) => Promise<Result>): Promise<Result> {
    const path = join(this.root, safeLocation(location));
    for (let tries = 1; ; tries += 1) {
      await mkdir(dirname(path), { recursive: true, mode: folderMode });
      await this.of(location);
      try {
        return await work(path);
      } catch (error) {
        if (!isCode(error, 'ENOENT') || tries === mostTries) throw error;
      }
    }
  }

  /** Removes a file, and the folder that was made for it once that is empty. */
  async remove(location: string, endings: readonly string[]): Promise<void> {
    const path = await this.of(location);
    if (path === null) return;
    const removed = await Promise.all(endings.map((one) => removeIfThere(path + one)));
    if (!removed.includes(true)) return;
    const folder = dirname(path);
    const isSpare = folder !== join(this.root, incoming) && (await removeIfEmpty(folder));
    await syncFolder(isSpare ? dirname(folder) : folder);
  }

  async removeAbandonedDrafts(olderThanMilliseconds: number): Promise<void> {
    const folder = join(this.root, incoming);
    await mkdir(folder, { recursive: true, mode: folderMode });
    for (const name of await readdir(folder)) {
      const found = await stat(join(folder, name)).catch(() => null);
      // Another instance may be writing to a younger one.
      if (found && Date.now() - found.mtimeMs > olderThanMilliseconds) await rm(join(folder, name), { force: true });
    }
  }

  /** What lies in a folder; nothing when it is not there. */
  async list(folder: string): Promise<Listed> {
    const path = await this.of(`${folder}/-`);
    const found: Listed = { folders: [], files: [] };
    if (path === null) return found;
    for (const entry of await readdir(dirname(path), { withFileTypes: true })) {
      if (entry.isDirectory()) found.folders.push(entry.name);
      if (!entry.isFile()) continue;
      // Somebody may just remove it.
      const seen = await stat(join(dirname(path), entry.name)).catch(() => null);
      if (seen) found.files.push({ location: `${folder}/${entry.name}`, changedAt: seen.mtime });
    }
    return found;
  }

  async room(): Promise<Room> {
    await mkdir(this.root, { recursive: true, mode: folderMode });
    const { bsize, blocks, bavail } = await statfs(this.root);
    return { blockBytes: bsize, blocks, freeBlocks: bavail };
  }
}

class FolderFile implements BackendFile {
  readonly takesWritesAtOnce = true;
  private redo: FileHandle | null = null;

  constructor(
    private readonly handle: FileHandle,
    private readonly redoPath: string,
  ) {}

  async readHeader(): Promise<Buffer> {
    const header = Buffer.alloc(headerBytes);
    const bytes = await readFully(this.handle, header, 0);
    return header.subarray(0, bytes);
  }

  async writeHeader(header: Buffer): Promise<void> {
    await writeFully(this.handle, [header], 0);
  }

  writeAll(header: Buffer, pieces: readonly Buffer[]): Promise<void> {
    return writeFully(this.handle, [header, ...pieces], 0);
  }

  async bodyBytes(): Promise<number> {
    return Math.max(0, (await this.handle.stat()).size - headerBytes);
  }

  read(into: Buffer, offset: number): Promise<number> {
    return readFully(this.handle, into, headerBytes + offset);
  }

  write(pieces: readonly Buffer[], offset: number): Promise<void> {
    return writeFully(this.handle, pieces, headerBytes + offset);
  }

  async truncate(bytes: number): Promise<void> {
    await this.handle.truncate(headerBytes + bytes);
  }

  async writeRedo(pieces: readonly Buffer[]): Promise<void> {
    this.redo ??= await open(this.redoPath, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, fileMode);
    await this.redo.truncate(0);
    await writeFully(this.redo, pieces, 0);
  }

  async readRedo(): Promise<Buffer | null> {
    const redo = await openFile(this.redoPath, 'read', this.redoPath);
    if (!redo) return null;
    try {
      const kept = Buffer.alloc(mostRedoBytes);
      return kept.subarray(0, await readFully(redo, kept, 0));
    } finally {
      await redo.close();
    }
  }

  async sync(): Promise<void> {
    await this.handle.sync();
  }

  async close(): Promise<void> {
    await this.handle.close();
    if (!this.redo) return;
    await this.redo.close();
    await rm(this.redoPath, { force: true });
  }
}

/** One chunk with its place. */
const mostRedoBytes = 128 * 1024;

export async function openFile(path: string, access: 'read' | 'write', location: string): Promise<FileHandle | null> {
  const way = access === 'read' ? constants.O_RDONLY : constants.O_RDWR;
  try {
    const handle = await open(path, way | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    if (!isCode(error, 'ELOOP') && !isCode(error, 'EISDIR') && !isCode(error, 'ENXIO')) throw error;
  }
  throw new OutsideStore(location);
}

export async function writeFully(handle: FileHandle, pieces: readonly Buffer[], offset: number): Promise<void> {
  let rest = pieces;
  let at = offset;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest.slice(0, mostBuffers), at);
    at += bytesWritten;
    rest = after(rest, bytesWritten);
  }
}

/** Says how many bytes were there; one call may give less than that. */
export async function readFully(handle: FileHandle, into: Buffer, offset: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** Shares the blocks where the file system can. */
export async function copyTo(source: string, target: string): Promise<void> {
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
}

export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** A new name is safe only when its folder is; systems on which folders cannot be opened see to it themselves. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOTEMPTY') || isCode(error, 'EEXIST')) return false;
    if (isCode(error, 'ENOENT')) return true;
    throw error;
  }
}

function isBelow(path: string, root: string | null): boolean {
  return root !== null && (path === root || path.startsWith(root + sep));
}

export function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
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
