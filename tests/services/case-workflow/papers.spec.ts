import { ClosingSummary, EscalationPackage, type AnyEvent } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { aCaseWorkflow, type CaseWorkflowSystem, key } from './case-workflow-system.js';

const by = { name: '一线工程师', address: 'l1@support.example' };
const contact = { name: '合作伙伴联系人', address: 'contact@partner.example' };
const bearer = { authorization: `Bearer ${key}` };

let remove: CaseWorkflowSystem['remove'];
let system: CaseWorkflowSystem['system'];
let service: CaseWorkflowSystem['service'];
let channel: CaseWorkflowSystem['channel'];

beforeAll(async () => {
  ({ remove, system, service, channel } = await aCaseWorkflow());
});

afterAll(() => remove());

describe('the doors of papers', () => {
  it('give the package of a case as its schema promises, as the case stands now', async () => {
    const caseId = await aCase();
    await ask(caseId, { type: 'write-plan', by, items: ['更新驱动', '观察一周'] });
    await ask(caseId, { type: 'note', by, text: '客户更换过内存' });
    await ask(caseId, { type: 'escalate', by, reason: '需要看符号' });
    const answer = await get(`/v1/cases/${caseId}/package`);
    expect(answer.status).toBe(200);
    const paper = EscalationPackage.parse(await answer.json());
    expect(paper).toMatchObject({
      ...{ caseId, phase: 'escalated', contact, owner: by, problem: '蓝屏 <b>' },
      plan: { items: [{ text: '更新驱动', doneAt: null }, { text: '观察一周' }] },
      requests: [{ ask: 'as-asked', detail: '需要看符号' }],
    });
    expect(paper.timeline.lines.map(({ type }) => type)).toEqual([
      ...['case.opened', 'case.plan-written', 'note.kept', 'case.escalated'],
    ]);
    const kept = await system.query<{ positions: number }>(
      `select positions from "${system.schema('case-workflow')}".cases where id = $1`,
      [caseId],
    );
    expect(paper.position).toBe(kept[0]?.positions);
  });

  it('give it as a page under a policy that lets nothing run, in the language that is asked for', async () => {
    const caseId = await aCase();
    const page = await get(`/v1/cases/${caseId}/package/page?lang=en`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'; style-src 'sha256-[\w+/=]+'; .*frame-ancestors 'none'; sandbox/);
    expect(policy).not.toContain('unsafe');
    const html = await page.text();
    expect(html).toContain('What is missing');
    expect(html).toContain('蓝屏 &lt;b&gt;');
    expect(await (await get(`/v1/cases/${caseId}/package/page`)).text()).toContain('目前缺少的信息');
    expect((await get(`/v1/cases/${caseId}/package/page?lang=fr`)).status).toBe(400);
  });

  it('draft the summary of an open case, and tell that of an archived one', async () => {
    const caseId = await aCase();
    const draft = ClosingSummary.parse(await (await get(`/v1/cases/${caseId}/summary-draft?lang=en`)).json());
    expect(draft).toMatchObject({
      closedAt: null,
      problem: '蓝屏 <b>',
      language: 'en',
      missing: ['end-customer', 'cause'],
    });
    const text = await get(`/v1/cases/${caseId}/summary-draft?format=text`);
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await text.text()).toContain('草稿：案例尚未归档');
    await ask(caseId, { type: 'archive', by, summary: '内存条损坏，已更换' });
    const final = ClosingSummary.parse(await (await get(`/v1/cases/${caseId}/summary-draft`)).json());
    expect(final).toMatchObject({ engineerSummary: '内存条损坏，已更换', closedAt: expect.any(String) });
    expect(final.text).not.toContain('草稿');
  });

  it.each(['package', 'package/page', 'summary-draft'])('keep strangers from %s', async (door) => {
    const caseId = await aCase();
    for (const authorization of [
      '',
      'Bearer wrong',
      `Basic ${btoa('x:wrong')}`,
      'Basic !',
      `Basic ${btoa('no-colon')}`,
    ])
      expect((await get(`/v1/cases/${caseId}/${door}`, { authorization })).status).toBe(401);
    expect((await get(`/v1/cases/${randomUUID()}/${door}`)).status).toBe(404);
    expect((await get(`/v1/cases/7/${door}`)).status).toBe(404);
  });

  it('let a browser send the key as a password to the page, and to nothing that does not show a page', async () => {
    const caseId = await aCase();
    const basic = { authorization: `Basic ${btoa(`anybody:${key}`)}` };
    expect((await get(`/v1/cases/${caseId}/package/page`, basic)).status).toBe(200);
    expect((await get(`/v1/cases/${caseId}/package`, basic)).status).toBe(401);
    const asked = await get(`/v1/cases/${caseId}/package/page`, {});
    expect(asked.headers.get('www-authenticate')).toContain('Basic realm=');
    const command = await fetch(`${service.url}/v1/cases/${caseId}/commands`, { method: 'POST', headers: basic });
    expect(command.status).toBe(401);
  });
});

const get = (path: string, headers: Record<string, string> = bearer): Promise<Response> =>
  fetch(`${service.url}${path}`, { headers });

async function ask(caseId: string, command: object): Promise<void> {
  const response = await fetch(`${service.url}/v1/cases/${caseId}/commands`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(command),
  });
  expect(response.status).toBe(200);
}

async function aCase(): Promise<string> {
  const caseId = randomUUID();
  const id = randomUUID();
  const event = {
    ...{ specversion: '1.0', id, source: '/caserelay/intake', type: 'problem.reported' satisfies AnyEvent['type'] },
    ...{ subject: caseId, time: new Date().toISOString() },
    data: {
      ...{ caseNumber: `CAS-${caseId}`, trackingToken: `CMIT:${caseId}`, topic: 'blue screen', partner: null },
      ...{ endCustomer: null, problem: '蓝屏 <b>', contact, owner: by, language: 'zh-CN', channel: 'ticket' },
    },
  };
  channel.publish(service.host.topology.events, event.type, Buffer.from(JSON.stringify(event)), { messageId: id });
  await until('the case is opened', async () => (await fetch(`${service.url}/v1/cases/${caseId}`)).ok);
  return caseId;
}
