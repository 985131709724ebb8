import { dumpAnalysis } from '@caserelay/dump-analysis';
import { runService } from '@caserelay/service-host';
import { expect, it } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { aSystem } from '../../support/system.js';
import { until } from '../../support/until.js';

it('is not ready while Redis is away, because no upload is read without it, but lives', async () => {
  const system = await aSystem();
  const road = await aRoadTo(system.environment['REDIS_URL'] as string);
  const service = await runService(dumpAnalysis, { ...system.environment, REDIS_URL: road.url });
  const status = async (page: string): Promise<number> => (await fetch(`${service.url}/health/${page}`)).status;
  try {
    await until('it is ready', async () => (await status('ready')) === 200);
    road.close();
    await until('it is not ready', async () => (await status('ready')) === 503);
    expect(await status('live')).toBe(200);
    road.open();
    await until('it is ready again', async () => (await status('ready')) === 200);
  } finally {
    road.open();
    await service.stop();
    road.remove();
    await system.remove();
  }
});

/** A way to Redis that can be closed and opened. */
async function aRoadTo(redisUrl: string) {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer((near) => {
    const far = connect(Number(target.port || 6379), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      if (!isOpen) socket.destroy();
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const close = (): void => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  const open = (): void => {
    isOpen = true;
  };
  return { url: url.href, close, open, remove: () => server.close() };
}
