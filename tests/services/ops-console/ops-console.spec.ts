import { opsConsole } from '@caserelay/ops-console';
import { runService, type RunningService } from '@caserelay/service-host';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { putEvidence } from '../../support/evidence.js';

interface Envelope {
  id: string;
  subject: string;
  time: string;
  type: string;
  source: string;
  causationid?: string;
  sequence?: number;
  data: Record<string, unknown>;
}

const password = 'a long enough password';
const login = { authorization: `Basic ${Buffer.from(`engineer:${password}`).toString('base64')}` };

let system: System;
let service: RunningService;
let connection: ChannelModel;
let channel: ConfirmChannel;

beforeAll(async () => {
  system = await aSystem({ CONSOLE_PASSWORD: password });
  service = await runService(opsConsole, system.environment);
  connection = await connect(system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
  await until('the console listens', async () => (await fetch(`${service.url}/health/ready`)).ok);
});
afterAll(async () => {
  await connection.close();
  await service.stop();
  await system.remove();
});

/** A golden sample as an event of a case of its own. */
function sample(type: string, caseId: string, more: Partial<Envelope> = {}): Envelope {
  const file = new URL(`../../contracts/golden/${type}.json`, import.meta.url);
  const event = JSON.parse(readFileSync(file, 'utf8')) as Envelope;
  return { ...event, id: randomUUID(), subject: caseId, ...more };
}

async function publish(...events: Envelope[]): Promise<void> {
  for (const event of events)
    channel.publish(service.host.topology.events, event.type, Buffer.from(JSON.stringify(event)), {
      messageId: event.id,
    });
  await channel.waitForConfirms();
}

interface Answer<Body> {
  status: number;
  type: string;
  body: Body;
}

async function ask<Body = Record<string, unknown>>(path: string, init: RequestInit = {}): Promise<Answer<Body>> {
  const headers = {
    ...login,
    'content-type': 'application/json',
    ...(init.headers as Record<string, string> | undefined),
  };
  const response = await fetch(`${service.url}${path}`, { ...init, headers });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    body: (await response.json()) as Body,
  };
}

const post = <Body>(path: string, body: object): Promise<Answer<Body>> =>
  ask<Body>(path, { method: 'POST', body: JSON.stringify(body) });

interface Story {
  summary: { phase: string | null; uploads: number; letters: number; caseNumber: string; lastFinding: string | null };
  timeline: {
    id: string;
    eventId: string;
    type: string;
    causationId: string | null;
    headline: { zh: string; en: string };
  }[];
}

async function storyOf(caseId: string, entries: number): Promise<Story> {
  return await until(`case ${caseId} has ${entries} entries`, async () => {
    const { body } = await ask<Story>(`/v1/cases/${caseId}`);
    return body.timeline.length >= entries ? body : null;
  });
}

describe('the timeline', () => {
  it('shows a case with every event once and in its order, although they came twice and turned round', async () => {
    const caseId = randomUUID();
    const opened = sample('case.opened', caseId, { time: '2019-12-24T01:00:00Z', sequence: 1 });
    const requested = sample('case.analysis-requested', caseId, { time: '2019-12-24T02:00:00Z', sequence: 2 });
    const analysed = sample('dump.analysed', caseId, {
      time: '2019-12-24T03:00:00Z',
      causationid: requested.id,
      data: { ...sample('dump.analysed', caseId).data, uploadId: requested.data['uploadId'] },
    });
    const sent = sample('letter.sent', caseId, { time: '2019-12-24T04:00:00Z' });
    const received = sample('upload.received', caseId, { time: '2019-12-24T01:30:00Z' });

    await publish(opened, requested, analysed, sent, received, sent, opened, received);
    const last = sample('upload.started', caseId, { time: '2019-12-24T01:15:00Z' });
    await publish(last);

    const { summary, timeline } = await storyOf(caseId, 6);
    expect(timeline.map(({ eventId }) => eventId)).toEqual(
      [opened, last, received, requested, analysed, sent].map(({ id }) => id),
    );
    expect(timeline[4]?.causationId).toBe(requested.id);
    expect(summary).toMatchObject({ phase: 'reported', uploads: 1, letters: 1 });
    expect(summary.lastFinding).toMatch(/^0x/);
  });

  it('lists cases by their newest activity, page by page, and finds them by their words', async () => {
    const word = randomUUID();
    const cases = [1, 2, 3].map(() => randomUUID());
    for (const [index, caseId] of cases.entries()) {
      const opened = sample('case.opened', caseId, { time: `2031-01-0${index + 1}T00:00:00Z`, sequence: 1 });
      const file = { ...(opened.data['file'] as object), endCustomer: `Customer ${word.toUpperCase()} 100%_` };
      await publish({ ...opened, data: { ...opened.data, file } });
    }
    await storyOf(cases[2] as string, 1);

    interface Page {
      cases: { caseId: string }[];
      next: string | null;
    }
    const first = (await ask<Page>(`/v1/cases?limit=2&search=${word}`)).body;
    const second = (await ask<Page>(`/v1/cases?limit=2&search=${word}&after=${first.next ?? ''}`)).body;

    expect([...first.cases, ...second.cases].map(({ caseId }) => caseId)).toEqual([...cases].reverse());
    expect(second.next).toBeNull();
    expect((await ask<Page>(`/v1/cases?search=${encodeURIComponent(`${word} 100%x`)}`)).body.cases).toEqual([]);
  });

  it('keeps an event that holds what Postgres cannot keep', async () => {
    const caseId = randomUUID();
    const mail = sample('mail.received', caseId);

    await publish({ ...mail, data: { ...mail.data, text: 'a\u0000b \\u0000 “<script>”' } });

    const { timeline } = await storyOf(caseId, 1);
    expect(timeline[0]?.headline.en).toContain('b \\u0000 “<script>”');
  });
});

