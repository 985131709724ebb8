import { z } from 'zod';
import { Language, Person, Priority } from './case-file.js';
import { defineEvent } from './define-event.js';

/** Someone reported a problem, by mail or through another system. Several reports of one case complete each other. */
export const ProblemReported = defineEvent('problem.reported', {
  caseNumber: z.string().min(1),
  trackingToken: z.string().min(1),
  topic: z.string(),
  partner: z.string().nullable(),
  endCustomer: z.string().nullable(),
  problem: z.string().nullable(),
  contact: Person.nullable(),
  owner: Person.nullable(),
  language: Language,
  channel: z.enum(['mail', 'ticket']),
  /** How urgent the reporter's system says it is, when it reports first; else the policy says it. */
  priority: Priority.optional(),
  /** The support contract, by the name of its policy; else partner and end customer lead to it. */
  contract: z.string().max(50).optional(),
});
export type ProblemReported = z.infer<typeof ProblemReported>;

/** What a mail is for. The first seven come from customers, the next seven from colleagues. */
export const MailKind = z.enum([
  'problem',
  'upload-notice',
  'question',
  'data',
  'update',
  'acknowledgement',
  'spam',
  'upload-space-request',
  'answer',
  'action-plan',
  'reminder',
  'escalation',
  'closure-summary',
  'colleague-note',
  'automatic-reply',
]);
export type MailKind = z.infer<typeof MailKind>;

/** A mail of a case came in. `text` holds only its new words; the raw mail lies at `location` in the evidence store. */
export const MailReceived = defineEvent('mail.received', {
  mailId: z.uuid(),
  messageId: z.string().min(1),
  from: Person,
  author: z.enum(['customer', 'colleague']),
  subject: z.string(),
  kind: MailKind,
  /** Why it was taken for that kind, for people. */
  kindReason: z.string(),
  /** True when the customer waits for the crash to happen again and cannot send evidence before. */
  waitsForCrash: z.boolean(),
  /** True when a colleague wrote to the customer directly, so that nothing has to be passed on; left out before. */
  reachedCustomer: z.boolean().optional(),
  text: z.string(),
  language: Language,
  location: z.string().min(1),
  /** Whether it comes from whom `from` names, and how that is known; left out by versions that did not check it. */
  sender: z.object({ is: z.enum(['verified', 'failed', 'unknown']), reason: z.string() }).optional(),
  attachments: z.array(
    z.object({
      name: z.string(),
      bytes: z.number().int().nonnegative(),
      sha256: z.string().length(64),
      location: z.string().min(1),
    }),
  ),
});
export type MailReceived = z.infer<typeof MailReceived>;
