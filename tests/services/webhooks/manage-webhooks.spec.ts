import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { Desk, eventOf, type Made } from './a-desk.js';
import { isSigned, Receiver } from './a-receiver.js';

interface Trouble {
  title: string;
  detail: string;
}

let desk: Desk;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
  desk = await Desk.open({
    ...{ WEBHOOK_ALLOWED_HOSTS: '127.0.0.1', WEBHOOK_HTTP_HOSTS: '127.0.0.1', WEBHOOKS_MAX: '3', LOG_LEVEL: 'silent' },
  });
});
afterEach(async () => {
  const { body } = await desk.ask<{ webhooks: Made[] }>('GET');
  for (const { webhookId } of body.webhooks) await desk.ask('DELETE', `/${webhookId}`);
  receiver.got.length = 0;
  receiver.answer = () => ({ status: 204 });
});
afterAll(async () => {
  await desk.close();
  await receiver.stop();
});

const order = { url: 'https://hooks.example.com/in?token=canary-in-query', eventTypes: ['case.*'] };

describe('the doors of webhooks', () => {
  test.each(['', 'Bearer wrong', 'Basic eDp5'])('stay shut for whoever has no key: %p', async (authorization) => {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['DELETE', `/${randomUUID()}`],
      ['POST', `/${randomUUID()}/ping`],
    ] as const)
      expect((await desk.ask(method, path, undefined, authorization)).status).toBe(401);
  });

  test('make a webhook, show its secret once, and then no more than that there is one', async () => {
    const { status, body } = await desk.ask('POST', '', { ...order, description: 'CRM' });
    expect(status).toBe(201);
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const shown = await desk.show(body.webhookId);
    expect(shown).toMatchObject({
      ...{ kind: 'webhook', url: 'https://hooks.example.com/in?token=***', description: 'CRM', state: 'active' },
      ...{ eventTypes: ['case.*'], secrets: [{ expiresAt: null }], health: { failures: 0 } },
    });
    const list = JSON.stringify((await desk.ask('GET')).body);
    for (const text of [JSON.stringify(shown), list]) {
      expect(text).not.toContain(body.secret.slice(6));
      expect(text).not.toContain('canary-in-query');
    }
  });

  test('change what is named, and remove all that was kept', async () => {
    const { webhookId } = await desk.make(receiver.url);
    const changed = await desk.ask('PATCH', `/${webhookId}`, {
      eventTypes: ['upload.*', 'upload.*'],
      description: 'new',
    });
    expect(changed.body).toMatchObject({ eventTypes: ['upload.*'], description: 'new', url: receiver.url });
    const caseId = randomUUID();
    await desk.publish(await eventOf('case.opened', caseId), await eventOf('upload.started', caseId));
    await until('it has come', () => receiver.about(caseId).length === 1);
    expect(receiver.about(caseId)[0]?.body).toContain('"upload.started"');
    await desk.settled(webhookId);
    expect((await desk.ask('DELETE', `/${webhookId}`)).status).toBe(204);
    expect((await desk.ask('GET', `/${webhookId}`)).status).toBe(404);
    expect((await desk.ask('DELETE', `/${webhookId}`)).status).toBe(404);
    for (const table of ['secret', 'delivery', 'attempt', 'message'])
      expect(await desk.system.query(`select 1 from ${desk.system.schema('webhooks')}.webhook_${table}`)).toEqual([]);
  });

  test.each<[string, object]>([
    ['eventTypes', { ...order, eventTypes: ['case.invented'] }],
    ['eventTypes', { ...order, eventTypes: ['no-such.*'] }],
    ['eventTypes', { ...order, eventTypes: [] }],
    ['url', { ...order, url: 'http://hooks.example.com/' }],
    ['url', { ...order, url: 'https://169.254.169.254/latest' }],
    ['url', { ...order, url: `https://hooks.example.com/${'x'.repeat(2_000)}` }],
    ['secret', { ...order, secret: 'whsec_c2hvcnQ=' }],
    ['secret', { ...order, kind: 'wecom', secret: 'SEC' }],
    ['kind', { ...order, kind: 'pager' }],
    ['sealedUrl', { ...order, sealedUrl: 'x' }],
  ])('refuse an order whose %s cannot be used, and say what was found or expected', async (field, body) => {
    const answer = await desk.ask<Trouble>('POST', '', body);
    expect(answer).toMatchObject({
      status: 400,
      body: { title: 'Bad request', detail: expect.stringContaining(field) },
    });
  });

  test('want a reason to disable, and ids that exist', async () => {
    const { webhookId } = await desk.make(receiver.url);
    expect(await desk.ask('PATCH', `/${webhookId}`, { state: 'disabled' })).toMatchObject({ status: 400 });
    for (const id of [randomUUID(), 'x', "'; drop table webhook"])
      expect((await desk.ask('GET', `/${encodeURIComponent(id)}`)).status).toBe(404);
    expect((await desk.ask('GET', `/${webhookId}/deliveries?limit=1000`)).status).toBe(400);
    expect((await desk.ask('POST', `/${webhookId}/replay`, { since: 'yesterday' })).status).toBe(400);
  });

  test('make no more webhooks than are allowed, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => desk.ask<Trouble>('POST', '', order)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 400, 400, 400]);
    expect(answers.find(({ status }) => status === 400)?.body.detail).toContain('WEBHOOKS_MAX');
  });

  test('keep neither address nor secret readable in the database', async () => {
    const { secret } = await desk.make(order.url);
    const schema = desk.system.schema('webhooks');
    for (const table of ['webhook', 'webhook_secret']) {
      const rows = JSON.stringify(await desk.system.query(`select * from ${schema}.${table}`));
      expect(rows).not.toContain('canary-in-query');
      expect(rows).not.toContain(secret.slice(6));
      expect(rows).toContain('v1.');
    }
  });
});

