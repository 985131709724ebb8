import {
  holidayChanges,
  mergeHolidays,
  type HolidayChange,
  type Holidays,
  type HolidayYear,
} from '@caserelay/business-calendar';
import {
  countriesOf,
  movesUnder,
  PolicyProblems,
  type Case,
  type Move,
  type Policy,
  type PolicyReason,
} from '@caserelay/case-lifecycle';
import { Refusal, type Person } from '@caserelay/contracts';

/** One version of a policy. */
export interface KeptPolicy {
  name: string;
  number: number;
  version: string;
  /** The YAML text, as it was given. */
  document: string;
  /** The versions of the holidays that it rests on, by country. */
  holidays: Record<string, string>;
  /** Null for what came with CaseRelay. */
  by: Person | null;
  note: string | null;
  keptAt: Date;
  policy: Policy;
}

export interface PolicyDraft {
  name: string;
  number: number;
  document: string;
  holidays: Record<string, Holidays>;
  by: Person;
  note: string | null;
}

/** The audit record of an act that lets open cases live by another version. */
export interface Change {
  id: string;
  policy: string;
  number: number;
  version: string;
  because: PolicyReason;
  by: Person;
  note: string | null;
  begunAt: Date;
  /** Null while it goes on. */
  finishedAt: Date | null;
  /** Cases that live by the version since then. */
  cases: number;
  /** Due times of theirs that moved. */
  moved: number;
  /** Cases that could not be changed, and live by their old version. */
  failed: number;
}
export type ChangeDraft = Pick<Change, 'policy' | 'number' | 'because' | 'by' | 'note'>;

export interface OpenCase {
  caseId: string;
  caseNumber: string;
  state: Case;
}

/** Who does something, and why. */
export interface Act {
  by: Person;
  note: string | null;
}

/** What changing policies needs from around it. */
export interface Needs {
  now(): Date;
  head(name: string): Promise<KeptPolicy | null>;
  /** The latest version of every policy. */
  heads(): Promise<KeptPolicy[]>;
  /** A text as a policy under a number; nothing is kept. Throws PolicyProblems. */
  define(text: string, number: number, holidays: Record<string, Holidays>): Policy;
  /** The countries whose holidays a text asks for. */
  countriesIn(text: string): string[];
  /** The holidays kept last of a country, else those of this release. */
  holidaysOf(country: string): Promise<Holidays | null>;
  inRelease(country: string): Promise<Holidays | null>;
  /** Keeps versions, holidays and the changes that begin with them in one transaction; null when somebody was faster. */
  keep(
    drafts: readonly PolicyDraft[],
    holidays: Holidays | null,
    changes: readonly ChangeDraft[],
  ): Promise<Change[] | null>;
  /** Open cases that live by an older version, in the order of their ids. */
  openCases(
    version: { name: string; number: number },
    page: { after: string | null; limit: number },
  ): Promise<OpenCase[]>;
  /** Applies a version to a page of open cases, with the count of it, in one transaction. */
  applyPage(change: Change, page: { after: string | null; limit: number }): Promise<{ last: string | null }>;
  endChange(id: string): Promise<Change>;
}

/** What a change would do, found by asking the rules of every open case. Of very many moves the first are named. */
export interface Preview {
  version: string;
  /** Open cases that would live by it. */
  cases: number;
  /** Cases with at least one due time that would move. */
  casesMoved: number;
  moved: number;
  moves: (Move & { caseId: string; caseNumber: string })[];
}

export const mostMoves = 1_000;
export const casesPerPage = 100;

/** Keeps a document as the next version of its policy. Open cases go on as before until it is applied. */
export async function keepPolicy(
  name: string,
  { document, basedOn, ...act }: Act & { document: string; basedOn: string | null },
  needs: Needs,
): Promise<KeptPolicy> {
  const head = await needs.head(name);
  if (basedOn !== null && basedOn !== head?.version) {
    throw new Refusal(
      `the latest version is ${head?.version ?? 'none'}, found basedOn "${basedOn}"; expected the latest`,
    );
  }
  const { draft } = await drafted(name, document, act, head, needs);
  if (head?.document === document && samePins(head, draft)) return head;
  if (!(await needs.keep([draft], null, []))) throw tooLate(name);
  const kept = await needs.head(name);
  if (!kept) throw new Error(`policy ${name} was kept and is not there; expected its version ${draft.number}`);
  return kept;
}

/** Which due times a document, or the latest version, would move in the open cases that live by older versions. */
export async function previewPolicy(name: string, document: string | null, needs: Needs): Promise<Preview> {
  const head = await needs.head(name);
  if (document === null) {
    if (!head) throw unknownPolicy(name);
    return await previewOf(head.policy, head.number, needs);
  }
  const { policy, draft } = await drafted(name, document, nobody, head, needs);
  return await previewOf(policy, draft.number, needs);
}

/** Lets all open cases of a policy live by its latest version. */
export async function applyPolicy(
  name: string,
  { version, ...act }: Act & { version: string },
  needs: Needs,
): Promise<Change> {
  const head = await needs.head(name);
  if (!head) throw unknownPolicy(name);
  if (version !== head.version) {
    throw new Refusal(
      `the latest version is ${head.version}, found "${version}"; expected the latest, which was previewed`,
    );
  }
  const begun = await needs.keep([], null, [{ policy: name, number: head.number, because: 'policy-changed', ...act }]);
  const [change] = begun ?? [];
  if (!change) throw tooLate(name);
  return await finishChange(change, needs);
}

