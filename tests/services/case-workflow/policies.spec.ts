import { caseWorkflow } from '@caserelay/case-workflow';
import { standardPolicyText } from '@caserelay/case-lifecycle';
import type { AnyEvent, EventOf, EventType } from '@caserelay/contracts';
import { runService, type RunningService } from '@caserelay/service-host';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';

let system: System;
let service: RunningService;
let connection: ChannelModel;
let channel: ConfirmChannel;

const key = 'a-key-of-the-spec-alone';
const by = { name: '值班工程师', address: 'duty@support.example' };
const contact = { name: '合作伙伴联系人', address: 'contact@partner.example' };

/** The clock hardly moves, so that what was previewed and what became of it can be compared to the millisecond. */
beforeAll(async () => {
  system = await aSystem({
    CLOCK_STARTS_AT: '2027-04-28T10:00:00+08:00',
    CASES_API_KEY: key,
    BELL_WATCH_SECONDS: '0.3',
  });
  service = await runService(caseWorkflow, system.environment);
  connection = await connect(system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
  await until('the service is ready', async () => (await fetch(`${service.url}/health/ready`)).ok);
});

afterAll(async () => {
  await service.stop();
  await connection.close();
  await system.remove();
});

interface Moves {
  version: string;
  cases: number;
  casesMoved: number;
  moved: number;
  moves: { caseId: string; clock: string; before: string | null; after: string | null }[];
}
interface Clock {
  clock: string;
  dueAt: string | null;
  policy: string;
  words: { en: string };
  intervals: { from: string; to: string }[];
}

describe('a policy', () => {
  it('is there from the start, as it came with CaseRelay', async () => {
    const { policies } = (await get('/v1/policies')) as { policies: object[] };
    expect(policies).toMatchObject([{ name: 'standard', number: 1, version: 'standard-1', by: null }]);
    const shown = await get('/v1/policies/standard');
    expect(shown).toMatchObject({
      document: standardPolicyText,
      read: { clocks: { engineer: { goals: { days: 2 } } } },
    });
    expect(await get('/v1/policies/standard/versions/1')).toEqual(shown);
  });

  it.each([
    ['GET', '/v1/policies', undefined],
    ['GET', '/v1/policies/standard', 'a wrong one'],
    ['POST', '/v1/holidays/cn/import', undefined],
  ])('is behind a key: %s %s', async (method, path, given) => {
    const headers = new Headers(given === undefined ? {} : { authorization: `Bearer ${given}` });
    expect((await fetch(`${service.url}${path}`, { method, headers })).status).toBe(401);
  });

  it('that cannot be used is refused with all that is wrong, what was expected and what was found', async () => {
    const broken = standardPolicyText.replace('priority: p3', 'priority: p9').replace('quiet: 4h', 'quiet: soon');
    const answer = await send('PUT', '/v1/policies/standard', { document: broken, by });
    expect(answer.status).toBe(400);
    expect((await answer.json()) as object).toMatchObject({
      title: 'The policy cannot be used',
      problems: [
        'priority: expected one of "p1"|"p2"|"p3"|"p4", found "p9"',
        expect.stringMatching(/^wrongDump\.quiet: expected a span .*, found "soon"$/),
      ],
    });
  });

  it.each([
    ['no YAML', 'a: [', 'line 1'],
    [
      'a name that is not its address',
      standardPolicyText.replace('name: standard', 'name: gold'),
      'expected "standard"',
    ],
    ['holidays of nowhere', standardPolicyText.replace('holidays: cn', 'holidays: xx'), 'nobody knows those of "xx"'],
    ['aliases that would fill the memory', bomb(), 'expected fewer aliases'],
    ['nothing but a word', 'policy', 'document: expected object, found "policy"'],
  ])('of %s is refused', async (_, document, problem) => {
    const answer = await send('PUT', '/v1/policies/standard', { document, by });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(await answer.json())).toContain(problem.replaceAll('"', String.raw`\"`));
  });

  it('is kept in every version; the same again is no new one; an outdated base is refused', async () => {
    const document = standardPolicyText.replace('p3: 8h', 'p3: 6h');
    const kept = await put('standard', { document, by, note: 'six hours' });
    expect(kept).toMatchObject({ version: 'standard-2', document, by, note: 'six hours' });
    expect(await put('standard', { document, by })).toMatchObject({ version: 'standard-2' });
    const late = await send('PUT', '/v1/policies/standard', { document, by, basedOn: 'standard-1' });
    expect(late.status).toBe(409);
    expect(await late.text()).toContain('the latest version is standard-2');
    const { versions } = (await get('/v1/policies/standard/versions')) as { versions: object[] };
    expect(versions).toMatchObject([{ version: 'standard-2' }, { version: 'standard-1' }]);
    expect(await get('/v1/policies/standard/versions/1')).toMatchObject({ document: standardPolicyText });
  });

  it('of other countries takes their public holidays', async () => {
    const german = standardPolicyText
      .replace('name: standard', 'name: munich')
      .replace('holidays: cn', 'holidays: de-by')
      .replaceAll('Asia/Shanghai', 'Europe/Berlin');
    await put('munich', { document: german, by });
    const holidays = (await get('/v1/holidays/de-by')) as { years: { year: number; holidays: object }[] };
    expect(holidays.years.map(({ year }) => year)).toEqual([2025, 2026, 2027, 2028, 2029, 2030, 2031, 2032]);
    expect(holidays.years[2]?.holidays).toMatchObject({
      '2027-01-06': 'Heilige Drei Könige',
      '2027-05-27': 'Fronleichnam',
    });
    expect(holidays.years[2]?.holidays).not.toHaveProperty('2027-11-17');
  });
});

