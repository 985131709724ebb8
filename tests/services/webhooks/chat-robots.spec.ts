import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac, randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { Desk, eventOf, type Made } from './a-desk.js';
import { Receiver, type Got } from './a-receiver.js';

/**
 * Stands in for the three makers, as their documents have it: what is not signed, of another shape or too long is
 * refused with a code in an answer of 200.
 */
const secrets = { dingtalk: 'SEC0123456789abcdef', feishu: 'feishu-signing-secret' };

function asMakersAnswer({ path, body }: Got): { status: number; body: string } {
  const url = new URL(path, 'http://robot');
  const said = JSON.parse(body) as Record<string, unknown> & { text?: { content: string }; content?: { text: string } };
  const answer = (value: object) => ({ status: 200, body: JSON.stringify(value) });
  if (url.pathname.startsWith('/wecom')) {
    if (url.searchParams.get('key') !== 'wecom-key') return answer({ errcode: 93000, errmsg: 'invalid webhook url' });
    const length = Buffer.byteLength(said.text?.content ?? '');
    const fits = said['msgtype'] === 'text' && length > 0 && length <= 2_048;
    return answer(fits ? { errcode: 0, errmsg: 'ok' } : { errcode: 40058, errmsg: 'invalid Request Parameter' });
  }
  if (url.pathname.startsWith('/dingtalk')) {
    const timestamp = url.searchParams.get('timestamp') ?? '';
    const sign = createHmac('sha256', secrets.dingtalk).update(`${timestamp}\n${secrets.dingtalk}`).digest('base64');
    const isFresh = Math.abs(Date.now() - Number(timestamp)) < 3_600_000;
    if (!isFresh || url.searchParams.get('sign') !== sign) return answer({ errcode: 310000, errmsg: 'sign not match' });
    const fits = said['msgtype'] === 'text' && said.text !== undefined;
    return answer(fits ? { errcode: 0, errmsg: 'ok' } : { errcode: 400105, errmsg: 'unsupported message' });
  }
  const key = `${String(said['timestamp'])}\n${secrets.feishu}`;
  const isFresh = Math.abs(Date.now() / 1000 - Number(said['timestamp'])) < 3_600;
  if (!isFresh || said['sign'] !== createHmac('sha256', key).digest('base64'))
    return answer({ code: 19021, msg: 'sign match fail or timestamp is not within one hour from current time' });
  const fits = said['msg_type'] === 'text' && said.content !== undefined;
  return answer(fits ? { code: 0, msg: 'success', data: {} } : { code: 9499, msg: 'Bad Request' });
}

const textOf = ({ body }: Got): string => {
  const said = JSON.parse(body) as { text?: { content: string }; content?: { text: string } };
  return said.text?.content ?? said.content?.text ?? '';
};

let desk: Desk;
let makers: Receiver;
const made: Made[] = [];

beforeAll(async () => {
  makers = await Receiver.start();
  desk = await Desk.open({
    ...{ WEBHOOK_ALLOWED_HOSTS: '127.0.0.1', WEBHOOK_HTTP_HOSTS: '127.0.0.1' },
    // One message in half a second.
    WEBHOOK_ROBOT_MESSAGES_PER_MINUTE: '120',
  });
});
afterEach(async () => {
  for (const { webhookId } of made.splice(0)) await desk.ask('DELETE', `/${webhookId}`);
  makers.got.length = 0;
});
afterAll(async () => {
  await desk.close();
  await makers.stop();
});

const addresses = {
  wecom: '/wecom/cgi-bin/webhook/send?key=wecom-key',
  dingtalk: '/dingtalk/robot/send?access_token=dingtalk-token',
  feishu: '/feishu/open-apis/bot/v2/hook/feishu-token',
};

async function makeRobot(kind: keyof typeof addresses, more: Record<string, unknown> = {}): Promise<Made> {
  makers.answer = asMakersAnswer;
  const webhook = await desk.make(`http://127.0.0.1:${makers.port}${addresses[kind]}`, {
    ...{ kind, eventTypes: ['*'], ...(kind === 'wecom' ? {} : { secret: secrets[kind] }) },
    ...more,
  });
  made.push(webhook);
  return webhook;
}

