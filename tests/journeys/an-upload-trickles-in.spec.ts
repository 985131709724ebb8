import type { EventOf, LetterTopic } from '@caserelay/contracts';
import { startMailCatcher, type MailCatcher } from '@caserelay/mail-catcher';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startProcesses, type CaseRelayProcesses } from '../support/caserelay-processes.js';
import { zipOfLargeKernelDump } from '../support/endless-zip.js';
import { openCredentialLink } from '../support/people.js';
import type { TimelineEntry } from '../support/play-thread.js';
import { aSystem, parts, type System } from '../support/system.js';
import { TricklingUpload } from '../support/trickling-upload.js';
import { until } from '../support/until.js';

/*
 * Only the beginning of the gibibyte is sent: the rule is about what is told of it, and the rest would but take the time
 * and the disk of every run. After the letter the upload ends as it does in life when a customer reads such a letter: it
 * is stopped, so a cut archive is received.
 */
const wholeBytes = 2 ** 30;
const onePercent = wholeBytes / 100;
const line = { portionBytes: 32_768, pauseMilliseconds: 100 };
const graceSeconds = 4;
const crash = { build: 17763, bugcheck: 0x139, parameters: [3n, 0xfffff8073a1f5c60n, 0xfffff8073a1f5bb8n, 0n] };

let system: System;
let folder: string;
let catcher: MailCatcher;
let catcherUrl: string;
let processes: CaseRelayProcesses;
/** What was made, to be undone in the opposite order, also when the next could not be made. */
const undoings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  system = await aSystem();
  undoings.unshift(() => system.remove());
  folder = await mkdtemp(join(tmpdir(), 'caserelay-trickle-'));
  undoings.unshift(() => rm(folder, { recursive: true, force: true }));
  const httpPort = await freePort();
  catcherUrl = `http://127.0.0.1:${httpPort}`;
  catcher = await startMailCatcher({ smtpPort: 0, httpPort, folder: join(folder, 'caught-mail') });
  undoings.unshift(() => catcher.stop());
  processes = await startProcesses({
    environment: {
      ...parts,
      NAMESPACE: system.namespace,
      MAIL_DOMAIN: 'support.example',
      WRONG_DUMP_GRACE_SECONDS: String(graceSeconds),
      UPLOAD_SETTLE_SECONDS: '1',
    },
    separate: false,
    folder,
    smtpPortOfCatcher: catcher.smtpPort,
    sentLookupUrl: `${catcherUrl}/api/messages`,
  });
  undoings.unshift(() => processes.stop());
}, 120_000);

afterAll(async () => {
  for (const undo of undoings) await undo();
}, 60_000);

describe('a ZIP of 1 GiB that trickles in over SFTP', () => {
  it.each([
    {
      language: 'en',
      notice: [
        /it is not the full dump that the analysis needs/,
        /kernel memory dump/,
        /You may stop this upload/,
        /Complete memory dump/,
      ],
      report: /As we wrote on .*, this is not a full dump/,
    },
    {
      language: 'zh-CN',
      notice: [/它不是分析所需的 Full Dump/, /核心内存转储/, /可以停止这次上传/, /完全内存转储/],
      report: /的邮件中已经说明，它不是 Full Dump/,
    },
  ])(
    'is known before 1 % of it has arrived, and the customer is told of the wrong kind while it arrives, in $language',
    async ({ language, notice, report }) => {
      const customer = await aCustomer(language);
      const upload = await TricklingUpload.begin(
        await customer.credentials(),
        'MEMORY.zip',
        zipOfLargeKernelDump('MEMORY.DMP', wholeBytes, crash),
        line,
      );
      try {
        const dump = await customer.sees('the case knows the dump', async () => (await customer.arriving())?.dump);
        expect(upload.sentBytes).toBeLessThan(onePercent);
        expect(dump).toMatchObject({
          ...{ member: 'MEMORY.DMP', kind: 'kernel', osBuild: 17763 },
          ...{ bugcheck: { code: '0x139', name: 'KERNEL_SECURITY_CHECK_FAILURE' } },
        });
        expect(dump.expectedBytes).toBeGreaterThan(wholeBytes);
        expect(dump.arrivedBytes).toBeLessThanOrEqual(upload.sentBytes + line.portionBytes);

        const shown = await customer.sees('the console shows it', async () => await customer.told('upload.recognised'));
        const onPage = await customer.sees('the page shows it', async () => {
          const [first] = await customer.arrivingInConsole();
          return first && first.dump !== null && first.bytes > dump.arrivedBytes ? first : null;
        });
        expect(onPage).toMatchObject({ name: 'MEMORY.zip', dump, interruptedAt: null });
        expect(shown.headline.en).toMatch(/0x139 KERNEL_SECURITY_CHECK_FAILURE.*kernel.*17763/);
        expect(upload.sentBytes).toBeLessThan(onePercent);

        const letter = await customer.sees('the customer has the letter', () =>
          customer.letterAbout('wrong-dump-notice'),
        );
        upload.mustGoOn();
        expect(upload.sentBytes).toBeLessThan(onePercent * 5);
        expect(await customer.told('upload.received')).toBeUndefined();
        expect(await customer.told('upload.interrupted')).toBeUndefined();
        for (const each of [/MEMORY\.zip/, /0x139 KERNEL_SECURITY_CHECK_FAILURE/, /17763/, ...notice])
          expect(letter).toMatch(each);
        const noticed = await customer.sees('the notice is told', () => customer.told('case.wrong-dump-noticed'));
        expect(Date.parse(noticed.at) - Date.parse(shown.at)).toBeGreaterThanOrEqual(graceSeconds * 1000);

        await upload.close();
        const last = await customer.sees('the file is reported', () => customer.letterAbout('analysis-report'));
        expect(last).toMatch(report);
        expect((await customer.arriving()) ?? null).toBeNull();
        expect(await customer.arrivingInConsole()).toEqual([]);
        expect((await customer.topics()).filter((topic) => topic === 'wrong-dump-notice')).toHaveLength(1);
      } finally {
        await upload.breakOff();
      }
    },
    90_000,
  );
});

