/** Where the bytes of a store lie. It knows nothing of their meaning. */
export interface StorageBackend {
  /** A new empty file; fails when there is one. */
  create(location: string): Promise<BackendFile>;
  /** Null when there is none. */
  open(location: string, access: 'read' | 'write'): Promise<BackendFile | null>;
  /** Copies a closed file to a place where none is; false when there is nothing to copy. */
  copy(from: string, to: string): Promise<boolean>;
  /** Gives a closed file its name, in place of what has it; afterwards both are durable. */
  move(from: string, to: string): Promise<void>;
  /** Resolves when nothing of the file is left; also when there was nothing. */
  remove(location: string): Promise<void>;
  /** Removes drafts that were left by somebody who died. */
  removeAbandonedDrafts(olderThanMilliseconds: number): Promise<void>;
  /** Brings to its place what else was left on this machine, by a process of which no other is left that writes. */
  settleAbandoned(olderThanMilliseconds: number): Promise<void>;
  room(): Promise<Room>;
}

/** How much can still be kept, as file systems tell it. */
export interface Room {
  blockBytes: number;
  blocks: number;
  freeBlocks: number;
}

/** One open file: a header that is written as a whole, and a body of which any part can be written. */
export interface BackendFile {
  /** Writes to several places may be on their way at once. */
  readonly takesWritesAtOnce: boolean;
  /** As much of the header as is there. */
  readHeader(): Promise<Buffer>;
  writeHeader(header: Buffer): Promise<void>;
  /** Header and body of a new file. */
  writeAll(header: Buffer, pieces: readonly Buffer[]): Promise<void>;
  bodyBytes(): Promise<number>;
  /** Fills the buffer from a place of the body on; says how many bytes were there. */
  read(into: Buffer, offset: number): Promise<number>;
  write(pieces: readonly Buffer[], offset: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /** Keeps aside what is about to be written over something, for the time after a crash in its middle. */
  writeRedo(pieces: readonly Buffer[]): Promise<void>;
  /** What was kept aside last; null when nothing was. */
  readRedo(): Promise<Buffer | null>;
  /** Resolves when all that was written survives a crash of the machine. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
