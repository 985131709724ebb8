import { WebhookDisabled } from '@caserelay/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { repository } from '../../support/repository.js';
import { until } from '../../support/until.js';
import { Desk, eventOf, type Made } from './a-desk.js';
import { isSigned, Receiver } from './a-receiver.js';

let desk: Desk;
let receiver: Receiver;
let slow: Receiver;
const made: Made[] = [];

beforeAll(async () => {
  [receiver, slow] = [await Receiver.start(), await Receiver.start()];
  desk = await Desk.open({
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
    WEBHOOK_HTTP_HOSTS: '127.0.0.1',
    WEBHOOK_PARALLEL: '3',
    // Half a second of nothing but failures.
    WEBHOOK_DISABLE_DAYS: String(0.5 / 86_400),
  });
});
afterEach(async () => {
  for (const { webhookId } of made.splice(0)) await desk.ask('DELETE', `/${webhookId}`);
  receiver.answer = slow.answer = () => ({ status: 204 });
  receiver.got.length = slow.got.length = 0;
  receiver.mostAtOnce = slow.mostAtOnce = 0;
});
afterAll(async () => {
  await desk.close();
  await Promise.all([receiver.stop(), slow.stop()]);
});

async function make(url: string, more: Record<string, unknown> = {}): Promise<Made> {
  const webhook = await desk.make(url, more);
  made.push(webhook);
  return webhook;
}

