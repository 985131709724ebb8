import { z } from 'zod';
import { UploadSpace } from './case-file.js';
import { defineEvent } from './define-event.js';

/** An account for one case is ready to receive files. */
export const UploadSpaceOpened = defineEvent('upload-space.opened', UploadSpace.shape);
export type UploadSpaceOpened = z.infer<typeof UploadSpaceOpened>;

/** The case was archived: whoever has the account can read and list, and write no more. */
export const UploadSpaceMadeReadOnly = defineEvent('upload-space.made-read-only', {
  spaceId: z.uuid(),
  account: z.string(),
});
export type UploadSpaceMadeReadOnly = z.infer<typeof UploadSpaceMadeReadOnly>;

/** An account was closed; nobody can log in with it any more. */
export const UploadSpaceClosed = defineEvent('upload-space.closed', { spaceId: z.uuid(), account: z.string() });
export type UploadSpaceClosed = z.infer<typeof UploadSpaceClosed>;

/** The first bytes of a file came in. */
export const UploadStarted = defineEvent('upload.started', {
  uploadId: z.uuid(),
  spaceId: z.uuid(),
  name: z.string().min(1),
  /** Where the bytes lie while they arrive, so that a reader can follow them. */
  location: z.string().min(1).optional(),
});
export type UploadStarted = z.infer<typeof UploadStarted>;

/** The connection ended before the file was closed; the customer can resume at `bytes`. */
export const UploadInterrupted = defineEvent('upload.interrupted', {
  uploadId: z.uuid(),
  spaceId: z.uuid(),
  name: z.string().min(1),
  bytes: z.number().int().nonnegative(),
});
export type UploadInterrupted = z.infer<typeof UploadInterrupted>;

/** How far an upload has come, and how fast; told a few times in all. */
export const UploadProgressed = defineEvent('upload.progressed', {
  uploadId: z.uuid(),
  spaceId: z.uuid(),
  name: z.string().min(1),
  bytes: z.number().int().nonnegative(),
  /** How large it will be, as its header or its sender says; null when nobody does. */
  expectedBytes: z.number().int().positive().nullable(),
  /** Since it was told last, or since the connection went on. */
  bytesPerSecond: z.number().int().nonnegative(),
});
export type UploadProgressed = z.infer<typeof UploadProgressed>;

const closed = {
  uploadId: z.uuid(),
  spaceId: z.uuid(),
  /** Path below /upload as the customer named it. */
  name: z.string().min(1),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().length(64),
  location: z.string().min(1),
};

/** A file was closed by its sender and lies at `location` in the evidence store. The same bytes are told once. */
export const UploadReceived = defineEvent('upload.received', closed);
export type UploadReceived = z.infer<typeof UploadReceived>;

/** All of a file is here: its structure says so, or nobody went on for a while, or the customer said so. */
export const UploadCompleted = defineEvent('upload.completed', {
  ...closed,
  because: z.enum(['whole', 'settled', 'marked']),
});
export type UploadCompleted = z.infer<typeof UploadCompleted>;

/** How a file is known to lack its end; the customer can resume at `bytes`. */
export const CutShort = z.object({
  bytes: z.number().int().nonnegative(),
  /** Null when its structure does not tell. */
  expectedBytes: z.number().int().positive().nullable(),
  /** What was found and what was expected. */
  reason: z.string().min(1),
});
export type CutShort = z.infer<typeof CutShort>;

/** A closed file lacks its end by its own structure; the customer can resume at `bytes`. */
export const UploadCutShort = defineEvent('upload.cut-short', { ...closed, ...CutShort.shape });
export type UploadCutShort = z.infer<typeof UploadCutShort>;

/** How a malware scanner was kept from looking into all of a file. */
export const NotScannedReason = z.enum(['too-large', 'limits-exceeded', 'encrypted', 'scanner-failed']);
export type NotScannedReason = z.infer<typeof NotScannedReason>;

const scanned = {
  uploadId: z.uuid(),
  spaceId: z.uuid(),
  name: z.string().min(1),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().length(64),
};

/** A malware scanner looked into an upload, or could not; an infected one is in quarantine from then on. */
export const UploadScanned = defineEvent('upload.scanned', {
  ...scanned,
  outcome: z.enum(['clean', 'infected', 'not-scanned']),
  /** The scanner's name for what it found; null unless it is infected. */
  signature: z.string().min(1).max(300).nullable(),
  /** Null unless it is not scanned. */
  reason: NotScannedReason.nullable(),
  /** The program with the version and the date of its signatures, as it says itself. */
  scanner: z.string().min(1).max(300),
  scannedAt: z.iso.datetime({ offset: true }),
});
export type UploadScanned = z.infer<typeof UploadScanned>;

/** An operator let an upload out of quarantine, and said why. */
export const UploadReleased = defineEvent('upload.released', {
  uploadId: z.uuid(),
  spaceId: z.uuid(),
  name: z.string().min(1),
  signature: z.string().min(1).max(300),
  because: z.string().min(1).max(500),
});
export type UploadReleased = z.infer<typeof UploadReleased>;
