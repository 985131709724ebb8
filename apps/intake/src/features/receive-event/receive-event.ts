import { inboundEvents, type CommandRequested, type InboundType, type TicketRegistered } from '@caserelay/contracts';
import { caseKeysOf, languageOf, subjectFacts, type CaseKeyPatterns } from '@caserelay/mail-thread';
import type { Tell } from '@caserelay/messaging';
import type { z } from 'zod';
import { newsFor, reportOf, type CaseFacts, type CaseNames, type KnownCase } from '../../case-news.js';

/** What receiving an event needs from the world. */
export interface Needs {
  inTransaction<Result>(work: (records: Records) => Promise<{ result: Result; tells: Tell[] }>): Promise<Result>;
  sha256(text: string): string;
  now(): Date;
  patterns: CaseKeyPatterns;
}

export interface Records {
  /** Of a case that was merged the one that it goes on in, unless asked for it as it is named. */
  findCase(names: CaseNames, how?: 'where-it-goes-on' | 'as-named'): Promise<KnownCase | null>;
  openCase(names: CaseNames, topic: string): Promise<KnownCase>;
  completeCase(caseId: string, facts: Partial<CaseFacts>): Promise<void>;
  /** Null when neither the id nor the Idempotency-Key was seen before, else the earlier post. */
  notePost(post: Post, postedAt: Date): Promise<(CaseAnswer & { contentSha256: string }) | null>;
  nameCase(post: Post, caseId: string): Promise<void>;
}

export interface Post {
  source: string;
  id: string;
  idempotencyKey: string | null;
  contentSha256: string;
}

/** What the poster is told: where the event went. */
export interface CaseAnswer {
  caseId: string;
  caseNumber: string;
  trackingToken: string;
}

export interface Flaw {
  path: string;
  message: string;
  found: string;
}

export type Outcome =
  | { outcome: 'accepted'; answer: CaseAnswer }
  | { outcome: 'broken'; flaws: Flaw[] }
  | { outcome: 'unknown-type'; found: string; known: readonly string[] }
  | { outcome: 'not-allowed'; type: InboundType }
  | { outcome: 'unknown-case'; named: string }
  | { outcome: 'conflict'; reason: string };

/** How an event came, and what its sender may tell. */
export interface Sender {
  channel: 'events' | 'inbox';
  idempotencyKey: string | null;
  may: readonly InboundType[];
}

type Inbound = TicketRegistered | CommandRequested;

export const inboundTypes = Object.keys(inboundEvents) as readonly InboundType[];

/**
 * Takes an event of another system: a ticket opens or completes a case, a command is handed to its case. Counts each event
 * once; what is refused here is not kept and may come again.
 */
export async function receiveEvent(body: unknown, sender: Sender, needs: Needs): Promise<Outcome> {
  const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
  const known = inboundTypes.find((each) => each === type);
  if (typeof type === 'string' && type !== '' && known === undefined)
    return { outcome: 'unknown-type', found: type.slice(0, 100), known: inboundTypes };
  if (known !== undefined && !sender.may.includes(known)) return { outcome: 'not-allowed', type: known };
  const parsed: z.ZodSafeParseResult<Inbound> = inboundEvents[known ?? 'ticket.registered'].safeParse(body);
  if (!parsed.success)
    return {
      outcome: 'broken',
      flaws: parsed.error.issues.slice(0, 50).map(({ path, message }) => ({
        path: path.map(String).join('.'),
        message,
        found: shown(valueAt(body, path)),
      })),
    };
  const flaws = [...unstorable(parsed.data, []), ...flawsOfKey(sender.idempotencyKey)];
  if (flaws.length > 0) return { outcome: 'broken', flaws };

  const event = parsed.data;
  const post: Post = {
    source: event.source,
    id: event.id,
    idempotencyKey: sender.idempotencyKey,
    contentSha256: needs.sha256(inOrder([event.type, event.subject ?? null, event.data])),
  };
  return await needs.inTransaction(async (records) => {
    if (event.type === 'ticket.registered')
      return await takeOnce(post, records, needs, () => register(event, records, needs));
    const { answer, named } = await caseOf(event, records, needs);
    if (answer === null) return { result: { outcome: 'unknown-case', named }, tells: [] };
    const { channel } = sender;
    const tells = (): Tell[] => [received(event, answer.caseId, channel, needs)];
    return await takeOnce(post, records, needs, () => Promise.resolve({ answer, tells: tells() }));
  });
}

