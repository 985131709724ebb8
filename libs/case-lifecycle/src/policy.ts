import { defineCalendar, holidaysOfMainlandChina, type Calendar, type Holidays } from '@caserelay/business-calendar';
import type { CaseFile, Person } from '@caserelay/contracts';
import { PolicyProblems, readPolicyDocument, type PolicyDocument } from './policy-document.js';
import { longestSpan, type Span } from './span.js';
import { standardPolicyDocument } from './standard-policy.data.js';

/** What a support contract says about clocks, in one of its versions; the version is kept with every case and clock. */
export interface Policy {
  readonly name: string;
  /** Such as `standard-3`; equal versions say the same for ever. */
  readonly version: string;
  readonly document: PolicyDocument;
  readonly calendars: Readonly<Record<string, Calendar>>;
  readonly wrongDump: {
    /** Seconds after which a customer is told of the wrong kind; an upload that is over by then is answered as a whole. */
    readonly graceSeconds: number;
    /** An upload begun so many milliseconds after a notice may not know of it yet: it brings no second one of its kind. */
    readonly quiet: number;
  };
  /** What becomes of the account and the evidence of an archived case. */
  readonly retention: {
    /** So long the account can still be read from; then it is closed. */
    readonly grace: Span;
    /** So long evidence is kept; null for ever. */
    readonly evidence: Span | null;
    /** So long those who hold evidence may take to answer before people are told. */
    readonly answer: Span;
  };
  readonly seniorEngineer: Person;
  readonly duty: Person;
}

/** What a version of a policy rests on beside its document. */
export interface PolicyGrounds {
  readonly version: string;
  /** By country. */
  readonly holidays: Readonly<Record<string, Holidays>>;
  readonly seniorEngineer: Person;
  readonly duty: Person;
  readonly wrongDumpGraceSeconds: number;
  /** Where the document says nothing of it; `evidenceDays` is null for ever. */
  readonly retention: { readonly readOnlyDays: number; readonly evidenceDays: number | null };
  /** How many times faster than the wall cases live. What machines alone do takes its time on the wall. */
  readonly speed?: number;
}

/** A policy that can be lived by. Throws PolicyProblems when the document does not fit together. */
export function definePolicy(value: unknown, grounds: PolicyGrounds): Policy {
  const { speed = 1 } = grounds;
  const document = atSpeed(readPolicyDocument(value), speed);
  const { 'senior-engineer': seniorEngineer = grounds.seniorEngineer, duty = grounds.duty } = document.people;
  return {
    name: document.name,
    version: grounds.version,
    document,
    calendars: calendarsOf(document, grounds.holidays),
    wrongDump: { graceSeconds: grounds.wrongDumpGraceSeconds * speed, quiet: plain(document.wrongDump.quiet) },
    retention: {
      grace: document.retention.grace ?? { days: grounds.retention.readOnlyDays },
      evidence: evidenceOf(document, grounds),
      answer: document.retention.answer ?? { milliseconds: 24 * 3_600_000 },
    },
    seniorEngineer,
    duty,
  };
}

function evidenceOf({ retention: { evidence } }: PolicyDocument, grounds: PolicyGrounds): Span | null {
  if (evidence !== undefined) return evidence === 'for-ever' ? null : evidence;
  const { evidenceDays } = grounds.retention;
  return evidenceDays === null ? null : { days: evidenceDays };
}

/** An account is opened by machines alone, in seconds of the wall. */
function atSpeed(document: PolicyDocument, speed: number): PolicyDocument {
  if (speed === 1) return document;
  const slow = (span: Span): Span =>
    'days' in span ? span : { milliseconds: Math.min(Math.round(span.milliseconds * speed), longestSpan) };
  const { goals, ...rule } = document.clocks['upload-space'];
  const stretched =
    'p1' in goals ? { p1: slow(goals.p1), p2: slow(goals.p2), p3: slow(goals.p3), p4: slow(goals.p4) } : slow(goals);
  return { ...document, clocks: { ...document.clocks, 'upload-space': { ...rule, goals: stretched } } };
}

/** The countries whose holidays a document asks for. */
export function countriesOf({ calendars }: PolicyDocument): string[] {
  return [...new Set(Object.values(calendars).flatMap(({ holidays }) => holidays ?? []))].sort();
}

/** The policy of a case: the one that the report names, else the one that fits best, else `standard`. */
export function choosePolicy(
  policies: readonly Policy[],
  { contract, ...file }: Pick<CaseFile, 'partner' | 'endCustomer'> & { readonly contract?: string | undefined },
): Policy {
  const sorted = [...policies].sort((a, b) => (a.name < b.name ? -1 : 1));
  const named = contract === undefined ? undefined : sorted.find(({ name }) => name === contract);
  const fits = sorted.map((policy) => ({ policy, fit: fitOf(policy.document, file) ?? 0 }));
  const best = fits.reduce<(typeof fits)[number] | null>((top, one) => (one.fit > (top?.fit ?? 0) ? one : top), null);
  const chosen = named ?? best?.policy ?? sorted.find(({ name }) => name === 'standard');
  if (!chosen) throw new Error(`no policy is named "standard", found ${sorted.map(({ name }) => name).join(', ')}`);
  return chosen;
}

/** How well a document fits a case: how many things it names that are so; null when one is not, or it names none. */
export function fitOf({ appliesTo }: PolicyDocument, file: Pick<CaseFile, 'partner' | 'endCustomer'>): number | null {
  const fits = appliesTo
    .filter(({ partner, endCustomer }) => isSo(partner, file.partner) && isSo(endCustomer, file.endCustomer))
    .map((one) => Object.keys(one).length);
  return fits.length > 0 ? Math.max(...fits) : null;
}

const isSo = (wanted: string | undefined, found: string | null): boolean =>
  wanted === undefined || wanted.trim().toLowerCase() === found?.trim().toLowerCase();

/** A span where days are as long as days are. */
export const plain = (span: Span): number => ('days' in span ? span.days * 86_400_000 : span.milliseconds);

function calendarsOf(document: PolicyDocument, holidays: PolicyGrounds['holidays']): Record<string, Calendar> {
  const problems: string[] = [];
  const attempt = (where: string, make: () => Calendar): Calendar | null => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(`${where}: ${error.message.replace(/^calendar: /, '')}`);
      return null;
    }
  };
  const calendars = Object.entries(document.calendars).map(([name, { holidays: country, ...definition }]) => {
    const known = country === undefined ? undefined : holidays[country];
    if (country !== undefined && !known)
      problems.push(`calendars.${name}.holidays: nobody knows those of "${country}"`);
    const defined = attempt(`calendars.${name}`, () =>
      defineCalendar({ ...definition, ...(known && { holidays: known }) }),
    );
    return [name, defined] as const;
  });
  attempt('mornings', () => defineCalendar({ zone: document.mornings.zone, week: 'always' }));
  if (problems.length > 0) throw new PolicyProblems(problems);
  return Object.fromEntries(calendars.flatMap(([name, calendar]) => (calendar ? [[name, calendar]] : [])));
}

/** What holds when nobody agreed on anything else. */
export const standardPolicy: Policy = definePolicy(standardPolicyDocument, {
  version: 'standard-1',
  holidays: { cn: holidaysOfMainlandChina },
  seniorEngineer: { name: '二线工程师', address: 'l2@support.example' },
  duty: { name: '值班工程师', address: 'duty@support.example' },
  wrongDumpGraceSeconds: 20,
  retention: { readOnlyDays: 7, evidenceDays: 180 },
});
