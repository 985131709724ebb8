import type { AnyEvent, EventOf } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { aCaseWorkflow, type CaseWorkflowSystem, key } from './case-workflow-system.js';

const by = { name: '一线工程师', address: 'l1@support.example' };
const contact = { name: '合作伙伴联系人', address: 'contact@partner.example' };
const source = 'https://crm.partner.example/tickets';

let remove: CaseWorkflowSystem['remove'];
let system: CaseWorkflowSystem['system'];
let service: CaseWorkflowSystem['service'];
let channel: CaseWorkflowSystem['channel'];
let heard: CaseWorkflowSystem['heard'];

beforeAll(async () => {
  ({ remove, system, service, channel, heard } = await aCaseWorkflow());
});

afterAll(() => remove());

describe('a command of another system', () => {
  it('is carried out, and the history of the case says who asked, through whom, and what it led to', async () => {
    const caseId = await anOpenCase();
    const asked = receive(caseId, { type: 'change-priority', by, priority: 'p1' });
    const outcome = await outcomeOf(asked);
    expect(outcome).toMatchObject({
      ...{ type: 'case.command-carried-out', subject: caseId, causationid: asked.id, sequence: expect.any(Number) },
      data: {
        ...{ channel: 'inbox', source, eventId: asked.data.eventId, key: asked.data.key, isRepeat: false },
        ...{ command: 'change-priority', by, events: expect.arrayContaining(['case.priority-changed']) },
        ...{ commandId: expect.any(String), phase: 'reported', wakeAt: expect.any(String) },
      },
    });
    expect(toldOf(caseId, 'case.priority-changed')[0]).toMatchObject({ causationid: asked.id });
    expect((await historyOf(caseId)).at(-1)).toMatchObject({
      ...{ type: 'case.command-carried-out', causationId: asked.id, sequence: outcome.sequence },
    });
  });

  it('is done once for its key, also when the same was asked over the API before', async () => {
    const caseId = await anOpenCase();
    const command = { type: 'ask-question', by, text: 'since when?' };
    const first = await ask(caseId, command, 'crm-1');
    const again = await outcomeOf(receive(caseId, command, 'crm-1'));
    expect(again).toMatchObject({
      type: 'case.command-carried-out',
      data: { isRepeat: true, commandId: first.body['commandId'], events: first.body['events'] },
    });
    expect(again.sequence).toBeUndefined();
    expect(toldOf(caseId, 'case.question-asked')).toHaveLength(1);
    expect(await ask(caseId, command, 'crm-1')).toEqual(first);
  });

  it('changes nothing when its event is heard twice', async () => {
    const caseId = await anOpenCase();
    const asked = receive(caseId, { type: 'ask-question', by, text: 'once?' });
    publish(asked);
    publish(asked);
    await outcomeOf(receive(caseId, { type: 'note', by, text: 'later' }));
    expect(toldOf(caseId, 'case.question-asked')).toHaveLength(1);
    expect(outcomesOf(asked)).toHaveLength(1);
  });

  it('that breaks a rule is refused with the very problem that the API answers, and may be asked again', async () => {
    const caseId = await anOpenCase();
    const command = { type: 'reopen', by, reason: 'again' };
    const overApi = await ask(caseId, command, 'another');
    const refused = await outcomeOf(receive(caseId, command, 'crm-reopen'));
    expect(refused.type === 'case.command-refused' && refused.data.problem).toEqual(overApi.body);
    expect(overApi).toMatchObject({
      status: 409,
      body: {
        ...{ type: 'urn:caserelay:problem:refused', title: 'Refused', status: 409 },
        detail: expect.stringContaining('expected an archived case'),
        reason: {
          'zh-CN': expect.stringContaining('不能重新打开'),
          en: expect.stringContaining('expected an archived'),
        },
      },
    });
    expect(refused.sequence).toBeUndefined();
    await ask(caseId, { type: 'archive', by, summary: 'done' }, 'close');
    expect((await outcomeOf(receive(caseId, command, 'crm-reopen'))).type).toBe('case.command-carried-out');
  });

  it('with the key of another command is refused as the API does', async () => {
    const caseId = await anOpenCase();
    await outcomeOf(receive(caseId, { type: 'note', by, text: 'one' }, 'the-same'));
    const refused = await outcomeOf(receive(caseId, { type: 'note', by, text: 'another' }, 'the-same'));
    expect(refused).toMatchObject({
      type: 'case.command-refused',
      data: { problem: { type: 'urn:caserelay:problem:key-used-before', status: 422 } },
    });
    const overApi = await ask(caseId, { type: 'note', by, text: 'another' }, 'the-same');
    expect(refused.type === 'case.command-refused' && refused.data.problem).toEqual(overApi.body);
  });

  it('about two cases that one of them refuses leaves nothing in the other, and the next is done', async () => {
    const [one, other] = [await anOpenCase(), await anOpenCase()];
    await outcomeOf(receive(one, { type: 'link', by, to: other, as: 'related' }));
    // The other case alone forgets the link, so that it would take another one where this one refuses it.
    await system.query(
      `update ${system.schema('case-workflow')}.cases set state = jsonb_set(state, '{known,links}', '[]') where id = $1`,
      [one],
    );
    const before = (await historyOf(one)).length;
    const asked = receive(one, { type: 'link', by, to: other, as: 'parent' });
    const next = receive(one, { type: 'note', by, text: 'next' });
    expect(await outcomeOf(asked)).toMatchObject({ type: 'case.command-refused' });
    expect(await outcomeOf(next)).toMatchObject({ type: 'case.command-carried-out' });
    expect((await historyOf(one)).slice(before).map(({ type }) => type)).toEqual([
      'note.kept',
      'case.command-carried-out',
    ]);
  });

  it('that comes before its case waits for it', async () => {
    const caseId = randomUUID();
    const asked = receive(caseId, { type: 'note', by, text: 'early' });
    await anOpenCase(caseId);
    expect(await outcomeOf(asked)).toMatchObject({ type: 'case.command-carried-out' });
  });
});