type Arriving = { name: string; dump: EventOf<'upload.recognised'>['data'] | null };

/** A case that was reported for a customer of this language, and what they and the centre's people get to see of it. */
async function aCustomer(language: string) {
  const address = `contact-${language.toLowerCase()}@partner.example`;
  const { caseId } = await postTicket(language, address);
  const timeline = async (): Promise<TimelineEntry[]> =>
    (await get<{ timeline: TimelineEntry[] }>(`${processes.consoleUrl}/v1/cases/${caseId}`)).timeline;
  const told = async (type: TimelineEntry['type']): Promise<TimelineEntry | undefined> =>
    (await timeline()).find((entry) => entry.type === type);
  const letters = async (): Promise<{ topics: LetterTopic[]; messageId: string }[]> =>
    (await timeline())
      .filter(({ type, data }) => type === 'letter.sent' && data['audience'] === 'customer')
      .map(({ data }) => data as unknown as { topics: LetterTopic[]; messageId: string });
  const letterAbout = async (topic: LetterTopic): Promise<string | undefined> => {
    const letter = (await letters()).find(({ topics }) => topics.includes(topic));
    const caught = await get<{ messages: { messageId: string; to: string[]; text: string }[] }>(
      `${catcherUrl}/api/messages`,
    );
    return caught.messages.find(({ messageId, to }) => messageId === letter?.messageId && to.includes(address))?.text;
  };
  return {
    told,
    letterAbout,
    topics: async () => (await letters()).flatMap(({ topics }) => topics),
    arriving: async () =>
      (await get<{ arriving: Arriving[] }>(`${processes.workflowUrl}/v1/cases/${caseId}`)).arriving[0],
    arrivingInConsole: async () =>
      (await get<{ arriving: (Arriving & { bytes: number })[] }>(`${processes.consoleUrl}/v1/cases/${caseId}/arriving`))
        .arriving,
    credentials: async () => {
      const text = await until('the account is mailed', () => letterAbout('upload-credentials'), 30_000);
      return await openCredentialLink({ text, topics: [], messageId: '', to: address, caughtAt: new Date() });
    },
    /** Waits for a fact and, when it does not come, fails with what the case tells. */
    sees: async <Fact>(what: string, ask: () => Promise<Fact>) =>
      await until(what, ask, 30_000).catch(async (error: unknown) => {
        const lines = (await timeline()).map(({ headline }) => headline.en);
        throw new Error([what, ...lines, await processes.logOf('case-workflow')].join('\n'), { cause: error });
      }),
  };
}

async function postTicket(language: string, address: string): Promise<{ caseId: string }> {
  const data = {
    ...{
      caseNumber: `CAS-09001-${language === 'en' ? 'E' : 'Z'}1N2G3`,
      endCustomer: 'Contoso',
      problem: 'Blue screen',
    },
    ...{ contact: { name: 'Jane Miller', address }, owner: { name: 'L1', address: 'l1@support.example' }, language },
  };
  const response = await fetch(`${processes.intakeUrl}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json', authorization: `Bearer ${processes.intakeKey}` },
    body: JSON.stringify({
      ...{ specversion: '1.0', id: `ticket-${language}`, source: '/crm', type: 'ticket.registered', data },
    }),
  });
  if (!response.ok) throw new Error(`the ticket was refused: ${await response.text()}`);
  return (await response.json()) as { caseId: string };
}

async function get<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url, { headers: { authorization: processes.consoleLogin } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Answer;
}
