import { Problem } from '@caserelay/service-host';
import { z } from 'zod';

/** What a request says, or a problem that names each fault. */
export function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Problem(400, 'Bad request', faults.join('; '));
}

export function readId(text: string, what: string): string {
  if (z.uuid().safeParse(text).success) return text;
  throw unknown(what, text);
}

export function unknown(what: string, id: string): Problem {
  return new Problem(404, `Unknown ${what}`, `no ${what} has the id "${id.slice(0, 100)}"`);
}
