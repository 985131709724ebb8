import { AnyEvent, eventSchemas, type EventType } from '@caserelay/contracts';
import type { ConsumeMessage } from 'amqplib';

/** Why a message was put aside for people. */
export type DeadReason = 'unreadable' | 'unknown-type' | 'refused' | 'failed' | 'delivered-too-often' | 'unrouted';

/** A message that came from the broker, and what it says when it can be read. */
export interface Delivery {
  readonly message: ConsumeMessage;
  readonly event: AnyEvent;
}

/** A message that no retry can heal. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
  constructor(
    readonly reason: DeadReason,
    text: string,
  ) {
    super(text);
  }
}

/** Reads an event out of a message; throws UnreadableMessage with every fault found. */
export function readEvent(message: ConsumeMessage): AnyEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message.content.toString('utf8'));
  } catch (error) {
    throw new UnreadableMessage('unreadable', `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const type = typeof parsed === 'object' && parsed !== null && 'type' in parsed ? parsed.type : undefined;
  const schema = typeof type === 'string' ? eventSchemas.get(type as EventType) : undefined;
  if (!schema) throw new UnreadableMessage('unknown-type', `no event is called ${JSON.stringify(type)?.slice(0, 200)}`);
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, 20).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UnreadableMessage('unreadable', `breaks the schema of ${String(type)}: ${faults.join('; ')}`);
}

/** More than any ladder has: such a number is not ours. */
const mostAttempts = 1_000_000;

/** How often the message was tried before; counted by us, because brokers count differently. */
export function attemptsOf(message: ConsumeMessage): number {
  const attempts: unknown = message.properties.headers?.['x-attempt'];
  return typeof attempts === 'number' && Number.isInteger(attempts) && attempts > 0 && attempts < mostAttempts
    ? attempts
    : 0;
}

/** How often the broker has redelivered the message, as quorum queues count it; 0 on a first delivery. */
export function redeliveriesOf(message: ConsumeMessage): number {
  const count: unknown = message.properties.headers?.['x-delivery-count'];
  return typeof count === 'number' ? count : 0;
}
