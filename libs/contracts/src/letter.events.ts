import { z } from 'zod';
import { Language, Person } from './case-file.js';
import { defineEvent } from './define-event.js';

/** What a letter brings about; one letter can do several of these. */
export const LetterTopic = z.enum([
  'upload-space-announcement',
  'first-response',
  'evidence-request',
  'upload-credentials',
  'collection-suggestion',
  'wrong-dump-notice',
  'upload-acknowledgement',
  'quarantine-notice',
  'analysis-report',
  'action-plan',
  'escalation-package',
  'clock-notice',
  'handover',
  'merge-notice',
  'hold-notice',
  'customer-question',
  'question',
  'answer',
  'reminder',
  'observation-notice',
  'case-summary',
  'survey',
  'low-grade-notice',
  'deletion-proof',
  'purge-notice',
  'webhook-notice',
]);
export type LetterTopic = z.infer<typeof LetterTopic>;

const letter = {
  letterId: z.uuid(),
  to: Person,
  audience: z.enum(['customer', 'colleague']),
  topics: z.array(LetterTopic).min(1),
  subject: z.string(),
  messageId: z.string(),
  language: Language,
};

/** A letter was taken by the mail server. */
export const LetterSent = defineEvent('letter.sent', letter);
export type LetterSent = z.infer<typeof LetterSent>;

/** A letter was refused for good; somebody has to look. */
export const LetterFailed = defineEvent('letter.failed', { ...letter, reason: z.string().min(1) });
export type LetterFailed = z.infer<typeof LetterFailed>;
