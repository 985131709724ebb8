import type { EventOf, LetterTopic } from '@caserelay/contracts';
import { startMailCatcher } from '@caserelay/mail-catcher';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startProcesses, type CaseRelayProcesses } from './caserelay-processes.js';
import { openCredentialLink, type Credentials } from './people.js';
import type { TimelineEntry } from './play-thread.js';
import { aSystem, parts } from './system.js';
import { until } from './until.js';

/** A support centre at work: CaseRelay in one process, and the mail server that keeps what it sends. */
export interface Centre {
  readonly processes: CaseRelayProcesses;
  readonly catcherUrl: string;
  /** What the console or another service answers, to who is logged in. */
  get<Answer>(url: string): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts it in a folder of its own that begins with the prefix, with these settings besides its own. */
export async function aCentre(prefix: string, environment: Record<string, string>): Promise<Centre> {
  /** What was made, to be undone in the opposite order, also when the next could not be made. */
  const undoings: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const undo of undoings) await undo();
  };
  try {
    const system = await aSystem();
    undoings.unshift(() => system.remove());
    const folder = await mkdtemp(join(tmpdir(), prefix));
    undoings.unshift(() => rm(folder, { recursive: true, force: true }));
    const httpPort = await freePort();
    const catcherUrl = `http://127.0.0.1:${httpPort}`;
    const catcher = await startMailCatcher({ smtpPort: 0, httpPort, folder: join(folder, 'caught-mail') });
    undoings.unshift(() => catcher.stop());
    const processes = await startProcesses({
      environment: { ...parts, NAMESPACE: system.namespace, MAIL_DOMAIN: 'support.example', ...environment },
      separate: false,
      folder,
      smtpPortOfCatcher: catcher.smtpPort,
      sentLookupUrl: `${catcherUrl}/api/messages`,
    });
    undoings.unshift(() => processes.stop());
    return { processes, catcherUrl, get: (url) => get(url, processes.consoleLogin), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Arriving = { name: string; dump: EventOf<'upload.recognised'>['data'] | null };

interface Letter {
  readonly messageId: string;
  readonly to: string[];
  readonly subject: string;
  readonly text: string;
}

/** A case that was reported for a customer of this language, and what they and the centre's people get to see of it. */
export interface Customer {
  readonly caseId: string;
  readonly address: string;
  told(type: TimelineEntry['type']): Promise<TimelineEntry | undefined>;
  /** Their letters about this, the first one first. */
  lettersAbout(topic: LetterTopic): Promise<Letter[]>;
  topics(): Promise<LetterTopic[]>;
  arriving(): Promise<Arriving | undefined>;
  arrivingInConsole(): Promise<(Arriving & { bytes: number })[]>;
  /** What the link of the latest letter about the account shows, of so many at least; waits for that letter. */
  credentials(letters?: number): Promise<Credentials>;
  /** Waits for a fact and, when it does not come, fails with what the case tells. */
  sees<Fact>(what: string, ask: () => Promise<Fact>): Promise<Exclude<NonNullable<Fact>, false | 0>>;
}

/** Reports a case as the ticket system does. */
export async function aCustomer(
  { processes, catcherUrl, get }: Centre,
  { language, caseNumber }: { language: string; caseNumber: string },
): Promise<Customer> {
  const address = `contact-${caseNumber.toLowerCase()}@partner.example`;
  const { caseId } = await postTicket(processes, { language, caseNumber, address });
  const timeline = async (): Promise<TimelineEntry[]> =>
    (await get<{ timeline: TimelineEntry[] }>(`${processes.consoleUrl}/v1/cases/${caseId}`)).timeline;
  const sent = async (): Promise<{ topics: LetterTopic[]; messageId: string }[]> =>
    (await timeline())
      .filter(({ type, data }) => type === 'letter.sent' && data['audience'] === 'customer')
      .map(({ data }) => data as unknown as { topics: LetterTopic[]; messageId: string });
  const lettersAbout = async (topic: LetterTopic): Promise<Letter[]> => {
    const ids = (await sent()).filter(({ topics }) => topics.includes(topic)).map(({ messageId }) => messageId);
    const { messages } = await get<{ messages: Letter[] }>(`${catcherUrl}/api/messages`);
    return ids.flatMap((id) => messages.filter(({ messageId, to }) => messageId === id && to.includes(address)));
  };
  return {
    caseId,
    address,
    lettersAbout,
    told: async (type) => (await timeline()).find((entry) => entry.type === type),
    topics: async () => (await sent()).flatMap(({ topics }) => topics),
    arriving: async () =>
      (await get<{ arriving: Arriving[] }>(`${processes.workflowUrl}/v1/cases/${caseId}`)).arriving[0],
    arrivingInConsole: async () =>
      (await get<{ arriving: (Arriving & { bytes: number })[] }>(`${processes.consoleUrl}/v1/cases/${caseId}/arriving`))
        .arriving,
    credentials: async (letters = 1) => {
      const letter = await until(
        'the account is mailed',
        async () => (await lettersAbout('upload-credentials')).slice(letters - 1).at(-1),
        30_000,
      );
      return await openCredentialLink(letter);
    },
    sees: async (what, ask) =>
      await until(what, ask, 30_000).catch(async (error: unknown) => {
        const lines = (await timeline()).map(({ headline }) => headline.en);
        throw new Error([what, ...lines, await processes.logOf('case-workflow')].join('\n'), { cause: error });
      }),
  };
}

async function postTicket(
  processes: CaseRelayProcesses,
  { language, caseNumber, address }: { language: string; caseNumber: string; address: string },
): Promise<{ caseId: string }> {
  const data = {
    ...{ caseNumber, endCustomer: 'Contoso', problem: 'Blue screen', language },
    ...{ contact: { name: 'Jane Miller', address }, owner: { name: 'L1', address: 'l1@support.example' } },
  };
  const response = await fetch(`${processes.intakeUrl}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json', authorization: `Bearer ${processes.intakeKey}` },
    body: JSON.stringify({
      ...{ specversion: '1.0', id: `ticket-${caseNumber}`, source: '/crm', type: 'ticket.registered', data },
    }),
  });
  if (!response.ok) throw new Error(`the ticket was refused: ${await response.text()}`);
  return (await response.json()) as { caseId: string };
}

async function get<Answer>(url: string, login: string): Promise<Answer> {
  const response = await fetch(url, { headers: { authorization: login } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Answer;
}