async function takeOnce(
  post: Post,
  records: Records,
  needs: Needs,
  take: () => Promise<{ answer: CaseAnswer; tells: Tell[] }>,
): Promise<{ result: Outcome; tells: Tell[] }> {
  const earlier = await records.notePost(post, needs.now());
  if (earlier !== null) return { result: repeated(post, earlier), tells: [] };
  const { answer, tells } = await take();
  await records.nameCase(post, answer.caseId);
  return { result: { outcome: 'accepted', answer }, tells };
}

/** The case that a command names; nothing is opened for it, and no other name is noted for the case. */
async function caseOf(
  { subject, data }: CommandRequested,
  records: Records,
  { patterns }: Needs,
): Promise<{ answer: CaseAnswer | null; named: string }> {
  const caseIds = subject === undefined ? [] : [subject.toLowerCase()];
  // What is asked of a merged case is not asked of the other one: its refusal says where to ask.
  const found = await records.findCase({ ...namesOf(data, patterns), caseIds }, 'as-named');
  const named = subject ?? data.trackingToken ?? data.caseNumber ?? '';
  if (found === null) return { answer: null, named };
  const { caseId, caseNumber, trackingToken } = found;
  return { answer: { caseId, caseNumber, trackingToken }, named };
}

function received(
  { source, id: eventId, data: { key, command } }: CommandRequested,
  caseId: string,
  channel: Sender['channel'],
  { sha256 }: Needs,
): Tell {
  const own = `event:${sha256(JSON.stringify([source, eventId]))}`;
  return { type: 'command.received', caseId, data: { channel, source, eventId, key: key ?? own, command } };
}

function repeated(post: Post, { contentSha256, ...answer }: CaseAnswer & { contentSha256: string }): Outcome {
  if (contentSha256 === post.contentSha256) return { outcome: 'accepted', answer };
  return {
    outcome: 'conflict',
    reason: `event ${post.id} of ${post.source} (or its Idempotency-Key) was posted before with other content; a new event needs a new id`,
  };
}

async function register(
  { data }: TicketRegistered,
  records: Records,
  { patterns }: Needs,
): Promise<{ answer: CaseAnswer; tells: Tell[] }> {
  const names = namesOf(data, patterns);
  const found = await records.findCase(names);
  const subject = data.topic ?? data.problem?.split('\n')[0]?.slice(0, 100) ?? '';
  const topic = caseKeysOf({ subject }, patterns).topic;
  const known = found ?? (await records.openCase(names, topic));
  const said = subjectFacts(topic);
  const facts: CaseFacts = {
    partner: data.partner ?? said.partner,
    endCustomer: data.endCustomer ?? said.endCustomer,
    problem: data.problem ?? said.problem,
    contact: data.contact ?? null,
    owner: data.owner ?? null,
  };
  const news = newsFor(known, facts);
  if (news !== null) await records.completeCase(known.caseId, news);
  const { caseId, caseNumber, trackingToken } = known;
  const language = data.language ?? languageOf([topic, data.problem, data.endCustomer].join('\n'));
  const { priority, contract } = data;
  const how = { language, channel: 'ticket' as const, ...(priority && { priority }), ...(contract && { contract }) };
  return {
    answer: { caseId, caseNumber, trackingToken },
    tells: [reportOf(known, facts, how)],
  };
}

/** Tokens and numbers in their normal form; those of another system's own form are taken as they are. */
function namesOf(
  data: { trackingToken?: string | undefined; caseNumber?: string | undefined },
  patterns: CaseKeyPatterns,
): CaseNames {
  const trackingToken = data.trackingToken?.trim() || null;
  const caseNumber = data.caseNumber?.trim() || null;
  return {
    caseIds: [],
    answers: [],
    trackingToken: trackingToken && (caseKeysOf({ subject: trackingToken }, patterns).trackingToken ?? trackingToken),
    caseNumber: caseNumber && (caseKeysOf({ subject: caseNumber }, patterns).caseNumber ?? caseNumber),
    mentioned: { trackingToken: null, caseNumber: null },
  };
}

function flawsOfKey(key: string | null): Flaw[] {
  if (key === null || /^[\x21-\x7e]{1,255}$/.test(key)) return [];
  return [{ path: 'Idempotency-Key', message: 'expected 1 to 255 visible ASCII characters', found: shown(key) }];
}

/** Postgres keeps no NUL and no half characters. */
function unstorable(value: unknown, path: string[]): Flaw[] {
  if (typeof value === 'string') {
    const isBroken =
      value.includes('\u0000') || /[\ud800-\udfff]/.test(value.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''));
    return isBroken
      ? [
          {
            path: path.join('.'),
            message: 'expected text without NUL and without half characters',
            found: shown(value),
          },
        ]
      : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => unstorable(part, [...path, name]));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (part, name) =>
      typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[name] : undefined,
    value,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 120)}…`;
}

/** JSON with sorted names, so that the same content has the same text. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