describe('an event for a receiver', () => {
  test('comes as the CloudEvent, signed as Standard Webhooks wants it, once though it was delivered thrice', async () => {
    const { webhookId, secret } = await make(receiver.url);
    const caseId = randomUUID();
    const event = await eventOf('case.opened', caseId);
    await desk.publish(event, event);
    await desk.publish(event);
    const later = await eventOf('case.archived', caseId);
    await desk.publish(later);
    await until('both have come', () => receiver.about(caseId).length === 2);
    const [got, ...others] = receiver.about(caseId);
    expect(receiver.idsOf(caseId)).toEqual([event.id, later.id]);
    expect(got?.headers['content-type']).toContain('application/cloudevents+json');
    expect(JSON.parse(got!.body)).toEqual(event);
    for (const each of [got!, ...others]) expect(isSigned(each, secret)).toBe(true);
    expect(isSigned(got!, `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false);
    expect(isSigned({ ...got!, body: `${got!.body} ` }, secret)).toBe(false);
    expect((await desk.settled(webhookId, 2)).health).toMatchObject({ failures: 0, counts: { delivered: 2 } });
  });

  test('is one of the types that it asked for', async () => {
    await make(`${receiver.url}/exact`, { eventTypes: ['upload.started'] });
    await make(`${receiver.url}/kind`, { eventTypes: ['upload.*'] });
    await make(`${receiver.url}/all`, { eventTypes: ['*'] });
    const caseId = randomUUID();
    await desk.publish(
      await eventOf('case.opened', caseId),
      await eventOf('upload.started', caseId),
      await eventOf('upload-space.closed', caseId),
      await eventOf('upload.received', caseId),
    );
    await until('all have come', () => receiver.about(caseId).length === 7);
    const typesAt = (path: string): string[] =>
      receiver
        .about(caseId)
        .filter((got) => got.path.endsWith(path))
        .map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(typesAt('/exact')).toEqual(['upload.started']);
    expect(typesAt('/kind')).toEqual(['upload.started', 'upload.received']);
    expect(typesAt('/all')).toHaveLength(4);
  });

  test('comes after the earlier ones of its case, however often those fail, while other cases go on', async () => {
    const { webhookId } = await make(receiver.url);
    const [stuck, other] = [randomUUID(), randomUUID()];
    let refusals = 4;
    receiver.answer = ({ body }) => ({ status: body.includes(stuck) && refusals-- > 0 ? 500 : 200 });
    const first = [await eventOf('case.opened', stuck), await eventOf('case.held', stuck)];
    const last = await eventOf('case.archived', stuck);
    await desk.publish(...first, last, await eventOf('case.opened', other));
    await desk.settled(webhookId, 4);
    const ids = [...first, last].map(({ id }) => id);
    expect(receiver.idsOf(stuck)).toEqual([ids[0], ids[0], ids[0], ids[0], ...ids]);
    expect(receiver.got.findIndex(({ body }) => body.includes(other))).toBeLessThan(4);
    const delivery = (await desk.deliveriesOf(webhookId)).find(({ eventId }) => eventId === ids[0]);
    expect(delivery?.lastAttempts.map(({ status }) => status)).toEqual([500, 500, 500, 500, 200]);
  });

  test('comes again under the same id when the sender was killed before it could note the end', async () => {
    const { webhookId, secret } = await make(receiver.url);
    await desk.stop();
    const caseId = randomUUID();
    const event = await eventOf('case.opened', caseId);
    await desk.publish(event);
    const child = spawn(process.execPath, [join(repository, 'apps/webhooks/dist/main.js')], {
      env: { ...process.env, ...desk.system.environment },
      stdio: 'ignore',
    });
    receiver.answer = () => {
      child.kill('SIGKILL');
      return { status: 204 };
    };
    await once(child, 'exit');
    expect(receiver.idsOf(caseId)).toEqual([event.id]);
    receiver.answer = () => ({ status: 204 });
    await desk.start();
    await desk.settled(webhookId);
    expect(receiver.idsOf(caseId)).toEqual([event.id, event.id]);
    for (const got of receiver.about(caseId)) expect(isSigned(got, secret)).toBe(true);
  });

  test('is not sent by a paused webhook until it goes on, and by a disabled one not at all', async () => {
    const { webhookId } = await make(receiver.url);
    await desk.ask('PATCH', `/${webhookId}`, { state: 'paused' });
    const caseId = randomUUID();
    await desk.publish(await eventOf('case.opened', caseId), await eventOf('case.held', caseId));
    await until('both wait', async () => (await desk.show(webhookId)).health.counts['waiting'] === 2);
    expect(receiver.got).toEqual([]);
    expect((await desk.ask('PATCH', `/${webhookId}`, { state: 'active' })).status).toBe(200);
    await until('both have come', () => receiver.about(caseId).length === 2);
    const later = randomUUID();
    await desk.ask('PATCH', `/${webhookId}`, { state: 'disabled', reason: 'moved' });
    await desk.publish(await eventOf('case.opened', later));
    await until('it is skipped', async () => (await desk.show(webhookId)).health.counts['skipped'] === 1);
    expect(await desk.show(webhookId)).toMatchObject({ state: 'disabled', stateReason: 'moved' });
    expect(receiver.about(later)).toEqual([]);
  });
});

describe('a receiver that is down', () => {
  test('is asked one at a time with growing pauses, and gets all it missed, in order, once it is back', async () => {
    const { webhookId } = await make(receiver.url);
    const cases = Array.from({ length: 12 }, () => randomUUID());
    receiver.answer = () => ({ status: 503 });
    for (const caseId of cases)
      await desk.publish(await eventOf('case.opened', caseId), await eventOf('case.archived', caseId));
    await until('it failed often', async () => (await desk.show(webhookId)).health.failures >= 5);
    receiver.mostAtOnce = 0;
    await until('it failed again', async () => (await desk.show(webhookId)).health.failures >= 7);
    expect(receiver.mostAtOnce).toBe(1);
    receiver.answer = () => ({ status: 200 });
    receiver.got.length = 0;
    const shown = await desk.settled(webhookId, 24);
    expect(shown).toMatchObject({ state: 'active', health: { failures: 0, failingSince: null, lastError: null } });
    expect(shown.health.counts).toMatchObject({ delivered: 24 });
    for (const caseId of cases)
      expect(receiver.about(caseId).map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
        'case.opened',
        'case.archived',
      ]);
  });

  test('is disabled after days of nothing but failures, told once, and gets on a replay what it missed', async () => {
    const since = new Date().toISOString();
    const { webhookId } = await make(receiver.url, { description: 'CRM' });
    receiver.answer = () => ({ status: 500 });
    const caseId = randomUUID();
    await desk.publish(await eventOf('case.opened', caseId), await eventOf('case.archived', caseId));
    const told = await until('it is told', () => desk.told.find((event) => event.subject === caseId));
    expect(WebhookDisabled.parse(told).data).toMatchObject({
      ...{ webhookId, kind: 'webhook', description: 'CRM', host: `127.0.0.1:${receiver.port}`, because: 'failing' },
      ...{ failingSince: expect.any(String), lastError: 'answered 500; expected 2xx', undelivered: 2 },
    });
    expect(await desk.show(webhookId)).toMatchObject({ state: 'disabled', stateReason: 'failing' });
    receiver.answer = () => ({ status: 204 });
    receiver.got.length = 0;
    await desk.ask('PATCH', `/${webhookId}`, { state: 'active' });
    const { body } = await desk.ask<{ replayed: number }>('POST', `/${webhookId}/replay`, { since });
    expect(body).toEqual({ replayed: 2 });
    await until('both have come', () => receiver.about(caseId).length === 2);
    expect(await desk.settled(webhookId)).toMatchObject({ state: 'active', health: { failures: 0 } });
    expect(desk.told.filter((event) => event.subject === caseId)).toHaveLength(1);
  });

  test('is disabled at once when it says that it is gone', async () => {
    const { webhookId } = await make(receiver.url);
    receiver.answer = () => ({ status: 410 });
    const caseId = randomUUID();
    await desk.publish(await eventOf('case.opened', caseId));
    const told = await until('it is told', () => desk.told.find((event) => event.subject === caseId));
    expect(told).toMatchObject({ data: { because: 'gone', failingSince: null, undelivered: 1 } });
    expect(await desk.show(webhookId)).toMatchObject({ state: 'disabled', stateReason: 'gone' });
    expect(receiver.got).toHaveLength(1);
  });

  test('is left alone for as long as it asks for', async () => {
    const { webhookId } = await make(receiver.url);
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '2' } });
    const caseId = randomUUID();
    await desk.publish(await eventOf('case.opened', caseId));
    await until('it was asked', () => receiver.got.length === 1);
    receiver.answer = () => ({ status: 204 });
    await desk.publish(await eventOf('case.opened', randomUUID()));
    await desk.settled(webhookId, 2);
    const [refused, next] = receiver.got;
    expect(next!.at - refused!.at).toBeGreaterThanOrEqual(1_900);
  });

  test('gets an event so often as there are pauses, and the next one of the case then', async () => {
    const { webhookId } = await make(receiver.url);
    const caseId = randomUUID();
    const [first, second] = [await eventOf('case.opened', caseId), await eventOf('case.archived', caseId)];
    // Others are taken in between, so that it is the event that is wrong and not the receiver.
    receiver.answer = ({ headers }) => ({ status: headers['webhook-id'] === first.id ? 400 : 200 });
    await desk.publish(first, second);
    const others = setInterval(() => {
      void eventOf('case.held', randomUUID()).then((event) => desk.publish(event));
    }, 50);
    await until('the second has come', () => receiver.idsOf(caseId).includes(second.id)).finally(() =>
      clearInterval(others),
    );
    expect(receiver.idsOf(caseId).filter((id) => id === first.id)).toHaveLength(21);
    const states = new Map((await desk.deliveriesOf(webhookId)).map(({ eventId, state }) => [eventId, state]));
    expect(states.get(first.id) ?? 'failed').toBe('failed');
  });
});

describe('a receiver that is slow or strange', () => {
  test('keeps no other waiting, and has as many attempts at once as are allowed', async () => {
    const hanging = await make(slow.url);
    const { webhookId } = await make(receiver.url);
    slow.answer = () => 'hang';
    const events = await Promise.all(Array.from({ length: 60 }, () => eventOf('case.opened', randomUUID())));
    await desk.publish(...events);
    await desk.settled(webhookId, 60);
    expect(receiver.got).toHaveLength(60);
    expect(receiver.mostAtOnce).toBeLessThanOrEqual(3);
    expect(slow.mostAtOnce).toBeLessThanOrEqual(3);
    const error = await until('it failed', async () => (await desk.show(hanging.webhookId)).health.lastError);
    expect(error).toBe('no answer in time');
  });

  test('is not followed to where it redirects', async () => {
    const { webhookId } = await make(receiver.url);
    receiver.answer = () => ({ status: 302, headers: { location: slow.url } });
    await desk.publish(await eventOf('case.opened', randomUUID()));
    const error = await until('it failed', async () => (await desk.show(webhookId)).health.lastError);
    expect(error).toBe('answered 302: redirects are not followed; expected 2xx');
    expect(slow.got).toEqual([]);
  });

  test('may talk without end: its status counts', async () => {
    const { webhookId } = await make(receiver.url);
    receiver.answer = () => ({ status: 200, body: 'endless' });
    const caseId = randomUUID();
    await desk.publish(await eventOf('case.opened', caseId));
    expect((await desk.settled(webhookId)).health.counts).toMatchObject({ delivered: 1 });
    expect(receiver.idsOf(caseId)).toHaveLength(1);
  });
});

describe('a replay', () => {
  test('sends one event again under its id, and not one that is under way', async () => {
    const { webhookId } = await make(receiver.url);
    const caseId = randomUUID();
    const event = await eventOf('case.opened', caseId);
    await desk.publish(event);
    await until('it has come', () => receiver.idsOf(caseId).length === 1);
    await desk.settled(webhookId);
    const [delivery] = await desk.deliveriesOf(webhookId);
    const path = `/${webhookId}/deliveries/${delivery!.deliveryId}/replay`;
    let goOn: () => void = () => undefined;
    receiver.answer = () => new Promise((resolve) => (goOn = () => resolve({ status: 204 })));
    expect((await desk.ask('POST', path)).body).toEqual({ replayed: 1 });
    await until('it comes again', () => receiver.idsOf(caseId).length === 2);
    expect((await desk.ask('POST', path)).status).toBe(409);
    goOn();
    await desk.settled(webhookId);
    expect(receiver.idsOf(caseId)).toEqual([event.id, event.id]);
    expect((await desk.deliveriesOf(webhookId))[0]).toMatchObject({ state: 'delivered', replays: 1 });
    expect((await desk.ask('POST', `/${webhookId}/deliveries/${randomUUID()}/replay`)).status).toBe(404);
  });

  test('sends all again that came since an instant and ended so', async () => {
    const { webhookId } = await make(receiver.url);
    const [before, after] = [randomUUID(), randomUUID()];
    await desk.publish(await eventOf('case.opened', before));
    await until('it has come', () => receiver.about(before).length === 1);
    await desk.settled(webhookId);
    const since = new Date().toISOString();
    await desk.publish(await eventOf('case.opened', after), await eventOf('case.archived', after));
    await until('they have come', () => receiver.about(after).length === 2);
    await desk.settled(webhookId);
    const replay = async (states?: string[]) =>
      (await desk.ask<unknown>('POST', `/${webhookId}/replay`, { since, ...(states && { states }) })).body;
    expect(await replay()).toEqual({ replayed: 0 });
    expect(await replay(['delivered'])).toEqual({ replayed: 2 });
    await until('they have come again', () => receiver.about(after).length === 4);
    expect(receiver.about(before)).toHaveLength(1);
  });
});

test('what is older than it is to be kept is forgotten', async () => {
  const { webhookId } = await make(receiver.url);
  const caseId = randomUUID();
  await desk.publish(await eventOf('case.opened', caseId));
  await until('it has come', () => receiver.about(caseId).length === 1);
  await desk.settled(webhookId);
  const schema = desk.system.schema('webhooks');
  await desk.system.query(`update ${schema}.webhook_message set kept_at = now() - interval '31 days'`);
  // It forgets at its start and every minute.
  await desk.stop();
  await desk.start();
  await until('it is gone', async () => (await desk.deliveriesOf(webhookId)).length === 0);
  for (const table of ['message', 'delivery', 'attempt'])
    expect(await desk.system.query(`select 1 from ${schema}.webhook_${table}`)).toEqual([]);
});
