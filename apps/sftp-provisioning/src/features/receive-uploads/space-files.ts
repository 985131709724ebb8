import type { Tell } from '@caserelay/messaging';
import { v7 as newId } from 'uuid';
import type { ArrivingFile } from './arriving-file.js';
import { isTemporaryName, resolvedPath, safeName, shownPath } from './customer-path.js';
import { receive } from './end-uploads.js';
import { FileRefusal, spaceClosed } from './file-refusal.js';
import { HeldFile } from './held-file.js';
import { leavingWhenClosed, ReadingHandle, type Entry, type OpenFile, type OpenIntent } from './open-file.js';
import {
  pathOf,
  type Folder,
  type NamedPlace,
  type Space,
  type Upload,
  type UploadReception,
  type Uploads,
} from './receive-uploads.js';
import { refuseQuarantined } from './quarantine.js';
import { sentName, type SentName } from './shown-name.js';
import { absent, below, folderEntry, placeOf, type Below } from './space-path.js';
import { listedName, SpaceTree, type KnownPlace, type NamesHeeded, type Thing } from './space-tree.js';
import { WritingHandle } from './writing-handle.js';

const mostFolders = 1_000;

/**
 * The files of a space as one session of the customer sees them: a root that holds `upload` and nothing else, below
 * it folders and files by the customer's names. Names never become paths of the disk: they are kept in tables, the
 * bytes lie under a name that we chose. A name is its bytes; who looks for something may also say it as it is shown.
 */
export class SpaceFiles {
  private readonly open = new Set<{ drop(): Promise<void> }>();

  constructor(
    readonly space: Space,
    private readonly reception: UploadReception,
    private readonly names: NamesHeeded = 'as-shown-too',
    /** Small files are told when they are closed, and seen by others not much sooner. */
    private readonly holdsSmallFiles = false,
  ) {}

  resolve(path: Buffer): Buffer {
    return resolvedPath(path);
  }

  shown(path: Buffer): string {
    return shownPath(path);
  }

  async entry(path: Buffer): Promise<Entry> {
    const place = placeOf(path);
    if (place.kind === 'outside') throw absent(path);
    if (place.kind !== 'below') return topEntry(place.kind === 'root' ? '/' : 'upload');
    await this.knowOf(place.name);
    const found = await this.tree().find(place);
    if (!found) throw absent(path);
    return 'upload' in found ? this.entryOf(found.upload) : entryOfFolder(found.folder);
  }

  async list(path: Buffer): Promise<Entry[]> {
    const place = placeOf(path);
    if (place.kind === 'outside') throw absent(path);
    if (place.kind === 'root') return [topEntry('upload')];
    const names = place.kind === 'upload' ? [] : [...place.folders, place.name];
    await this.knowAll();
    const folder = await this.tree().folder(names);
    if (folder === null) throw absent(path);
    const folders = await this.uploads.listFolders(this.space.spaceId, folder);
    const uploads = await this.uploads.list(this.space.spaceId, folder);
    return [...folders.map(entryOfFolder), ...(await Promise.all(uploads.map((upload) => this.entryOf(upload))))];
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
    const { folders, name } = below(path);
    const { spaceId } = this.space;
    await this.changeKnowingAll(async (uploads) => {
      const tree = this.tree(uploads);
      const parent = await tree.folderFor(folders);
      const { exact, alike } = await tree.in(parent, name);
      if (exact) throw taken();
      if ((await uploads.countFolders(spaceId)) >= mostFolders)
        throw new FileRefusal('EACCES', `there are ${mostFolders} folders already; no more are possible`);
      await uploads.addFolder(spaceId, await tree.newPlace(parent, name, alike), this.now());
      return [];
    });
  }

