import type { StoredFile } from './arriving-file.js';
import { FileRefusal } from './file-refusal.js';

export interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
  readonly changedAt: Date;
}

export interface OpenIntent {
  readonly read: boolean;
  readonly write: boolean;
  readonly create: boolean;
  readonly truncate: boolean;
  readonly exclusive: boolean;
}

export interface OpenFile {
  entry(): Promise<Entry>;
  read(offset: number, length: number): Promise<Buffer>;
  write(offset: number, buffers: Buffer[], bytes: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
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
    sync: () => file.sync(),
    close: () => file.close().finally(leave),
  };
}

/** A file opened for reading only. */
export class ReadingHandle implements OpenFile {
  constructor(
    private readonly file: StoredFile,
    readonly entry: () => Promise<Entry>,
  ) {}

  read(offset: number, length: number): Promise<Buffer> {
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
