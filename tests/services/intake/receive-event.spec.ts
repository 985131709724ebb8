import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { anIntake, type IntakeSystem } from './intake-system.js';

let intake: IntakeSystem;
beforeAll(async () => {
  intake = await anIntake();
});
afterAll(async () => {
  await intake.remove();
});

let counter = 0;
/** A ticket of another system. */
function aTicket(data: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  counter += 1;
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/crm',
    type: 'ticket.registered',
    data: {
      trackingToken: `CMIT:${String(counter).padStart(7, '0')}`,
      endCustomer: '乙公司',
      problem: '电脑蓝屏',
      contact: { name: '联系人', address: 'contact@partner.example' },
      ...data,
    },
    ...more,
  };
}

describe('a posted ticket', () => {
  test('opens a case and reports its problem', async () => {
    const ticket = aTicket();
    const { status, body } = await intake.post(ticket);
    expect(status).toBe(202);
    expect(body).toEqual({
      caseId: expect.any(String),
      caseNumber: expect.stringMatching(/^CAS-/),
      trackingToken: ticket.data.trackingToken,
    });
    const told = await until('the ticket is told', () => intake.of(body['caseId'] as string)[0]);
    expect(told).toMatchObject({
      type: 'problem.reported',
      data: {
        channel: 'ticket',
        topic: '电脑蓝屏',
        endCustomer: '乙公司',
        contact: { address: 'contact@partner.example' },
        owner: null,
      },
    });
  });

  test('counts once and is answered the same, also at the same moment', async () => {
    const ticket = aTicket();
    const answers = await Promise.all([intake.post(ticket), intake.post(ticket), intake.post(ticket)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const other = await intake.post(aTicket());
    await until('the next one is told', () => intake.of(other.body['caseId'] as string)[0]);
    expect(intake.of(answers[0]?.body['caseId'] as string)).toHaveLength(1);
  });

  test('counts once by its Idempotency-Key', async () => {
    const ticket = aTicket();
    const headers = { 'idempotency-key': randomUUID() };
    const first = await intake.post(ticket, headers);
    const second = await intake.post({ ...ticket, id: randomUUID() }, headers);
    expect(second).toEqual(first);
    const other = await intake.post(aTicket(), headers);
    expect(other.status).toBe(409);
  });

  test('is refused when its id came with other content', async () => {
    const ticket = aTicket();
    await intake.post(ticket);
    const { status, body } = await intake.post({ ...ticket, data: { ...ticket.data, problem: '别的问题' } });
    expect(status).toBe(409);
    expect(body['detail']).toContain(ticket.id);
  });

  test('finds the case of a mail by its token, whatever way it is written', async () => {
    const messageId = `<${randomUUID()}@partner.example>`;
    await intake.send({
      from: 'l1@support.example',
      to: 'case@support.example',
      subject: 'CMIT:7654321 CAS-11111-BBBBBB',
      text: '请帮忙建立sftp服务器账号',
      messageId,
    });
    const { subject: caseId } = await intake.received(messageId);
    const byToken = await intake.post(aTicket({ trackingToken: 'cmit：7654321' }));
    const byNumber = await intake.post(aTicket({ trackingToken: undefined, caseNumber: 'cas-11111-bbbbbb' }));
    expect(byToken.body).toEqual({ caseId, caseNumber: 'CAS-11111-BBBBBB', trackingToken: 'CMIT:7654321' });
    expect(byNumber.body).toEqual(byToken.body);
  });
});

describe('a post that cannot be used', () => {
  test('is told every flaw with the value found', async () => {
    const ticket = aTicket({ contact: { name: 'x', address: 'nobody' }, problem: 7 });
    const { status, body } = await intake.post(ticket);
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'about:blank', status: 400 });
    expect(body['errors']).toEqual([
      { path: 'data.problem', message: expect.any(String), found: '7' },
      { path: 'data.contact.address', message: expect.any(String), found: '"nobody"' },
    ]);
  });

  test.each([
    ['a missing envelope', { data: {} }, 400],
    ['no object', '[]', 400],
    ['no JSON', '{', 400],
    ['text that no database keeps', aTicket({ problem: 'a\u0000b' }), 400],
    ['an unknown type', aTicket({}, { type: 'ticket.sold' }), 422],
    ['too many bytes', aTicket({ problem: 'x'.repeat(300_000) }), 413],
  ])('is refused: %s', async (_what, body, expected) => {
    const answer = await intake.post(body);
    expect(answer.status).toBe(expected);
    expect(answer.body).toMatchObject({ title: expect.any(String), status: expected });
  });

  test('is refused without the key, with a wrong one and as another media type', async () => {
    const ticket = aTicket();
    expect((await intake.post(ticket, { authorization: '' })).status).toBe(401);
    expect((await intake.post(ticket, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await intake.post(ticket, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await intake.post(ticket)).status).toBe(202);
  });
});