describe.each(['wecom', 'dingtalk', 'feishu'] as const)('a robot of %s', (kind) => {
  test('tells its group the headline of an event, with the number of the case', async () => {
    const { webhookId, url } = await makeRobot(kind);
    expect(url).not.toMatch(/wecom-key|dingtalk-token|feishu-token/);
    const caseId = randomUUID();
    await desk.publish(await eventOf('case.opened', caseId));
    await desk.settled(webhookId);
    expect(makers.got.map(textOf)).toEqual(['CaseRelay\nCAS-02227-X4W1B1 案例 CAS-02227-X4W1B1 开启']);
    expect((await desk.show(webhookId)).health).toMatchObject({ failures: 0, counts: { delivered: 1 } });
  });

  test('gets many events as few messages, in order, no more in a minute than are allowed, each event once', async () => {
    const { webhookId } = await makeRobot(kind, { language: 'en' });
    const events = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const event = await eventOf('upload.received', randomUUID());
        return { ...event, data: { ...event.data, name: `dump-${index}.zip` } };
      }),
    );
    await desk.publish(...events);
    await desk.settled(webhookId, 60);
    const lines = makers.got.flatMap((got) => textOf(got).split('\n').slice(1));
    expect(lines).toHaveLength(60);
    expect(lines.map((line) => Number(/dump-(\d+)\.zip/.exec(line)?.[1]))).toEqual(events.map((_, index) => index));
    expect(makers.got.length).toBeLessThanOrEqual(5);
    for (const [index, got] of makers.got.entries())
      if (index > 0) expect(got.at - makers.got[index - 1]!.at).toBeGreaterThanOrEqual(450);
    expect(makers.mostAtOnce).toBe(1);
  });

  test('that refuses in an answer of 200 gets the message again, once for all', async () => {
    const { webhookId } = await makeRobot(kind);
    let refusals = 2;
    makers.answer = (got) =>
      refusals-- > 0
        ? {
            status: 200,
            body: JSON.stringify(kind === 'feishu' ? { code: 9499, msg: 'x' } : { errcode: -1, errmsg: 'x' }),
          }
        : asMakersAnswer(got);
    const caseId = randomUUID();
    await desk.publish(await eventOf('case.opened', caseId));
    await desk.settled(webhookId);
    expect(makers.got).toHaveLength(3);
    const [delivery] = await desk.deliveriesOf(webhookId);
    expect(delivery?.lastAttempts.map(({ error }) => error?.slice(0, 4) ?? null)).toEqual(['code', 'code', null]);
  });
});

test('a robot that was removed from its group is disabled and told of', async () => {
  const { webhookId } = await makeRobot('wecom');
  await desk.ask('PATCH', `/${webhookId}`, { url: `http://127.0.0.1:${makers.port}/wecom/send?key=removed` });
  const caseId = randomUUID();
  await desk.publish(await eventOf('case.opened', caseId));
  const told = await until('it is told', () => desk.told.find((event) => event.subject === caseId));
  expect(told).toMatchObject({ data: { webhookId, kind: 'wecom', because: 'gone' } });
  expect(JSON.stringify(told)).not.toContain('removed');
});

test('a robot that was spoken to too often is left alone as its maker wants', async () => {
  const { webhookId } = await makeRobot('dingtalk');
  makers.answer = () => ({
    ...{ status: 200, body: '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}' },
  });
  await desk.publish(await eventOf('case.opened', randomUUID()));
  await until('it failed', async () => (await desk.show(webhookId)).health.lastError);
  const [row] = await desk.system.query<{ rest: number }>(
    `select extract(epoch from not_before - now())::int as rest from ${desk.system.schema('webhooks')}.webhook where webhook_id = $1`,
    [webhookId],
  );
  expect(row?.rest).toBeGreaterThan(580);
});

test('a ping of a robot is a message in its language', async () => {
  const { webhookId } = await makeRobot('feishu', { language: 'en' });
  expect((await desk.ask<unknown>('POST', `/${webhookId}/ping`)).body).toMatchObject({ delivered: true });
  expect(makers.got.map(textOf)).toEqual(['CaseRelay\nA test: this webhook works']);
});
