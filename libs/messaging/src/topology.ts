import { hears, services, type ServiceName } from '@caserelay/contracts';
import type { Channel } from 'amqplib';

/** Pauses before a message is tried again; each has its own queue, because a queue with one fixed TTL never blocks. */
export const defaultRetryPauses: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];

/** The names of everything that one system has in the broker. */
export function topologyOf(namespace: string) {
  return {
    namespace,
    events: `${namespace}.events`,
    unrouted: `${namespace}.unrouted`,
    retry: `${namespace}.retry`,
    back: `${namespace}.back`,
    dead: `${namespace}.dead`,
    /** Where other systems publish, and the queue that intake reads from. */
    inbox: `${namespace}.inbox`,
    queueOf: (service: ServiceName) => `${namespace}.${service}`,
    deadLetterQueueOf: (service: ServiceName) => `${namespace}.${service}.dead`,
    rungQueueOf: (pause: number) => `${namespace}.retry.${pause}ms`,
    /** Routing key that carries a message over a rung and back to its service. */
    rungKeyOf: (pause: number, service: ServiceName) => `${pause}ms.${service}`,
  };
}
export type Topology = ReturnType<typeof topologyOf>;

const quorum = { 'x-queue-type': 'quorum' };

/**
 * Declares every exchange, queue and binding of the system; doing it again changes nothing. Every service declares
 * all of it, so that no event is published before its listener has a queue. Limits that may change live in broker
 * policies; only what a queue cannot change later is an argument here.
 * Rungs use at-least-once dead-lettering, which needs overflow=reject-publish on a quorum queue
 * (https://www.rabbitmq.com/docs/quorum-queues#activating-at-least-once-dead-lettering).
 */
export async function declareTopology(
  channel: Pick<Channel, 'assertExchange' | 'assertQueue' | 'bindQueue'>,
  topology: Topology,
  retryPauses: readonly number[] = defaultRetryPauses,
): Promise<void> {
  await channel.assertExchange(topology.unrouted, 'fanout', { durable: true });
  await channel.assertQueue(topology.unrouted, { durable: true, arguments: quorum });
  await channel.bindQueue(topology.unrouted, topology.unrouted, '');
  await channel.assertExchange(topology.events, 'topic', { durable: true, alternateExchange: topology.unrouted });
  await channel.assertExchange(topology.retry, 'topic', { durable: true });
  await channel.assertExchange(topology.back, 'topic', { durable: true });
  await channel.assertExchange(topology.dead, 'direct', { durable: true });

  await channel.assertExchange(topology.inbox, 'topic', { durable: true });
  // One reader at a time, also where several instances of intake run: what one system tells stays in order.
  const oneReader = { ...quorum, 'x-single-active-consumer': true };
  await channel.assertQueue(topology.inbox, { durable: true, arguments: oneReader });
  await channel.bindQueue(topology.inbox, topology.inbox, '#');

  for (const pause of retryPauses) {
    const rung = topology.rungQueueOf(pause);
    await channel.assertQueue(rung, {
      durable: true,
      arguments: {
        ...quorum,
        'x-message-ttl': pause,
        'x-dead-letter-exchange': topology.back,
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    });
    await channel.bindQueue(rung, topology.retry, `${pause}ms.*`);
  }
  for (const service of services) {
    const queue = topology.queueOf(service);
    await channel.assertQueue(queue, { durable: true, arguments: quorum });
    await channel.bindQueue(queue, topology.back, `*.${service}`);
    const heard = hears[service];
    for (const type of heard === '*' ? ['#'] : heard) await channel.bindQueue(queue, topology.events, type);
    const deadLetters = topology.deadLetterQueueOf(service);
    await channel.assertQueue(deadLetters, { durable: true, arguments: quorum });
    await channel.bindQueue(deadLetters, topology.dead, service);
  }
}

/** Deletes everything of a system from the broker, waiting messages included. For tests and for `reset`. */
export async function deleteTopology(
  channel: Pick<Channel, 'deleteExchange' | 'deleteQueue'>,
  topology: Topology,
  retryPauses: readonly number[] = defaultRetryPauses,
): Promise<void> {
  for (const service of services) {
    await channel.deleteQueue(topology.queueOf(service));
    await channel.deleteQueue(topology.deadLetterQueueOf(service));
  }
  for (const pause of retryPauses) await channel.deleteQueue(topology.rungQueueOf(pause));
  await channel.deleteQueue(topology.unrouted);
  await channel.deleteQueue(topology.inbox);
  for (const exchange of [
    topology.events,
    topology.inbox,
    topology.unrouted,
    topology.retry,
    topology.back,
    topology.dead,
  ])
    await channel.deleteExchange(exchange);
}
