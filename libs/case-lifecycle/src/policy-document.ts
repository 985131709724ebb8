import { Person, Priority } from '@caserelay/contracts';
import { z } from 'zod';
import { spanOf, type Span } from './span.js';

/** Who is told at a level: somebody by their part in the case, or by name. */
export const Recipient = z.union([z.enum(['owner', 'senior-engineer', 'duty']), Person], {
  error: 'expected owner, senior-engineer, duty or { name, address }',
});
export type Recipient = z.infer<typeof Recipient>;

const span = z.string().transform((text, context): Span => {
  const found = spanOf(text);
  if (found) return found;
  context.issues.push({
    code: 'custom',
    message: 'expected a span such as 30s, 20min, 8h, 1h30min or 3d, up to ten years',
    input: text,
  });
  return z.NEVER;
});

const percent = z
  .string()
  .regex(/^[1-9]\d{0,2}%$/, 'expected a part of the goal from 1% to 999%')
  .transform((text) => Number(text.slice(0, -1)));

const period = z
  .string()
  .regex(/^\d\d:\d\d-\d\d:\d\d$/, 'expected a period such as 09:00-12:00')
  .transform((text) => ({ from: text.slice(0, 5), to: text.slice(6) }));
const periods = z.array(period).max(48);

const weekday = z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']);
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'expected a date such as 2020-05-09');
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,49}$/, 'expected small letters, digits and dashes, such as office-hours');

const calendar = z.strictObject({
  zone: z.string().max(100),
  week: z.union([z.literal('always'), z.partialRecord(weekday, periods)], {
    error: 'expected always, or weekdays with periods such as { monday: [09:00-18:00] }',
  }),
  breaks: periods.optional(),
  /** The country whose holidays are off. */
  holidays: z
    .string()
    .regex(/^[a-z]{2}(-[a-z0-9]{1,10}){0,2}$/, 'expected a country such as cn or de, or a part of one such as de-by')
    .optional(),
  makeUpDays: z.union([weekday, periods], { error: 'expected a weekday, or periods' }).optional(),
  exceptions: z
    .record(
      date,
      z.strictObject({
        hours: z
          .union([z.literal('closed'), weekday, periods], { error: 'expected closed, a weekday, or periods' })
          .optional(),
        breaks: periods.optional(),
        name: z.string().max(100).optional(),
      }),
    )
    .refine((dates) => Object.keys(dates).length <= 2_000, 'expected at most 2000 exceptions')
    .optional(),
});

const goals = z.union([span, z.strictObject({ p1: span, p2: span, p3: span, p4: span })], {
  error: 'expected a span such as 8h, or one for each priority, { p1: 1h, p2: 4h, p3: 8h, p4: 2d }',
});

/** What a level does when its part of the goal has passed. */
const level = z.strictObject({
  at: percent,
  tell: z.array(Recipient).min(1).max(10),
  /** A letter that says why, or the package of an escalation. */
  with: z.enum(['letter', 'package']).default('letter'),
  /** Told again and again after so much time until a person acknowledges it. */
  every: span.optional(),
});

const silence = z.strictObject({ calendar: name.optional(), goals });
const watched = (mayHavePackage: boolean) =>
  z.strictObject({
    calendar: name.optional(),
    goals,
    levels: z
      .array(level)
      .min(1, 'expected at least one level')
      .max(10)
      .superRefine((levels, context) => {
        levels.forEach(({ at, every, with: how }, index) => {
          const wrong = (field: string, message: string, input: unknown): void => {
            context.addIssue({ code: 'custom', message, path: [index, field], input });
          };
          const before = levels[index - 1];
          if (before && at <= before.at) wrong('at', `expected more than the ${before.at}% of the level before`, at);
          const isLast = index === levels.length - 1;
          if (isLast && !every)
            wrong('every', 'expected a span: the last level goes on until somebody acknowledges it', every);
          if (!isLast && every) wrong('every', 'expected none: only the last level is told again', every);
          if (how === 'package' && !mayHavePackage) wrong('with', 'expected letter: only analysis has a package', how);
        });
      }),
  });