  async removeFolder(path: Buffer): Promise<void> {
    const { folders, name } = below(path);
    const { spaceId } = this.space;
    await this.changeKnowingAll(async (uploads) => {
      const folder = await this.tree(uploads).folder([...folders, name]);
      if (folder === null) throw absent(path);
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
    await this.changeKnowingAll(async (uploads) => {
      const found = await this.tree(uploads).find(place);
      if (!found || 'folder' in found) throw absent(path);
      const upload = this.idle(found.upload);
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
    let spare: string | null = null;
    await this.changeKnowingAll(async (uploads) => {
      const tree = this.tree(uploads);
      const target = await tree.folderFor(to.folders);
      const found = await tree.find(from);
      if (!found) throw absent(fromPath);
      if ('folder' in found) {
        await this.renameFolder(uploads, found.folder, target, to.name);
        return [];
      }
      const upload = this.idle(found.upload);
      const place = await this.placeForRenamed(uploads, upload, target, to.name, replace);
      if (!place) return [];
      await uploads.rename(upload.uploadId, place, this.now());
      if (upload.state !== 'named-later' || isTemporaryName(to.name.bytes) || upload.sha256 === null) return [];
      const { bytes, sha256 } = upload;
      const received = await receive(uploads, { ...upload, ...place }, { bytes, sha256 }, this.reception.needs);
      spare = received.spare;
      return received.tells;
    });
    if (spare !== null) await this.evidence.remove(spare);
  }

  /** Keeps when the customer's file was changed last. */
  async setModifiedAt(path: Buffer, modifiedAt: Date): Promise<void> {
    const place = placeOf(path);
    if (place.kind === 'outside') throw absent(path);
    if (place.kind !== 'below') return;
    await this.knowOf(place.name);
    await this.change(async (uploads) => {
      const found = await this.tree(uploads).find(place);
      if (!found) throw absent(path);
      if ('upload' in found) await uploads.setModifiedAt(found.upload.uploadId, modifiedAt);
      else await uploads.setFolderModifiedAt(this.space.spaceId, pathOf(found.folder), modifiedAt);
      return [];
    });
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
    await this.knowOf(place.name);
    const found = await this.tree().find(place);
    if (!found || 'folder' in found) throw absent(path);
    const { upload } = found;
    refuseQuarantined(upload);
    return new ReadingHandle(
      await this.evidence.openForReading(upload.location),
      async () => refuseQuarantined((await this.uploads.get(upload.uploadId)) ?? upload),
      async () => this.entryOf((await this.uploads.get(upload.uploadId)) ?? upload),
      (modifiedAt) => this.keepModifiedAt(upload.uploadId, modifiedAt),
    );
  }

  private async openForWriting(path: Buffer, place: Below, intent: OpenIntent): Promise<OpenFile> {
    const { spaceId } = this.space;
    const held = await this.hold(place, intent);
    if (held) return held;
    await this.reception.writeDownHeld(spaceId);
    const tree = this.tree();
    const folder = await tree.folderFor(place.folders);
    const { exact, alike } = await tree.in(folder, place.name);
    // A new file has its own name; who goes on with one may say it as it is shown.
    const isNew = intent.create && (intent.truncate || intent.exclusive);
    const found = isNew ? exact : tree.best({ exact, alike }, place.name);
    if (found && 'folder' in found) throw new FileRefusal('EACCES', 'this is a folder');
    const upload = found?.upload;
    if (upload && intent.create && intent.exclusive) throw new FileRefusal('EEXIST', 'the file exists already');
    await this.reception.quota.refuseWhenFull(spaceId, !upload || upload.state === 'received');
    if (!upload) {
      if (!intent.create) throw absent(path);
      return this.start(await tree.newPlace(folder, place.name, alike), null, intent);
    }
    if (!intent.truncate) refuseQuarantined(upload);
    // What goes on with a received file begins with its first byte; who may not write shall know it before.
    if (upload.state === 'received') await this.changeInTurn(() => Promise.resolve([]));
    const known = { folder, name: upload.name, nameBytes: upload.nameBytes ?? place.name.bytes };
    if (upload.state === 'received')
      return intent.truncate ? this.start(known, upload, intent) : this.handle(known, upload, null);
    return this.goOn(known, upload, intent);
  }

  /** A new file in memory; null where it needs more than that from its beginning on. */
  private async hold({ folders, name }: Below, intent: OpenIntent): Promise<HeldFile | null> {
    const { spaceId } = this.space;
    if (!this.holdsSmallFiles || !intent.create || !(intent.truncate || intent.exclusive)) return null;
    const way = wayOf(folders);
    const last = way.at(-1);
    const folder = last === undefined ? '' : pathOf(last);
    if (this.reception.holdsName(spaceId, name, folder)) return null;
    const { isOpen, isFree } = await this.uploads.lookForRoom(spaceId, way, name);
    if (!isOpen) throw spaceClosed();
    if (!isFree) return null;
    await this.reception.quota.refuseWhenFull(spaceId, true);
    const place = { folder, name: name.shown, nameBytes: name.bytes };
    const upload = { ...this.newUpload(place), modifiedAt: intent.modifiedAt ?? null };
    const held = new HeldFile(this, this.reception, place, name, upload);
    this.open.add(held);
    return held;
  }

  private start(place: KnownPlace, before: Upload | null, intent: OpenIntent): Promise<WritingHandle> {
    return this.begin(place, { ...this.newUpload(place), modifiedAt: intent.modifiedAt ?? null }, before);
  }

  /** A file that was held, also when its space was closed meanwhile: what has come is kept, as of any other upload. */
  writeDown(place: KnownPlace, upload: Upload): Promise<WritingHandle> {
    return this.begin(place, upload, null, (uploads) => uploads.lockKeptSpace(this.space.spaceId));
  }

  /** A new upload; `before` is what had this name until now and stays evidence out of sight. */
  private async begin(
    place: KnownPlace,
    upload: Upload,
    before: Upload | null,
    lock?: (uploads: Uploads) => Promise<boolean>,
  ): Promise<WritingHandle> {
    const handle = this.handle(place, upload, null);
    try {
      await handle.start(upload, before, false, lock);
    } catch (error) {
      handle.letGo();
      throw error;
    }
    return handle;
  }

  private async goOn(place: KnownPlace, found: Upload, intent: OpenIntent): Promise<WritingHandle> {
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
        if (intent.truncate) await uploads.setModifiedAt(upload.uploadId, intent.modifiedAt ?? null);
        return [];
      });
    } catch (error) {
      await file.abandon();
      throw error;
    }
    return this.handle(place, upload, file);
  }

  private handle(place: KnownPlace, upload: Upload, file: ArrivingFile | null): WritingHandle {
    const handle = new WritingHandle(this, this.reception, place, upload, file);
    this.open.add(handle);
    return handle;
  }

  newUpload({ folder, name, nameBytes }: KnownPlace): Upload {
    const { spaceId, caseId } = this.space;
    const uploadId = newId();
    const location = `uploads/${caseId}/${uploadId}/${safeName(sentName(nameBytes).shown)}`;
    return {
      uploadId,
      spaceId,
      caseId,
      folder,
      name,
      nameBytes,
      location,
      state: 'receiving',
      bytes: 0,
      gapAt: null,
      sha256: null,
      changedAt: this.now(),
      modifiedAt: null,
      isVisible: true,
      isInQuarantine: false,
      ending: null,
      expectedBytes: null,
      toldBytes: 0,
    };
  }

  released(handle: WritingHandle): void {
    this.open.delete(handle);
  }

  letGo(file: HeldFile): void {
    this.open.delete(file);
  }

  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.reception.inTurn(this.space.spaceId, work);
  }