describe('who may see it', () => {
  it.each([
    '/',
    '/cases/x',
    '/assets/console.css',
    '/v1/cases',
    '/v1/queues',
    '/v1/stream',
    '/v1/dead-letters',
    '/nowhere',
  ])('%s asks for the password', async (path) => {
    const response = await fetch(`${service.url}${path}`);

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it.each(['/health/live', '/health/ready', '/metrics'])('%s does not', async (path) => {
    expect((await fetch(`${service.url}${path}`)).status).toBe(200);
  });

  it('a replay asked for by a foreign page is refused', async () => {
    const answer = await ask('/v1/dead-letters/replay', {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: JSON.stringify({ service: 'intake' }),
    });

    expect(answer.status).toBe(403);
  });

  it('the page comes with a policy that runs only its own scripts, and holds none itself', async () => {
    for (const path of ['/', `/cases/${randomUUID()}`]) {
      const response = await fetch(`${service.url}${path}`, { headers: login });
      const html = await response.text();

      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|https?:/i);
      for (const [, asset] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g))
        expect((await fetch(`${service.url}${asset ?? ''}`, { headers: login })).status).toBe(200);
    }
  });
});

describe('bad questions', () => {
  it.each([
    [404, `/v1/cases/${randomUUID()}`, 'no event of case'],
    [400, '/v1/cases/not-a-uuid', 'id: found \\"not-a-uuid\\"'],
    [400, '/v1/cases?limit=1000', 'limit: found \\"1000\\"; expected at most 200'],
    [400, '/v1/cases?after=zzz', 'expected the `next` of an earlier page'],
    [400, '/v1/stream?after=-1', 'after: found'],
    [400, '/v1/dead-letters?service=nobody', 'service: found \\"nobody\\"'],
    [404, `/v1/dead-letters/${randomUUID()}`, 'no dead letter'],
    [404, '/assets/..%2fpackage.json', 'no file'],
  ])('%d for %s', async (status, path, text) => {
    const answer = await ask(path);

    expect(answer.status).toBe(status);
    expect(answer.type).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(answer.body)).toContain(text);
  });
});

describe('the live stream', () => {
  it('tells entries with growing ids and resumes after the last one that was heard', async () => {
    const caseId = randomUUID();
    const first = await listen(`/v1/stream?case=${caseId}`);
    await publish(sample('case.opened', caseId, { sequence: 1 }), sample('upload.received', caseId));
    await until('two entries came', () => first.entries().length === 2);
    await until('the summary came', () => first.text().includes('event: case\n'));
    await first.leave();
    await publish(sample('letter.sent', caseId), sample('letter.failed', caseId));
    await publish(sample('letter.sent', randomUUID()));
    await storyOf(caseId, 4);

    const second = await listen(`/v1/stream?case=${caseId}`, String(first.entries()[0]?.id));
    await publish(sample('case.archived', caseId));
    await until('all later entries came', () => second.entries().length >= 4);
    await second.leave();

    expect(second.entries().map(({ type }) => type)).toEqual([
      'upload.received',
      'letter.sent',
      'letter.failed',
      'case.archived',
    ]);
    const ids = [...first.entries().slice(0, 1), ...second.entries()].map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(second.entries()[0]?.id).toBe(first.entries()[1]?.id);
  });
});

