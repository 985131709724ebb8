import { z } from 'zod';
import { Language, Person, Priority } from './case-file.js';
import { defineEvent } from './define-event.js';
import { MailKind } from './intake.events.js';

const instant = z.iso.datetime({ offset: true });

/** Whether an imported case is gone on with or was over. */
export const Standing = z.enum(['open', 'archived']);
export type Standing = z.infer<typeof Standing>;

/** A thread that was led elsewhere comes in under its own case number and token. Nothing of it is answered. */
export const ThreadImported = defineEvent('thread.imported', {
  caseNumber: z.string().min(1),
  trackingToken: z.string().min(1),
  topic: z.string(),
  partner: z.string().nullable(),
  endCustomer: z.string().nullable(),
  problem: z.string().nullable(),
  contact: Person.nullable(),
  owner: Person.nullable(),
  language: Language,
  priority: Priority.optional(),
  contract: z.string().max(50).optional(),
  standing: Standing,
  firstMailAt: instant,
  lastMailAt: instant,
  /** Who had the last word that a person wrote; null when only machines did. */
  lastAuthor: z.enum(['customer', 'colleague']).nullable(),
});
export type ThreadImported = z.infer<typeof ThreadImported>;

/** A mail of an imported thread, as history: `sentAt` is its own time. */
export const MailImported = defineEvent('mail.imported', {
  mailId: z.uuid(),
  messageId: z.string().min(1),
  from: Person,
  author: z.enum(['customer', 'colleague']),
  subject: z.string(),
  kind: MailKind,
  kindReason: z.string(),
  sentAt: instant,
  text: z.string(),
  language: Language,
  /** Where the mail lies as it was handed over. */
  location: z.string().min(1),
});
export type MailImported = z.infer<typeof MailImported>;

const mail = z.object({
  /** With angle brackets; a mail without one gets one from its content. */
  messageId: z
    .string()
    .regex(/^<[^<>\s]{1,398}>$/, 'expected a Message-ID in angle brackets')
    .optional(),
  from: Person,
  to: z.array(Person).max(50).default([]),
  sentAt: instant,
  subject: z.string().max(500).default(''),
  text: z.string().max(200_000),
});

/**
 * What is posted to `POST /v1/threads`: a thread, or a part of a long one. Mails that were taken before are known by their
 * Message-ID; the case by its number or its token, of which one has to be there.
 */
export const HandedOverThread = z
  .object({
    caseNumber: z.string().trim().min(1).max(100).optional(),
    trackingToken: z.string().trim().min(1).max(100).optional(),
    topic: z.string().max(500).default(''),
    partner: z.string().max(200).optional(),
    endCustomer: z.string().max(200).optional(),
    problem: z.string().max(5000).optional(),
    contact: Person.optional(),
    owner: Person.optional(),
    language: Language.optional(),
    priority: Priority.optional(),
    contract: z.string().min(1).max(50).optional(),
    standing: Standing,
    mails: z.array(mail).min(1).max(200),
    /** Of the whole thread, when this is a part of it; else of its mails. */
    span: z.object({ firstMailAt: instant, lastMailAt: instant }).optional(),
    /** Who wrote its last mail, when this is a part of it. */
    lastFrom: z.email().optional(),
  })
  .refine(
    ({ caseNumber, trackingToken }) => caseNumber !== undefined || trackingToken !== undefined,
    'expected caseNumber or trackingToken: without one the thread could not be found again',
  );
export type HandedOverThread = z.infer<typeof HandedOverThread>;
