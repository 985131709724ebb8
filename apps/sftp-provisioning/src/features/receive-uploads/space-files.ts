import type { Tell } from '@caserelay/messaging';
import { v7 as newId } from 'uuid';
import type { ArrivingFile } from './arriving-file.js';
import { isTemporaryName, parsePath, safeName } from './customer-path.js';
import { receive } from './end-uploads.js';
import { FileRefusal } from './file-refusal.js';
import { leavingWhenClosed, ReadingHandle, type Entry, type OpenFile, type OpenIntent } from './open-file.js';
import { pathOf, type Space, type Upload, type UploadReception, type Uploads } from './receive-uploads.js';
import { absent, below, folderEntry, placeOf, type Below } from './space-path.js';
import { WritingHandle } from './writing-handle.js';

const mostFolders = 1_000;

/**
 * The files of a space as one session of the customer sees them: a root that holds `upload` and nothing else, below
 * it folders and files by the customer's names. Names never become paths of the disk: they are kept in tables, the
 * bytes lie under a name that we chose.
 */
export class SpaceFiles {
  private readonly open = new Set<WritingHandle>();

  constructor(
    readonly space: Space,
    private readonly reception: UploadReception,
  ) {}

  resolve(path: Buffer): string {
    return `/${parsePath(path).join('/')}`;
  }

  async entry(path: Buffer): Promise<Entry> {
    const place = placeOf(path);
    if (place.kind === 'outside') throw absent(path);
    if (place.kind !== 'below') return folderEntry(place.kind === 'root' ? '/' : 'upload', new Date(0));
    const upload = await this.uploads.find(this.space.spaceId, place.folder, place.name);
    if (upload) return this.entryOf(upload);
    if (await this.uploads.hasFolder(this.space.spaceId, pathOf(place))) return folderEntry(place.name, new Date(0));
    throw absent(path);
  }

  async list(path: Buffer): Promise<Entry[]> {
    const place = placeOf(path);
    if (place.kind === 'outside') throw absent(path);
    if (place.kind === 'root') return [folderEntry('upload', new Date(0))];
    const folder = place.kind === 'upload' ? '' : pathOf(place);
    if (!(await this.uploads.hasFolder(this.space.spaceId, folder))) throw absent(path);
    const folders = await this.uploads.listFolders(this.space.spaceId, folder);
    const uploads = await this.uploads.list(this.space.spaceId, folder);
    return [
      ...folders.map(({ name, changedAt }) => folderEntry(name, changedAt)),
      ...(await Promise.all(uploads.map((upload) => this.entryOf(upload)))),
    ];
  }

