import { defineHolidays, type Holidays, type HolidayYear } from '@caserelay/business-calendar';
import {
  choosePolicy,
  countriesOf,
  definePolicy,
  PolicyProblems,
  readPolicyDocument,
  standardPolicyText,
  upgradeCase,
  type Case,
  type Policy,
  type PolicyGrounds,
} from '@caserelay/case-lifecycle';
import type { DataSource, EntityManager } from 'typeorm';
import type {
  Change,
  ChangeDraft,
  KeptPolicy,
  OpenCase,
  PolicyDraft,
} from '../../features/change-policies/change-policies.js';
import { holidaysInRelease } from './holidays-in-release.js';
import { readYaml } from './read-yaml.js';

type Queries = Pick<EntityManager, 'query'>;

interface Settings {
  database: Pick<DataSource, 'query'>;
  /** What settings say, for every version alike. */
  grounds: Omit<PolicyGrounds, 'version' | 'holidays'>;
  /** The year that is now, by the case clock. */
  year(): number;
}

interface Row {
  name: string;
  number: number;
  document: string;
  holidays: Record<string, string>;
  by: KeptPolicy['by'];
  note: string | null;
  keptAt: Date;
}

/**
 * Policies as they are kept in Postgres: every version for ever. What was read once stays in memory, because a version
 * never changes; which one is the latest is asked anew, because another instance may have kept one.
 */
export class PolicyBook {
  private readonly known = new Map<string, KeptPolicy>();
  private heads: KeptPolicy[] = [];
  private opening: Promise<void> | null = null;

  constructor(private readonly settings: Settings) {}

  /** The policy that a case lives by; one that nobody has reported yet would live by the standard one. */
  async of(state: Case, queries?: Queries): Promise<Policy> {
    if (state.phase !== 'unopened') return await this.find(state.known.policy, queries);
    await this.refresh(queries);
    return this.choose({ partner: null, endCustomer: null });
  }

  /** The same of what `learn` has read. */
  learnt(state: Case): Policy {
    const version = state.phase === 'unopened' ? 'standard-1' : state.known.policy;
    const known = this.known.get(version);
    if (!known)
      throw new Error(`no policy version "${version}" is kept, but a case lives by it; expected it to be kept`);
    return known.policy;
  }

  /**
   * Reads what cases live by, so that they can be asked without waiting. A case that is kept amiss and names none is left
   * to be asked: it fails alone and keeps no other waiting.
   */
  async learn(states: readonly Case[], queries?: Queries): Promise<void> {
    const named = states.map((state): unknown => ('known' in state ? state.known.policy : undefined));
    const versions = new Set(named.filter((version) => typeof version === 'string'));
    for (const version of versions)
      if (!this.known.has(version)) await unlessUnusable(this.read(...partsOf(version), queries));
  }

  async find(version: string, queries?: Queries): Promise<Policy> {
    const known = this.known.get(version) ?? (await this.read(...partsOf(version), queries));
    if (!known)
      throw new Error(`no policy version "${version}" is kept, but a case lives by it; expected it to be kept`);
    return known.policy;
  }

  /** The policy for a case, of those whose latest version was read by `refresh`. */
  choose(facts: Parameters<typeof choosePolicy>[1]): Policy {
    const policies = this.heads.map(({ policy }) => policy);
    return choosePolicy(policies, facts);
  }

  /** Reads which version of each policy is the latest. */
  async refresh(queries: Queries = this.settings.database): Promise<KeptPolicy[]> {
    await this.open();
    const rows: { name: string; number: number }[] = await queries.query(
      `select name, max(number) as number from policy_versions group by name order by name limit $1`,
      [mostPolicies],
    );
    const heads: KeptPolicy[] = [];
    for (const { name, number } of rows) {
      const head = this.known.get(versionOf(name, number)) ?? (await unlessUnusable(this.read(name, number, queries)));
      if (head) heads.push(head);
    }
    this.heads = heads;
    return this.heads;
  }

  async head(name: string): Promise<KeptPolicy | null> {
    return (await this.refresh()).find((head) => head.name === name) ?? null;
  }

