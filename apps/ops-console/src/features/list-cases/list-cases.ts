import { CaseId } from '@caserelay/contracts';
import { z } from 'zod';
import type { CaseSummary } from '../../case-story.js';

interface Place {
  lastEventAt: string;
  caseId: string;
}

/** What a caller may ask of the list; `after` is the `next` of the page before. */
export const CaseQuery = z.object({
  limit: z.coerce
    .number('expected a number from 1 to 200')
    .int('expected a whole number from 1 to 200')
    .min(1, 'expected at least 1')
    .max(200, 'expected at most 200')
    .default(50),
  after: z
    .string()
    .max(200)
    .transform((text, context) => {
      const place = placeFrom(text);
      if (place) return place;
      context.addIssue({ code: 'custom', message: 'expected the `next` of an earlier page' });
      return z.NEVER;
    })
    .optional(),
  search: z
    .string('expected one text')
    .trim()
    .max(100, 'expected at most 100 characters')
    .refine((text) => !text.includes('\0'), 'expected a text without the character NUL')
    .optional(),
});
export type CaseQuery = z.infer<typeof CaseQuery>;

export interface Needs {
  findCases(ask: { limit: number; below: Place | null; search: string | null }): Promise<CaseSummary[]>;
  lastPosition(): Promise<string>;
}

/** One page of cases, newest activity first; `streamFrom` is where the live stream takes over without a gap. */
export async function listCases(
  query: CaseQuery,
  needs: Needs,
): Promise<{ cases: CaseSummary[]; next: string | null; streamFrom: string }> {
  const streamFrom = await needs.lastPosition();
  const found = await needs.findCases({
    limit: query.limit + 1,
    below: query.after ?? null,
    search: query.search ? query.search : null,
  });
  const cases = found.slice(0, query.limit);
  const last = cases.at(-1);
  return { cases, next: found.length > query.limit && last ? textOf(last) : null, streamFrom };
}

function textOf({ lastEventAt, caseId }: Place): string {
  return Buffer.from(`${lastEventAt} ${caseId}`).toString('base64url');
}

function placeFrom(text: string): Place | null {
  const [lastEventAt, caseId] = Buffer.from(text, 'base64url').toString().split(' ');
  if (!z.iso.datetime().safeParse(lastEventAt).success || !CaseId.safeParse(caseId).success) return null;
  return { lastEventAt: lastEventAt as string, caseId: caseId as string };
}