async function listen(path: string, lastEventId?: string) {
  const controller = new AbortController();
  const response = await fetch(`${service.url}${path}`, {
    headers: { ...login, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    signal: controller.signal,
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
  })().catch(() => undefined);
  return {
    text: () => text,
    entries: () =>
      [...text.matchAll(/^id: (\d+)\nevent: entry\ndata: (.*)$/gm)].map(([, id, data]) => ({
        id: id ?? '',
        type: (JSON.parse(data ?? '{}') as { type: string }).type,
      })),
    leave: async () => {
      controller.abort();
      await reading;
    },
  };
}

describe('queues and timers', () => {
  it('shows every queue of the system with its depth and its listeners', async () => {
    const { namespace } = system;
    await until('the rounds see the listeners', async () => {
      const { body } = await ask<{
        queues: { name: string; role: string; messages: number; consumers: number; worry: string | null }[];
      }>('/v1/queues');
      const byName = new Map(body.queues.map((queue) => [queue.name, queue]));
      // Work and dead letters of each service, the rest of messaging, and what other systems lay into the inbox.
      expect(byName.size).toBe(7 + 7 + 2 + 1 + 1);
      expect(byName.get(`${namespace}.ops-console`)).toMatchObject({
        role: 'work',
        messages: 0,
        consumers: 1,
        worry: null,
      });
      expect(byName.get(`${namespace}.intake.dead`)).toMatchObject({ role: 'dead-letter', consumers: 1 });
      expect(byName.get(`${namespace}.notification`)).toMatchObject({ consumers: 0, worry: 'nobody-listens' });
      expect(byName.get(`${namespace}.retry.300ms`)).toMatchObject({ role: 'retry', messages: 0, worry: null });
      return true;
    });
  });

  it('counts timers once there are some, and makes no queue by looking', async () => {
    expect((await ask('/v1/timers')).body).toEqual({ timers: [], cases: null });
    expect((await ask('/v1/timers')).body).toEqual({ timers: [], cases: null });
    const queue = new Queue('case-workflow', service.host.bull);
    await queue.add('look', {}, { delay: 60_000 });
    await queue.close();

    const { body } = await ask<{ timers: { queue: string; counts: Record<string, number> }[] }>('/v1/timers');

    expect(body.timers).toEqual([
      { queue: 'case-workflow', counts: expect.objectContaining({ delayed: 1, failed: 0 }) },
    ]);
  });

  it('shows how the timers of cases stand, as case-workflow lays it into Redis, and nothing that it cannot read', async () => {
    const redis = new Redis(system.environment['REDIS_URL'] as string);
    const key = `${system.namespace}:case-workflow:timers`;
    const stuckTimer = {
      ...{ caseId: randomUUID(), caseNumber: 'CAS-1', wakeAt: '2020-05-10T01:00:00.000Z', dueAt: null },
      ...{ failures: 6, error: 'TypeError', failedAt: '2020-05-10T01:00:00.000Z', retryAt: null, isStuck: true },
    };
    const view = {
      ...{ now: '2020-05-10T01:00:00.000Z', speed: 1, next: [], failing: [stuckTimer], reconciliation: null },
      due: { count: 1, countedTo: 10, late: [] },
      stuck: { count: 0, countedTo: 10 },
      lateness: { rung: 3, p50: 0.1, p99: null, longest: 90_000 },
    };
    await redis.set(key, JSON.stringify(view));
    expect((await ask<{ cases: unknown }>('/v1/timers')).body.cases).toEqual(view);
    await redis.set(key, '{"now":1}');
    expect((await ask<{ cases: unknown }>('/v1/timers')).body.cases).toBeNull();
    await redis.del(key);
    redis.disconnect();
  });
});

describe('analyses', () => {
  it('are shown as the whole report that lies in the evidence store, as data that no browser runs', async () => {
    const [caseId, uploadId] = [randomUUID(), randomUUID()];
    const keep = (form: string, text: string): Promise<void> =>
      putEvidence(system.environment, `analyses/${caseId}/${uploadId}.${form}`, Buffer.from(text));
    await keep('json', '{"dumps":[{"name":"</script>驱动"}]}');
    const address = `${service.url}/v1/cases/${caseId}/analyses/${uploadId}`;
    expect((await fetch(address)).status).toBe(401);
    const answer = await fetch(address, { headers: login });
    expect(await answer.json()).toEqual({ dumps: [{ name: '</script>驱动' }] });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none';.* sandbox/);
    await keep('en.html', '<h1>report</h1>');
    const page = await fetch(`${address}/page?language=en`, { headers: login });
    expect(await page.text()).toBe('<h1>report</h1>');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none';.* sandbox$/);
    expect((await fetch(`${address}/page`)).status).toBe(401);
    for (const [place, status] of [
      [`${caseId}/analyses/${uploadId}/page`, 404],
      [`${caseId}/analyses/${uploadId}/page?language=..%2fen`, 400],
      [`${caseId}/analyses/${randomUUID()}`, 404],
      [`${caseId}/analyses/..%2f..%2fsecret`, 400],
      [`..%2f/analyses/${uploadId}`, 400],
    ] as const)
      expect((await fetch(`${service.url}/v1/cases/${place}`, { headers: login })).status).toBe(status);
  });

  it('that run show how far they have come', async () => {
    const uploadId = randomUUID();
    const queue = new Queue('dump-analysis', service.host.bull);
    await queue.add('analyse', {}, { jobId: uploadId });
    const worker = new Worker('dump-analysis', null, { ...service.host.bull, lockDuration: 60_000 });
    const job = await worker.getNextJob('somebody who reads');
    await job?.updateProgress({ stage: 'unpacking', member: null, bytes: 439, total: 1000 });
    expect((await ask('/v1/readings')).body).toEqual({
      readings: [{ uploadId, stage: 'unpacking', member: null, percent: 43 }],
    });
    await worker.close();
    await queue.close();
  });
});

describe('dead letters', () => {
  interface Letter {
    id: string;
    eventId: string;
    reason: string;
    state: string;
    payload?: string;
    settledBy: string | null;
  }

  async function letterOf(eventId: string, query = ''): Promise<Letter> {
    return await until('the dead letter is collected', async () => {
      const { body } = await ask<{ deadLetters: Letter[] }>(`/v1/dead-letters?${query}`);
      return body.deadLetters.find((letter) => letter.eventId === eventId);
    });
  }

  async function die(event: Envelope, reason: string): Promise<void> {
    const { topology } = service.host;
    channel.publish(topology.dead, 'ops-console', Buffer.from(JSON.stringify(event)), {
      messageId: event.id,
      headers: { 'x-reason': reason, 'x-error': 'the disk was full', 'x-attempt': 3 },
    });
    await channel.waitForConfirms();
  }

  it('a replayed letter is heard as if nothing had happened, and only once', async () => {
    const caseId = randomUUID();
    const event = sample('letter.sent', caseId);
    await die(event, 'failed');
    const { id } = await letterOf(event.id, 'service=ops-console&reason=failed');

    const replayed = await post<Letter>(`/v1/dead-letters/${id}/replay`, {});
    const again = await post(`/v1/dead-letters/${id}/replay`, {});

    expect(replayed).toMatchObject({ status: 200, body: { state: 'replayed', settledBy: 'engineer' } });
    expect(again).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('is replayed; only a waiting one') },
    });
    expect((await storyOf(caseId, 1)).summary.letters).toBe(1);
  });

  it('replays many of a kind', async () => {
    const caseId = randomUUID();
    const events = [1, 2, 3].map(() => sample('letter.sent', caseId));
    for (const event of events) await die(event, 'delivered-too-often');
    for (const event of events) await letterOf(event.id);

    const answer = await post('/v1/dead-letters/replay', { service: 'ops-console', reason: 'delivered-too-often' });

    expect(answer).toMatchObject({ status: 200, body: { replayed: 3 } });
    await storyOf(caseId, 3);
  });

  it('an event that breaks its schema is shown with its fault and discarded only with a reason', async () => {
    const broken = { ...sample('upload.received', randomUUID()), data: { bytes: -1 } };
    await publish(broken);
    const { id, reason } = await letterOf(broken.id);

    expect(reason).toBe('unreadable');
    expect((await ask<Letter>(`/v1/dead-letters/${id}`)).body.payload).toContain('"bytes":-1');
    expect((await post(`/v1/dead-letters/${id}/discard`, {})).status).toBe(400);
    expect((await post(`/v1/dead-letters/${id}/discard`, { reason: 'sent by a test' })).body).toMatchObject({
      state: 'discarded',
      settledBy: 'engineer',
      settledBecause: 'sent by a test',
    });
    expect((await post(`/v1/dead-letters/${id}/discard`, { reason: 'twice' })).status).toBe(409);
  });
});

describe('stopping', () => {
  it('does not wait for those who listen', async () => {
    const other = await runService(opsConsole, system.environment);
    const response = await fetch(`${other.url}/v1/stream`, { headers: login });
    const started = Date.now();

    await other.stop();
    await response.text().catch(() => undefined);

    expect(Date.now() - started).toBeLessThan(4_000);
  });
});
