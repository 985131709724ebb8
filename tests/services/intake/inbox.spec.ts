import type { EventOf } from '@caserelay/contracts';
import { topologyOf } from '@caserelay/messaging';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { aCommandEvent, anOtherSystem, type OtherSystem } from '../../support/other-system.js';
import { until } from '../../support/until.js';
import { anIntake, type IntakeSystem } from './intake-system.js';

const casesKey = 'a-key-that-opens-doors';
const by = { name: '一线工程师', address: 'l1@support.example' };
const note = (text: string) => ({ type: 'note', by, text });

let intake: IntakeSystem;
let other: OtherSystem;
beforeAll(async () => {
  intake = await anIntake({ CASES_API_KEY: casesKey });
  other = await anOtherSystem(intake.system.environment['AMQP_URL'] as string, intake.system.namespace);
});
afterAll(async () => {
  await other.close();
  await intake.remove();
});

let counter = 0;
function aTicket(data: Record<string, unknown> = {}) {
  counter += 1;
  const trackingToken = `CMIT:${String(counter).padStart(7, '0')}`;
  return {
    ...{ specversion: '1.0', id: randomUUID(), source: '/crm', type: 'ticket.registered' },
    data: { trackingToken, endCustomer: '乙公司', problem: '电脑蓝屏', ...data },
  };
}

async function aCase(): Promise<{ caseId: string; caseNumber: string; trackingToken: string }> {
  const { caseId, caseNumber, trackingToken } = await other.ask(aTicket());
  return { caseId, caseNumber, trackingToken } as { caseId: string; caseNumber: string; trackingToken: string };
}

const commandsOf = (caseId: string): EventOf<'command.received'>[] =>
  intake.of(caseId).filter((event): event is EventOf<'command.received'> => event.type === 'command.received');

describe('an event on the exchange inbox', () => {
  test('does what it does over HTTP, and its sender is answered with the case', async () => {
    const ticket = aTicket();
    const answer = await other.ask(ticket);
    expect(answer).toEqual({
      ...{ status: 202, caseId: expect.any(String), caseNumber: expect.stringMatching(/^CAS-/) },
      trackingToken: ticket.data.trackingToken,
    });
    const posted = await intake.post(ticket);
    expect({ status: posted.status, ...posted.body }).toEqual(answer);
    await until('the problem is told', () => intake.of(answer['caseId'] as string)[0]);
  });

  test('hands a command to its case, by its id, its number or its token', async () => {
    const { caseId, caseNumber, trackingToken } = await aCase();
    const events = [
      aCommandEvent(note('by id'), { subject: caseId.toUpperCase() }),
      aCommandEvent(note('by number'), { caseNumber: ` ${caseNumber.toLowerCase()} `, key: 'crm-4711' }),
      aCommandEvent(note('by token'), { trackingToken: trackingToken.replace(':', '：') }),
    ];
    for (const event of events) expect(await other.ask(event)).toMatchObject({ status: 202, caseId });
    const told = await until('all three are told', () => commandsOf(caseId).length === 3 && commandsOf(caseId));
    expect(told.map(({ data }) => data)).toEqual(
      events.map(({ id, source, data }) => ({
        ...{ channel: 'inbox', source, eventId: id, command: data.command },
        key: 'key' in data ? data.key : expect.stringMatching(/^event:[0-9a-f]{64}$/),
      })),
    );
  });

  test('counts once, however often and whichever way it comes, with the same answer', async () => {
    const { caseId } = await aCase();
    const event = aCommandEvent(note('once'), { subject: caseId });
    const answers = await Promise.all([other.ask(event), other.ask(event), other.ask(event)]);
    const posted = await intake.post(event, { authorization: `Bearer ${casesKey}` });
    expect(posted.status).toBe(202);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await other.ask(aCommandEvent(note('later'), { subject: caseId }));
    await until('the later one is told', () => commandsOf(caseId).length === 2);
  });

  test('is told in the order in which it was published', async () => {
    const { caseId } = await aCase();
    const texts = Array.from({ length: 120 }, (_, index) => `note ${index}`);
    for (const text of texts) await other.publish(aCommandEvent(note(text), { subject: caseId }));
    await until('all are told', () => commandsOf(caseId).length === texts.length);
    expect(commandsOf(caseId).map(({ data: { command } }) => 'text' in command && command.text)).toEqual(texts);
  });

  test('waits while it cannot be kept, and nothing behind it overtakes it', async () => {
    const { caseId } = await aCase();
    await intake.rows(`alter table {schema}.posted_event rename to posted_event_away`);
    const texts = ['first', 'second', 'third'];
    for (const text of texts) await other.publish(aCommandEvent(note(text), { subject: caseId }));
    await until('the first one was tried in vain', async () => {
      const metrics = await (await fetch(`${intake.service.url}/metrics`)).text();
      return /^caserelay_inbox_failures_total\{[^}]*\} [1-9]/m.test(metrics);
    });
    await intake.rows(`alter table {schema}.posted_event_away rename to posted_event`);
    await until('all are told', () => commandsOf(caseId).length === 3);
    expect(commandsOf(caseId).map(({ data: { command } }) => 'text' in command && command.text)).toEqual(texts);
  });
});

