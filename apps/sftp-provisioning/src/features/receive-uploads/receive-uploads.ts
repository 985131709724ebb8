import type { ByteSource } from '@caserelay/crash-dump';
import type { JudgeOptions, Wholeness } from '@caserelay/dump-archive';
import type { Tell } from '@caserelay/messaging';
import { ArrivingFile, type StoredFile } from './arriving-file.js';
import { FileRefusal } from './file-refusal.js';
import type { SentName } from './shown-name.js';
import { StartNotice } from './start-notice.js';
import { SpaceQuota, type Usage } from './space-quota.js';

/** Who uploads, and where to. */
export interface Space {
  readonly spaceId: string;
  readonly caseId: string;
}

/** receiving: bytes come; interrupted: they stopped coming; named-later: closed under a temporary name; received: told. */
export type UploadState = 'receiving' | 'interrupted' | 'named-later' | 'received';

/** What was told of a received upload at last; untold: nothing, because another upload took its place. */
export type Ending = 'completed' | 'cut-short' | 'untold';

export interface Upload extends NamedPlace {
  readonly uploadId: string;
  readonly spaceId: string;
  readonly caseId: string;
  readonly location: string;
  readonly state: UploadState;
  /** What is known to be there; while it is `receiving` the file itself knows better. */
  readonly bytes: number;
  /** Set while bytes behind this place may be there although earlier ones are missing. */
  readonly gapAt: number | null;
  readonly sha256: string | null;
  readonly changedAt: Date;
  /** When the customer's file was changed last, as the client said; null when it said nothing. */
  readonly modifiedAt: Date | null;
  /** The customer sees it; else it is evidence out of sight. */
  readonly isVisible: boolean;
  /** Malware was found in it, and nobody has released it: it can be listed, renamed and removed, not read. */
  readonly isInQuarantine: boolean;
  /** Null while it is not known whether all of it is here. */
  readonly ending: Ending | null;
  /** How large it will be, as its header or its sender says. */
  readonly expectedBytes: number | null;
  /** Its size when its progress was told last. */
  readonly toldBytes: number;
}

