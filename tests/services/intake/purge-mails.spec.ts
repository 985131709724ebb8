import type { AnyEvent, EventOf, PurgedFile, PurgedFilesPage } from '@caserelay/contracts';
import { intake as intakeService } from '@caserelay/intake';
import { topologyOf } from '@caserelay/messaging';
import { runService } from '@caserelay/service-host';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../support/caserelay-processes.js';
import { evidenceStoreOf } from '../../support/evidence.js';
import { until } from '../../support/until.js';
import { anIntake, type IntakeSystem } from './intake-system.js';

let intake: IntakeSystem;
let connection: ChannelModel;
let channel: ConfirmChannel;
beforeAll(async () => {
  intake = await anIntake({ CASES_API_KEY: caseKey });
  connection = await connect(intake.system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
});
afterAll(async () => {
  await connection.close();
  await intake.remove();
});

const caseKey = 'key-of-cases-in-tests';
const requestedAt = '2026-01-02T03:04:05.678Z';
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const nameOf = (content: Buffer): string => `${sha256(content).slice(0, 8)}.txt`;
let counter = 7_000;

describe('the mails of a case', () => {
  test('are removed with their attachments, each proven, and other cases keep theirs', async () => {
    const own = Buffer.from(`only here ${randomUUID()}`);
    const logo = Buffer.from(`logo ${randomUUID()}`);
    const one = await aMail([own, logo]);
    const other = await aMail([logo]);

    const proof = await purge(one.subject, 5);
    expect(proof).toMatchObject({ requestedAt, filesInAll: 2, kept: 1, keptBecause: 'in-other-cases' });
    expect(proof.files.map(({ kind, name, sha256: hash }) => [kind, name, hash]).sort()).toEqual([
      ['attachment', nameOf(own), sha256(own)],
      ['mail', expect.stringContaining('blue screen'), one.data.location.replace(/^mails\/|\.eml$/g, '')],
    ]);
    const listed = await Promise.all([purgedFiles(one.subject, caseKey), purgedFiles(one.subject, 'no key of ours')]);
    expect(listed.map(({ status }) => status)).toEqual([200, 401]);
    const byName = (files: PurgedFile[]): PurgedFile[] => files.sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(listed[0].files)).toEqual(byName([...proof.files]));
    expect(await isThere(one.data.location)).toBe(false);
    expect(await isThere(one.data.attachments[0]?.location)).toBe(false);
    expect(await isThere(other.data.location)).toBe(true);
    expect(await isThere(other.data.attachments[0]?.location)).toBe(true);

    const last = await purge(other.subject, 5);
    expect(last).toMatchObject({ filesInAll: 2, kept: 0, keptBecause: null });
    expect(await isThere(other.data.attachments[0]?.location)).toBe(false);
  });

  test('are removed with every copy that came, whatever trace headers it had', async () => {
    const mail = await aMail([]);
    const before = await mailsThere();
    const again = { 'X-Trace': 'came another way' };
    await intake.send({ ...sent.get(mail.data.messageId), headers: again });
    await until('the copy is kept', async () => (await mailsThere()).length === before.length + 1);
    expect(await purge(mail.subject, 5)).toMatchObject({ filesInAll: 2, kept: 0 });
    expect(await mailsThere()).toHaveLength(before.length - 1);
  });

  test('stay when the case was opened again before, and what an earlier attempt has removed is told', async () => {
    const mail = await aMail([Buffer.from(randomUUID())]);
    await evidenceStoreOf(intake.system.environment).remove(mail.data.location);
    await tell('case.reopened', mail.subject, { file: aFile, because: 'customer-wrote' }, 9);
    const proof = await purge(mail.subject, 8);
    expect(proof).toMatchObject({ filesInAll: 1, kept: 1, keptBecause: 'reopened', files: [{ kind: 'mail' }] });
    expect(await isThere(mail.data.attachments[0]?.location)).toBe(true);
  });

  test('stay under a legal hold from after the request, and go by a request from after it', async () => {
    const mail = await aMail([Buffer.from(randomUUID())]);
    const by = { name: 'Legal', address: 'legal@support.example' };
    await tell('case.legal-hold-placed', mail.subject, { file: aFile, by, reason: 'a lawsuit' }, 9);
    const kept = await purge(mail.subject, 8);
    expect(kept).toMatchObject({ filesInAll: 0, kept: 2, keptBecause: 'legal-hold' });
    expect(await isThere(mail.data.location)).toBe(true);
    await tell('case.evidence-purge-requested', mail.subject, { file: aFile, requestedAt: '2026-02-02T00:00:00Z' }, 11);
    await until('it is answered again', () => answersOf(mail.subject).length === 2);
    expect(await isThere(mail.data.location)).toBe(false);
  });

  test('of before their files were noted are read again, and removed as all others', async () => {
    const mail = await aMail([Buffer.from(randomUUID())]);
    await intake.rows(`delete from {schema}.kept_file`);
    await intake.rows(`update {schema}.mail set has_files_noted = false where message_id = $1`, [mail.data.messageId]);
    const request = purge(mail.subject, 5);
    // A service that starts notes them; the request is heard again until that is done.
    const port = await freePort();
    const second = await runService(intakeService, { ...intake.system.environment, SMTP_PORT: String(port) });
    expect(await request).toMatchObject({ filesInAll: 2, kept: 0 });
    expect(await isThere(mail.data.attachments[0]?.location)).toBe(false);
    await second.stop();
  });

  test('of a case that is not known are none', async () => {
    expect(await purge(randomUUID(), 5)).toMatchObject({ filesInAll: 0, kept: 0, keptBecause: null });
  });
});

