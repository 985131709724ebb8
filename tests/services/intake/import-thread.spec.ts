import { caseWorkflow } from '@caserelay/case-workflow';
import { runService, type RunningService } from '@caserelay/service-host';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.js';
import { anIntake, apiKey, type IntakeSystem } from './intake-system.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const fixture = join(repository, 'tests/fixtures/thread-CAS-02227-X4W1B1.json');
const thread = JSON.parse(readFileSync(fixture, 'utf8')) as { mails: { sentAt: string }[] };

let intake: IntakeSystem;
let workflow: RunningService;
let folder: string;
beforeAll(async () => {
  intake = await anIntake();
  workflow = await runService(caseWorkflow, { ...intake.system.environment, CASES_API_KEY: 'a-key-that-opens-doors' });
  folder = await mkdtemp(join(tmpdir(), 'caserelay-import-'));
});
afterAll(async () => {
  await workflow.stop();
  await intake.remove();
  await rm(folder, { recursive: true, force: true });
});

interface Report {
  threads: {
    caseId: string | null;
    caseNumber: string;
    trackingToken: string;
    isNew: boolean;
    standing: string | null;
    mails: { taken: number; knownBefore: number };
    attachments: number;
    error?: string;
  }[];
  leftOut: { mail: string; why: string }[];
}

/** The command as people run it. */
function run(...args: string[]): Promise<{ code: number; output: string }> {
  const all = ['scripts/caserelay.mjs', 'import-thread', ...args, '--url', intake.service.url, '--key', apiKey];
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: repository }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, output: `${stdout}${stderr}` });
    });
  });
}

const reportOf = async (...args: string[]): Promise<Report> =>
  JSON.parse((await run(...args, '--json')).output) as Report;

const typesOf = (caseId: string): string[] => [...new Set(intake.of(caseId).map(({ type }) => type))].sort();

/** Events that lead to a letter, or that ask somebody to do something. */
const quiet = ['case.opened', 'mail.imported', 'thread.imported'];

