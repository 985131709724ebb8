import type { ServiceName } from '@caserelay/contracts';
import type { ConsumeMessage } from 'amqplib';
import { v7 as newId } from 'uuid';
import { attemptsOf, type DeadReason } from './delivery.js';
import type { Outgoing } from './publisher.js';
import type { Topology } from './topology.js';

/** The message that carries a failed one over a rung of the retry ladder and back to its service. */
export function asRetry(
  message: ConsumeMessage,
  service: ServiceName,
  topology: Topology,
  retryPauses: readonly number[],
  error: string,
): Outgoing {
  const attempt = attemptsOf(message) + 1;
  const pause = retryPauses[Math.min(attempt, retryPauses.length) - 1];
  if (pause === undefined) throw new Error('the retry ladder has no rung; set at least one retry pause');
  return {
    exchange: topology.retry,
    routingKey: topology.rungKeyOf(pause, service),
    content: message.content,
    messageId: String(message.properties.messageId ?? newId()),
    ...typeOf(message),
    headers: { ...ownHeaders(message), 'x-attempt': attempt, 'x-error': error.slice(0, 2_000) },
  };
}

/** The message that carries a hopeless one to the dead letters of its service. */
export function asDeadLetter(
  message: ConsumeMessage,
  service: ServiceName,
  topology: Topology,
  reason: DeadReason,
  error: string,
): Outgoing {
  return {
    exchange: topology.dead,
    routingKey: service,
    content: message.content,
    messageId: newId(),
    ...typeOf(message),
    headers: {
      ...ownHeaders(message),
      'x-attempt': attemptsOf(message) + 1,
      'x-dead-letter-id': newId(),
      'x-dead-at': new Date().toISOString(),
      'x-reason': reason,
      'x-error': error.slice(0, 4_000),
    },
  };
}

/**
 * The dead letter that a message of another system becomes. None of its own headers and properties go along: they are
 * bounded and named by nobody.
 */
export function asInboxDeadLetter(
  { content }: Pick<ConsumeMessage, 'content'>,
  topology: Topology,
  reason: DeadReason,
  error: string,
): Outgoing {
  return {
    exchange: topology.dead,
    routingKey: 'intake' satisfies ServiceName,
    content,
    messageId: newId(),
    headers: {
      ...{ 'x-attempt': 1, 'x-inbox': true, 'x-dead-letter-id': newId(), 'x-dead-at': new Date().toISOString() },
      ...{ 'x-reason': reason, 'x-error': error.slice(0, 4_000) },
    },
  };
}

/** What the broker itself added stays behind: it would be counted again at the next delivery. */
function ownHeaders(message: ConsumeMessage): Record<string, unknown> {
  const kept = Object.entries(message.properties.headers ?? {}).filter(
    ([name]) =>
      !name.startsWith('x-death') &&
      !name.startsWith('x-first-death') &&
      !name.startsWith('x-last-death') &&
      name !== 'x-delivery-count',
  );
  return { 'x-first-failed-at': new Date().toISOString(), ...Object.fromEntries(kept) };
}

function typeOf(message: ConsumeMessage): { type?: string } {
  const type: unknown = message.properties.type;
  return typeof type === 'string' ? { type } : {};
}
