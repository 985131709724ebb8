import { PolicyProblems } from '@caserelay/case-lifecycle';
import { Person } from '@caserelay/contracts';
import { Problem } from '@caserelay/service-host';
import { z } from 'zod';

/** Who acts, and why: every change is written down with it. */
export const act = { by: Person, note: z.string().trim().max(500).nullable().default(null) };

/** At most so much of what was given is said back. */
export const clip = (given: string): string => given.slice(0, 100);

/** A document, or days, that cannot be used are the asker's to mend. */
export async function answering<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PolicyProblems) {
      throw new Problem(400, 'The policy cannot be used', error.message, { problems: error.problems });
    }
    if (error instanceof RangeError) throw new Problem(400, 'Bad request', error.message);
    throw error;
  }
}
