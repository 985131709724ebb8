import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import { until } from '../../support/until.js';
import { anIntake, apiKey, type IntakeSystem } from './intake-system.js';

let intake: IntakeSystem;
beforeAll(async () => {
  intake = await anIntake();
});
afterAll(async () => {
  await intake.remove();
});

const by = { name: '张工', address: 'zhang@support.example' };

interface Waiting {
  mailId: string;
  from: { address: string };
  subject: string;
  text: string;
  reason: string;
  proposals: { caseId: string; caseNumber: string; confidence: number; by: string; reason: string }[];
}

/** Of a sender of its own, so that no test is alike another. */
function aMail(more: SendMailOptions = {}): SendMailOptions & { messageId: string; from: string } {
  const id = randomUUID();
  return {
    to: 'case@support.example',
    subject: `电脑蓝屏 ${id}`,
    text: '电脑装机后出现蓝屏。',
    ...more,
    from: typeof more.from === 'string' ? more.from : `${id}@partner.example`,
    messageId: `<${id}@partner.example>`,
  };
}

async function opened(mail = aMail()): Promise<{ caseId: string; mail: ReturnType<typeof aMail> }> {
  await intake.send(mail);
  return { caseId: (await intake.received(mail.messageId)).subject, mail };
}

async function ask(
  path: string,
  body?: unknown,
  key = apiKey,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${intake.service.url}/v1/mails/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function waitingOf(sender: string): Promise<Waiting | undefined> {
  const { body } = await ask('waiting?limit=200');
  return (body['mails'] as Waiting[]).find(({ from }) => from.address === sender);
}

/** Sends a mail and says where it waits. */
async function left(more: SendMailOptions = {}): Promise<Waiting> {
  const mail = aMail({ subject: '回复：电脑蓝屏', text: '今天又蓝屏了', ...more });
  expect(await intake.send(mail)).toMatchObject({ code: 250, text: expect.stringContaining('person') });
  const waiting = await waitingOf(mail.from);
  if (waiting === undefined) throw new Error(`no mail of ${mail.from} waits`);
  return waiting;
}

const toldOf = (mailId: string): unknown[] =>
  intake.told.filter((event) => event.type === 'mail.received' && event.data.mailId === mailId);

describe('an answer whose case is not sure', () => {
  test('waits, opens no case and tells nothing, and is not lost', async () => {
    const waiting = await left();
    expect(waiting).toMatchObject({
      text: '今天又蓝屏了',
      proposals: [],
      reason: expect.stringContaining('回复:'),
    });
    await opened();
    expect(toldOf(waiting.mailId)).toEqual([]);
    const [row] = await intake.rows<{ case_id: string | null; location: string }>(
      'select case_id, location from {schema}.mail where mail_id = $1',
      [waiting.mailId],
    );
    expect(row).toMatchObject({ case_id: null, location: expect.stringMatching(/^mails\//) });
  });

  test.each<[string, SendMailOptions]>([
    ['a reply prefix', { subject: '答复: 蓝屏' }],
    ['a header that names a mail nobody knows', { subject: '蓝屏', inReplyTo: '<gone@partner.example>' }],
    ['words that can only be about a case', { subject: '蓝屏', text: '好的，谢谢' }],
    [
      'a letter of ours that nobody knows',
      { subject: '蓝屏', inReplyTo: `<${randomUUID()}.${randomUUID()}@support.example>` },
    ],
    ['what looks like advertising', { subject: '代开发票', text: '代开增值税发票，点数优惠，微信同号13800000000' }],
  ])('is known by %s', async (_sign, more) => {
    expect((await left(more)).mailId).toBeTruthy();
  });

  test('is proposed the cases of its subject and its sender, which are never enough', async () => {
    const { caseId, mail } = await opened();
    const both = await left({ from: mail.from, subject: `Re: ${String(mail.subject)}` });
    expect(both.proposals).toMatchObject([
      { caseId, by: 'likeness', confidence: 0.6, caseNumber: expect.stringMatching(/^CAS-/) },
    ]);
    const topicAlone = await left({ subject: `回复：${String(mail.subject)}` });
    expect(topicAlone.proposals).toMatchObject([{ caseId, confidence: 0.4 }]);
  });

  test('waits as well where its keys name two cases', async () => {
    const [one, two] = [await opened(), await opened()];
    const [row] = await intake.rows<{ tracking_token: string }>(
      'select tracking_token from {schema}.known_case where case_id = $1',
      [one.caseId],
    );
    const waiting = await left({ subject: `Re: ${row?.tracking_token ?? ''}`, inReplyTo: two.mail.messageId });
    expect(waiting.reason).toContain('two cases');
    expect(waiting.proposals.map(({ caseId, by: how }) => [caseId, how])).toEqual([
      [one.caseId, 'token'],
      [two.caseId, 'answered-mail'],
    ]);
  });

  test.each(['回复：', 'Re: '])('does not wait with a sure key: %s', async (prefix) => {
    const { caseId } = await opened();
    const [row] = await intake.rows<{ tracking_token: string; case_number: string }>(
      'select tracking_token, case_number from {schema}.known_case where case_id = $1',
      [caseId],
    );
    const number = (row?.case_number ?? '').replaceAll('-', '－');
    for (const subject of [
      `${prefix}x ${row?.tracking_token.replace(':', '：') ?? ''}`,
      `${prefix}【案例号：${number}】x`,
    ]) {
      const mail = aMail({ subject, inReplyTo: '<tencent_0123456789ABCDEF@qq.com>', text: '已上传' });
      await intake.send(mail);
      expect((await intake.received(mail.messageId)).subject).toBe(caseId);
    }
    const quoted = aMail({
      subject: '回复',
      text: `已上传\n\n发件人: x\n发送时间: 2020-05-07\n主题: ${row?.tracking_token ?? ''}`,
    });
    await intake.send(quoted);
    expect((await intake.received(quoted.messageId)).subject).toBe(caseId);
  });
});

describe('a person assigns a mail that waits', () => {
  test('to a case, where it speaks once, whoever says so and how often', async () => {
    const { caseId, mail } = await opened();
    const { mailId } = await left({ from: mail.from });
    const decision = { as: 'case', caseId, by, note: '电话确认' };
    const answers = await Promise.all([1, 2, 3].map(() => ask(`${mailId}/assign`, decision)));
    for (const answer of answers) expect(answer).toEqual({ status: 200, body: { mailId, as: 'case', caseId } });
    const event = await until('the mail is told', () => toldOf(mailId)[0]);
    expect(event).toMatchObject({ subject: caseId, data: { kind: 'problem', text: '今天又蓝屏了' } });
    await opened();
    expect(toldOf(mailId)).toHaveLength(1);
    expect(await waitingOf(mail.from)).toBeUndefined();
    const [row] = await intake.rows(
      'select decided_by, note, decided_at, mail from {schema}.waiting_mail where mail_id = $1',
      [mailId],
    );
    expect(row).toMatchObject({ decided_by: by, note: '电话确认', decided_at: expect.any(Date), mail: null });
  });

  test('to a case, so that what answers it later finds that case', async () => {
    const { caseId } = await opened();
    const lost = aMail({ subject: 'Re: x', text: '还没上传' });
    await intake.send(lost);
    const waiting = await waitingOf(lost.from);
    await ask(`${waiting?.mailId ?? ''}/assign`, { as: 'case', caseId, by });
    const next = aMail({ subject: 'Re: x', inReplyTo: lost.messageId });
    await intake.send(next);
    expect((await intake.received(next.messageId)).subject).toBe(caseId);
  });

  test('as a new case, which is reported and gets names of its own', async () => {
    const { mailId } = await left({ subject: '回复：打印时蓝屏' });
    const { body } = await ask(`${mailId}/assign`, { as: 'new', by });
    const event = await until('the mail is told', () => toldOf(mailId)[0]);
    expect(event).toMatchObject({ subject: body['caseId'], data: { kind: 'problem' } });
    expect(intake.of(String(body['caseId'])).map(({ type }) => type)).toEqual(['problem.reported', 'mail.received']);
  });

  test('to nothing: it is kept and told nowhere', async () => {
    const { mailId } = await left({ subject: '代开发票', text: '代开增值税发票，点数优惠，微信同号13800000000' });
    expect(await ask(`${mailId}/assign`, { as: 'nothing', by })).toMatchObject({ status: 200, body: { caseId: null } });
    await opened();
    expect(toldOf(mailId)).toEqual([]);
  });

  test('and is told what cannot be done', async () => {
    const { caseId } = await opened();
    const { mailId } = await left();
    expect(await ask(`${mailId}/assign`, { as: 'case', caseId: randomUUID(), by })).toMatchObject({ status: 404 });
    expect(await ask(`${randomUUID()}/assign`, { as: 'new', by })).toMatchObject({ status: 404 });
    expect(await ask('x/assign', { as: 'new', by })).toMatchObject({ status: 404 });
    expect(await ask(`${mailId}/assign`, { as: 'case', by })).toMatchObject({ status: 400 });
    expect(await ask(`${mailId}/assign`, { as: 'new' })).toMatchObject({ status: 400 });
    expect(await ask(`${mailId}/assign`, { as: 'new', by }, 'a-wrong-key-of-somebody')).toMatchObject({ status: 401 });
    expect(await ask('waiting', undefined, 'a-wrong-key-of-somebody')).toMatchObject({ status: 401 });
    await ask(`${mailId}/assign`, { as: 'case', caseId, by });
    expect(await ask(`${mailId}/assign`, { as: 'new', by })).toMatchObject({ status: 409 });
  });
});

test('what waits is shown to the console, without its text', async () => {
  const { mailId } = await left({ text: '今天又蓝屏了，机密' });
  const redis = new Redis(intake.system.environment['REDIS_URL'] as string);
  try {
    const key = `${intake.system.namespace}:intake:waiting-mails`;
    const view = await until('the mail is shown', async () => {
      const text = await redis.get(key);
      return text?.includes(mailId) ? text : null;
    });
    expect(JSON.parse(view)).toMatchObject({ waiting: expect.any(Number) });
    expect(view).not.toContain('机密');
  } finally {
    redis.disconnect();
  }
});
