import type { Tell } from '@caserelay/messaging';
import type { ArrivingFile } from './arriving-file.js';
import { isTemporaryName, nameMarkedComplete } from './customer-path.js';
import { completeMarked, receive } from './end-uploads.js';
import { FileRefusal } from './file-refusal.js';
import type { Entry, OpenFile } from './open-file.js';
import { refuseQuarantined } from './quarantine.js';
import { pathOf, type Upload, type UploadReception, type Uploads, type Writer } from './receive-uploads.js';
import type { KnownPlace } from './space-tree.js';
import { StartNotice } from './start-notice.js';
import { UploadProgress } from './upload-progress.js';

/** The session that a file was opened in, as far as the file needs it. */
export interface WritingSession {
  entryOf(upload: Upload): Promise<Entry>;
  newUpload(place: KnownPlace): Upload;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  change(work: (uploads: Uploads) => Promise<Tell[]>): Promise<void>;
  /** As `change`, knowing all files, also those that nobody has written down yet. */
  changeKnowingAll(work: (uploads: Uploads) => Promise<Tell[]>): Promise<void>;
  /** `lock` says whether the space takes it: unless told otherwise one that is open. */
  changeInTurn(
    work: (uploads: Uploads) => Promise<Tell[]>,
    lock?: (uploads: Uploads) => Promise<boolean>,
  ): Promise<void>;
  keepModifiedAt(uploadId: string, modifiedAt: Date): Promise<void>;
  released(handle: WritingHandle): void;
}

/**
 * A file opened for writing. A received file is evidence and never changes: opened to be continued, it stays as it is
 * until the first byte is written; then a new upload begins with a copy of it.
 */
export class WritingHandle implements OpenFile, Writer {
  lastHeard = performance.now();
  private starting: Promise<void> | null = null;
  /** Up to where room was taken for packets that are still on their way to the disk. */
  private roomTo = 0;
  private notice: StartNotice | null = null;
  private progress: UploadProgress | null = null;
  private progressing: Promise<void> | null = null;
  /** Lets go of a received upload that was opened to go on with. */
  private holds: (() => void) | null = null;
  private closing: Promise<void> | null = null;
  /** What the client said in this handle of when its file was changed; writing goes on under it. */
  private modifiedAt: Date | null = null;
  private state: 'open' | 'closing' | 'ended' | 'replaced' = 'open';

  constructor(
    readonly session: WritingSession,
    private readonly reception: UploadReception,
    private readonly place: KnownPlace,
    private upload: Upload,
    private arriving: ArrivingFile | null,
  ) {
    if (arriving) {
      reception.writers.set(upload.uploadId, this);
      this.progress = this.progressOf(upload, arriving);
      this.notice = new StartNotice(upload, pathOf(place), reception.needs);
    } else if (upload.state === 'received') this.holds = reception.hold(upload.uploadId);
  }

  get spaceId(): string {
    return this.upload.spaceId;
  }

  get bytes(): number {
    return this.arriving?.bytes ?? this.upload.bytes;
  }

  entry(): Promise<Entry> {
    return this.session.entryOf({ ...this.upload, modifiedAt: this.modifiedAt ?? this.upload.modifiedAt });
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (this.arriving) return this.arriving.read(offset, length);
    await this.refuseFound(this.upload);
    const stored = await this.reception.needs.evidence.openForReading(this.upload.location);
    try {
      return await stored.read(offset, length);
    } finally {
      await stored.close();
    }
  }

  async write(offset: number, buffers: Buffer[], bytes: number): Promise<void> {
    this.refuseUnlessOpen();
    this.lastHeard = performance.now();
    const file = this.arriving ?? (await this.continueReceived());
    this.refuseUnlessOpen();
    this.takeRoom(offset + bytes, file.bytes);
    await file.write(offset, buffers, bytes);
    await this.notice?.bytesCame(file.bytes);
    // Nobody waits for this: how far it has come is told beside the upload.
    this.progressing ??= this.tellProgress(file).finally(() => (this.progressing = null));
  }