  async version(name: string, number: number): Promise<KeptPolicy | null> {
    await this.open();
    return this.known.get(versionOf(name, number)) ?? (await this.read(name, number));
  }

  /** The latest first. */
  async versions(name: string, limit: number): Promise<Omit<KeptPolicy, 'policy' | 'document'>[]> {
    await this.open();
    const rows: Omit<Row, 'document'>[] = await this.settings.database.query(
      `select name, number, holidays, by, note, kept_at as "keptAt" from policy_versions
       where name = $1 order by number desc limit $2`,
      [name, limit],
    );
    return rows.map((row) => ({ ...row, version: versionOf(row.name, row.number) }));
  }

  /** A policy as it would be under a number; nothing is kept. Throws PolicyProblems. */
  define(text: string, number: number, holidays: Record<string, Holidays>, name?: string): Policy {
    const document = readYaml(text);
    const named = name ?? String((document as { name?: unknown } | null)?.name);
    return definePolicy(document, { ...this.settings.grounds, holidays, version: versionOf(named, number) });
  }

  /** The countries whose holidays a text asks for. Throws PolicyProblems. */
  countriesIn(text: string): string[] {
    return countriesOf(readPolicyDocument(readYaml(text)));
  }

  /** The holidays kept last of a country, else those of this release; null when nobody knows any. */
  async holidaysOf(country: string): Promise<Holidays | null> {
    await this.open();
    const rows: { years: HolidayYear[] }[] = await this.settings.database.query(
      `select years from holiday_sets where country = $1 order by position desc limit 1`,
      [country],
    );
    const [kept] = rows;
    return kept ? defineHolidays(country, kept.years) : await this.inRelease(country);
  }

  /** The holidays of a country as this release knows them. */
  async inRelease(country: string): Promise<Holidays | null> {
    return await holidaysInRelease(country, this.settings.year());
  }

  /** Keeps versions together with the holidays they rest on; false when somebody else took a number at this moment. */
  async keep(tx: Queries, drafts: readonly PolicyDraft[]): Promise<boolean> {
    for (const { name, number, document, holidays, by, note } of drafts) {
      for (const each of Object.values(holidays)) await keepHolidays(tx, each);
      const pins = Object.fromEntries(Object.entries(holidays).map(([country, { version }]) => [country, version]));
      const rows: unknown[] = await tx.query(
        `insert into policy_versions (name, number, document, holidays, by, note) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing returning number`,
        [name, number, document, JSON.stringify(pins), by && JSON.stringify(by), note],
      );
      if (rows.length === 0) return false;
    }
    return true;
  }

  async changes(name: string, limit: number): Promise<Change[]> {
    return await this.settings.database.query(
      `select ${changeColumns} from policy_changes where policy = $1 order by id desc limit $2`,
      [name, limit],
    );
  }

  async unfinishedChanges(): Promise<Change[]> {
    return await this.settings.database.query(
      `select ${changeColumns} from policy_changes where finished_at is null order by id limit 100`,
    );
  }

  /** Open cases that live by an older version of a policy, in the order of their ids. */
  async openCases(
    { name, number }: { name: string; number: number },
    { after, limit }: { after: string | null; limit: number },
    queries: Queries = this.settings.database,
  ): Promise<OpenCase[]> {
    const rows: OpenCase[] = await queries.query(
      `select id as "caseId", case_number as "caseNumber", state from cases
       where phase <> 'archived' and phase <> 'merged' and ($3::uuid is null or id > $3) and policy_version in (
         select name || '-' || number from policy_versions where name = $1 and number < $2)
       order by id limit $4`,
      [name, number, after, limit],
    );
    return rows.map((row) => ({ ...row, state: upgradeCase(row.state) }));
  }

  /** Keeps what came with this release, once. */
  async open(): Promise<void> {
    this.opening ??= this.seed().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    await this.opening;
  }

  /** The document that ships with CaseRelay is the first version of the standard policy, and kept as it was then. */
  private async seed(): Promise<void> {
    const china = await this.inRelease('cn');
    if (!china) throw new Error('the holidays of mainland China are missing in this release');
    const { database } = this.settings;
    await keepHolidays(database, china);
    await database.query(
      `insert into policy_versions (name, number, document, holidays, note)
       values ('standard', 1, $1, $2, 'as it came with CaseRelay') on conflict do nothing`,
      [standardPolicyText, JSON.stringify({ cn: china.version })],
    );
  }

