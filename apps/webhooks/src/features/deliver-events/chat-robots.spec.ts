import { describe, expect, test } from '@jest/globals';
import { robotMessage, robotOutcome, robotRequest, type RobotKind } from './chat-robots.js';

const news = (zh: string, en = zh, caseNumber: string | null = 'CAS-1') => ({ caseNumber, headline: { zh, en } });
const reply = (body: unknown, status = 200) => ({ status, retryAfter: null, body: JSON.stringify(body) });

describe('the message of a robot', () => {
  test('holds the headlines of several events in the language of its group, each with its case', () => {
    const two = [news('案例开启', 'Case opened'), news('客户已催办', 'Customer reminded', null)];
    expect(robotMessage(two, 'zh-CN')).toEqual({ text: 'CaseRelay\nCAS-1 案例开启\n客户已催办', told: 2 });
    expect(robotMessage(two, 'en').text).toBe('CaseRelay\nCAS-1 Case opened\nCustomer reminded');
  });

  test('fits into the 2,048 bytes of WeCom, and says how many events it tells', () => {
    const many = Array.from({ length: 20 }, (_, index) => news(`${index} ${'长'.repeat(120)}`));
    const { text, told } = robotMessage(many, 'zh-CN');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_900);
    expect(told).toBe(5);
    expect(text.split('\n')).toHaveLength(1 + told);
    const giant = robotMessage([news('长'.repeat(5_000))], 'zh-CN');
    expect(giant.told).toBe(1);
    expect(Buffer.byteLength(giant.text)).toBeLessThanOrEqual(1_900);
    expect(giant.text).toMatch(/长…$/);
  });

  test('calls nobody in the group, whatever customers write', () => {
    const { text } = robotMessage([news('<at user_id="all">所有人</at> @all <@everyone>\n第二行\u0007')], 'zh-CN');
    expect(text).not.toMatch(/[<@]/);
    expect(text.split('\n')).toHaveLength(2);
  });
});

describe('the request to a robot', () => {
  const at = new Date('2026-10-21T07:28:00.123Z');

  test('of DingTalk is signed in the query, and keeps its token there', () => {
    const { url } = robotRequest(
      'dingtalk',
      'x',
      { url: 'https://oapi.dingtalk.com/robot/send?access_token=t', secrets: ['SEC1'] },
      at,
    );
    const { searchParams } = new URL(url);
    // openssl dgst -sha256 -hmac SEC1 -binary | base64, of "1792567680123\nSEC1".
    expect(Object.fromEntries(searchParams)).toEqual({
      ...{ access_token: 't', timestamp: '1792567680123' },
      sign: 'SsXOfQEc6QoM8g+Uct11UtBfOoZLOu3K2w7frkq+DTg=',
    });
  });

  test('of Feishu is signed in the body', () => {
    const { url, body } = robotRequest('feishu', 'x', { url: 'https://open.feishu.cn/hook/t', secrets: ['S2'] }, at);
    expect(url).toBe('https://open.feishu.cn/hook/t');
    // openssl dgst -sha256 -hmac "1792567680\nS2" -binary | base64, of nothing.
    expect(JSON.parse(body)).toEqual({
      ...{ timestamp: '1792567680', sign: 'untOHt4NjK1OCPi1KR2L/pMv/7kWh0OApjc3wGTHjuc=' },
      ...{ msg_type: 'text', content: { text: 'x' } },
    });
  });

  test.each<[RobotKind, object]>([
    ['wecom', { msgtype: 'text', text: { content: 'x' } }],
    ['dingtalk', { msgtype: 'text', text: { content: 'x' } }],
    ['feishu', { msg_type: 'text', content: { text: 'x' } }],
  ])('of %s without a secret says no more than the text', (kind, body) => {
    const request = robotRequest(kind, 'x', { url: 'https://robot.example/send', secrets: [] }, at);
    expect(request.url).toBe('https://robot.example/send');
    expect(JSON.parse(request.body)).toEqual(body);
  });
});

describe('the answer of a robot', () => {
  test.each<[RobotKind, object]>([
    ['wecom', { errcode: 0, errmsg: 'ok' }],
    ['dingtalk', { errcode: 0, errmsg: 'ok' }],
    ['feishu', { code: 0, msg: 'success', data: {} }],
    ['feishu', { StatusCode: 0, StatusMessage: 'success' }],
  ])('%s took it: %j', (kind, body) =>
    expect(robotOutcome(kind, reply(body))).toEqual({ is: 'delivered', status: 200 }),
  );

  test.each<[RobotKind, object, number | null]>([
    ['wecom', { errcode: 45009, errmsg: 'api freq out of limit' }, 60],
    ['wecom', { errcode: 93000, errmsg: 'Invalid input : content exceed max length' }, null],
    ['dingtalk', { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' }, 600],
    ['dingtalk', { errcode: 310000, errmsg: 'sign not match' }, null],
    ['feishu', { code: 11232, msg: 'frequency limited' }, 60],
    ['feishu', { code: 19021, msg: 'sign match fail or timestamp is not within one hour from current time' }, null],
    ['feishu', { StatusCode: 9499, StatusMessage: 'Bad Request' }, null],
    ['wecom', {}, null],
    ['feishu', { code: 'zero' }, null],
  ])('%s did not take it, in an answer of 200: %j', (kind, body, retryAfterSeconds) => {
    expect(robotOutcome(kind, reply(body))).toEqual({
      ...{ is: 'failed', status: 200, error: expect.any(String), retryAfterSeconds },
    });
  });

  test.each<[RobotKind, object]>([
    ['wecom', { errcode: 93000, errmsg: 'invalid webhook url, hint: [1], from ip: 8.8.8.8' }],
    ['dingtalk', { errcode: 300001, errmsg: 'token is not exist' }],
    ['feishu', { code: 19001, msg: 'param invalid: incoming webhook access token invalid' }],
  ])('%s was removed: %j', (kind, body) => expect(robotOutcome(kind, reply(body))).toMatchObject({ is: 'gone' }));

  test('is none when it is no JSON, such as the page of a proxy', () => {
    expect(robotOutcome('wecom', { status: 502, retryAfter: null, body: '<html>' })).toEqual({
      ...{ is: 'failed', status: 502, error: 'answered 502 without the code that wecom answers with' },
      retryAfterSeconds: null,
    });
  });
});