describe('a signing secret that gives way to a new one', () => {
  test('signs beside it for a while, and not after that', async () => {
    const { webhookId, secret: old } = await desk.make(receiver.url);
    const { body } = await desk.ask<{ secret: string; oldValidUntil: string }>('POST', `/${webhookId}/rotate-secret`, {
      overlapSeconds: 3_600,
    });
    expect(Date.parse(body.oldValidUntil) - Date.now()).toBeGreaterThan(3_500_000);
    const got = async () => {
      const caseId = randomUUID();
      await desk.publish(await eventOf('case.opened', caseId));
      return await until('it has come', () => receiver.about(caseId)[0]);
    };
    const both = await got();
    expect(String(both.headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect([isSigned(both, old), isSigned(both, body.secret)]).toEqual([true, true]);
    expect((await desk.show(webhookId)).secrets).toHaveLength(2);
    await desk.system.query(
      `update ${desk.system.schema('webhooks')}.webhook_secret set expires_at = now() where expires_at is not null`,
    );
    const one = await got();
    expect([isSigned(one, old), isSigned(one, body.secret)]).toEqual([false, true]);
  });

  test('is good for nothing at once when it became known, and two rotations leave two secrets', async () => {
    const { webhookId } = await desk.make(receiver.url);
    const rotate = async (overlapSeconds: number) =>
      await desk.ask<{ secret: string }>('POST', `/${webhookId}/rotate-secret`, { overlapSeconds });
    await rotate(3_600);
    await rotate(3_600);
    expect((await desk.show(webhookId)).secrets).toHaveLength(2);
    const { body } = await rotate(0);
    expect((await desk.show(webhookId)).secrets).toHaveLength(1);
    const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    expect((await desk.ask('POST', `/${webhookId}/rotate-secret`, { secret: own })).body.secret).toBe(own);
    expect(body.secret).not.toBe(own);
  });
});

describe('a ping', () => {
  test('comes at once and signed, whatever the state, and leaves nothing behind', async () => {
    const { webhookId, secret } = await desk.make(receiver.url, { state: 'paused' });
    const ping = await desk.ask<unknown>('POST', `/${webhookId}/ping`);
    expect(ping).toEqual({ status: 200, body: { delivered: true, status: 204, error: null } });
    const [got] = receiver.got;
    expect(JSON.parse(got!.body)).toMatchObject({ specversion: '1.0', type: 'webhook.ping', subject: webhookId });
    expect(isSigned(got!, secret)).toBe(true);
    expect(await desk.deliveriesOf(webhookId)).toEqual([]);
  });

  test('says what went wrong', async () => {
    const { webhookId } = await desk.make(receiver.url);
    receiver.answer = () => ({ status: 401 });
    const ping = await desk.ask<unknown>('POST', `/${webhookId}/ping`);
    expect(ping.body).toEqual({ delivered: false, status: 401, error: 'answered 401; expected 2xx' });
  });
});

test('a service that cannot open a secret says so, leaves that webhook alone, and serves the others', async () => {
  const broken = await desk.make(`${receiver.url}/broken`);
  const { webhookId } = await desk.make(`${receiver.url}/whole`);
  await desk.system.query(
    `update ${desk.system.schema('webhooks')}.webhook_secret set sealed = 'v1.0123456789abcdef.AA.AA' where webhook_id = $1`,
    [broken.webhookId],
  );
  const caseId = randomUUID();
  await desk.publish(await eventOf('case.opened', caseId));
  await desk.settled(webhookId);
  const error = await until('it is said', async () => (await desk.show(broken.webhookId)).health.lastError);
  expect(error).toContain('add it to WEBHOOK_SECRET_KEY');
  expect(receiver.got.map(({ path }) => path)).toEqual(['/hooks/whole']);
});