describe('a case', () => {
  it('explains every due time by the policy it lives by', async () => {
    const caseId = await open();
    const [first, space] = await clocksOf(caseId);
    expect(first).toMatchObject({
      clock: 'first-response',
      policy: 'standard-2',
      dueAt: expect.stringMatching(/^2027-04-28T09:3/),
    });
    expect(first?.words.en).toMatch(
      /^Started 2027-04-28 10:\d\d \+08:00; 6 hours of working time by policy standard-2\..*No holidays are known yet of 2027\./,
    );
    expect(first?.intervals).toHaveLength(2);
    expect(space).toMatchObject({ clock: 'upload-space' });
  });

  it('lives by the contract of its partner, or the one that its ticket names', async () => {
    const gold = standardPolicyText
      .replace('name: standard', 'name: gold')
      .replace('priority: p3', 'priority: p1\n\nappliesTo:\n  - { partner: 金牌伙伴 }');
    await put('gold', { document: gold, by });
    expect(await caseOf(await open({ partner: '金牌伙伴' }))).toMatchObject({ policy: 'gold-1', priority: 'p1' });
    expect(await caseOf(await open({ contract: 'munich' }))).toMatchObject({ policy: 'munich-1' });
    expect(await caseOf(await open({ contract: 'none of ours', priority: 'p2' }))).toMatchObject({
      policy: 'standard-2',
      priority: 'p2',
    });
    const later = await open();
    await tell(reported(later, { partner: '金牌伙伴' }));
    const moved = await until('it lives by its contract', async () => {
      const found = (await caseOf(later)) as { policy: string } | null;
      return found?.policy === 'gold-1' ? found : null;
    });
    expect(JSON.stringify(moved)).toContain('case.policy-applied');
  });
});

describe('a change', () => {
  it('does to open cases what its preview said, and nothing else', async () => {
    const caseIds = [await open(), await open({ priority: 'p1' }), await asked(), await archived()];
    const document = standardPolicyText.replace('p3: 8h', 'p3: 20h').replace('[3d, 3d, 4d]', '[8d, 3d, 4d]');
    const before = await duesOf(caseIds);
    const preview = (await post('/v1/policies/standard/preview', { document })) as Moves;
    expect(await duesOf(caseIds)).toEqual(before);
    const kept = (await put('standard', { document, by })) as { version: string };
    expect(preview.version).toBe(kept.version);
    expect(await post('/v1/policies/standard/preview', {})).toEqual(preview);
    expect(await duesOf(caseIds)).toEqual(before);

    const change = await post('/v1/policies/standard/apply', { version: kept.version, by, note: 'agreed in April' });
    const after = await duesOf(caseIds);
    const moves = Object.keys(before).flatMap((clock) =>
      before[clock] === after[clock] ? [] : [{ clock, before: before[clock], after: after[clock] }],
    );
    const previewed = preview.moves
      .filter(({ caseId }) => caseIds.includes(caseId))
      .map(({ caseId, clock, before, after }) => ({ clock: `${caseId} ${clock}`, before, after }));
    expect(moves.length).toBeGreaterThanOrEqual(2);
    expect(previewed.sort(byClock)).toEqual(moves.sort(byClock));
    const { cases, moved } = preview;
    expect(change).toMatchObject({
      version: kept.version,
      because: 'policy-changed',
      by,
      note: 'agreed in April',
      cases,
      moved,
      failed: 0,
    });
    const { changes } = (await get('/v1/policies/standard/changes')) as { changes: object[] };
    expect(changes[0]).toEqual(change);
    expect(await caseOf(caseIds[0] ?? '')).toMatchObject({ policy: kept.version });
    expect(await caseOf(caseIds[3] ?? '')).toMatchObject({ phase: 'archived', policy: 'standard-2' });
    expect(await post('/v1/policies/standard/preview', {})).toMatchObject({ cases: 0, moved: 0, moves: [] });
    const outdated = await send('POST', '/v1/policies/standard/apply', { version: 'standard-1', by });
    expect(outdated.status).toBe(409);
  });

  it('that was broken off goes on when the service starts', async () => {
    const caseId = await open();
    const kept = (await put('standard', { document: `${standardPolicyText}# again\n`, by })) as {
      number: number;
      version: string;
    };
    const schema = system.schema('case-workflow');
    await system.query(
      `insert into ${schema}.policy_changes (policy, number, because, by) values ('standard', $1, 'policy-changed', $2)`,
      [kept.number, JSON.stringify(by)],
    );
    await service.stop();
    service = await runService(caseWorkflow, {
      ...system.environment,
      CLOCK_STARTS_AT: service.host.clock.now().toISOString(),
    });
    await until(
      'the case lives by it',
      async () => ((await caseOf(caseId)) as { policy: string }).policy === kept.version,
    );
    await until('the change is finished', async () => {
      const { changes } = (await get('/v1/policies/standard/changes')) as { changes: { finishedAt: string | null }[] };
      return changes[0]?.finishedAt != null;
    });
  });
});

