import { CaseId, Refusal, services } from '@caserelay/contracts';
import type { DeadLetter, DeadLetterFilter, DeadReason } from '@caserelay/messaging';
import { z } from 'zod';

const reasons = [
  'unreadable',
  'unknown-type',
  'refused',
  'failed',
  'delivered-too-often',
  'unrouted',
] as const satisfies readonly DeadReason[];

const filter = {
  service: z.enum(services).optional(),
  reason: z.enum(reasons).optional(),
  caseId: CaseId.optional(),
};
const limit = z.coerce.number().int().min(1).max(500);

/** Which letters to show; those that wait for somebody unless another state is asked for. */
export const LetterQuery = z.object({
  ...filter,
  state: z.enum(['waiting', 'replayed', 'discarded']).optional(),
  limit: limit.default(100),
});

/** Which letters to send again: these, or those of a kind, oldest or not, up to a limit. */
export const ReplayOrder = z.union([
  z.strictObject({ ids: z.array(z.uuid()).min(1).max(500) }),
  z
    .strictObject({ ...filter, limit: limit.default(100) })
    .refine(
      (order) => order.service ?? order.reason ?? order.caseId,
      'expected ids, or at least one of service, reason, caseId',
    ),
]);
export type ReplayOrder = z.infer<typeof ReplayOrder>;

export const DiscardOrder = z.object({
  reason: z
    .string('expected why it is given up')
    .trim()
    .min(3)
    .max(1000)
    .refine((text) => !text.includes('\0'), 'expected a text without the character NUL'),
});

/** What a list shows of a letter; the letter itself is looked at one by one, since it may be long. */
export type LetterLine = Omit<DeadLetter, 'payload' | 'headers'>;

export interface Needs {
  list(filter: DeadLetterFilter): Promise<DeadLetter[]>;
  find(id: string): Promise<DeadLetter | null>;
  replay(ids: readonly string[], by: string): Promise<number>;
  discard(id: string, because: string, by: string): Promise<void>;
}

/** Letters that fit, newest first. */
export async function listLetters(query: z.infer<typeof LetterQuery>, needs: Needs): Promise<LetterLine[]> {
  const letters = await needs.list(query);
  return letters.map(({ payload: _, headers: __, ...line }) => line);
}

/** Sends letters to their services again; answers how many. */
export async function replayLetters(order: ReplayOrder, by: string, needs: Needs): Promise<number> {
  const ids = 'ids' in order ? order.ids : (await needs.list(order)).map(({ id }) => id);
  return ids.length === 0 ? 0 : await needs.replay(ids, by);
}

/** Sends one letter again; null when there is none, a refusal when somebody settled it before. */
export async function replayLetter(id: string, by: string, needs: Needs): Promise<DeadLetter | null> {
  const letter = await needs.find(id);
  if (!letter) return null;
  if ((await needs.replay([id], by)) === 0)
    throw new Refusal(
      `dead letter ${id} is ${(await needs.find(id))?.state ?? 'gone'}; only a waiting one can be replayed`,
    );
  return await needs.find(id);
}

/** Gives one letter up with a reason that is kept; null when there is none. */
export async function discardLetter(id: string, because: string, by: string, needs: Needs): Promise<DeadLetter | null> {
  if (!(await needs.find(id))) return null;
  await needs.discard(id, because, by);
  return await needs.find(id);
}
