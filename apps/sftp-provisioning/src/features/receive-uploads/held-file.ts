import type { Tell } from '@caserelay/messaging';
import { createHash } from 'node:crypto';
import { isTemporaryName, nameMarkedComplete } from './customer-path.js';
import { isWholeInMemory, receive, tellsOfClosed } from './end-uploads.js';
import { FileRefusal, spaceClosed } from './file-refusal.js';
import type { Entry, OpenFile } from './open-file.js';
import type { Content, Held, Upload, UploadReception, Uploads } from './receive-uploads.js';
import type { SentName } from './shown-name.js';
import { listedName, type KnownPlace } from './space-tree.js';
import type { WritingHandle } from './writing-handle.js';

/** The session that a file was opened in, as far as a held file needs it. */
export interface HoldingSession {
  /** Makes the file and its row, unless evidence of the space is removed. The caller has the turn of the space. */
  writeDown(place: KnownPlace, upload: Upload): Promise<WritingHandle>;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  newUpload(place: KnownPlace): Upload;
  changeInTurn(work: (uploads: Uploads) => Promise<Tell[]>): Promise<void>;
  letGo(file: HeldFile): void;
}

/** By then its first bytes say what it is, and to lose them would cost the customer something. */
const mostBytes = 64 * 1024;
const mostBytesOfAll = 16 * 1024 * 1024;
/** What takes longer is written down as it comes. */
const mostMilliseconds = 250;

/**
 * A new file of which nothing is written down yet: all that came of it is in memory. One that is closed while it is small
 * becomes durable, gets its row and is told in one step, where a larger one takes several. One that grows or lingers, or
 * at which somebody else looks, is written down and goes on as any other upload.
 */
