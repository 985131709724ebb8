import type { ServiceName } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivate, type PrivatePart, type PrivateServices } from '../../scripts/launcher/private-services.mjs';
import { faultsOf } from '../support/check-play.js';
import { playThread } from '../support/play-thread.js';

/** At which input of the play something is killed with SIGKILL, while people act. Each comes in turn, some twice. */
const killedServices: Record<number, ServiceName> = {
  0: 'case-workflow',
  1: 'notification',
  3: 'sftp-provisioning',
  5: 'intake',
  7: 'dump-analysis',
  8: 'ops-console',
  9: 'case-workflow',
  11: 'sftp-provisioning',
  12: 'notification',
  14: 'intake',
};
const killedParts: Record<number, PrivatePart> = {
  1: 'rabbitmq',
  3: 'postgres',
  5: 'redis',
  7: 'rabbitmq',
  9: 'redis',
  11: 'postgres',
  14: 'rabbitmq',
};

describe('the real case ends archived, every mail sent once,', () => {
  let folder: string;
  let parts: PrivateServices;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'caserelay-chaos-'));
    parts = await startPrivate({ dir: join(folder, 'parts'), postgres: true, redis: true, rabbitmq: true });
  }, 120_000);
  afterAll(async () => {
    await parts.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const play = (namespace: string, alongside: Parameters<typeof playThread>[0]['alongside'], killed: string[]) =>
    playThread({
      parts: { DATABASE_URL: parts.urls.postgres, REDIS_URL: parts.urls.redis, AMQP_URL: parts.urls.rabbitmq },
      namespace,
      folder: join(folder, namespace),
      separate: true,
      speed: 60_000,
      environment: { RETRY_PAUSES_SECONDS: '0.2,0.5,1,2,5', LETTER_LEASE_SECONDS: '3' },
      ...(alongside ? { alongside } : {}),
    }).then((result) => ({ faults: faultsOf(result), killed }));

  it('when each service is killed in turn', async () => {
    const killed: string[] = [];
    const alongside = async (
      index: number,
      processes: { killAndRestart(service: ServiceName): Promise<void> },
    ): Promise<void> => {
      const service = killedServices[index];
      if (service === undefined) return;
      await processes.killAndRestart(service);
      killed.push(service);
    };
    expect(await play('services', alongside, killed)).toEqual({ faults: [], killed: Object.values(killedServices) });
  }, 400_000);

  it('when RabbitMQ, Postgres and Redis are killed in turn, Redis with all it held', async () => {
    const killed: string[] = [];
    const alongside = async (index: number): Promise<void> => {
      const part = killedParts[index];
      if (part === undefined) return;
      await parts.kill(part);
      await parts.restart(part);
      if (part === 'redis') await wipe(parts.urls.redis);
      killed.push(part);
    };
    expect(await play('parts', alongside, killed)).toEqual({ faults: [], killed: Object.values(killedParts) });
  }, 400_000);
});

async function wipe(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}