describe('a version that cannot be read any more', () => {
  it('keeps no other case from going on', async () => {
    const schema = system.schema('case-workflow');
    await system.query(
      `insert into ${schema}.policy_versions (name, number, document, holidays) values ('old', 1, 'name: old', '{}')`,
    );
    const [broken, sound] = [await open(), await open()];
    await system.query(
      `update ${schema}.cases set state = jsonb_set(state, '{known,policy}', '"old-1"') where id = $1`,
      [broken],
    );
    await system.query(`update ${schema}.cases set wake_at = '2027-01-01' where id = any($1::uuid[])`, [
      [broken, sound],
    ]);
    const wake = `select wake_at > '2027-01-01' as later, wake_error from ${schema}.cases where id = $1`;
    await until(
      'the other one was asked',
      async () => (await system.query<{ later: boolean }>(wake, [sound]))[0]?.later,
    );
    await until('it says why', async () =>
      /no policy version "old-1"|this policy cannot be used/.test(
        (await system.query<{ wake_error: string | null }>(wake, [broken]))[0]?.wake_error ?? '',
      ),
    );
    await system.query(`delete from ${schema}.policy_versions where name = 'old'`);
    await system.query(`update ${schema}.cases set wake_at = null, wake_retry_at = null where id = $1`, [broken]);
  });
});

describe('holidays that were announced late', () => {
  const year = {
    year: 2027,
    announcements: [{ source: 'https://www.gov.cn/zhengce/', announced: '2026-11-20' }],
    holidays: { '2027-05-01': '劳动节', '2027-05-03': '劳动节', '2027-05-04': '劳动节', '2027-05-05': '劳动节' },
    makeUpDays: { '2027-05-08': '劳动节' },
  };

  it('move the clocks of open cases as previewed, in an act that is written down', async () => {
    const caseIds = [
      await open({ priority: 'p4' }),
      await open({ priority: 'p4', contract: 'gold' }),
      await open({ contract: 'munich' }),
    ];
    const before = await duesOf(caseIds);
    const preview = (await post('/v1/holidays/cn/preview', { year })) as {
      holidays: string;
      dates: object[];
      policies: Moves[];
    };
    expect(preview.dates).toHaveLength(5);
    expect(preview.dates[4]).toEqual({ date: '2027-05-08', before: 'ordinary day', after: 'make-up day' });
    expect(preview.policies.map(({ version }) => version)).toEqual(['gold-2', expect.stringMatching(/^standard-\d+$/)]);
    expect(await duesOf(caseIds)).toEqual(before);

    const done = (await post('/v1/holidays/cn/import', { year, by, note: 'notice of the State Council' })) as {
      holidays: string;
      policies: { version: string; moved: number; because: string }[];
    };
    expect(done.holidays).toBe(preview.holidays);
    expect(done.policies.map(({ version, moved }) => [version, moved])).toEqual(
      preview.policies.map(({ version, moved }) => [version, moved]),
    );
    expect(done.policies[0]).toMatchObject({ because: 'holidays-announced', by });
    const after = await duesOf(caseIds);
    for (const { caseId, clock, after: due } of preview.policies.flatMap(({ moves }) => moves)) {
      if (caseIds.includes(caseId)) expect(after[`${caseId} ${clock}`]).toBe(due);
    }
    expect(after[`${caseIds[2] ?? ''} first-response`]).toBe(before[`${caseIds[2] ?? ''} first-response`]);
    const [first] = await clocksOf(caseIds[0] ?? '');
    expect(first?.words.en).not.toContain('No holidays are known');
    expect(await get('/v1/policies/gold')).toMatchObject({ version: 'gold-2', holidays: { cn: done.holidays } });
    expect(await post('/v1/holidays/cn/import', { year, by })).toMatchObject({ dates: [], policies: [] });
  });

  it.each([
    ['cn', { ...year, holidays: { '2027-02-30': '春节' } }, 400, '2027-02-30'],
    ['cn', { ...year, announcements: [] }, 400, 'names no announcement'],
    ['xx', year, 409, 'nobody knows the holidays'],
    ['China', year, 400, 'expected one such as cn'],
  ])('of %s that cannot be are refused', async (country, given, status, problem) => {
    const answer = await send('POST', `/v1/holidays/${country}/import`, { year: given, by });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(problem);
  });
});

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level += 1) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  return lines.join('\n');
}

