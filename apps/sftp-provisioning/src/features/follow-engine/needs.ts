import type { Change } from './change.js';
import type { TheirFile } from './take-bytes.js';

export interface Space {
  readonly spaceId: string;
  readonly caseId: string;
  readonly account: string;
}

/** What an engine's file looks like from outside. */
export interface Stamp {
  readonly bytes: number;
  readonly changedAt: number;
}

/** One of our files while it is written. */
export interface OurFile {
  read(offset: number, length: number): Promise<Buffer>;
  write(offset: number, buffers: Buffer[], bytes: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Our files of a space, as a session of the customer would have them. */
export interface OurFiles {
  entry(path: Buffer): Promise<{ bytes: number; isFolder: boolean }>;
  openFile(
    path: Buffer,
    intent: { read: true; write: true; create: true; truncate: boolean; exclusive: false },
  ): Promise<OurFile>;
  makeFolder(path: Buffer): Promise<void>;
  rename(from: Buffer, to: Buffer, replace: boolean): Promise<void>;
  remove(path: Buffer): Promise<void>;
  /** What is open is interrupted. */
  end(): Promise<void>;
}

/** What following an engine needs from around it. */
export interface Needs {
  spaces: { find(account: string): Promise<Space | null>; listOpen(): Promise<Space[]> };
  /** What customers did there, oldest first, until it is forgotten. */
  news: {
    accounts(): Promise<string[]>;
    of(account: string): Promise<(Change & { newsId: string })[]>;
    forget(newsId: string): Promise<void>;
  };
  /** Which state of a file was taken in. */
  stamps: {
    of(spaceId: string, path: Buffer): Promise<Stamp | null>;
    keep(spaceId: string, path: Buffer, stamp: Stamp): Promise<void>;
    forget(spaceId: string, path: Buffer): Promise<void>;
    move(spaceId: string, from: Buffer, to: Buffer): Promise<void>;
  };
  folder: {
    files(account: string): AsyncIterable<Buffer>;
    open(account: string, path: Buffer): Promise<TheirFile | null>;
  };
  filesOf(space: Space): OurFiles;
  /** Who is logged in there at the moment. */
  accountsLoggedIn(): Promise<ReadonlySet<string>>;
  /** A changed file that nobody can be writing counts as it is after so long. */
  quietMilliseconds: number;
  /** Between two looks at files that grow, and at everything. */
  growthMilliseconds: number;
  reconcileMilliseconds: number;
  warn(message: string, details: Record<string, unknown>): void;
}
