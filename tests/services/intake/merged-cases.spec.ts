import { topologyOf } from '@caserelay/messaging';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { aCommandEvent } from '../../support/other-system.js';
import { until } from '../../support/until.js';
import { anIntake, type IntakeSystem } from './intake-system.js';

const casesKey = 'a-key-that-opens-doors';
const by = { name: '一线工程师', address: 'l1@support.example' };

let intake: IntakeSystem;
beforeAll(async () => {
  intake = await anIntake({ CASES_API_KEY: casesKey });
});
afterAll(async () => {
  await intake.remove();
});

interface Named {
  caseId: string;
  caseNumber: string;
  trackingToken: string;
}

let counter = 4_000_000;
async function aCase(): Promise<Named> {
  counter += 1;
  const data = { trackingToken: `CMIT:${counter}`, endCustomer: '乙公司', problem: '电脑蓝屏' };
  const ticket = { specversion: '1.0', id: randomUUID(), source: '/crm', type: 'ticket.registered', data };
  return (await intake.post(ticket)).body as unknown as Named;
}

/** Tells, as the case does, that it goes on in another one; waits until intake knows. */
async function merged({ caseId, ...named }: Named, into: Named): Promise<void> {
  const fileOf = ({ caseNumber, trackingToken }: Omit<Named, 'caseId'>) => ({
    ...{ caseNumber, trackingToken, topic: '', partner: null, endCustomer: null, problem: null },
    ...{ contact: null, owner: null, language: 'zh-CN', lastMessageId: null },
  });
  const event = {
    ...{ specversion: '1.0', id: randomUUID(), source: '/caserelay/case-workflow', type: 'case.merged' },
    ...{ subject: caseId, time: new Date().toISOString(), sequence: 9 },
    data: { file: fileOf(named), into: { caseId: into.caseId, file: fileOf(into) }, by, reason: '同一问题' },
  };
  const connection = await connect(intake.system.environment['AMQP_URL'] as string);
  const channel = await connection.createConfirmChannel();
  const exchange = topologyOf(intake.system.namespace).events;
  channel.publish(exchange, event.type, Buffer.from(JSON.stringify(event)), { messageId: event.id });
  await channel.waitForConfirms();
  await connection.close();
  await until('intake knows of the merge', async () => {
    const rows = await intake.rows('select 1 from {schema}.inbox where event_id = $1', [event.id]);
    return rows.length;
  });
}

async function caseOfMail(news: { subject?: string; inReplyTo?: string; text?: string }): Promise<string> {
  const messageId = `<${randomUUID()}@partner.example>`;
  const mail = { from: 'contact@partner.example', to: 'case@support.example', subject: 'again', text: 'it crashed' };
  expect(await intake.send({ ...mail, ...news, messageId })).toMatchObject({ code: 250 });
  return (await intake.received(messageId)).subject;
}

describe('what names a merged case', () => {
  test('leads to the case that it goes on in: token, number, our letters and their own mails', async () => {
    const [one, target] = [await aCase(), await aCase()];
    const earlier = `<${randomUUID()}@partner.example>`;
    await intake.send({
      ...{ from: 'contact@partner.example', to: 'case@support.example', text: 'first' },
      ...{ subject: one.trackingToken, messageId: earlier },
    });
    expect((await intake.received(earlier)).subject).toBe(one.caseId);
    await merged(one, target);
    expect(await caseOfMail({ subject: `回复：${one.trackingToken}` })).toBe(target.caseId);
    expect(await caseOfMail({ subject: `Re: ${one.caseNumber}` })).toBe(target.caseId);
    expect(await caseOfMail({ inReplyTo: earlier })).toBe(target.caseId);
    expect(await caseOfMail({ inReplyTo: `<${one.caseId}.${randomUUID()}@support.example>` })).toBe(target.caseId);
    expect(await caseOfMail({ subject: target.trackingToken })).toBe(target.caseId);
  });

  test('leads there through a chain of merges, whichever was heard first', async () => {
    const [one, two, three, four] = [await aCase(), await aCase(), await aCase(), await aCase()];
    await merged(one, two);
    await merged(three, four);
    await merged(two, three);
    for (const { trackingToken } of [one, two, three])
      expect(await caseOfMail({ subject: trackingToken })).toBe(four.caseId);
    const rows = await intake.rows<{ merged_into: string }>(
      'select merged_into from {schema}.known_case where case_id = any($1)',
      [[one.caseId, two.caseId, three.caseId]],
    );
    expect(new Set(rows.map(({ merged_into: into }) => into))).toEqual(new Set([four.caseId]));
  });

  test('leads tickets there, and answers with the case that goes on', async () => {
    const [one, target] = [await aCase(), await aCase()];
    await merged(one, target);
    const data = { caseNumber: one.caseNumber, partner: '甲公司' };
    const ticket = { specversion: '1.0', id: randomUUID(), source: '/crm', type: 'ticket.registered', data };
    expect((await intake.post(ticket)).body).toEqual(target);
    const told = await until('the ticket is told', () => intake.of(target.caseId)[1]);
    expect(told).toMatchObject({
      type: 'problem.reported',
      data: { caseNumber: target.caseNumber, partner: '甲公司' },
    });
  });

  test('leads a command to the merged case itself, which says where to ask', async () => {
    const [one, target] = [await aCase(), await aCase()];
    await merged(one, target);
    const command = { type: 'archive', by, summary: null };
    const event = aCommandEvent(command, { trackingToken: one.trackingToken });
    const posted = await intake.post(event, { authorization: `Bearer ${casesKey}` });
    expect(posted).toMatchObject({ status: 202, body: { caseId: one.caseId } });
  });
});