  change(work: (uploads: Uploads) => Promise<Tell[]>): Promise<void> {
    return this.inTurn(() => this.changeInTurn(work));
  }

  changeKnowingAll(work: (uploads: Uploads) => Promise<Tell[]>): Promise<void> {
    return this.inTurn(async () => {
      await this.reception.writeDownHeld(this.space.spaceId);
      await this.changeInTurn(work);
    });
  }

  private async knowOf(name: SentName): Promise<void> {
    if (this.reception.holdsName(this.space.spaceId, name)) await this.knowAll();
  }

  /** What is held in memory gets rows, so that it can be looked up. */
  private async knowAll(): Promise<void> {
    const { spaceId } = this.space;
    if (this.reception.holdsFiles(spaceId)) await this.inTurn(() => this.reception.writeDownHeld(spaceId));
  }

  /** A change of this space by someone who has its turn; refused when the space was closed or archived meanwhile. */
  changeInTurn(
    work: (uploads: Uploads) => Promise<Tell[]>,
    lock = (uploads: Uploads) => uploads.lockOpenSpace(this.space.spaceId),
  ): Promise<void> {
    return this.reception.needs.transaction(async (uploads) => {
      if (!(await lock(uploads))) throw spaceClosed();
      return { result: undefined, tells: await work(uploads) };
    });
  }