function receive(caseId: string, command: object, ownKey: string = randomUUID()) {
  const event = {
    ...{ specversion: '1.0', id: randomUUID(), source: '/caserelay/intake', type: 'command.received' },
    ...{ subject: caseId, time: new Date().toISOString() },
    data: { channel: 'inbox', source, eventId: randomUUID() as string, key: ownKey, command },
  };
  publish(event);
  return event;
}

function publish(event: { id: string; type: string }): void {
  channel.publish(service.host.topology.events, event.type, Buffer.from(JSON.stringify(event)), {
    messageId: event.id,
  });
}

type Outcome = EventOf<'case.command-carried-out' | 'case.command-refused'>;

function outcomesOf({ data }: ReturnType<typeof receive>): Outcome[] {
  return heard.filter(
    (event): event is Outcome =>
      (event.type === 'case.command-carried-out' || event.type === 'case.command-refused') &&
      event.data.eventId === data.eventId,
  );
}

async function outcomeOf(asked: ReturnType<typeof receive>): Promise<Outcome> {
  return await until('the outcome is told', () => outcomesOf(asked)[0]);
}

function toldOf(caseId: string, type: AnyEvent['type']): AnyEvent[] {
  return heard.filter((event) => event.subject === caseId && event.type === type);
}

async function historyOf(caseId: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${service.url}/v1/cases/${caseId}`);
  return ((await response.json()) as { history: Record<string, unknown>[] }).history;
}

async function ask(
  caseId: string,
  command: object,
  ownKey: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${service.url}/v1/cases/${caseId}/commands`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': ownKey },
    body: JSON.stringify(command),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function anOpenCase(caseId: string = randomUUID()): Promise<string> {
  const id = randomUUID();
  const event = {
    ...{ specversion: '1.0', id, source: '/caserelay/intake', type: 'problem.reported', subject: caseId },
    time: new Date().toISOString(),
    data: {
      ...{ caseNumber: `CAS-${caseId}`, trackingToken: `CMIT:${caseId}`, topic: 'blue screen', partner: null },
      ...{ endCustomer: null, problem: null, contact, owner: by, language: 'en', channel: 'ticket' },
    },
  };
  publish(event);
  await until('the case is opened', () => toldOf(caseId, 'case.opened')[0]);
  return caseId;
}