describe('a thread that is imported', () => {
  test('is told of by a dry run, which changes nothing', async () => {
    const { threads } = await reportOf(fixture, '--standing=archived', '--dry-run');
    expect(threads).toEqual([
      expect.objectContaining({ caseNumber: 'CAS-02227-X4W1B1', isNew: true, mails: { taken: 35, knownBefore: 0 } }),
    ]);
    expect(await intake.rows(`select 1 from "${intake.system.schema('intake')}".known_case`)).toEqual([]);
    expect(intake.told).toEqual([]);
  });

  test('becomes a case with its number and token; its 35 mails are history with their own times, and nobody is written to', async () => {
    const { threads } = await reportOf(fixture, '--standing=archived');
    expect(threads).toEqual([
      expect.objectContaining({
        ...{ caseNumber: 'CAS-02227-X4W1B1', trackingToken: 'CMIT:0001409', isNew: true, standing: 'archived' },
        mails: { taken: 35, knownBefore: 0 },
      }),
    ]);
    const caseId = threads[0]?.caseId ?? '';
    const mails = await until('all mails are told', () => {
      const told = intake.of(caseId).flatMap((event) => (event.type === 'mail.imported' ? [event] : []));
      return told.length === 35 && told;
    });
    expect(mails.map(({ data }) => data.sentAt)).toEqual(
      thread.mails.map(({ sentAt }) => new Date(sentAt).toISOString()),
    );
    const kept = await until('the case has all mails', async () => {
      const history = await historyOf(caseId);
      return history.filter(({ type }) => type === 'mail.kept').length === 35 && history;
    });
    expect(kept[0]).toMatchObject({ type: 'case.opened', data: { imported: { phase: 'archived' } } });
    expect(await caseOf(caseId)).toMatchObject({
      phase: 'archived',
      wakeAt: null,
      openedAt: '2020-04-28T10:04:27.113Z',
    });
    expect(typesOf(caseId)).toEqual(quiet);
    expect(JSON.stringify([intake.told, kept])).not.toContain('Xk3mP9w2');
  });

  test('changes nothing when it is imported again', async () => {
    const before = intake.told.length;
    const { threads } = await reportOf(fixture, '--standing=open');
    expect(threads[0]).toMatchObject({ isNew: false, standing: null, mails: { taken: 0, knownBefore: 35 } });
    expect(intake.told).toHaveLength(before);
    const caseId = threads[0]?.caseId ?? '';
    expect(await caseOf(caseId)).toMatchObject({ phase: 'archived' });
  });

  test("gets its customer's reply with the old token, and is opened again by it", async () => {
    const { threads } = await reportOf(fixture, '--standing=archived');
    const caseId = threads[0]?.caseId ?? '';
    const messageId = '<new-words@partner.example>';
    const { code } = await intake.send({
      from: '合作伙伴联系人 <contact@partner.example>',
      to: 'case@support.example',
      subject: '回复: 反馈电脑蓝屏问题 CMIT:0001409',
      text: '你好，今天又蓝屏了。',
      messageId,
    });
    expect(code).toBe(250);
    expect((await intake.received(messageId)).subject).toBe(caseId);
    await until('the case is opened again', async () => (await caseOf(caseId))['phase'] !== 'archived');
    await until('its account is asked for again', () => typesOf(caseId).includes('case.upload-space-requested'));
  });

  test('waits from now on when it is gone on with, for who did not have the last word', async () => {
    const own = join(folder, 'open.json');
    const from = { name: '联系人', address: 'someone@partner.example' };
    await writeFile(
      own,
      JSON.stringify({
        ...{ subject: '蓝屏', caseNumber: 'CAS-00077-AAAAAA', trackingToken: 'CMIT:0000077' },
        mails: [
          { from, to: [{ name: '', address: 'l1@support.example' }], sentAt: '2020-01-01T00:00:00Z', body: '蓝屏了' },
        ],
      }),
    );
    const { output } = await run(own, '--standing=open');
    expect(output).toContain('opened as open, its clocks start now');
    const { threads } = await reportOf(own, '--standing=open');
    const caseId = threads[0]?.caseId ?? '';
    const { clocks, phase } = (await until('its clock runs', async () => {
      const found = await caseOf(caseId);
      return found['phase'] === 'reported' && found;
    })) as { clocks: { clock: string; startedAt: string }[]; phase: string };
    expect(phase).toBe('reported');
    const started = clocks.find(({ clock }) => clock === 'first-response')?.startedAt ?? '';
    expect(Date.parse(started)).toBeGreaterThan(Date.now() - 120_000);
  });

  test('comes from an mbox as well: charsets, quoted lines, mails that only answer; what belongs nowhere is told', async () => {
    const mbox = join(folder, 'old.mbox');
    const encoded = Buffer.from('%蓝屏% CAS-00088-BBBBBB CMIT:0000088').toString('base64');
    await writeFile(
      mbox,
      [
        'From someone@partner.example Thu Jan  2 08:00:00 2020',
        'From: =?utf-8?B?6IGU57O75Lq6?= <someone@partner.example>',
        'To: l1@support.example',
        `Subject: =?utf-8?B?${encoded}?=`,
        'Date: Thu, 2 Jan 2020 08:00:00 +0800',
        'Message-ID: <one@partner.example>',
        'Content-Type: text/plain; charset=gb18030',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from([0xc0, 0xb6, 0xc6, 0xc1]).toString('base64'),
        '',
        'From l1@support.example Thu Jan  2 09:00:00 2020',
        'From: l1@support.example',
        'To: someone@partner.example',
        'Subject: your question',
        'Date: Thu, 2 Jan 2020 09:00:00 +0800',
        'Message-ID: <two@support.example>',
        'In-Reply-To: <one@partner.example>',
        '',
        'Dear customer,',
        '>From here on it is quoted.',
        '',
        'From spam@elsewhere.example Thu Jan  2 10:00:00 2020',
        'From: spam@elsewhere.example',
        'Subject: buy now',
        'Date: Thu, 2 Jan 2020 10:00:00 +0800',
        '',
        'x',
        '',
      ].join('\n'),
    );
    const { threads, leftOut } = await reportOf(mbox, '--standing=archived');
    expect(threads).toEqual([
      expect.objectContaining({
        caseNumber: 'CAS-00088-BBBBBB',
        trackingToken: 'CMIT:0000088',
        mails: { taken: 2, knownBefore: 0 },
      }),
    ]);
    expect(leftOut).toEqual([
      expect.objectContaining({ mail: 'buy now', why: expect.stringContaining('names a case') }),
    ]);
    const caseId = threads[0]?.caseId ?? '';
    const texts = await until('both mails are told', () => {
      const told = intake.of(caseId).flatMap((event) => (event.type === 'mail.imported' ? [event.data.text] : []));
      return told.length === 2 && told;
    });
    expect(texts[0]).toContain('蓝屏');
    expect(texts[1]).toContain('From here on it is quoted.');
  });

  test('is refused when its number and its token belong to two cases', async () => {
    const clash = join(folder, 'clash.json');
    const from = { name: '联系人', address: 'someone@partner.example' };
    await writeFile(
      clash,
      JSON.stringify({
        ...{ subject: '蓝屏', caseNumber: 'CAS-00088-BBBBBB', trackingToken: 'CMIT:0001409' },
        mails: [{ from, sentAt: '2020-01-01T00:00:00Z', body: 'x' }],
      }),
    );
    const { code, output } = await run(clash, '--standing=archived');
    expect(code).toBe(1);
    expect(output).toContain('expected both of one case');
  });

  test('is taken from nobody without the key, and not when it breaks its schema', async () => {
    const post = (body: object, key: string) =>
      fetch(`${intake.service.url}/v1/threads`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify(body),
      });
    expect((await post({}, 'wrong')).status).toBe(401);
    expect((await post({ standing: 'open', mails: [] }, apiKey)).status).toBe(400);
  });
});

async function caseOf(caseId: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${workflow.url}/v1/cases/${caseId}`)).json()) as Record<string, unknown>;
}

async function historyOf(caseId: string): Promise<{ type: string; data: object }[]> {
  const answer = await fetch(`${workflow.url}/v1/cases/${caseId}/history`, {
    headers: { authorization: 'Bearer a-key-that-opens-doors' },
  });
  return answer.ok ? ((await answer.json()) as { events: { type: string; data: object }[] }).events : [];
}
