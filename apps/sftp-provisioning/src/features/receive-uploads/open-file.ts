import type { StoredFile } from './arriving-file.js';
import { FileRefusal } from './file-refusal.js';

export interface Entry {
  /** As the client sent it. */
  readonly name: Buffer;
  readonly isFolder: boolean;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface OpenIntent {
  readonly read: boolean;
  readonly write: boolean;
  readonly create: boolean;
  readonly truncate: boolean;
  readonly exclusive: boolean;
  /** What the client says of a file that it makes. */
  readonly modifiedAt?: Date | null;
}

export interface OpenFile {
  entry(): Promise<Entry>;
  read(offset: number, length: number): Promise<Buffer>;
  write(offset: number, buffers: Buffer[], bytes: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  setModifiedAt(modifiedAt: Date): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The same file; `leave` is called once it is closed. */
export function leavingWhenClosed(file: OpenFile, leave: () => void): OpenFile {
  return {
    entry: () => file.entry(),
    read: (offset, length) => file.read(offset, length),
    write: (offset, buffers, bytes) => file.write(offset, buffers, bytes),
    truncate: (bytes) => file.truncate(bytes),
    setModifiedAt: (modifiedAt) => file.setModifiedAt(modifiedAt),
    sync: () => file.sync(),
    close: () => file.close().finally(leave),
  };
}

/** Reading goes on for so long after something was found in a file. */
const checkMilliseconds = 1_000;

/** A file opened for reading only. */
export class ReadingHandle implements OpenFile {
  private checkedAt = performance.now();

  /** `check` throws when the file may not be read any more. */
  constructor(
    private readonly file: StoredFile,
    private readonly check: () => Promise<void>,
    readonly entry: () => Promise<Entry>,
    readonly setModifiedAt: (modifiedAt: Date) => Promise<void>,
  ) {}

  async read(offset: number, length: number): Promise<Buffer> {
    if (performance.now() - this.checkedAt >= checkMilliseconds) {
      await this.check();
      this.checkedAt = performance.now();
    }
    return this.file.read(offset, length);
  }
  write(): Promise<void> {
    return Promise.reject(new FileRefusal('EACCES', 'the file was opened for reading only'));
  }
  truncate(): Promise<void> {
    return this.write();
  }
  sync(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return this.file.close();
  }
}