  /** The first bytes of it, for which room was taken before. */
  takeOver(content: Buffer): Promise<void> {
    this.roomTo = content.length;
    return this.write(0, [content], content.length);
  }

  private takeRoom(to: number, there: number): void {
    const from = Math.max(this.roomTo, there);
    this.reception.quota.grow(this.upload.spaceId, to - from);
    this.roomTo = Math.max(from, to);
  }

  async truncate(bytes: number): Promise<void> {
    this.refuseUnlessOpen();
    // Some clients set the size that the file has or will have; only cutting changes anything.
    if (bytes > this.bytes) this.progress?.expect(bytes);
    if (bytes >= this.bytes) return;
    const file = this.arriving ?? (await this.continueReceived());
    this.roomTo = Math.min(this.roomTo, bytes);
    await file.truncate(bytes);
  }

  async setModifiedAt(modifiedAt: Date): Promise<void> {
    this.refuseUnlessOpen();
    this.lastHeard = performance.now();
    this.modifiedAt = modifiedAt;
    await this.starting;
    await this.session.keepModifiedAt(this.upload.uploadId, modifiedAt);
  }

  async sync(): Promise<void> {
    await this.arriving?.sync();
  }

  /** Resolves when the file is durable and its arrival is committed. */
  async close(): Promise<void> {
    this.refuseUnlessOpen();
    this.state = 'closing';
    this.lastHeard = Infinity;
    this.closing = this.finish();
    await this.closing;
  }

  /** The connection is gone. What is being closed is closed to its end. */
  async drop(): Promise<void> {
    if (this.closing) await this.closing.catch(() => undefined);
    if (this.state !== 'open') return;
    this.state = 'ended';
    await this.starting?.catch(() => undefined);
    await this.giveUp();
  }

  async replace(): Promise<void> {
    this.state = 'replaced';
    this.letGo();
    await this.arriving?.abandon();
  }

  /** Makes the file and its row. The caller has the turn of the space. */
  async start(
    upload: Upload,
    before: Upload | null,
    copy: boolean,
    lock?: (uploads: Uploads) => Promise<boolean>,
  ): Promise<ArrivingFile> {
    const { evidence, now } = this.reception.needs;
    const { uploadId, location } = upload;
    if (before && copy) await this.refuseFound(before);
    if (before && copy) await evidence.copy(before.location, location);
    const stored = before && copy ? await evidence.openForWriting(location) : await evidence.create(location);
    const file = this.reception.arriving(upload, stored, before && copy ? before.bytes : 0);
    this.reception.writers.set(uploadId, this);
    try {
      await this.session.changeInTurn(async (uploads) => {
        if (before) await uploads.hide(before.uploadId);
        // Its content goes on in this one; sent anew, it is judged for itself.
        if (before && copy) await uploads.markEnded(before.uploadId, 'untold');
        await uploads.add({ ...upload, changedAt: now() });
        return [];
      }, lock);
    } catch (error) {
      this.reception.writers.delete(uploadId);
      await file.abandon();
      await evidence.remove(location);
      throw error;
    }
    this.upload = upload;
    this.arriving = file;
    this.progress = this.progressOf(upload, file);
    this.notice = new StartNotice(upload, pathOf(this.place), this.reception.needs);
    return file;
  }

  letGo(): void {
    this.notice?.stop();
    if (this.reception.writers.get(this.upload.uploadId) === this) this.reception.writers.delete(this.upload.uploadId);
    this.holds?.();
    this.session.released(this);
  }

  /** Something may have been found in it since it was opened. */
  private async refuseFound(upload: Upload): Promise<void> {
    refuseQuarantined((await this.reception.needs.uploads.get(upload.uploadId)) ?? upload);
  }

  private async continueReceived(): Promise<ArrivingFile> {
    const received = this.upload;
    this.starting ??= this.session
      .inTurn(() => this.start({ ...this.session.newUpload(this.place), modifiedAt: this.modifiedAt }, received, true))
      .then(() => undefined);
    await this.starting;
    if (!this.arriving) throw new FileRefusal('EIO', 'the file cannot be continued');
    return this.arriving;
  }