/** A support contract, as YAML says it. Unknown keys are refused: a slip of the pen shall not be silent. */
export const PolicyDocument = z
  .strictObject({
    name,
    title: z.strictObject({ zh: z.string().max(200), en: z.string().max(200) }),
    /** Which cases it is for; the one named `standard` is for all others. All that an entry names must be so. */
    appliesTo: z
      .array(
        z
          .strictObject({
            partner: z.string().min(1).max(200).optional(),
            endCustomer: z.string().min(1).max(200).optional(),
          })
          .refine((one) => Object.keys(one).length > 0, 'expected partner, endCustomer or both'),
      )
      .max(1_000)
      .default([]),
    priority: Priority,
    people: z.strictObject({ 'senior-engineer': Person.optional(), duty: Person.optional() }).default({}),
    calendars: z
      .record(name, calendar)
      .refine((calendars) => Object.keys(calendars).length <= 20, 'expected at most 20 calendars'),
    /** The calendar in whose hours silence brings letters to customers; outside of them it waits for the next opening. */
    customerHours: name.optional(),
    /** Where and when days end. */
    mornings: z.strictObject({ zone: z.string().max(100), hour: z.int().min(0).max(23) }),
    clocks: z.strictObject({
      'first-response': watched(false),
      'upload-space': watched(false),
      analysis: watched(true),
      'follow-up': z.strictObject({ calendar: name.optional(), ladder: z.array(span).min(1).max(20), lastWait: span }),
      'plan-check': silence,
      engineer: silence,
      observation: silence,
    }),
    wrongDump: z.strictObject({ quiet: span }),
    /**
     * Of archived cases: how long the account can still be read from, and how long evidence is kept; else settings say it. How
     * long those who hold evidence may take to remove it before people are told; else a day.
     */
    retention: z
      .strictObject({
        grace: span.optional(),
        evidence: z.union([z.literal('for-ever'), span], { error: 'expected a span, or for-ever' }).optional(),
        answer: span.optional(),
      })
      .default({}),
    /** Asks the customer of an archived case for their opinion; without it nobody is asked. */
    survey: z
      .strictObject({
        after: z.union([z.literal('with-summary'), span], { error: 'expected with-summary, or a span such as 1d' }),
        /** How long an answer counts, from the asking on. */
        closes: span,
        low: z.strictObject({ grade: z.int().min(1).max(4), tell: z.array(Recipient).min(1).max(10) }).optional(),
      })
      .optional(),
  })
  .superRefine(({ calendars, clocks, customerHours }, context) => {
    const mustBeKnown = (input: string | undefined, path: string[]): void => {
      if (input === undefined || Object.hasOwn(calendars, input)) return;
      const expected = Object.keys(calendars).join(', ') || 'none, for there are no calendars';
      context.addIssue({ code: 'custom', message: `expected one of the calendars: ${expected}`, path, input });
    };
    for (const [clock, rule] of Object.entries(clocks)) mustBeKnown(rule.calendar, ['clocks', clock, 'calendar']);
    mustBeKnown(customerHours, ['customerHours']);
  });
export type PolicyDocument = z.infer<typeof PolicyDocument>;

/** A document that cannot be a policy; names every fault with its place, what was expected and what was found. */
export class PolicyProblems extends Error {
  override readonly name = 'PolicyProblems';
  constructor(readonly problems: readonly string[]) {
    super(`this policy cannot be used: ${problems.join('; ')}`);
  }
}

/** The document, checked. Throws PolicyProblems. */
export function readPolicyDocument(value: unknown): PolicyDocument {
  const parsed = PolicyDocument.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PolicyProblems(parsed.error.issues.flatMap((issue) => problemsOf(issue, value)));
}

/** Of a choice that no branch fits, the branch of the same shape says best what is wrong. */
function problemsOf(issue: z.core.$ZodIssue, root: unknown, above: readonly PropertyKey[] = []): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    const deeper = issue.errors.find((branch) =>
      branch.some((inner) => inner.path.length > 0 || inner.code === 'custom'),
    );
    if (deeper) return deeper.flatMap((inner) => problemsOf(inner, root, path));
  }
  const expected =
    issue.code === 'unrecognized_keys'
      ? `expected no key ${issue.keys.join(', ')}`
      : issue.message.replace(/^Invalid (input|option): /, '').replace(/, received .*$/, '');
  return [`${path.map(String).join('.') || 'document'}: ${expected}, found ${shown(valueAt(root, path))}`];
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
