import type { Language, WebhookKind } from '@caserelay/contracts';
import { createHmac } from 'node:crypto';
import type { Delivery, Outcome, Receiver, Reply } from '../../webhook.js';

export type RobotKind = Exclude<WebhookKind, 'webhook'>;

/** One robot: how a text is posted to it, and what its answer means. All three answer 200 to what they refuse. */
interface Robot {
  request(text: string, receiver: Pick<Receiver, 'url' | 'secrets'>, at: Date): { url: string; body: string };
  /** Null when the answer is not in its form. */
  verdict(answer: Record<string, unknown>): Verdict | null;
}

type Verdict =
  | { is: 'taken' }
  | { is: 'refused'; error: string }
  | { is: 'too-often'; error: string; waitSeconds: number }
  | { is: 'gone'; error: string };

/** What fits into a text message of WeCom (2,048 bytes), which allows the least. */
const mostBytes = 1_900;
const mostLines = 20;

/**
 * WeCom (企业微信): `{ msgtype, text: { content } }`, at most 2,048 bytes and 20 messages a minute; no signature.
 * 93000 with "invalid webhook url": the robot was removed; 45009: too often.
 * Source: https://developer.work.weixin.qq.com/document/path/91770
 */
const wecom: Robot = {
  request: (text, { url }) => ({ url, body: JSON.stringify({ msgtype: 'text', text: { content: text } }) }),
  verdict: ({ errcode, errmsg }) => {
    if (typeof errcode !== 'number') return null;
    const error = said(errcode, errmsg);
    if (errcode === 0) return { is: 'taken' };
    if (errcode === 45009) return { is: 'too-often', error, waitSeconds: 60 };
    return { is: errcode === 93000 && error.includes('invalid webhook url') ? 'gone' : 'refused', error };
  },
};

/**
 * DingTalk (钉钉): the same body; with a secret the query says `timestamp` in milliseconds and `sign`, the base64 of
 * HMAC-SHA256 over `timestamp\nsecret` under the secret. 130101: more than 20 a minute, nothing is taken for ten minutes;
 * 300001 or "token is not exist": the robot was removed; 310000: keyword, signature or address does not fit.
 * Source: https://open.dingtalk.com/document/robots/custom-robot-access
 */
const dingtalk: Robot = {
  request: (text, { url, secrets: [secret] }, at) => {
    const signed = new URL(url);
    if (secret !== undefined) {
      const timestamp = String(at.getTime());
      signed.searchParams.set('timestamp', timestamp);
      signed.searchParams.set('sign', createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'));
    }
    return { url: signed.href, body: JSON.stringify({ msgtype: 'text', text: { content: text } }) };
  },
  verdict: ({ errcode, errmsg }) => {
    if (typeof errcode !== 'number') return null;
    const error = said(errcode, errmsg);
    if (errcode === 0) return { is: 'taken' };
    if (errcode === 130101) return { is: 'too-often', error, waitSeconds: 600 };
    return { is: errcode === 300001 || error.includes('token is not exist') ? 'gone' : 'refused', error };
  },
};

/**
 * Feishu and Lark (飞书): `{ msg_type, content: { text } }`; with a secret the body also says `timestamp` in seconds and
 * `sign`, the base64 of HMAC-SHA256 over nothing under `timestamp\nsecret`. The answer has `code`, an older one
 * `StatusCode`. 19001: the robot was removed; 11232: too often; 19021, 19022, 19024: signature, address, keyword.
 * Source: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
const feishu: Robot = {
  request: (text, { url, secrets: [secret] }, at) => {
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const sign = createHmac('sha256', `${timestamp}\n${secret ?? ''}`).digest('base64');
    const message = { msg_type: 'text', content: { text } };
    return { url, body: JSON.stringify(secret === undefined ? message : { timestamp, sign, ...message }) };
  },
  verdict: ({ code, msg, StatusCode, StatusMessage }) => {
    const number = code ?? StatusCode;
    if (typeof number !== 'number') return null;
    const error = said(number, msg ?? StatusMessage);
    if (number === 0) return { is: 'taken' };
    if (number === 11232) return { is: 'too-often', error, waitSeconds: 60 };
    return { is: number === 19001 ? 'gone' : 'refused', error };
  },
};

const robots: Record<RobotKind, Robot> = { wecom, dingtalk, feishu };

/** The request that posts a text to a robot. */
export function robotRequest(
  kind: RobotKind,
  text: string,
  receiver: Pick<Receiver, 'url' | 'secrets'>,
  at: Date,
): { url: string; body: string } {
  return robots[kind].request(text, receiver, at);
}

/** What a robot's answer means, whatever its status. */
export function robotOutcome(kind: RobotKind, { status, body }: Reply): Outcome {
  const verdict = robots[kind].verdict(asObject(body));
  const failed = (error: string, retryAfterSeconds: number | null): Outcome => ({
    ...{ is: 'failed', status, error, retryAfterSeconds },
  });
  if (!verdict) return failed(`answered ${status} without the code that ${kind} answers with`, null);
  switch (verdict.is) {
    case 'taken':
      return { is: 'delivered', status };
    case 'refused':
      return failed(verdict.error, null);
    case 'too-often':
      return failed(verdict.error, verdict.waitSeconds);
    case 'gone':
      return { is: 'gone', status, error: verdict.error };
  }
}

/** One message of the headlines of several events, oldest first, and how many of them fitted; always at least one. */
export function robotMessage(
  deliveries: readonly Pick<Delivery, 'caseNumber' | 'headline'>[],
  language: Language,
): { text: string; told: number } {
  // The first line holds the word that robots with a keyword ask for.
  let text = 'CaseRelay';
  let told = 0;
  for (const { caseNumber, headline } of deliveries.slice(0, mostLines)) {
    const sentence = language === 'en' ? headline.en : headline.zh;
    const line = harmless(caseNumber === null ? sentence : `${caseNumber} ${sentence}`);
    const longer = `${text}\n${line}`;
    if (told > 0 && Buffer.byteLength(longer) > mostBytes) break;
    text = clipBytes(longer, mostBytes);
    told += 1;
  }
  return { text, told };
}

/** Words of customers call nobody: `<at …>` of Feishu, `<@…>` of WeCom and `@…` of DingTalk stay words. */
function harmless(line: string): string {
  return line
    .replaceAll('<', '＜')
    .replaceAll('@', '＠')
    .replace(/\p{Cc}+/gu, ' ');
}

function clipBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  const characters = [...text];
  while (Buffer.byteLength(characters.join('')) > most - 3) characters.splice(-Math.ceil(characters.length / 20));
  return `${characters.join('')}…`;
}

function said(code: number, message: unknown): string {
  return `code ${code}: ${typeof message === 'string' ? message.slice(0, 300) : 'no words'}`;
}

function asObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
