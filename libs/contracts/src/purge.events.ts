import { z } from 'zod';
import { defineEvent } from './define-event.js';

const instant = z.iso.datetime({ offset: true });

/** A file that is gone from the evidence store, as a proof of deletion lists it. */
export const PurgedFile = z.object({
  kind: z.enum(['upload', 'mail', 'attachment', 'report']),
  /** Path below /upload of an upload; subject of a mail; file name of an attachment or a report. */
  name: z.string().min(1),
  bytes: z.number().int().nonnegative(),
  /** Null when it never came whole. */
  sha256: z.string().length(64).nullable(),
  receivedAt: instant,
  purgedAt: instant,
});
export type PurgedFile = z.infer<typeof PurgedFile>;

/** How many files one answer lists; the others are counted, and stand in the tables of who removed them. */
export const mostPurgedFiles = 500;

/** Why files stay although they were asked to be removed. */
export const KeptReason = z.enum(['reopened', 'in-other-cases', 'legal-hold']);
export type KeptReason = z.infer<typeof KeptReason>;

/** Whoever holds evidence of a case, and answers when asked to remove it. */
export const PurgePartName = z.enum(['uploads', 'mails', 'reports']);
export type PurgePartName = z.infer<typeof PurgePartName>;

/** What one service removed at a request of the case. */
export const PurgedPart = z.object({
  /** When the case asked, which tells requests apart. */
  requestedAt: instant,
  /** Oldest first. */
  files: z.array(PurgedFile).max(mostPurgedFiles),
  filesInAll: z.number().int().nonnegative(),
  bytesInAll: z.number().int().nonnegative(),
  /** How many files stay. */
  kept: z.number().int().nonnegative(),
  /** Null when none stays. */
  keptBecause: KeptReason.nullable(),
});
export type PurgedPart = z.infer<typeof PurgedPart>;

/** What the customer had uploaded is gone from the evidence store. */
export const EvidencePurged = defineEvent('evidence.purged', {
  spaceId: z.uuid().nullable(),
  account: z.string().nullable(),
  ...PurgedPart.shape,
});
export type EvidencePurged = z.infer<typeof EvidencePurged>;

/** The raw mails of a case and their attachments are gone. */
export const MailsPurged = defineEvent('mails.purged', PurgedPart.shape);
export type MailsPurged = z.infer<typeof MailsPurged>;

/** The reports that were read out of evidence are gone, and what dumps were compared by. */
export const ReportsPurged = defineEvent('reports.purged', PurgedPart.shape);
export type ReportsPurged = z.infer<typeof ReportsPurged>;
