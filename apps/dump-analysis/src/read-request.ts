import { Problem } from '@caserelay/service-host';
import type { z } from 'zod';

/** What a request says, or a problem that names each fault. */
export function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
  throw new Problem(400, 'Bad request', faults.join('; '));
}
