import type { AnyEvent } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { aCaseWorkflow, type CaseWorkflowSystem, key } from './case-workflow-system.js';

const by = { name: '一线工程师', address: 'l1@support.example' };
const contact = { name: '合作伙伴联系人', address: 'contact@partner.example' };
const sha256 = 'a'.repeat(64);

let remove: CaseWorkflowSystem['remove'];
let system: CaseWorkflowSystem['system'];
let service: CaseWorkflowSystem['service'];
let channel: CaseWorkflowSystem['channel'];
let heard: CaseWorkflowSystem['heard'];

beforeAll(async () => {
  ({ remove, system, service, channel, heard } = await aCaseWorkflow());
});

afterAll(() => remove());

const merge = (from: string, into: string) => ask(from, { type: 'merge', by, into, reason: 'the same machine' });

describe('a merge', () => {
  it('ends one case in another; both pages say so, and each tells it', async () => {
    const [one, target] = [await anOpenCase(), await anOpenCase()];
    expect(await merge(one, target)).toMatchObject({
      status: 200,
      body: { phase: 'merged', wakeAt: null, events: ['case.merged'] },
    });
    await toldOf(one, 'case.merged');
    expect((await toldOf(target, 'case.merge-taken')).data).toMatchObject({ merged: { caseId: one }, by });
    expect(await view(one)).toMatchObject({
      phase: 'merged',
      asked: { mergedInto: { caseId: target, caseNumber: `CAS-${target}` }, merged: [] },
    });
    expect(await view(target)).toMatchObject({
      asked: { mergedInto: null, merged: [{ caseId: one, caseNumber: `CAS-${one}`, trackingToken: `CMIT:${one}` }] },
    });
    const rows = await system.query(
      `select 1 from ${system.schema('case-workflow')}.cases where id = $1 and wake_at is null`,
      [one],
    );
    expect(rows).toHaveLength(1);
  });

  it('loses nothing that was on its way: mail, upload and analysis count in the other case, once', async () => {
    const [one, target] = [await anOpenCase(), await anOpenCase()];
    const upload = { uploadId: randomUUID(), spaceId: randomUUID(), name: 'MEMORY.zip', bytes: 10, sha256 };
    const file = { ...upload, location: 'uploads/1' };
    publish(one, 'upload.completed', { ...file, because: 'whole' });
    await toldOf(one, 'case.analysis-requested');
    await merge(one, target);
    // Told before anybody else knew of the merge; the broker may deliver it twice.
    const mail = publish(one, 'mail.received', aMail('question', 'what now?'));
    resend(mail);
    publish(one, 'dump.unreadable', { uploadId: upload.uploadId, name: upload.name, reason: 'found ELF' });
    const reported = await toldOf(target, 'case.analysis-reported');
    expect(reported.data).toMatchObject({ uploadId: upload.uploadId, file: { caseNumber: `CAS-${target}` } });
    expect(heard.filter(({ type, subject }) => type === 'case.customer-forwarded' && subject === target)).toHaveLength(
      1,
    );
    const after = heard.slice(heard.findIndex(({ type, subject }) => type === 'case.merged' && subject === one) + 1);
    expect(after.filter(({ subject }) => subject === one).map(({ type }) => type)).toEqual([
      'case.command-carried-out',
    ]);
    expect((await view(target))['uploads']).toMatchObject([{ uploadId: upload.uploadId, settled: true }]);
  });

  it('follows a chain: what comes for the first counts in the last', async () => {
    const [one, two, three] = [await anOpenCase(), await anOpenCase(), await anOpenCase()];
    await merge(one, two);
    await merge(two, three);
    publish(one, 'mail.received', aMail('question', 'still there?'));
    expect((await toldOf(three, 'case.customer-forwarded')).data).toMatchObject({ text: 'still there?' });
    await until('the first knows where it goes on', async () => {
      const { mergedInto } = (await view(one))['asked'] as { mergedInto: { caseId: string } };
      return mergedInto.caseId === three;
    });
    expect(await view(three)).toMatchObject({ asked: { merged: [{ caseId: one }, { caseId: two }] } });
  });

  it('lets the end of the other case be its own: account and evidence end with it, and stay when it is opened again', async () => {
    const [one, target] = [await anOpenCase(), await anOpenCase()];
    await merge(one, target);
    await ask(target, { type: 'archive', by, summary: 'done' });
    const clocks = async () =>
      ((await view(one))['clocks'] as { clock: string; endedAt?: string }[]).map(({ clock }) => clock);
    await until('its clocks run', async () => (await clocks()).includes('retention'));
    expect((await view(one))['wakeAt']).not.toBeNull();
    await ask(target, { type: 'reopen', by, reason: 'again' });
    await until('its clocks have stopped', async () => (await view(one))['wakeAt'] === null);
  });

  it('keeps the evidence of both under a legal hold of one, and lifts it from both', async () => {
    const [one, target] = [await anOpenCase(), await anOpenCase()];
    await ask(target, { type: 'place-legal-hold', by, reason: 'a court asks' });
    expect(await merge(one, target)).toMatchObject({ status: 200 });
    await toldOf(one, 'case.legal-hold-placed');
    expect(await ask(target, { type: 'lift-legal-hold', by, reason: 'it is over' })).toMatchObject({ status: 200 });
    await toldOf(one, 'case.legal-hold-lifted');
    expect(await ask(target, { type: 'place-legal-hold', by, reason: 'again' })).toMatchObject({ status: 200 });
    expect(await ask(one, { type: 'place-legal-hold', by, reason: 'again' })).toMatchObject({ status: 409 });
  });

  it('lets linked cases know that it is open no more', async () => {
    const [one, target, parent] = [await anOpenCase(), await anOpenCase(), await anOpenCase()];
    await ask(parent, { type: 'link', by, to: one, as: 'child' });
    expect(await ask(parent, { type: 'archive', by, summary: null })).toMatchObject({ status: 409 });
    await merge(one, target);
    await until('the parent can be closed', async () => {
      const { status } = await ask(parent, { type: 'archive', by, summary: null });
      return status === 200;
    });
  });

  it('is refused into itself, a case nobody knows, an archived and a merged one, and of a merged one', async () => {
    const [one, target, archived] = [await anOpenCase(), await anOpenCase(), await anOpenCase()];
    await ask(archived, { type: 'archive', by, summary: null });
    const refused = async (from: string, into: string): Promise<string> => {
      const { status, body } = await merge(from, into);
      expect(status).toBe(409);
      expect(body['reason']).toMatchObject({ 'zh-CN': expect.stringMatching(/[\u4e00-\u9fff]/) });
      return body['detail'] as string;
    };
    expect(await refused(one, one)).toContain('not merged into itself');
    expect(await refused(one, randomUUID())).toContain('no case has the id');
    expect(await refused(one, archived)).toContain('is archived');
    await merge(one, target);
    expect(await refused(target, one)).toContain('was merged itself');
    expect(await refused(one, archived)).toContain(`was merged into CAS-${target}`);
    expect(await ask(one, { type: 'reopen', by, reason: 'x' })).toMatchObject({ status: 409 });
    expect(await ask(randomUUID(), { type: 'merge', by, into: target, reason: 'x' })).toMatchObject({ status: 404 });
  });

  it('of two into each other at once is one merge', async () => {
    const [one, other] = [await anOpenCase(), await anOpenCase()];
    const answers = await Promise.all([merge(one, other), merge(other, one)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const phases = [(await view(one))['phase'], (await view(other))['phase']];
    expect(phases.filter((phase) => phase === 'merged')).toHaveLength(1);
  });
});

function aMail(kind: string, text: string) {
  return {
    ...{ mailId: randomUUID(), messageId: `<${randomUUID()}@partner.example>`, from: contact, author: 'customer' },
    ...{ subject: 'Re', kind, kindReason: 'spec', waitsForCrash: false, text, language: 'en' },
    ...{ location: 'mails/1.eml', attachments: [] },
  };
}

function publish(subject: string, type: string, data: object) {
  const event = {
    ...{ specversion: '1.0', id: randomUUID() as string, source: '/caserelay/spec', type, subject },
    ...{ time: new Date().toISOString(), data },
  };
  resend(event);
  return event;
}

function resend(event: { id: string; type: string }): void {
  const { events } = service.host.topology;
  channel.publish(events, event.type, Buffer.from(JSON.stringify(event)), { messageId: event.id });
}

async function view(caseId: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${service.url}/v1/cases/${caseId}`)).json()) as Record<string, unknown>;
}

async function ask(caseId: string, command: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${service.url}/v1/cases/${caseId}/commands`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() },
    body: JSON.stringify(command),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function toldOf(caseId: string, type: AnyEvent['type']): Promise<AnyEvent> {
  return await until(`${type} is told`, () => heard.find((event) => event.subject === caseId && event.type === type));
}

async function anOpenCase(): Promise<string> {
  const caseId = randomUUID();
  publish(caseId, 'problem.reported', {
    ...{ caseNumber: `CAS-${caseId}`, trackingToken: `CMIT:${caseId}`, topic: 'blue screen', partner: null },
    ...{ endCustomer: null, problem: null, contact, owner: by, language: 'en', channel: 'ticket' },
  });
  await toldOf(caseId, 'case.opened');
  return caseId;
}