const byClock = (one: { clock: string }, other: { clock: string }): number => (one.clock < other.clock ? -1 : 1);

async function send(method: string, path: string, body?: object): Promise<Response> {
  return await fetch(`${service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
}

async function answered(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${text}`);
  return JSON.parse(text) as unknown;
}

const get = async (path: string): Promise<unknown> => answered(await send('GET', path));
const post = async (path: string, body: object): Promise<unknown> => answered(await send('POST', path, body));
const put = async (name: string, body: object): Promise<unknown> =>
  answered(await send('PUT', `/v1/policies/${name}`, body));

async function caseOf(caseId: string): Promise<unknown> {
  const response = await fetch(`${service.url}/v1/cases/${caseId}`);
  return response.ok ? await response.json() : null;
}

async function clocksOf(caseId: string): Promise<Clock[]> {
  return ((await caseOf(caseId)) as { clocks: Clock[] }).clocks;
}

/** Due times by case and clock. */
async function duesOf(caseIds: string[]): Promise<Record<string, string | null>> {
  const dues = await Promise.all(
    caseIds.map(async (caseId) => (await clocksOf(caseId)).map(({ clock, dueAt }) => [`${caseId} ${clock}`, dueAt])),
  );
  return Object.fromEntries(dues.flat()) as Record<string, string | null>;
}

async function open(news: Partial<EventOf<'problem.reported'>['data']> = {}): Promise<string> {
  const caseId = randomUUID();
  await tell(reported(caseId, news));
  await until('it is open', () => caseOf(caseId));
  return caseId;
}

/** A case whose customer was asked for evidence. */
async function asked(): Promise<string> {
  const caseId = await open({ contact });
  await tell(
    event('upload-space.opened', caseId, {
      ...{ spaceId: randomUUID(), account: 'sxmtdzjt', host: 'sftp.support.example', port: 22222, folder: '/upload' },
      ...{ link: 'https://support.example/spaces/1', linkExpiresAt: '2027-06-30T00:00:00Z' },
      hostKeyFingerprint: 'SHA256:abc',
    }),
  );
  await until(
    'the customer is asked',
    async () => ((await caseOf(caseId)) as { phase: string }).phase === 'awaiting-evidence',
  );
  return caseId;
}

async function archived(): Promise<string> {
  const caseId = await asked();
  await tell(
    event('mail.received', caseId, {
      ...{ mailId: randomUUID(), messageId: '<1@support.example>', from: by, author: 'colleague', subject: '总结' },
      ...{ kind: 'closure-summary', kindReason: 'spec', waitsForCrash: false, text: '总结', language: 'zh-CN' },
      ...{ location: 'mails/1.eml', attachments: [] },
    }),
  );
  await until('it is archived', async () => ((await caseOf(caseId)) as { phase: string }).phase === 'archived');
  return caseId;
}

async function tell(event: AnyEvent): Promise<void> {
  channel.publish(service.host.topology.events, event.type, Buffer.from(JSON.stringify(event)), {
    messageId: event.id,
    persistent: true,
  });
  await channel.waitForConfirms();
}

function event<Type extends EventType>(type: Type, caseId: string, data: EventOf<Type>['data']): AnyEvent {
  const envelope = { specversion: '1.0', id: randomUUID(), source: '/caserelay/test', subject: caseId };
  return { ...envelope, type, time: '2027-04-28T10:00:00+08:00', data } as unknown as AnyEvent;
}

function reported(caseId: string, news: Partial<EventOf<'problem.reported'>['data']> = {}): AnyEvent {
  return event('problem.reported', caseId, {
    ...{ caseNumber: 'CAS-1', trackingToken: 'CMIT:1', topic: '蓝屏', partner: null, endCustomer: null, problem: null },
    ...{ contact: null, owner: null, language: 'zh-CN', channel: 'mail' },
    ...news,
  });
}