describe('an event that cannot be taken', () => {
  const unknown = randomUUID();
  const broken = (): [string, unknown, number, string, string][] => [
    ['no JSON', '{"specversion":', 400, 'unreadable', 'expected a CloudEvent as JSON'],
    ['too much', JSON.stringify({ filler: 'x'.repeat(300_000) }), 413, 'unreadable', 'expected at most 262144'],
    ['no envelope', {}, 400, 'unreadable', 'specversion'],
    ['an unknown type', { ...aTicket(), type: 'ticket.sold' }, 422, 'unknown-type', 'ticket.sold'],
    ['no case', aCommandEvent(note('x'), {}), 400, 'unreadable', 'expected one of subject'],
    ['two cases', aCommandEvent(note('x'), { subject: unknown, caseNumber: 'C-1' }), 400, 'unreadable', 'expected one'],
    [
      'an unknown case',
      aCommandEvent(note('x'), { subject: unknown }),
      404,
      'refused',
      `no case is known by "${unknown}"`,
    ],
    ['no command', aCommandEvent({ type: 'dance', by }, { subject: unknown }), 400, 'unreadable', 'data.command.type'],
    [
      'a note of nobody',
      aCommandEvent({ type: 'note', text: 'x' }, { subject: unknown }),
      400,
      'unreadable',
      'data.command.by',
    ],
    ['unstorable text', aCommandEvent(note('a\u0000b'), { subject: unknown }), 400, 'unreadable', 'without NUL'],
  ];

  test.each(broken())(
    'is answered and lies among the dead letters with its reason: %s',
    async (_, event, status, reason, why) => {
      const answer = await other.ask(event);
      expect(answer).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
      const [letter] = await other.deadLetters(1);
      expect(letter).toMatchObject({ reason, payload: typeof event === 'string' ? event : JSON.stringify(event) });
      expect(letter?.why).toContain(why);
    },
  );

  test('that came before with other content is a conflict', async () => {
    const { caseId } = await aCase();
    const event = aCommandEvent(note('one'), { subject: caseId });
    await other.ask(event);
    const { id } = event;
    const answer = await other.ask(aCommandEvent(note('another'), { subject: caseId }, { id }));
    expect(answer).toMatchObject({ status: 409, detail: expect.stringContaining(id) });
    expect(await other.deadLetters(1)).toMatchObject([{ reason: 'refused' }]);
  });

  test('is kept nowhere, so that it can come again once its case is known', async () => {
    const event = aCommandEvent(note('early'), { trackingToken: 'CMIT:7777777' });
    expect(await other.ask(event)).toMatchObject({
      ...{ status: 404, type: 'urn:caserelay:problem:unknown-case' },
      reason: { 'zh-CN': expect.stringContaining('没有'), en: expect.stringContaining('no case') },
    });
    await other.deadLetters(1);
    await other.ask(aTicket({ trackingToken: 'CMIT:7777777' }));
    expect(await other.ask(event)).toMatchObject({ status: 202 });
  });

  test('keeps nobody waiting, and its answer never goes into a queue of ours', async () => {
    const { caseId } = await aCase();
    const queue = topologyOf(intake.system.namespace).queueOf('ops-console');
    await other.publish('not JSON', { replyTo: queue, correlationId: 'x' });
    await other.publish('not JSON either', { replyTo: 'nobody-has-this-queue', correlationId: 'x' });
    await other.publish(aCommandEvent(note('next'), { subject: caseId }));
    await until('the next one is told', () => commandsOf(caseId).length === 1);
    await other.deadLetters(2);
    expect(intake.told.filter((event) => !('specversion' in event))).toEqual([]);
  });
});

describe('a command at POST /v1/events', () => {
  test('takes the key of the commands', async () => {
    const { caseId } = await aCase();
    const event = aCommandEvent(note('by HTTP'), { subject: caseId });
    expect(await intake.post(event)).toMatchObject({ status: 403, body: { title: 'Not allowed' } });
    const posted = await intake.post(event, { authorization: `Bearer ${casesKey}` });
    expect(posted).toMatchObject({ status: 202, body: { caseId } });
    expect((await until('it is told', () => commandsOf(caseId)[0])).data.channel).toBe('events');
    const ticket = await intake.post(aTicket(), { authorization: `Bearer ${casesKey}` });
    expect(ticket.status).toBe(202);
  });

  test('for a case that nobody knows is told so', async () => {
    const event = aCommandEvent(note('x'), { subject: randomUUID() });
    const { status, body } = await intake.post(event, { authorization: `Bearer ${casesKey}` });
    expect(status).toBe(404);
    expect(body).toMatchObject({ title: 'Unknown case', type: 'urn:caserelay:problem:unknown-case' });
  });
});
