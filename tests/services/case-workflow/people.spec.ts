import type { AnyEvent } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { aCaseWorkflow, type CaseWorkflowSystem, key } from './case-workflow-system.js';

const by = { name: '一线工程师', address: 'l1@support.example' };
const contact = { name: '合作伙伴联系人', address: 'contact@partner.example' };

let remove: CaseWorkflowSystem['remove'];
let service: CaseWorkflowSystem['service'];
let channel: CaseWorkflowSystem['channel'];
let heard: CaseWorkflowSystem['heard'];

beforeAll(async () => {
  ({ remove, service, channel, heard } = await aCaseWorkflow());
});

afterAll(() => remove());

describe('the door of commands', () => {
  it('does what a person asks, tells it, and sets the next wake-up', async () => {
    const caseId = await anOpenCase();
    const until = new Date(Date.now() + 5 * 86_400_000).toISOString();
    const { status, body } = await ask(caseId, { type: 'hold', by, reason: 'maintenance window', until });
    expect(status).toBe(200);
    expect(body).toMatchObject({ caseId, phase: 'reported', wakeAt: until });
    expect(body['events']).toContain('case.held');
    const told = await tellsOf(caseId, 'case.held');
    expect(told[0]?.data).toMatchObject({ reason: 'maintenance window', by, until });
  });

  it('does it once for each key, however often and at once it is asked', async () => {
    const caseId = await anOpenCase();
    const command = { type: 'ask-question', by, text: 'since when?' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(caseId, command, 'the-same')));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    // A later event of the same case comes after all that was told before.
    await ask(caseId, { type: 'change-priority', by, priority: 'p1' });
    await tellsOf(caseId, 'case.priority-changed');
    expect(heard.filter(({ type, subject }) => type === 'case.question-asked' && subject === caseId)).toHaveLength(1);
    const other = await ask(caseId, { ...command, text: 'another' }, 'the-same');
    expect(other).toMatchObject({ status: 422, body: { title: 'Key used before' } });
  });

  it('refuses with the rule that is in the way, and takes the same again once it is not', async () => {
    const caseId = await anOpenCase();
    const early = await ask(caseId, { type: 'reopen', by, reason: 'again' }, 'reopen-1');
    expect(early).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('expected an archived case') },
    });
    expect(await ask(caseId, { type: 'archive', by, summary: 'done' })).toMatchObject({ body: { phase: 'archived' } });
    expect(await ask(caseId, { type: 'reopen', by, reason: 'again' }, 'reopen-1')).toMatchObject({ status: 200 });
  });

  it('links two cases, lets each know whether the other is open, and keeps a parent open until its child is closed', async () => {
    const [parent, child] = [await anOpenCase(), await anOpenCase()];
    const linked = await ask(parent, { type: 'link', by, to: child, as: 'child' });
    expect(linked).toMatchObject({ status: 200, body: { events: ['case.linked'] } });
    expect((await tellsOf(child, 'case.linked'))[0]?.data).toMatchObject({ as: 'parent', other: { caseId: parent } });
    const archive = { type: 'archive', by, summary: null };
    expect(await ask(parent, archive)).toMatchObject({ status: 409 });
    expect(await ask(child, archive)).toMatchObject({ status: 200 });
    await until('the parent can be closed', async () => (await ask(parent, archive)).status === 200);
  });

  it('shows what was asked, and nothing of what was said', async () => {
    const [caseId, other] = [await anOpenCase(), await anOpenCase()];
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const question = await ask(caseId, { type: 'ask-question', by, text: 'a secret of the customer' });
    const plan = await ask(caseId, { type: 'write-plan', by, items: ['one', 'two'] });
    await ask(caseId, { type: 'tick-item', by, planId: plan.body['commandId'], item: 2, isDone: true });
    await ask(caseId, { type: 'tick-evidence', by, evidence: 'collected-logs', isHere: true });
    await ask(caseId, { type: 'link', by, to: other, as: 'related' });
    await ask(caseId, { type: 'hold', by, reason: 'a secret of the engineer', until });
    const text = await (await fetch(`${service.url}/v1/cases/${caseId}`)).text();
    expect(text).not.toContain('a secret');
    expect((JSON.parse(text) as { asked: object }).asked).toMatchObject({
      hold: { until },
      questions: [{ questionId: question.body['commandId'], isHeard: false, isOpen: true }],
      plan: { planId: plan.body['commandId'], items: [{ doneAt: null }, { doneAt: expect.any(String) }] },
      links: [{ caseId: other, as: 'related', isOpen: true }],
      checklist: [{ evidence: 'collected-logs', uploadId: null, mailId: null }],
    });
  });

  it('links no case with itself, nor with one that nobody knows', async () => {
    const caseId = await anOpenCase();
    const related = { type: 'link', by, as: 'related' };
    expect(await ask(caseId, { ...related, to: caseId })).toMatchObject({ status: 409 });
    expect(await ask(caseId, { ...related, to: randomUUID() })).toMatchObject({ status: 409 });
    expect(await ask(randomUUID(), { ...related, to: caseId })).toMatchObject({ status: 404 });
  });

  it('links the same two cases from both sides at once', async () => {
    const cases = [await anOpenCase(), await anOpenCase()] as const;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, turn) => {
        const [one, other] = turn % 2 === 0 ? cases : [cases[1], cases[0]];
        return ask(one, { type: 'link', by, to: other, as: 'related' });
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
  });

  it.each([
    [{ type: 'dance', by }, 400],
    [{ type: 'hold', by, reason: '', until: 'tomorrow' }, 400],
    [{ type: 'note', text: 'whose?' }, 400],
  ])('says what is wrong with %j', async (command, status) => {
    const caseId = await anOpenCase();
    const answer = await ask(caseId, command);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ title: 'Bad request', detail: expect.any(String) });
  });

  it('wants a key for each command, knows its cases, and asks who is there', async () => {
    const caseId = await anOpenCase();
    const command = { type: 'note', by, text: 'x' };
    expect(await ask(caseId, command, '')).toMatchObject({ status: 400 });
    expect(await ask(randomUUID(), command)).toMatchObject({ status: 404 });
    expect(await ask('7', command)).toMatchObject({ status: 404 });
    expect(await ask(caseId, command, 'x', 'wrong')).toMatchObject({ status: 401 });
  });
});

async function ask(
  caseId: string,
  command: object,
  idempotencyKey = randomUUID() as string,
  secret = key,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${service.url}/v1/cases/${caseId}/commands`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${secret}`,
      ...(idempotencyKey === '' ? {} : { 'idempotency-key': idempotencyKey }),
    },
    body: JSON.stringify(command),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function tellsOf(caseId: string, type: AnyEvent['type']): Promise<AnyEvent[]> {
  return await until(`${type} is told`, () => {
    const told = heard.filter((event) => event.subject === caseId && event.type === type);
    return told.length > 0 && told;
  });
}

async function anOpenCase(): Promise<string> {
  const caseId = randomUUID();
  const id = randomUUID();
  const event = {
    ...{ specversion: '1.0', id, source: '/caserelay/intake', type: 'problem.reported', subject: caseId },
    time: new Date().toISOString(),
    data: {
      ...{ caseNumber: `CAS-${caseId}`, trackingToken: `CMIT:${caseId}`, topic: 'blue screen', partner: null },
      ...{ endCustomer: null, problem: null, contact, owner: by, language: 'en', channel: 'ticket' },
    },
  };
  channel.publish(service.host.topology.events, event.type, Buffer.from(JSON.stringify(event)), { messageId: id });
  await tellsOf(caseId, 'case.opened');
  return caseId;
}
