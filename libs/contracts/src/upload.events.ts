import { z } from 'zod';
import { UploadSpace } from './case-file.js';
import { defineEvent } from './define-event.js';

/** An account for one case is ready to receive files. */
export const UploadSpaceOpened = defineEvent('upload-space.opened', UploadSpace.shape);
export type UploadSpaceOpened = z.infer<typeof UploadSpaceOpened>;

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

/** A file was closed by its sender and lies at `location` in the evidence store. The same bytes are told once. */
export const UploadReceived = defineEvent('upload.received', {
  uploadId: z.uuid(),
  spaceId: z.uuid(),
  /** Path below /upload as the customer named it. */
  name: z.string().min(1),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().length(64),
  location: z.string().min(1),
});
export type UploadReceived = z.infer<typeof UploadReceived>;
