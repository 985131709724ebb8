import { Problem } from '@caserelay/service-host';
import type { z } from 'zod';

/** Reads input of a caller; throws a 400 that names every field with what was found and what was expected. */
export function readInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => {
    const field = issue.path.join('.') || '(the whole)';
    return { field, found: shown(at(input, issue.path)), expected: issue.message };
  });
  const detail = errors.map(({ field, found, expected }) => `${field}: found ${found}; ${expected}`).join(' | ');
  throw new Problem(400, 'The request cannot be read', detail, { errors });
}

function at(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined | null)?.[key], input);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