  private progressOf({ toldBytes, expectedBytes }: Upload, file: ArrivingFile): UploadProgress {
    return new UploadProgress(toldBytes, expectedBytes, file.bytes, this.reception.needs);
  }

  private async tellProgress(file: ArrivingFile): Promise<void> {
    const { uploadId, spaceId, caseId } = this.upload;
    const { needs } = this.reception;
    try {
      const progress = await this.progress?.after(file);
      if (!progress || this.state !== 'open') return;
      await this.notice?.tell();
      const { bytes, expectedBytes } = progress;
      await needs.transaction(async (uploads) => ({
        result: undefined,
        tells: (await uploads.markProgressed(uploadId, bytes, expectedBytes))
          ? [{ type: 'upload.progressed', caseId, data: { uploadId, spaceId, name: pathOf(this.place), ...progress } }]
          : [],
      }));
    } catch (error) {
      if (this.state === 'open') needs.warn('the progress of an upload could not be told', { uploadId, error });
    }
  }

  private async finish(): Promise<void> {
    try {
      await this.starting;
      if (this.arriving) await this.keep(this.arriving);
      this.state = 'ended';
      this.letGo();
    } catch (error) {
      this.state = 'ended';
      await this.giveUp();
      throw error;
    }
  }

  private async keep(file: ArrivingFile): Promise<void> {
    await file.settled();
    if (file.bytes > file.wholeBytes)
      throw new FileRefusal('EIO', `bytes from ${file.wholeBytes} on never came, but later ones did; resume there`);
    await this.progressing;
    const content = await file.finish();
    if (content.bytes === 0 && (await this.keepMark())) return;
    const { needs } = this.reception;
    let spare: string | null = null;
    await this.session.change(async (uploads) => {
      const started = content.bytes > 0 ? ((await this.notice?.tellsWithin(uploads)) ?? []) : [];
      if (isTemporaryName(this.place.nameBytes)) {
        await uploads.markNamedLater(this.upload.uploadId, content, needs.now());
        needs.lookAgainIn(needs.namedLaterMilliseconds);
        return started;
      }
      const received = await receive(uploads, this.upload, content, needs);
      spare = received.spare;
      return [...started, ...received.tells];
    });
    if (spare !== null) await needs.evidence.remove(spare);
  }

  /** An empty file beside another, named like it with `.done` behind, says that all of that one is here. It is not kept. */
  private async keepMark(): Promise<boolean> {
    const { folder, nameBytes } = this.place;
    const { uploadId, spaceId, location } = this.upload;
    const { needs } = this.reception;
    const marked = nameMarkedComplete(nameBytes);
    if (marked === null) return false;
    const outcome: { isMark: boolean; refusal: FileRefusal | null } = { isMark: false, refusal: null };
    await this.session.changeKnowingAll(async (uploads) => {
      const { exact, alike } = await uploads.find(spaceId, folder, marked);
      const upload = exact ?? (marked.isText ? alike : null);
      if (!upload) return [];
      outcome.isMark = true;
      await uploads.forget(uploadId);
      return await completeMarked(uploads, upload, needs).catch((error: unknown) => {
        if (!(error instanceof FileRefusal)) throw error;
        outcome.refusal = error;
        return [];
      });
    });
    if (outcome.isMark) await needs.evidence.remove(location);
    if (outcome.refusal) throw outcome.refusal;
    return outcome.isMark;
  }

  /** Keeps what is whole and tells that the rest is missing. Trouble is only logged: the next look around repairs it. */
  private async giveUp(): Promise<void> {
    const { uploadId } = this.upload;
    try {
      await this.arriving?.abandon();
      await this.session.inTurn(async () => {
        this.letGo();
        if (this.arriving) await this.reception.interrupt(uploadId);
      });
    } catch (error) {
      this.letGo();
      this.reception.needs.warn('an interrupted upload could not be noted', { uploadId, error });
    }
  }

  private refuseUnlessOpen(): void {
    if (this.state === 'open') return;
    throw new FileRefusal(
      'EIO',
      this.state === 'replaced' ? 'a newer connection took this file over' : 'the file is closed',
    );
  }
}