/** Goes through the open cases, page by page. Broken off, it can be called again: what is done already is not there any more. */
export async function finishChange(change: Change, needs: Needs): Promise<Change> {
  let after: string | null = null;
  do {
    ({ last: after } = await needs.applyPage(change, { after, limit: casesPerPage }));
  } while (after !== null);
  return await needs.endChange(change.id);
}

export interface HolidayImport {
  /** The version of the holidays afterwards. */
  holidays: string;
  /** What each date is that became something else. */
  dates: HolidayChange[];
}

/** What the import of a year, or without one of all that this release knows, would do. */
export async function previewHolidays(
  country: string,
  year: HolidayYear | null,
  needs: Needs,
): Promise<HolidayImport & { policies: Preview[] }> {
  const { after, dates } = await importOf(country, year, needs);
  const policies: Preview[] = [];
  if (dates.length > 0) {
    for (const { draft, policy } of await draftsWith(after, nobody, needs)) {
      policies.push(await previewOf(policy, draft.number, needs));
    }
  }
  return { holidays: after.version, dates, policies };
}

/** Takes holidays that were announced: every policy that rests on them gets a new version, which its open cases live by. */
export async function importHolidays(
  country: string,
  { year, ...act }: Act & { year: HolidayYear | null },
  needs: Needs,
): Promise<HolidayImport & { policies: Change[] }> {
  const { after, dates } = await importOf(country, year, needs);
  if (dates.length === 0) return { holidays: after.version, dates, policies: [] };
  const drafts = (await draftsWith(after, act, needs)).map(({ draft }) => draft);
  const begun = await needs.keep(
    drafts,
    after,
    drafts.map(({ name, number }) => ({ policy: name, number, because: 'holidays-announced' as const, ...act })),
  );
  if (!begun) throw tooLate(`of the holidays of ${country}`);
  const policies: Change[] = [];
  for (const change of begun) policies.push(await finishChange(change, needs));
  return { holidays: after.version, dates, policies };
}

const nobody: Act = { by: { name: '', address: 'nobody@invalid' }, note: null };

async function drafted(name: string, document: string, act: Act, head: KeptPolicy | null, needs: Needs) {
  const number = (head?.number ?? 0) + 1;
  const holidays = await holidaysFor(document, needs);
  const policy = needs.define(document, number, holidays);
  if (policy.name !== name)
    throw new PolicyProblems([`name: expected "${name}", as in the address, found "${policy.name}"`]);
  return { policy, draft: { name, number, document, holidays, ...act } satisfies PolicyDraft };
}

async function holidaysFor(document: string, needs: Needs): Promise<Record<string, Holidays>> {
  const found: Record<string, Holidays> = {};
  for (const country of needs.countriesIn(document)) {
    const holidays = await needs.holidaysOf(country);
    if (holidays) found[country] = holidays;
  }
  return found;
}

function samePins(head: KeptPolicy, { holidays }: PolicyDraft): boolean {
  const pins = Object.entries(holidays);
  return (
    pins.length === Object.keys(head.holidays).length &&
    pins.every(([country, { version }]) => head.holidays[country] === version)
  );
}

async function previewOf(policy: Policy, number: number, needs: Needs): Promise<Preview> {
  const preview: Preview = { version: policy.version, cases: 0, casesMoved: 0, moved: 0, moves: [] };
  const now = needs.now().toISOString();
  let after: string | null = null;
  do {
    const page: OpenCase[] = await needs.openCases({ name: policy.name, number }, { after, limit: casesPerPage });
    for (const { caseId, caseNumber, state } of page) {
      const moves = movesUnder(state, policy, now).map((move) => ({ caseId, caseNumber, ...move }));
      preview.cases += 1;
      preview.casesMoved += moves.length > 0 ? 1 : 0;
      preview.moved += moves.length;
      preview.moves.push(...moves.slice(0, mostMoves - preview.moves.length));
    }
    after = page.at(-1)?.caseId ?? null;
  } while (after !== null);
  return preview;
}

async function importOf(country: string, year: HolidayYear | null, needs: Needs) {
  const [before, release] = await Promise.all([needs.holidaysOf(country), needs.inRelease(country)]);
  if (!before)
    throw new Refusal(`nobody knows the holidays of "${country}"; expected a country such as cn, de or de-by`);
  const after = year ? mergeHolidays(before, year) : mergeHolidays(before, ...(release?.years ?? []));
  const isNews = after.version !== before.version;
  return { after, dates: isNews ? holidayChanges(before, after) : [] };
}

async function draftsWith(holidays: Holidays, act: Act, needs: Needs) {
  const heads = (await needs.heads()).filter(({ policy }) => countriesOf(policy.document).includes(holidays.country));
  const drafts = [];
  for (const head of heads) {
    const all = { ...(await holidaysFor(head.document, needs)), [holidays.country]: holidays };
    const number = head.number + 1;
    const draft: PolicyDraft = { name: head.name, number, document: head.document, holidays: all, ...act };
    drafts.push({ draft, policy: needs.define(head.document, number, all) });
  }
  return drafts;
}

const unknownPolicy = (name: string): Refusal =>
  new Refusal(`no policy is named "${name}"; expected one of /v1/policies`);

const tooLate = (what: string): Refusal =>
  new Refusal(
    `somebody else kept a version of ${what} at this moment; expected to be alone, look at theirs and try again`,
  );