export class HeldFile implements OpenFile, Held {
  private content: Buffer = Buffer.alloc(0);
  private size = 0;
  /** How large it will be, if the client said so. */
  private expectedBytes = 0;
  /** Whoever has asked for it to be written down; what comes later waits for the same, so that it stays in order. */
  private asked: Promise<WritingHandle> | null = null;
  private writing: Promise<WritingHandle> | null = null;
  private written: WritingHandle | null = null;
  private keeping: Promise<WritingHandle | null> | null = null;
  private closing: Promise<void> | null = null;
  private isOver = false;
  private readonly release: () => void;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly session: HoldingSession,
    private readonly reception: UploadReception,
    private readonly place: KnownPlace,
    readonly name: SentName,
    private upload: Upload,
  ) {
    this.release = reception.holdFile(upload.spaceId, this);
    this.timer = setTimeout(() => this.linger(), mostMilliseconds);
  }

  get folder(): string {
    return this.place.folder;
  }

  get bytes(): number {
    return this.size;
  }

  async entry(): Promise<Entry> {
    if (!this.isHeld) return await (await this.asWritten()).entry();
    const { modifiedAt, changedAt } = this.upload;
    return { name: listedName(this.place), isFolder: false, bytes: this.size, modifiedAt: modifiedAt ?? changedAt };
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (!this.isHeld) return await (await this.asWritten()).read(offset, length);
    return Buffer.from(this.content.subarray(0, this.size).subarray(offset, offset + length));
  }

  write(offset: number, buffers: Buffer[], bytes: number): Promise<void> {
    return this.written ? this.written.write(offset, buffers, bytes) : this.hold(offset, buffers, bytes);
  }

  async truncate(bytes: number): Promise<void> {
    if (!this.isHeld) return await (await this.asWritten()).truncate(bytes);
    this.expectedBytes = Math.max(this.expectedBytes, bytes);
    this.resize(Math.min(this.size, bytes));
  }

  async setModifiedAt(modifiedAt: Date): Promise<void> {
    if (!this.isHeld) return await (await this.asWritten()).setModifiedAt(modifiedAt);
    this.upload = { ...this.upload, modifiedAt };
  }

  async sync(): Promise<void> {
    await (await this.asWritten()).sync();
  }

  /** Resolves when the file is durable and its arrival is committed. */
  async close(): Promise<void> {
    if (this.isOver) throw new FileRefusal('EIO', 'the file is closed');
    this.isOver = true;
    const saysThatAnotherIsComplete = this.size === 0 && nameMarkedComplete(this.place.nameBytes) !== null;
    const written = this.isHeld && !saysThatAnotherIsComplete ? (this.keeping = this.keep()) : this.asWritten();
    this.closing = written.then((file) => file?.close());
    await this.closing;
  }

  /** The connection is gone: what came is kept to be resumed. What is being closed is closed to its end. */
  async drop(): Promise<void> {
    if (this.closing) return await this.closing.catch(() => undefined);
    this.isOver = true;
    // Nothing is kept of it when its space was closed meanwhile, which is told where others are refused.
    const written = await this.asWritten().catch(() => null);
    await written?.drop();
  }

  async writeDown(): Promise<void> {
    await (this.keeping ?? this.writeInTurn()).catch(() => undefined);
  }

  /** Nobody has asked for more than memory. */
  private get isHeld(): boolean {
    return this.asked === null && this.writing === null && this.keeping === null;
  }

  private async hold(offset: number, buffers: Buffer[], bytes: number): Promise<void> {
    const end = offset + bytes;
    const isTooMuch = end > mostBytes || this.reception.heldBytes + bytes > mostBytesOfAll;
    if (!this.isHeld || offset !== this.size || isTooMuch)
      return await (await this.asWritten()).write(offset, buffers, bytes);
    this.reception.quota.grow(this.upload.spaceId, bytes);
    // Copied, since what came is a part of larger pieces of memory, which would stay as well.
    if (end > this.content.length) {
      const larger = Buffer.allocUnsafe(Math.min(mostBytes, Math.max(end, 2 * this.content.length)));
      this.content.copy(larger, 0, 0, this.size);
      this.content = larger;
    }
    let at = offset;
    for (const buffer of buffers) at += buffer.copy(this.content, at);
    this.resize(end);
  }

  private resize(bytes: number): void {
    this.reception.heldBytes += bytes - this.size;
    this.size = bytes;
  }

  private linger(): void {
    this.asWritten().catch((error: unknown) => {
      const { uploadId } = this.upload;
      // A refusal is heard by who writes next, or closes.
      if (!(error instanceof FileRefusal))
        this.reception.needs.warn('an upload could not be begun', { uploadId, error });
    });
  }

  private asWritten(): Promise<WritingHandle> {
    if (this.keeping) return Promise.reject(new FileRefusal('EIO', 'the file is closed'));
    this.asked ??= this.writing ?? this.session.inTurn(() => this.writeInTurn());
    return this.asked;
  }

  private writeInTurn(): Promise<WritingHandle> {
    this.writing ??= this.writeNow().finally(() => this.letGo());
    return this.writing;
  }

  private async writeNow(): Promise<WritingHandle> {
    const written = await this.session.writeDown(this.place, this.upload);
    // Whether this goes well is said by the file when it is closed.
    if (this.size > 0) written.takeOver(this.content.subarray(0, this.size)).catch(() => undefined);
    if (this.expectedBytes > this.size) await written.truncate(this.expectedBytes);
    this.written = written;
    return written;
  }

  /**
   * Makes the file durable; then its row, and what is told of it, are one statement. Nobody has to take a turn here, since
   * the name is taken, so others may wait for it in theirs. Answers with a file to be closed where that did not work.
   */
  private async keep(): Promise<WritingHandle | null> {
    const { needs } = this.reception;
    const content = this.content.subarray(0, this.size);
    let spare: string | null = this.upload.location;
    try {
      const [closed] = await Promise.all([this.closedAs(content), needs.evidence.keep(spare, content)]);
      // A commit of which nobody heard may have been made: then its file has to be there. Else it is swept away later.
      spare = null;
      spare = await this.tell(closed);
      return null;
    } catch (error) {
      // A space that was closed meanwhile keeps what came before, and refuses to have it closed.
      const { uploadId, modifiedAt } = this.upload;
      if (!(error instanceof FileRefusal)) needs.warn('a small upload is kept as larger ones are', { uploadId, error });
      this.upload = { ...this.session.newUpload(this.place), modifiedAt };
      return await this.writeNow();
    } finally {
      this.letGo();
      if (spare !== null) await needs.evidence.remove(spare);
    }
  }

  private async closedAs(content: Buffer): Promise<Upload & Content> {
    const { needs } = this.reception;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const upload = { ...this.upload, bytes: content.length, sha256, changedAt: needs.now() };
    if (isTemporaryName(this.place.nameBytes)) return { ...upload, state: 'named-later' };
    const isWhole = await isWholeInMemory(upload, content, needs);
    return { ...upload, state: 'received', ending: isWhole ? 'completed' : null };
  }

  /** Answers with a file that is needed no more. */
  private async tell(upload: Upload & Content): Promise<string | null> {
    const { needs } = this.reception;
    const outcome = await needs.addClosed(upload, tellsOfClosed(upload));
    if (outcome === 'told-before') return await this.tellAgain(upload);
    if (outcome === 'closed') {
      await needs.evidence.remove(upload.location);
      throw spaceClosed();
    }
    if (upload.state === 'named-later') needs.lookAgainIn(needs.namedLaterMilliseconds);
    else if (upload.ending === null) needs.lookAgainIn(needs.settleMilliseconds);
    return null;
  }

  private async tellAgain(upload: Upload & Content): Promise<string | null> {
    let spare: string | null = null;
    await this.session.changeInTurn(async (uploads) => {
      await uploads.add({ ...upload, state: 'receiving' });
      const received = await receive(uploads, upload, upload, this.reception.needs);
      spare = received.spare;
      return received.tells;
    });
    return spare;
  }

  private letGo(): void {
    clearTimeout(this.timer);
    this.reception.heldBytes -= this.size;
    this.release();
    this.session.letGo(this);
  }
}
