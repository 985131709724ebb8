import { v7 as newId } from 'uuid';
import { browserName, numberedName } from './browser-name.js';
import { BrowserRefusal } from './browser-refusal.js';
import { BrowserFile, type Intent, type SpaceFile } from './browser-file.js';

export interface Space {
  readonly spaceId: string;
  readonly caseId: string;
}

/** An upload that a browser began: what it said of the file, and which upload of the space receives it. */
export interface BrowserUpload {
  readonly id: string;
  readonly spaceId: string;
  readonly uploadId: string;
  readonly name: string;
  /** As the browser declared it. */
  readonly bytes: number;
  /** When the customer's file was changed last: with name and size it tells the same file again. */
  readonly lastModified: number;
  readonly begunAt: Date;
  readonly isFinished: boolean;
}

/** The files of a space, as for a session over SFTP. */
export interface SpaceFiles {
  entry(path: Buffer): Promise<{ bytes: number }>;
  openFile(path: Buffer, intent: Intent): Promise<SpaceFile>;
  remove(path: Buffer): Promise<void>;
  room(): Promise<{ blockBytes: number; freeBlocks: number }>;
  /** What is open and not closed is interrupted, its bytes kept. */
  end(): Promise<void>;
}

/** What uploading by a browser needs from around it. */
export interface Needs {
  filesOf(space: Space): SpaceFiles;
  kept: {
    add(upload: BrowserUpload): Promise<void>;
    get(id: string): Promise<BrowserUpload | null>;
    countUnfinished(spaceId: string): Promise<number>;
    finish(id: string): Promise<void>;
    forget(id: string): Promise<void>;
    listBegunBefore(at: Date): Promise<(BrowserUpload & { caseId: string })[]>;
    /** The upload that the customer sees under a name below /upload. */
    findUploadId(spaceId: string, name: string): Promise<string | null>;
    listReceived(spaceId: string): Promise<{ uploadId: string; path: string }[]>;
    /** Where an upload is now; it may have been renamed or taken away. */
    findPlace(uploadId: string): Promise<{ path: Buffer; state: string; bytes: number } | null>;
  };
  /** The customer says that all of a received file is here; throws when the file itself says otherwise. */
  markComplete(space: Space, uploadId: string): Promise<void>;
  now(): Date;
  mostFileBytes: number;
  /** An upload of which nothing comes for so long (real time) counts as interrupted until it goes on. */
  silentMilliseconds: number;
  /** After so long an upload cannot be continued by a browser any more; its bytes stay in the space. */
  keptMilliseconds: number;
  warn(message: string, details: Record<string, unknown>): void;
}

const mostUnfinished = 100;
const mostOpen = 12;
const mostNamesTried = 200;

/**
 * Uploads that come from a browser in pieces. A file stays open between its pieces, so that neither its hash begins anew
 * nor an interruption is told with each of them.
 */
export class BrowserUploads {
  private readonly open = new Map<string, BrowserFile>();
  /** How many of a space are being opened at this moment: those that ask at once count each other. */
  private readonly opening = new Map<string, number>();

  constructor(private readonly needs: Needs) {}

  /** Begins an upload under the name or, when that is taken, under the next free one. */
  async create(space: Space, wish: { name: string | null | undefined; bytes: number; lastModified: number }) {
    const name = browserName(wish.name);
    const { bytes } = wish;
    if (!Number.isSafeInteger(bytes) || bytes < 0)
      throw new BrowserRefusal('bad-size', `the size ${bytes} is not a number of bytes`);
    const lastModified = Number.isSafeInteger(wish.lastModified) ? wish.lastModified : 0;
    if (bytes > this.needs.mostFileBytes)
      throw new BrowserRefusal(
        'too-large',
        `the file has ${bytes} bytes; at most ${this.needs.mostFileBytes} are taken`,
      );
    await this.refuseTooMany(space.spaceId);
    return await this.inPlace(space.spaceId, () => this.begin(space, { name, bytes, lastModified }));
  }

  /** How far an upload is. One that is whole but could not be closed then is closed now. */
  async look(space: Space, id: string): Promise<BrowserUpload & { offset: number }> {
    const upload = await this.find(space, id);
    if (upload.isFinished) return { ...upload, offset: upload.bytes };
    const offset = await this.offsetOf(space, upload);
    if (offset < upload.bytes) return { ...upload, offset };
    if (offset > upload.bytes)
      throw new BrowserRefusal('changed', `the file has ${offset} bytes now; ${upload.bytes} were announced`);
    const place = await this.placeOf(upload);
    if (place.state === 'received') await this.needs.kept.finish(id);
    else await this.finish(upload, await this.openAgain(space, upload));
    return { ...upload, isFinished: true, offset };
  }