/** What is kept about uploads, within one transaction or outside of one. */
export interface Uploads {
  /** Keeps others from changing the same space until the transaction ends; false when the space is closed or can only be read from. */
  lockOpenSpace(spaceId: string): Promise<boolean>;
  /** The same for what came before the space was closed; false when its evidence is removed or about to be. */
  lockKeptSpace(spaceId: string): Promise<boolean>;
  get(uploadId: string): Promise<Upload | null>;
  find(spaceId: string, folder: string, name: SentName): Promise<Alike<Upload>>;
  list(spaceId: string, folder: string): Promise<Upload[]>;
  count(spaceId: string): Promise<number>;
  usageOf(spaceId: string): Promise<Usage>;
  /** Whether new files are taken, and one of this name would be alone with it, also in how it is shown. */
  lookForRoom(spaceId: string, folders: readonly NamedPlace[], name: SentName): Promise<NameRoom>;
  add(upload: Upload): Promise<void>;
  /** Takes an upload out of the customer's sight; it stays evidence. */
  hide(uploadId: string): Promise<void>;
  /** Brings one back into sight; if nothing was told of its ending, that is open again. */
  show(uploadId: string, place: NamedPlace, modifiedAt: Date | null): Promise<void>;
  forget(uploadId: string): Promise<void>;
  /** True the first time. */
  markStarted(uploadId: string): Promise<boolean>;
  noteGap(uploadId: string, gapAt: number | null): Promise<void>;
  resume(uploadId: string, at: Date): Promise<void>;
  /** The upload if it was `receiving` until now. */
  markInterrupted(uploadId: string, bytes: number, at: Date): Promise<{ started: boolean } | null>;
  markNamedLater(uploadId: string, content: Content, at: Date): Promise<void>;
  markReceived(uploadId: string, content: Content, at: Date): Promise<void>;
  /** True when the upload is received and no ending was known until now. */
  markEnded(uploadId: string, ending: Ending): Promise<boolean>;
  /** The same for many; answers for which of them it was so. */
  markAllEnded(endings: readonly { uploadId: string; ending: Ending }[]): Promise<ReadonlySet<string>>;
  /** False when enough was told of its progress, or it is not being received. */
  markProgressed(uploadId: string, bytes: number, expectedBytes: number | null): Promise<boolean>;
  /** The upload that was told with this name and content. */
  findTold(spaceId: string, place: Place, sha256: string): Promise<Upload | null>;
  listReceiving(): Promise<Upload[]>;
  /** Received uploads of unknown ending, closed at least so long ago in real time, oldest first. */
  listUnended(closedMilliseconds: number, limit: number): Promise<Upload[]>;
  /** Those that were closed under a temporary name at least so long ago. */
  listNamedLater(closedMilliseconds: number, limit: number): Promise<Upload[]>;
  rename(uploadId: string, to: NamedPlace, at: Date): Promise<void>;
  setModifiedAt(uploadId: string, modifiedAt: Date | null): Promise<void>;
  findFolder(spaceId: string, parent: string, name: SentName): Promise<Alike<Folder>>;
  listFolders(spaceId: string, parent: string): Promise<Folder[]>;
  countFolders(spaceId: string): Promise<number>;
  addFolder(spaceId: string, place: NamedPlace, at: Date): Promise<void>;
  removeFolder(spaceId: string, path: string): Promise<void>;
  renameFolder(spaceId: string, from: string, to: NamedPlace): Promise<void>;
  setFolderModifiedAt(spaceId: string, path: string, modifiedAt: Date): Promise<void>;
  /** Which of these are shown in a folder already, by a file or by a folder. */
  namesShown(spaceId: string, folder: string, among: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A place as it is shown: no two files or folders that the customer sees are shown alike. */
export interface Place {
  /** Folder below /upload without slashes at its ends; empty for /upload itself. */
  readonly folder: string;
  readonly name: string;
}

/** A place with the name as the client sent it; null where it is only known how that reads. */
export interface NamedPlace extends Place {
  readonly nameBytes: Buffer | null;
}

export interface Folder extends NamedPlace {
  readonly changedAt: Date;
  readonly modifiedAt: Date | null;
}

/** What stands in the way of a new file. */
export interface NameRoom {
  /** The space takes uploads. */
  readonly isOpen: boolean;
  /** Its folders are there by their very bytes, and nothing in the last has or shows its name. */
  readonly isFree: boolean;
}

/** Who has a name already: by its very bytes, and by other bytes that are shown the same. */
export interface Alike<Thing> {
  readonly exact: Thing | null;
  readonly alike: Thing | null;
}

export interface Content {
  readonly bytes: number;
  readonly sha256: string;
}

/** What receiving uploads needs from around it. */
export interface Needs {
  /** For looking only. */
  uploads: Uploads;
  /** Changes and what they tell, kept together or not at all. */
  transaction<Result>(work: (uploads: Uploads) => Promise<{ result: Result; tells: Tell[] }>): Promise<Result>;
  /**
   * Adds an upload that was closed before it had a row, with what is known of its ending, and what that tells: both or
   * nothing. Nothing when the space is closed, or when the same name and content was told before.
   */
  addClosed(upload: Upload, tells: Tell[]): Promise<'added' | 'closed' | 'told-before'>;
  evidence: {
    create(location: string): Promise<StoredFile>;
    /** A new file with all of its content; resolves when it survives a crash of the machine. */
    keep(location: string, content: Buffer): Promise<void>;
    openForWriting(location: string): Promise<StoredFile>;
    openForReading(location: string): Promise<StoredFile>;
    copy(from: string, to: string): Promise<void>;
    /** Null when there is no such file. */
    openIfThere(location: string): Promise<(StoredFile & { size(): Promise<number> }) | null>;
    size(location: string): Promise<number>;
    remove(location: string): Promise<void>;
    room(): Promise<{ blockBytes: number; blocks: number; freeBlocks: number }>;
  };
  /** What a space may hold unless an operator says otherwise, and what of the disk stays free. */
  limits: { mostBytes: number; mostFiles: number; reserveBytes: number };
  now(): Date;
  /** A writer that was silent for so long (real time) may be replaced by a newer session of the same account. */
  silentMilliseconds: number;
  /** How long nobody may go on with a closed file before it counts as it is, where its structure says nothing. */
  settleMilliseconds: number;
  /** How long a rename is waited for after a file was closed under a temporary name. */
  namedLaterMilliseconds: number;
  /** Says whether a file is whole by its own structure, from a few reads. */
  judgeWhole(source: ByteSource, options?: JudgeOptions): Promise<Wholeness>;
  /** Between two tells of the progress of one upload at least. */
  progressMilliseconds: number;
  /** Lets somebody look for uploads to end after a while. */
  lookAgainIn(milliseconds: number): void;
  warn(message: string, details: Record<string, unknown>): void;
}

/** A file that is open for writing in some session. */
export interface Writer {
  /** Whose it is; the same session cannot open a file twice. */
  readonly session: object;
  readonly spaceId: string;
  readonly bytes: number;
  readonly lastHeard: number;
  /** Lets go of the file for a newer session; later writes of the old one fail. */
  replace(): Promise<void>;
}

/** A new file of which nothing is written down yet. */
export interface Held {
  readonly folder: string;
  readonly name: SentName;
  readonly bytes: number;
  /** Resolves when it is written down, or is no more. Called by who has the turn of the space. */
  writeDown(): Promise<void>;
}

const mostOpenFiles = 256;

/** Knows which files are being received: one per service. What a customer does with them is in `SpaceFiles`. */
export class UploadReception {
  /** Open writers by upload. */
  readonly writers = new Map<string, Writer>();
  /** Received uploads that somebody has opened to go on with, by how many. */
  readonly held = new Map<string, number>();
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly openFiles = new Map<string, number>();
  private readonly heldFiles = new Map<string, Set<Held>>();
  /** Of all files that are held in memory alone. */
  heldBytes = 0;

  readonly quota: SpaceQuota;

  constructor(readonly needs: Needs) {
    this.quota = new SpaceQuota({
      ...needs.limits,
      usageOf: (spaceId) => needs.uploads.usageOf(spaceId),
      arrivingBytes: (spaceId) => this.arrivingBytes(spaceId),
      heldFiles: (spaceId) => this.heldFiles.get(spaceId)?.size ?? 0,
      freeBytes: async () => {
        const { blockBytes, freeBlocks } = await needs.evidence.room();
        return blockBytes * freeBlocks;
      },
      warn: (message, details) => needs.warn(message, details),
    });
  }

  /** Bounds what an account keeps open over all its connections; answers with what gives the place back. */
  takePlaceForFile(spaceId: string): () => void {
    const open = this.openFiles.get(spaceId) ?? 0;
    if (open >= mostOpenFiles)
      throw new FileRefusal('EBUSY', `this account has ${open} files open already; close one first`);
    this.openFiles.set(spaceId, open + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = (this.openFiles.get(spaceId) ?? 1) - 1;
      if (left > 0) this.openFiles.set(spaceId, left);
      else this.openFiles.delete(spaceId);
    };
  }

  /** Notes that somebody has opened a received upload to go on with it; answers with what takes the note back. */
  hold(uploadId: string): () => void {
    this.held.set(uploadId, (this.held.get(uploadId) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.held.get(uploadId) ?? 1) - 1;
      if (left > 0) this.held.set(uploadId, left);
      else this.held.delete(uploadId);
    };
  }

  /** Notes a file that nobody else can see yet; answers with what takes the note back. */
  holdFile(spaceId: string, file: Held): () => void {
    const held = this.heldFiles.get(spaceId) ?? new Set();
    this.heldFiles.set(spaceId, held.add(file));
    return () => {
      held.delete(file);
      if (held.size === 0 && this.heldFiles.get(spaceId) === held) this.heldFiles.delete(spaceId);
    };
  }

  /** Whether a file is held that has this name or is shown alike, in one folder or in any. */
  holdsName(spaceId: string, { bytes, shown }: SentName, folder?: string): boolean {
    for (const held of this.heldFiles.get(spaceId) ?? [])
      if (
        (folder === undefined || held.folder === folder) &&
        (held.name.shown === shown || held.name.bytes.equals(bytes))
      )
        return true;
    return false;
  }

  holdsFiles(spaceId: string): boolean {
    return this.heldFiles.has(spaceId);
  }

  /** Whoever looks at names or changes them has to know all of them. Called by who has the turn of the space. */
  async writeDownHeld(spaceId: string): Promise<void> {
    await Promise.all([...(this.heldFiles.get(spaceId) ?? [])].map((file) => file.writeDown()));
  }

  private arrivingBytes(spaceId: string): number {
    let bytes = 0;
    for (const held of this.heldFiles.get(spaceId) ?? []) bytes += held.bytes;
    for (const writer of this.writers.values()) if (writer.spaceId === spaceId) bytes += writer.bytes;
    return bytes;
  }

  /** One after the other within a space, so that names cannot be taken twice. */
  async inTurn<Result>(spaceId: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.turns.get(spaceId) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.turns.set(spaceId, turn);
    try {
      return await turn;
    } finally {
      if (this.turns.get(spaceId) === turn) this.turns.delete(spaceId);
    }
  }

  /** Tells of uploads that nobody sends any more although they were never closed: after a crash, or a failed commit. */
  async interruptForgotten(): Promise<number> {
    let count = 0;
    for (const { uploadId, spaceId } of await this.needs.uploads.listReceiving())
      await this.inTurn(spaceId, async () => {
        if (this.writers.has(uploadId)) return;
        if (await this.interrupt(uploadId)) count += 1;
      });
    return count;
  }

  /** The file of an upload, to be written on. */
  arriving({ uploadId }: Upload, stored: StoredFile, bytes: number): ArrivingFile {
    return new ArrivingFile(stored, bytes, (gapAt) =>
      this.needs.transaction(async (uploads) => {
        await uploads.noteGap(uploadId, gapAt);
        return { result: undefined, tells: [] };
      }),
    );
  }

  /** Bytes after which an upload goes on: all of them, unless a crash left a gap; the file is then cut to its begin. */
  async cutToWhole({ location, gapAt }: Upload): Promise<number> {
    const { evidence } = this.needs;
    const bytes = await evidence.size(location);
    if (gapAt === null || gapAt >= bytes) return bytes;
    const file = await evidence.openForWriting(location);
    try {
      await file.truncate(gapAt);
      await file.sync();
    } finally {
      await file.close();
    }
    return await evidence.size(location);
  }

  /** Notes that an upload stopped before its end. */
  async interrupt(uploadId: string): Promise<boolean> {
    const { needs } = this;
    return needs.transaction(async (uploads) => {
      const upload = await uploads.get(uploadId);
      if (upload?.state !== 'receiving') return { result: false, tells: [] };
      const bytes = await this.cutToWhole(upload);
      const marked = await uploads.markInterrupted(uploadId, bytes, needs.now());
      if (!marked || (!marked.started && bytes === 0)) return { result: marked !== null, tells: [] };
      // Who hears that it was interrupted has heard that it started.
      const started = await new StartNotice(upload, pathOf(upload), needs).tellsWithin(uploads);
      const { spaceId, caseId } = upload;
      const data = { uploadId, spaceId, name: pathOf(upload), bytes };
      return { result: true, tells: [...started, { type: 'upload.interrupted', caseId, data }] };
    });
  }
}

/** The path below /upload, as it is shown. */
export function pathOf({ folder, name }: Place): string {
  return folder === '' ? name : `${folder}/${name}`;
}
