import type { ImageIdentity, KnownVersion } from '@caserelay/crash-dump';
import type { Limits } from '@caserelay/dump-archive';
import type { EvidencePass } from '../evidence-store/evidence-store.js';
import type { KeptReading } from '../../features/analyse-upload/keep-reading.js';
import type { KnownDump, Progress, Upload } from '../../features/analyse-upload/read-upload.js';

/** All that a reading process gets to know: one file and its key; no address of a database, no password, no environment. */
export interface ReadingOrder {
  upload: Upload;
  evidence: EvidencePass;
  archive: Omit<Limits, 'maxSeconds'> & { headBytes: number };
}

export type ToReadingProcess =
  | { type: 'read'; order: ReadingOrder }
  | { type: 'versions'; question: number; versions: readonly KnownVersion[] }
  | { type: 'bytes'; question: number; bytes: Uint8Array };

export type FromReadingProcess =
  /** Comes several times a second, also when nothing has moved: it shows that the process is not caught in a loop. */
  | { type: 'sign-of-life'; progress: Progress; reads: number; residentBytes: number }
  | { type: 'versions-wanted'; question: number; images: readonly ImageIdentity[] }
  | { type: 'bytes-wanted'; question: number; offset: number; length: number }
  | { type: 'known'; known: KnownDump }
  | { type: 'read'; reading: KeptReading }
  | { type: 'failed'; fault: string };