  private async read(
    name: string,
    number: number,
    queries: Queries = this.settings.database,
  ): Promise<KeptPolicy | null> {
    await this.open();
    const rows: Row[] = await queries.query(
      `select name, number, document, holidays, by, note, kept_at as "keptAt" from policy_versions
       where name = $1 and number = $2`,
      [name, number],
    );
    const [row] = rows;
    if (!row) return null;
    const holidays = await holidaySets(Object.values(row.holidays), queries);
    const policy = this.define(row.document, number, holidays, name);
    const kept = { ...row, version: policy.version, policy };
    if (this.known.size >= mostPolicies) this.known.delete([...this.known.keys()][0] ?? '');
    this.known.set(policy.version, kept);
    return kept;
  }
}

/** Writes down that a version is to be applied, before the first case is changed. */
export async function beginChange(tx: Queries, { policy, number, because, by, note }: ChangeDraft): Promise<Change> {
  const rows: Change[] = await tx.query(
    `insert into policy_changes (policy, number, because, by, note) values ($1, $2, $3, $4, $5) returning ${changeColumns}`,
    [policy, number, because, JSON.stringify(by), note],
  );
  const [change] = rows;
  if (!change) throw new Error('a change was not kept; expected one row');
  return change;
}

/** Adds what was done to a change in the transaction that did it. */
export async function countChange(
  tx: Queries,
  id: string,
  { cases, moved, failed }: { cases: number; moved: number; failed: number },
): Promise<void> {
  await tx.query(
    `update policy_changes set cases = cases + $2, moved = moved + $3, failed = failed + $4 where id = $1`,
    [id, cases, moved, failed],
  );
}

export async function endChange(queries: Queries, id: string): Promise<Change> {
  await queries.query(`update policy_changes set finished_at = coalesce(finished_at, now()) where id = $1`, [id]);
  const rows: Change[] = await queries.query(`select ${changeColumns} from policy_changes where id = $1`, [id]);
  const [change] = rows;
  if (!change) throw new Error(`change ${id} is gone; expected it to be kept`);
  return change;
}

/** From now on these are the holidays of their country. */
export async function keepLatestHolidays(tx: Queries, { version, country, years }: Holidays): Promise<void> {
  await tx.query(
    `insert into holiday_sets (version, country, years) values ($1, $2, $3)
     on conflict (version) do update set position = default`,
    [version, country, JSON.stringify(years)],
  );
}

/** Null for a version that an earlier release kept and this one cannot read: who lives by it is told so, others go on. */
async function unlessUnusable(reading: Promise<KeptPolicy | null>): Promise<KeptPolicy | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof PolicyProblems) return null;
    throw error;
  }
}

async function holidaySets(versions: readonly string[], queries: Queries): Promise<Record<string, Holidays>> {
  const rows: { country: string; years: HolidayYear[] }[] = await queries.query(
    `select country, years from holiday_sets where version = any($1::text[])`,
    [versions],
  );
  return Object.fromEntries(rows.map(({ country, years }) => [country, defineHolidays(country, years)]));
}

async function keepHolidays(queries: Queries, { version, country, years }: Holidays): Promise<void> {
  await queries.query(`insert into holiday_sets (version, country, years) values ($1, $2, $3) on conflict do nothing`, [
    version,
    country,
    JSON.stringify(years),
  ]);
}

const mostPolicies = 500;

const versionOf = (name: string, number: number): string => `${name}-${number}`;

function partsOf(version: string): [string, number] {
  const cut = version.lastIndexOf('-');
  const number = Number(version.slice(cut + 1));
  return [version.slice(0, cut), Number.isSafeInteger(number) && number < 2 ** 31 ? number : 0];
}

const changeColumns = `id::text as id, policy, number, policy || '-' || number as version, because, by, note,
  begun_at as "begunAt", finished_at as "finishedAt", cases, moved, failed`;