  async entryOf(upload: Upload): Promise<Entry> {
    const writer = this.reception.writers.get(upload.uploadId);
    const bytes =
      upload.state === 'received'
        ? upload.bytes
        : (writer?.bytes ?? Math.min(await this.evidence.size(upload.location), upload.gapAt ?? Infinity));
    return { name: listedName(upload), isFolder: false, bytes, modifiedAt: upload.modifiedAt ?? upload.changedAt };
  }

  /** Keeps what a client says of a file that it has open. */
  async keepModifiedAt(uploadId: string, modifiedAt: Date): Promise<void> {
    await this.change(async (uploads) => {
      await uploads.setModifiedAt(uploadId, modifiedAt);
      return [];
    });
  }

  private async renameFolder(uploads: Uploads, folder: Folder, target: string, name: SentName): Promise<void> {
    const { spaceId } = this.space;
    const from = pathOf(folder);
    if (`${target}/`.startsWith(`${from}/`)) throw new FileRefusal('EINVAL', 'a folder cannot go into itself');
    const tree = this.tree(uploads);
    const { exact, alike } = await tree.in(target, name);
    if (exact) throw taken();
    const isItself = alike !== null && 'folder' in alike && pathOf(alike.folder) === from;
    await uploads.renameFolder(spaceId, from, await tree.newPlace(target, name, isItself ? null : alike));
  }

  /** Where a renamed file goes; null when it is there already. What has that name is hidden, if it may be replaced. */
  private async placeForRenamed(
    uploads: Uploads,
    { uploadId }: Upload,
    folder: string,
    name: SentName,
    replace: boolean,
  ): Promise<NamedPlace | null> {
    const isItself = (thing: Thing): boolean => 'upload' in thing && thing.upload.uploadId === uploadId;
    const tree = this.tree(uploads);
    const { exact, alike } = await tree.in(folder, name);
    if (!exact) return tree.newPlace(folder, name, alike && isItself(alike) ? null : alike);
    if (isItself(exact)) return null;
    if ('folder' in exact || !replace) throw taken();
    const inTheWay = this.idle(exact.upload);
    await uploads.hide(inTheWay.uploadId);
    return { folder, name: inTheWay.name, nameBytes: name.bytes };
  }

  private idle(upload: Upload): Upload {
    if (this.reception.writers.has(upload.uploadId))
      throw new FileRefusal('EBUSY', 'this file is being uploaded; wait until that has ended');
    return upload;
  }

  private tree(uploads: Uploads = this.uploads): SpaceTree {
    return new SpaceTree(uploads, this.space.spaceId, this.names);
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

function topEntry(name: string): Entry {
  return folderEntry(Buffer.from(name), new Date(0));
}

/** Folders as their names read, from the first to the last. */
function wayOf(names: readonly SentName[]): KnownPlace[] {
  let folder = '';
  return names.map(({ shown, bytes }) => {
    const place = { folder, name: shown, nameBytes: bytes };
    folder = pathOf(place);
    return place;
  });
}

function entryOfFolder(folder: Folder): Entry {
  return folderEntry(listedName(folder), folder.modifiedAt ?? folder.changedAt);
}

function taken(): FileRefusal {
  return new FileRefusal('EEXIST', 'this name is taken');
}
