import { z } from 'zod';
import { Evidence, Person, Priority } from './case-file.js';
import { CaseClockName, LinkKind } from './case.events.js';

const words = z.string().trim().min(1).max(20_000);
const by = Person;

/**
 * What a person may ask of a case: over the API, or through another system as an event `command.requested`. A key makes
 * it count once: sent again it gets the same answer.
 */
export const PersonCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('assign-owner'), by, to: Person, note: words.nullable().default(null) }),
  z.object({ type: z.literal('hold'), by, reason: words, until: z.iso.datetime({ offset: true }) }),
  z.object({ type: z.literal('resume'), by }),
  z.object({ type: z.literal('change-priority'), by, priority: Priority }),
  z.object({ type: z.literal('acknowledge-clock'), by, clock: CaseClockName }),
  z.object({ type: z.literal('escalate'), by, reason: words }),
  z.object({
    ...{ type: z.literal('archive'), by, summary: words.nullable().default(null) },
    /** Closes a parent although children of it are open. */
    withOpenChildren: z.boolean().optional(),
  }),
  z.object({ type: z.literal('reopen'), by, reason: words }),
  z.object({ type: z.literal('answer'), by, text: words }),
  z.object({ type: z.literal('ask-question'), by, text: words.max(2_000) }),
  z.object({ type: z.literal('close-question'), by, questionId: z.uuid(), answer: words.nullable().default(null) }),
  z.object({ type: z.literal('write-plan'), by, items: z.array(words.max(2_000)).min(1).max(20) }),
  z.object({
    ...{ type: z.literal('tick-item'), by, planId: z.uuid() },
    /** Counts from 1. */
    item: z.number().int().positive(),
    isDone: z.boolean(),
  }),
  z.object({ type: z.literal('tick-evidence'), by, evidence: Evidence, isHere: z.boolean() }),
  /** `as` is what the other case is to this one. */
  z.object({ type: z.literal('link'), by, to: z.uuid(), as: LinkKind }),
  z.object({ type: z.literal('unlink'), by, from: z.uuid() }),
  /** Evidence of the case is not purged until it is lifted; also of an archived case, and while it is being purged. */
  z.object({ type: z.literal('place-legal-hold'), by, reason: words.max(2_000) }),
  z.object({ type: z.literal('lift-legal-hold'), by, reason: words.max(2_000) }),
  /** This case goes on in another one. */
  z.object({ type: z.literal('merge'), by, into: z.uuid(), reason: words.max(2_000) }),
  z.object({ type: z.literal('note'), by, text: words }),
]);
export type PersonCommand = z.infer<typeof PersonCommand>;