  async openFile(path: Buffer, intent: OpenIntent): Promise<OpenFile> {
    const place = below(path);
    const leave = this.reception.takePlaceForFile(this.space.spaceId);
    try {
      const file = intent.write
        ? await this.inTurn(() => this.openForWriting(path, place, intent))
        : await this.openForReading(path, place);
      return leavingWhenClosed(file, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  async makeFolder(path: Buffer): Promise<void> {
    const place = below(path);
    await this.change(async (uploads) => {
      await this.refuseWhenTaken(uploads, place);
      await this.refuseWithoutFolder(uploads, place.folder);
      if ((await uploads.countFolders(this.space.spaceId)) >= mostFolders)
        throw new FileRefusal('EACCES', `there are ${mostFolders} folders already; no more are possible`);
      await uploads.addFolder(this.space.spaceId, pathOf(place), this.now());
      return [];
    });
  }

  async removeFolder(path: Buffer): Promise<void> {
    const folder = pathOf(below(path));
    const { spaceId } = this.space;
    await this.change(async (uploads) => {
      if (!(await uploads.hasFolder(spaceId, folder))) throw absent(path);
      const inside = [...(await uploads.list(spaceId, folder)), ...(await uploads.listFolders(spaceId, folder))];
      if (inside.length > 0)
        throw new FileRefusal('EEXIST', `the folder is not empty; it holds ${inside.length} entries`);
      await uploads.removeFolder(spaceId, folder);
      return [];
    });
  }

  /** Takes a file out of the customer's sight. What was told as received stays evidence. */
  async remove(path: Buffer): Promise<void> {
    const place = below(path);
    let spare: string | null = null;
    await this.change(async (uploads) => {
      const upload = await this.findIdle(uploads, path, place);
      if (upload.state === 'received') await uploads.hide(upload.uploadId);
      else {
        await uploads.forget(upload.uploadId);
        spare = upload.location;
      }
      return [];
    });
    if (spare !== null) await this.evidence.remove(spare);
  }

  /** `replace` is the POSIX way: what has the new name already is hidden. Without it the new name must be free. */
  async rename(fromPath: Buffer, toPath: Buffer, replace: boolean): Promise<void> {
    const from = below(fromPath);
    const to = below(toPath);
    const { spaceId } = this.space;
    let spare: string | null = null;
    await this.change(async (uploads) => {
      await this.refuseWithoutFolder(uploads, to.folder);
      if (await uploads.hasFolder(spaceId, pathOf(from))) {
        await this.refuseWhenTaken(uploads, to);
        if (`${pathOf(to)}/`.startsWith(`${pathOf(from)}/`))
          throw new FileRefusal('EINVAL', 'a folder cannot go into itself');
        await uploads.renameFolder(spaceId, pathOf(from), pathOf(to));
        return [];
      }
      const upload = await this.findIdle(uploads, fromPath, from);
      if (pathOf(from) === pathOf(to)) return [];
      const inTheWay = replace ? await this.findIdleOrNone(uploads, to) : null;
      if (inTheWay) await uploads.hide(inTheWay.uploadId);
      await this.refuseWhenTaken(uploads, to);
      await uploads.rename(upload.uploadId, to.folder, to.name, this.now());
      if (upload.state !== 'named-later' || isTemporaryName(to.name) || upload.sha256 === null) return [];
      const { bytes, sha256 } = upload;
      const received = await receive(uploads, { ...upload, ...to }, { bytes, sha256 }, this.reception.needs);
      spare = received.spare;
      return received.tells;
    });
    if (spare !== null) await this.evidence.remove(spare);
  }

  async room(): Promise<{ blockBytes: number; blocks: number; freeBlocks: number }> {
    const room = await this.evidence.room();
    const left = Math.floor((await this.reception.quota.left(this.space.spaceId)) / room.blockBytes);
    return { ...room, freeBlocks: Math.min(room.freeBlocks, left) };
  }

  /** The connection is over: files that were not closed are interrupted, with their bytes kept for resuming. */
  async end(): Promise<void> {
    await Promise.all([...this.open].map((handle) => handle.drop()));
  }

  private async openForReading(path: Buffer, place: Below): Promise<OpenFile> {
    const upload = await this.uploads.find(this.space.spaceId, place.folder, place.name);
    if (!upload) throw absent(path);
    return new ReadingHandle(await this.evidence.openForReading(upload.location), () => this.entryOf(upload));
  }

  private async openForWriting(path: Buffer, place: Below, intent: OpenIntent): Promise<OpenFile> {
    await this.refuseWithoutFolder(this.uploads, place.folder);
    const upload = await this.uploads.find(this.space.spaceId, place.folder, place.name);
    if (upload && intent.create && intent.exclusive) throw new FileRefusal('EEXIST', 'the file exists already');
    await this.reception.quota.refuseWhenFull(this.space.spaceId, !upload || upload.state === 'received');
    if (!upload) {
      if (!intent.create) throw absent(path);
      if (await this.uploads.hasFolder(this.space.spaceId, pathOf(place)))
        throw new FileRefusal('EACCES', 'this is a folder');
      return this.begin(place, null);
    }
    if (upload.state === 'received')
      return intent.truncate ? this.begin(place, upload) : this.handle(place, upload, null);
    return this.goOn(place, upload, intent);
  }

  /** A new upload; `before` is what had this name until now and stays evidence out of sight. */
  private async begin(place: Below, before: Upload | null): Promise<WritingHandle> {
    const upload = await this.newUpload(place);
    const handle = this.handle(place, upload, null);
    try {
      await handle.start(upload, before, false);
    } catch (error) {
      handle.letGo();
      throw error;
    }
    return handle;
  }

  private async goOn(place: Below, found: Upload, intent: OpenIntent): Promise<WritingHandle> {
    const writer = this.reception.writers.get(found.uploadId);
    if (writer) {
      const silent = performance.now() - writer.lastHeard;
      if (writer.session === this || silent < this.reception.needs.silentMilliseconds)
        throw new FileRefusal('EBUSY', 'this file is being uploaded by another connection; wait until it has ended');
      await writer.replace();
    }
    const upload = (await this.uploads.get(found.uploadId)) ?? found;
    const bytes = await this.reception.cutToWhole(upload);
    const file = this.reception.arriving(upload, await this.evidence.openForWriting(upload.location), bytes);
    try {
      if (intent.truncate) await file.truncate(0);
      await this.changeInTurn(async (uploads) => {
        await uploads.resume(upload.uploadId, this.now());
        return [];
      });
    } catch (error) {
      await file.abandon();
      throw error;
    }
    return this.handle(place, upload, file);
  }

  private handle(place: Below, upload: Upload, file: ArrivingFile | null): WritingHandle {
    const handle = new WritingHandle(this, this.reception, place, upload, file);
    this.open.add(handle);
    return handle;
  }

  async newUpload(place: Below): Promise<Upload> {
    const { spaceId, caseId } = this.space;
    const uploadId = newId();
    const location = `uploads/${caseId}/${uploadId}/${safeName(place.name)}`;
    const { folder, name } = place;
    return {
      uploadId,
      spaceId,
      caseId,
      folder,
      name,
      location,
      state: 'receiving',
      bytes: 0,
      gapAt: null,
      sha256: null,
      changedAt: this.now(),
      isVisible: true,
      ending: null,
      expectedBytes: null,
      toldBytes: 0,
    };
  }

  released(handle: WritingHandle): void {
    this.open.delete(handle);
  }

  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.reception.inTurn(this.space.spaceId, work);
  }

  change(work: (uploads: Uploads) => Promise<Tell[]>): Promise<void> {
    return this.inTurn(() => this.changeInTurn(work));
  }

  /** A change of this space by someone who has its turn; refused when the space was closed meanwhile. */
  changeInTurn(work: (uploads: Uploads) => Promise<Tell[]>): Promise<void> {
    return this.reception.needs.transaction(async (uploads) => {
      if (!(await uploads.lockOpenSpace(this.space.spaceId)))
        throw new FileRefusal('EACCES', 'this account was closed');
      return { result: undefined, tells: await work(uploads) };
    });
  }

  async entryOf(upload: Upload): Promise<Entry> {
    const writer = this.reception.writers.get(upload.uploadId);
    const bytes =
      upload.state === 'received'
        ? upload.bytes
        : (writer?.bytes ?? Math.min(await this.evidence.size(upload.location), upload.gapAt ?? Infinity));
    return { name: upload.name, isFolder: false, bytes, changedAt: upload.changedAt };
  }

  private async findIdle(uploads: Uploads, path: Buffer, place: Below): Promise<Upload> {
    const upload = await this.findIdleOrNone(uploads, place);
    if (!upload) throw absent(path);
    return upload;
  }

  private async findIdleOrNone(uploads: Uploads, place: Below): Promise<Upload | null> {
    const upload = await uploads.find(this.space.spaceId, place.folder, place.name);
    if (upload && this.reception.writers.has(upload.uploadId))
      throw new FileRefusal('EBUSY', 'this file is being uploaded; wait until that has ended');
    return upload;
  }

  private async refuseWithoutFolder(uploads: Uploads, folder: string): Promise<void> {
    if (await uploads.hasFolder(this.space.spaceId, folder)) return;
    throw new FileRefusal('ENOENT', 'the folder does not exist');
  }

  private async refuseWhenTaken(uploads: Uploads, place: Below): Promise<void> {
    const { spaceId } = this.space;
    if ((await uploads.find(spaceId, place.folder, place.name)) ?? (await uploads.hasFolder(spaceId, pathOf(place))))
      throw new FileRefusal('EEXIST', 'this name is taken');
  }

  private get uploads(): Uploads {
    return this.reception.needs.uploads;
  }

  private get evidence() {
    return this.reception.needs.evidence;
  }

  private now(): Date {
    return this.reception.needs.now();
  }
}
