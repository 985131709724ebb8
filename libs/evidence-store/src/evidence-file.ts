/** One open file. Every write says where it goes; what it leaves out reads as zeros. */
export interface EvidenceFile {
  write(pieces: readonly Buffer[], offset: number): Promise<void>;
  /** As many bytes as there are of those asked for. */
  read(offset: number, length: number): Promise<Buffer>;
  size(): Promise<number>;
  /** Cuts the file; never makes it longer. */
  truncate(bytes: number): Promise<void>;
  /** Resolves when all that was written survives a crash of the machine. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file that is there once it is whole, and not before. */
export interface Draft {
  write(piece: Uint8Array): Promise<void>;
  /** Gives it its place, in place of what lies there; afterwards it survives a crash of the machine. */
  keepAs(location: string): Promise<void>;
  discard(): Promise<void>;
}
