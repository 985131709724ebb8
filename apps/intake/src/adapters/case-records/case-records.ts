import { proposalBy, proposalOfLikeness, type NamedBy, type Proposal } from '@caserelay/mail-thread';
import type { EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import { randomInt } from 'node:crypto';
import type { CaseFacts, CaseNames, KnownCase } from '../../case-news.js';

interface CaseRow {
  case_id: string;
  case_number: string;
  tracking_token: string;
  topic: string;
  partner: string | null;
  end_customer: string | null;
  problem: string | null;
  contact: KnownCase['contact'];
  owner: KnownCase['owner'];
}

type KeyKind = 'token' | 'number';

const allotments = 50;

/** The cases that intake knows, inside one transaction. */
export class CaseRecords {
  constructor(
    private readonly tx: EntityManager,
    private readonly options: { tokenPrefix: string; now: () => Date },
  ) {}

  /**
   * Finds the case by its names, strongest first; of one that was merged the case that it goes on in. Locks its row until
   * the end of the transaction. The token and the number stay locked even when no case has them yet, so that two first
   * mails cannot open two cases.
   */
  async find(names: CaseNames, how: 'where-it-goes-on' | 'as-named' = 'where-it-goes-on'): Promise<KnownCase | null> {
    const [first] = await this.named(names, how);
    return first === undefined ? null : await this.take(first.caseId, names);
  }

  /** The cases that the names lead to, strongest first; the names stay locked until the end of the transaction. */
  async named(names: CaseNames, how: 'where-it-goes-on' | 'as-named' = 'where-it-goes-on'): Promise<Proposal[]> {
    await this.lockKeys(names);
    const found: [Exclude<NamedBy, 'likeness'>, string | null][] = [
      ['token', await this.caseWithKey('token', names.trackingToken)],
      ['number', await this.caseWithKey('number', names.caseNumber)],
      ['own-letter', await this.firstKnown(names.caseIds)],
      ['answered-mail', await this.caseOfMails(names.answers)],
      ['token-in-text', await this.caseWithKey('token', names.mentioned.trackingToken)],
      ['number-in-text', await this.caseWithKey('number', names.mentioned.caseNumber)],
    ];
    const proposals: Proposal[] = [];
    for (const [by, caseId] of found)
      if (caseId !== null)
        proposals.push(proposalBy(by, how === 'as-named' ? caseId : await this.whereItGoesOn(caseId)));
    return proposals;
  }

  /** Locks the row of a case until the end of the transaction, and lets it go by these names as well. */
  async take(caseId: string, names: Pick<CaseNames, 'trackingToken' | 'caseNumber'>): Promise<KnownCase | null> {
    const rows: CaseRow[] = await this.tx.query('select * from known_case where case_id = $1 for update', [caseId]);
    const known = rows[0] === undefined ? null : knownCase(rows[0]);
    if (known !== null) await this.addKeys(known.caseId, names);
    return known;
  }

  /** Notes that a case goes on in another one. Whoever was sent on to it is sent on at once from now. */
  async merge(caseId: string, into: string): Promise<void> {
    const goesOn = await this.whereItGoesOn(into);
    if (goesOn === caseId) throw new Error(`${caseId} would be merged into itself by way of ${into}`);
    await this.tx.query('update known_case set merged_into = $2 where case_id = $1 or merged_into = $1', [
      caseId,
      goesOn,
    ]);
  }

  /** The case that a merged one goes on in; itself when it was not merged. */
  async whereItGoesOn(caseId: string): Promise<string> {
    const rows: { merged_into: string | null }[] = await this.tx.query(
      'select merged_into from known_case where case_id = $1',
      [caseId],
    );
    return rows[0]?.merged_into ?? caseId;
  }

  /** Cases that share topic or sender with a mail, those that share both first, then the latest; at most five. */
  async alike({ topic, sender }: { topic: string; sender: string }): Promise<Proposal[]> {
    const rows: { case_id: string; same_topic: boolean; same_sender: boolean }[] = await this.tx.query(
      `with of_sender as (
         select distinct case_id from (
           select case_id from mail where lower(sender) = lower($2) and case_id is not null
           order by taken_at desc limit 200
         ) latest
         union select case_id from known_case where lower(contact ->> 'address') = lower($2)
       ), of_topic as (
         select case_id from known_case where $1 <> '' and lower(topic) = lower($1) order by known_since desc limit 200
       )
       select known.case_id, known.case_id in (select case_id from of_topic) as same_topic,
              known.case_id in (select case_id from of_sender) as same_sender
       from known_case known
       where known.merged_into is null
         and known.case_id in (select case_id from of_sender union select case_id from of_topic)
       order by 2 desc, 3 desc, known.known_since desc limit 5`,
      [topic, sender],
    );
    return rows.map((row) =>
      proposalOfLikeness({ caseId: row.case_id, sameTopic: row.same_topic, sameSender: row.same_sender }),
    );
  }

  /** Opens a case under the names that it came with; a number or a token that is missing is allotted. */
  async open(names: CaseNames, topic: string): Promise<KnownCase> {
    const caseNumber = names.caseNumber ?? (await this.allot('number'));
    const trackingToken = names.trackingToken ?? (await this.allot('token'));
    const caseId = newId();
    const rows: CaseRow[] = await this.tx.query(
      `insert into known_case (case_id, case_number, tracking_token, topic, known_since)
       values ($1, $2, $3, $4, $5) returning *`,
      [caseId, caseNumber, trackingToken, topic, this.options.now()],
    );
    await this.addKeys(caseId, { trackingToken, caseNumber });
    return knownCase(rows[0] as CaseRow);
  }

  /** Remembers facts that the case did not know. */
  async complete(caseId: string, facts: Partial<CaseFacts>): Promise<void> {
    const person = (value: KnownCase['contact'] | undefined): string | null => (value ? JSON.stringify(value) : null);
    await this.tx.query(
      `update known_case set partner = coalesce(partner, $2), end_customer = coalesce(end_customer, $3),
              problem = coalesce(problem, $4), contact = coalesce(contact, $5), owner = coalesce(owner, $6)
       where case_id = $1`,
      [
        caseId,
        facts.partner ?? null,
        facts.endCustomer ?? null,
        facts.problem ?? null,
        person(facts.contact),
        person(facts.owner),
      ],
    );
  }

  private async lockKeys({ trackingToken, caseNumber, mentioned }: CaseNames): Promise<void> {
    const keys = [...keysOf({ trackingToken, caseNumber }), ...keysOf(mentioned)].map(
      ({ kind, value }) => `${kind} ${value}`,
    );
    // Always in the same order: two mails that name the same keys never wait for each other.
    for (const key of [...new Set(keys)].sort())
      await this.tx.query(`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || $1, 0))`, [key]);
  }

  private async firstKnown(caseIds: string[]): Promise<string | null> {
    if (caseIds.length === 0) return null;
    const rows: { case_id: string }[] = await this.tx.query('select case_id from known_case where case_id = any($1)', [
      caseIds,
    ]);
    const known = new Set(rows.map(({ case_id: caseId }) => caseId));
    return caseIds.find((caseId) => known.has(caseId)) ?? null;
  }

  private async caseWithKey(kind: KeyKind, value: string | null): Promise<string | null> {
    if (value === null) return null;
    const rows: { case_id: string }[] = await this.tx.query(
      'select case_id from case_key where kind = $1 and value = $2',
      [kind, value],
    );
    return rows[0]?.case_id ?? null;
  }

  private async caseOfMails(messageIds: string[]): Promise<string | null> {
    if (messageIds.length === 0) return null;
    const rows: { case_id: string }[] = await this.tx.query(
      `select case_id from mail where message_id = any($1) and case_id is not null
       order by array_position($1::text[], message_id), taken_at desc limit 1`,
      [messageIds],
    );
    return rows[0]?.case_id ?? null;
  }

  private async addKeys(caseId: string, names: Pick<CaseNames, 'trackingToken' | 'caseNumber'>): Promise<void> {
    for (const { kind, value } of keysOf(names))
      await this.tx.query('insert into case_key (kind, value, case_id) values ($1, $2, $3) on conflict do nothing', [
        kind,
        value,
        caseId,
      ]);
  }

  private async allot(kind: KeyKind): Promise<string> {
    for (let attempt = 0; attempt < allotments; attempt += 1) {
      const sequence = kind === 'token' ? 'tracking_token_sequence' : 'case_number_sequence';
      const rows: { next: string }[] = await this.tx.query(`select nextval('${sequence}') as next`);
      const next = rows[0]?.next ?? '';
      const value =
        kind === 'token'
          ? `${this.options.tokenPrefix}:${next.padStart(7, '0')}`
          : `CAS-${next.padStart(5, '0')}-${randomCharacters(6)}`;
      if ((await this.caseWithKey(kind, value)) === null) return value;
    }
    throw new Error(`no free ${kind} was found in ${allotments} attempts; another system uses the same range`);
  }
}

function keysOf(names: Pick<CaseNames, 'trackingToken' | 'caseNumber'>): { kind: KeyKind; value: string }[] {
  return [
    ...(names.trackingToken === null ? [] : [{ kind: 'token' as const, value: names.trackingToken }]),
    ...(names.caseNumber === null ? [] : [{ kind: 'number' as const, value: names.caseNumber }]),
  ];
}

function knownCase(row: CaseRow): KnownCase {
  return {
    caseId: row.case_id,
    caseNumber: row.case_number,
    trackingToken: row.tracking_token,
    topic: row.topic,
    partner: row.partner,
    endCustomer: row.end_customer,
    problem: row.problem,
    contact: row.contact,
    owner: row.owner,
  };
}

function randomCharacters(count: number): string {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  return Array.from({ length: count }, () => characters[randomInt(characters.length)]).join('');
}