  /** Takes bytes from `offset` on and tells how far the upload is then. The last byte closes the file. */
  async append(space: Space, id: string, offset: number, pieces: AsyncIterable<Buffer>): Promise<number> {
    const upload = await this.find(space, id);
    if (upload.isFinished) throw new BrowserRefusal('wrong-place', `the upload has all of its ${upload.bytes} bytes`);
    const file = await this.openAgain(space, upload);
    if (file.offset !== offset)
      throw new BrowserRefusal('wrong-place', `bytes from ${offset} on came; those from ${file.offset} on are missing`);
    try {
      await file.take(pieces, upload.bytes);
    } finally {
      if (file.isBroken) await this.letGo(id, file);
    }
    if (file.offset === upload.bytes) await this.finish(upload, file);
    return file.offset;
  }

  /** The customer does not want to send this file after all. What was received stays. */
  async remove(space: Space, id: string): Promise<void> {
    const upload = await this.find(space, id);
    if (upload.isFinished) throw new BrowserRefusal('refused', 'the file has been received already');
    await this.discard(space, upload);
  }

  /** The customer says that these are all files. Tells which of them lack something, by their own structure. */
  async complete(space: Space): Promise<{ complete: string[]; lacking: string[] }> {
    const complete: string[] = [];
    const lacking: string[] = [];
    for (const { uploadId, path } of await this.needs.kept.listReceived(space.spaceId)) {
      try {
        await this.needs.markComplete(space, uploadId);
        complete.push(path);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'FileRefusal') throw error;
        lacking.push(path);
      }
    }
    return { complete, lacking };
  }

  /** Forgets uploads that nobody continued; of those without a byte nothing is left, the others stay as interrupted. */
  async forgetAbandoned(): Promise<number> {
    const before = new Date(this.needs.now().getTime() - this.needs.keptMilliseconds);
    const abandoned = (await this.needs.kept.listBegunBefore(before)).filter(({ id }) => !this.open.has(id));
    for (const upload of abandoned) {
      const place = upload.isFinished ? null : await this.needs.kept.findPlace(upload.uploadId);
      const space = { spaceId: upload.spaceId, caseId: upload.caseId };
      const isEmpty = place !== null && place.state !== 'received' && (await this.offsetOf(space, upload)) === 0;
      if (isEmpty) await this.discard(space, upload);
      else await this.needs.kept.forget(upload.id);
    }
    return abandoned.length;
  }

  /** Ends what is open of a space, or of all of them; browsers may continue unless the space is closed. */
  async end(spaceId?: string): Promise<void> {
    const ending = [...this.open].filter(([, file]) => spaceId === undefined || file.spaceId === spaceId);
    await Promise.all(ending.map(([id, file]) => this.letGo(id, file)));
  }

  private async begin(space: Space, wish: { name: string; bytes: number; lastModified: number }) {
    const { name, bytes, lastModified } = wish;
    const files = this.needs.filesOf(space);
    await this.refuseWithoutRoom(files, bytes);
    const taken = await this.take(files, name, modifiedAt(lastModified));
    try {
      const uploadId = await this.needs.kept.findUploadId(space.spaceId, taken.name);
      if (uploadId === null) throw new Error(`the upload ${taken.name} was begun and is not there`);
      const upload: BrowserUpload = {
        id: newId(),
        spaceId: space.spaceId,
        uploadId,
        name: taken.name,
        bytes,
        lastModified,
        begunAt: this.needs.now(),
        isFinished: false,
      };
      await this.needs.kept.add(upload);
      const file = this.keepOpen(upload, new BrowserFile(space.spaceId, files, taken.file, 0));
      if (bytes === 0) await this.finish(upload, file);
      return upload;
    } catch (error) {
      await files.end();
      throw error;
    }
  }

  private async discard(space: Space, upload: BrowserUpload): Promise<void> {
    const file = this.open.get(upload.id);
    if (file) await this.letGo(upload.id, file);
    const place = await this.needs.kept.findPlace(upload.uploadId);
    if (place && place.state !== 'received') await this.needs.filesOf(space).remove(place.path);
    await this.needs.kept.forget(upload.id);
  }

  private async refuseTooMany(spaceId: string): Promise<void> {
    const unfinished = await this.needs.kept.countUnfinished(spaceId);
    if (unfinished >= mostUnfinished)
      throw new BrowserRefusal('too-many', `${unfinished} uploads are not finished; finish or remove one first`);
  }

  /** Bounds how many files of a space are open; one that is being opened has its place already. */
  private async inPlace<Result>(spaceId: string, openFile: () => Promise<Result>): Promise<Result> {
    const opening = this.opening.get(spaceId) ?? 0;
    const open = [...this.open.values()].filter((file) => file.spaceId === spaceId).length + opening;
    if (open >= mostOpen) throw new BrowserRefusal('busy', `${open} files arrive at this moment; wait for one of them`);
    this.opening.set(spaceId, opening + 1);
    try {
      return await openFile();
    } finally {
      const left = (this.opening.get(spaceId) ?? 1) - 1;
      if (left > 0) this.opening.set(spaceId, left);
      else this.opening.delete(spaceId);
    }
  }

  private async refuseWithoutRoom(files: SpaceFiles, bytes: number): Promise<void> {
    const { blockBytes, freeBlocks } = await files.room();
    const free = blockBytes * freeBlocks;
    if (bytes > free) throw new BrowserRefusal('no-room', `the file has ${bytes} bytes; there is room for ${free}`);
  }

  private async take(
    files: SpaceFiles,
    wanted: string,
    modifiedAt: Date | null,
  ): Promise<{ name: string; file: SpaceFile }> {
    const intent = { read: false, write: true, create: true, truncate: true, exclusive: true, modifiedAt };
    for (let choice = 1; choice <= mostNamesTried; choice += 1) {
      const name = numberedName(wanted, choice);
      if (await isTaken(files, pathOf(name))) continue;
      try {
        return { name, file: await files.openFile(pathOf(name), intent) };
      } catch (error) {
        // Another upload took the name between the look and the opening.
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
    throw new BrowserRefusal('too-many', `there are ${mostNamesTried} files of the name ${wanted} already`);
  }

  private async find(space: Space, id: string): Promise<BrowserUpload> {
    const upload = /^[0-9a-f-]{36}$/.test(id) ? await this.needs.kept.get(id) : null;
    if (upload?.spaceId !== space.spaceId) throw new BrowserRefusal('unknown', 'there is no such upload in this space');
    return upload;
  }

  private async placeOf(upload: BrowserUpload): Promise<{ path: Buffer; state: string; bytes: number }> {
    const place = await this.needs.kept.findPlace(upload.uploadId);
    if (!place) throw new BrowserRefusal('changed', `the file ${upload.name} was taken away; upload it anew`);
    return place;
  }

  private async offsetOf(space: Space, upload: BrowserUpload): Promise<number> {
    const file = this.open.get(upload.id);
    if (file) return file.settledOffset();
    const place = await this.placeOf(upload);
    return (await this.needs.filesOf(space).entry(place.path)).bytes;
  }

  private async openAgain(space: Space, upload: BrowserUpload): Promise<BrowserFile> {
    const found = this.open.get(upload.id);
    if (found) {
      await found.settledOffset();
      return found;
    }
    return await this.inPlace(space.spaceId, () => this.reopen(space, upload));
  }

  private async reopen(space: Space, upload: BrowserUpload): Promise<BrowserFile> {
    const place = await this.placeOf(upload);
    if (place.state === 'received')
      throw new BrowserRefusal(
        'changed',
        `the file ${upload.name} was received on another way with ${place.bytes} bytes`,
      );
    const files = this.needs.filesOf(space);
    const intent = { read: false, write: true, create: false, truncate: false, exclusive: false };
    const file = await files.openFile(place.path, intent);
    const { bytes } = await file.entry();
    return this.keepOpen(upload, new BrowserFile(space.spaceId, files, file, bytes));
  }

  private keepOpen(upload: BrowserUpload, file: BrowserFile): BrowserFile {
    this.open.set(upload.id, file);
    file.watch(this.needs.silentMilliseconds, () => void this.letGo(upload.id, file));
    return file;
  }

  private async finish(upload: BrowserUpload, file: BrowserFile): Promise<void> {
    this.open.delete(upload.id);
    await file.close();
    await this.needs.kept.finish(upload.id);
  }

  private async letGo(id: string, file: BrowserFile): Promise<void> {
    if (this.open.get(id) === file) this.open.delete(id);
    try {
      await file.end();
    } catch (error) {
      this.needs.warn('an upload of a browser could not be let go', { id, error });
    }
  }
}

function pathOf(name: string): Buffer {
  return Buffer.from(`/upload/${name}`);
}

/** A time that SFTP can tell; browsers say 0 where they know none. */
function modifiedAt(milliseconds: number): Date | null {
  return milliseconds > 0 && milliseconds < 2 ** 31 * 1000 ? new Date(milliseconds) : null;
}

async function isTaken(files: SpaceFiles, path: Buffer): Promise<boolean> {
  try {
    await files.entry(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
