import { z } from 'zod';

/** A language that texts to people exist in. */
export const Language = z.enum(['zh-CN', 'en']);
export type Language = z.infer<typeof Language>;

/** Someone with a mail address. */
export const Person = z.object({ name: z.string(), address: z.email() });
export type Person = z.infer<typeof Person>;

/** How urgent a case is; `p1` the most. */
export const Priority = z.enum(['p1', 'p2', 'p3', 'p4']);
export type Priority = z.infer<typeof Priority>;

/** What every letter about a case needs to know, so that no reader has to call back. */
export const CaseFile = z.object({
  caseNumber: z.string().min(1),
  trackingToken: z.string().min(1),
  /** The subject line of the case's thread without reply prefixes, case number and token. */
  topic: z.string(),
  partner: z.string().nullable(),
  endCustomer: z.string().nullable(),
  problem: z.string().nullable(),
  contact: Person.nullable(),
  owner: Person.nullable(),
  language: Language,
  /** Message-ID (with angle brackets) of the last mail that came in, to answer in its thread. */
  lastMessageId: z.string().nullable(),
});
export type CaseFile = z.infer<typeof CaseFile>;

/** Where a customer uploads. `link` opens a page with the password; the password itself never travels. */
export const UploadSpace = z.object({
  spaceId: z.uuid(),
  account: z.string().min(1),
  host: z.string().min(1),
  port: z.number().int().min(1).max(65535),
  folder: z.string().min(1),
  link: z.url(),
  linkExpiresAt: z.iso.datetime({ offset: true }),
  hostKeyFingerprint: z.string().min(1),
});
export type UploadSpace = z.infer<typeof UploadSpace>;

/** What a case may need from the customer. */
export const Evidence = z.enum([
  'full-dump',
  'installed-programs',
  'collected-logs',
  'os-version',
  'reproduction-steps',
]);
export type Evidence = z.infer<typeof Evidence>;

/**
 * The name of an item of crash-dump's playbooks, which hold its texts in both languages. The set is open: playbooks grow,
 * and a reader leaves out a name that it does not know.
 */
export const NextStep = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
export type NextStep = z.infer<typeof NextStep>;