const sent = new Map<string, Parameters<IntakeSystem['send']>[0]>();

async function aMail(files: Buffer[]): Promise<EventOf<'mail.received'>> {
  counter += 1;
  const messageId = `<${randomUUID()}@partner.example>`;
  const mail = {
    from: 'Jane <jane@partner.example>',
    to: 'case@support.example',
    subject: `blue screen CMIT:${String(counter).padStart(7, '0')}`,
    text: `It crashes every night, ${counter}.`,
    date: new Date('2026-01-01T00:00:00Z'),
    messageId,
    attachments: files.map((content) => ({ filename: nameOf(content), content })),
  };
  sent.set(messageId, mail);
  expect(await intake.send(mail)).toMatchObject({ code: 250 });
  return await intake.received(messageId);
}

async function purge(caseId: string, sequence: number): Promise<EventOf<'mails.purged'>['data']> {
  await tell('case.evidence-purge-requested', caseId, { file: aFile, requestedAt }, sequence);
  const proof = await until('the proof is told', () =>
    intake.of(caseId).find((event): event is EventOf<'mails.purged'> => event.type === 'mails.purged'),
  );
  return proof.data;
}

/** The whole list behind the proof, a file a page. */
async function purgedFiles(caseId: string, key: string): Promise<{ status: number; files: PurgedFile[] }> {
  const files: PurgedFile[] = [];
  const at = `${intake.service.url}/v1/purged-files?caseId=${caseId}&requestedAt=${requestedAt}&limit=1`;
  for (let after = ''; ;) {
    const answer = await fetch(`${at}${after}`, { headers: { authorization: `Bearer ${key}` } });
    if (!answer.ok) return { status: answer.status, files };
    const page = (await answer.json()) as PurgedFilesPage;
    files.push(...page.files);
    if (page.next === null) return { status: answer.status, files };
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

function answersOf(caseId: string): AnyEvent[] {
  return intake.of(caseId).filter(({ type }) => type === 'mails.purged');
}

async function tell(type: AnyEvent['type'], caseId: string, data: object, sequence: number): Promise<void> {
  const id = randomUUID();
  const event = { specversion: '1.0', id, source: '/caserelay/test', type, subject: caseId, sequence, data };
  const body = Buffer.from(JSON.stringify({ ...event, time: new Date().toISOString() }));
  channel.publish(topologyOf(intake.system.namespace).events, type, body, { messageId: id, persistent: true });
  await channel.waitForConfirms();
}

const aFile = {
  ...{ caseNumber: 'CAS-1', trackingToken: 'CMIT:1', topic: '', partner: null, endCustomer: null, problem: null },
  ...{ contact: null, owner: null, language: 'en', lastMessageId: null },
};

async function isThere(location: string | undefined): Promise<boolean> {
  return (await evidenceStoreOf(intake.system.environment).sizeIfThere(location ?? 'nowhere')) !== null;
}

async function mailsThere(): Promise<string[]> {
  // The store takes an empty folder away.
  return await readdir(join(intake.system.environment['EVIDENCE_DIR'] as string, 'mails')).catch(() => []);
}
