import { postgres } from './postgres.mjs';
import { rabbitmq } from './rabbitmq.mjs';
import { redis } from './redis.mjs';

/** What CaseRelay stands on. */
export const parts = [postgres, redis, rabbitmq];

/** RabbitMQ's name server is a process of its own and ends after the broker. */
export const stopOrder = ['rabbitmq', 'epmd', 'redis', 'postgres'];

export function stopSignalOf(name) {
  return parts.find((part) => part.name === name)?.stopSignal ?? 'SIGTERM';
}
