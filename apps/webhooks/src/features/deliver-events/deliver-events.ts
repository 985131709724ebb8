import type { WebhookDisabled } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import type { Delivery, Outcome, Receiver, Reply, Taken } from '../../webhook.js';
import { robotMessage, robotOutcome, robotRequest } from './chat-robots.js';
import { retryAfterSeconds } from './pauses.js';
import { signedHeaders } from './sign-message.js';

/** What is told of a receiver that was disabled, and the case whose event it got last. */
export type Disabling = WebhookDisabled['data'] & { caseId: string };

export interface Needs {
  /** Posts once, follows no redirect; throws when there is no answer or the address must not be spoken to. */
  post(url: string, message: { headers: Record<string, string>; body: string }): Promise<Reply>;
  /** What did not fit into a message waits for the next one. */
  giveBack(deliveries: readonly Delivery[]): Promise<void>;
  /** Keeps the end of an attempt; one whose lease ran out changes nothing. */
  settleDelivered(taken: Taken, outcome: Outcome & { is: 'delivered' }, milliseconds: number): Promise<void>;
  /** Keeps a failure together with what it tells. */
  settleFailed(
    taken: Taken,
    outcome: Outcome & { is: 'failed' | 'gone' },
    milliseconds: number,
    tells: (disabled: Disabling) => Tell[],
  ): Promise<void>;
  now(): Date;
}

const longestError = 500;
const own = { 'content-type': 'application/cloudevents+json; charset=utf-8', 'user-agent': 'CaseRelay-Webhooks/1' };

/** Tries once to send what was taken. */
export async function deliverEvents(taken: Taken, needs: Needs): Promise<Outcome> {
  const fitting = await whatFits(taken, needs);
  const begun = needs.now().getTime();
  const outcome = await attempt(fitting, needs);
  const milliseconds = Math.max(0, needs.now().getTime() - begun);
  if (outcome.is === 'delivered') await needs.settleDelivered(fitting, outcome, milliseconds);
  else
    await needs.settleFailed(fitting, outcome, milliseconds, ({ caseId, ...data }) => [
      { type: 'webhook.disabled', caseId, data },
    ]);
  return outcome;
}

/** Sends something that is no event of a case, to see whether a receiver takes it. Nothing of it is kept. */
export async function pingReceiver(
  receiver: Receiver,
  { id, now, post }: Pick<Needs, 'post' | 'now'> & { id: string },
): Promise<Outcome> {
  const body = JSON.stringify({
    ...{ specversion: '1.0', id, source: '/caserelay/webhooks', type: 'webhook.ping', subject: receiver.webhookId },
    ...{ time: now().toISOString(), datacontenttype: 'application/json', data: {} },
  });
  const headline = { zh: '测试消息：Webhook 可用', en: 'A test: this webhook works' };
  const ping = { deliveryId: id, eventId: id, caseId: id, caseNumber: null, body, headline, attempt: 1 };
  return await attempt({ receiver, deliveries: [ping] }, { now, post });
}

/** A robot gets as many headlines as fit into one message. */
async function whatFits({ receiver, deliveries }: Taken, { giveBack }: Needs): Promise<Taken> {
  if (receiver.kind === 'webhook') return { receiver, deliveries };
  const { told } = robotMessage(deliveries, receiver.language);
  const [first, ...others] = deliveries;
  const left = deliveries.slice(told);
  if (left.length > 0) await giveBack(left);
  return { receiver, deliveries: [first, ...others.slice(0, told - 1)] };
}

async function attempt({ receiver, deliveries }: Taken, { post, now }: Pick<Needs, 'post' | 'now'>): Promise<Outcome> {
  try {
    const { kind } = receiver;
    if (kind === 'webhook') {
      const [{ eventId: id, body }] = deliveries;
      const headers = { ...own, ...signedHeaders({ id, at: now(), body }, receiver.secrets) };
      return outcomeOf(await post(receiver.url, { headers, body }), now());
    }
    const { text } = robotMessage(deliveries, receiver.language);
    const { url, body } = robotRequest(kind, text, receiver, now());
    return robotOutcome(kind, await post(url, { headers: { ...own, 'content-type': 'application/json' }, body }));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { is: 'failed', status: null, error: text.slice(0, longestError), retryAfterSeconds: null };
  }
}

function outcomeOf({ status, retryAfter }: Reply, now: Date): Outcome {
  if (status >= 200 && status < 300) return { is: 'delivered', status };
  if (status === 410) return { is: 'gone', status, error: 'answered 410: gone for good' };
  const error = `answered ${status}${status >= 300 && status < 400 ? ': redirects are not followed' : ''}; expected 2xx`;
  return { is: 'failed', status, error, retryAfterSeconds: retryAfterSeconds(retryAfter, now) };
}
