import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivate, type PrivateServices } from '../../../scripts/launcher/private-services.mjs';
import { launcherInRoomOfItsOwn, outputUntil, type Launcher } from './launcher.js';

let launcher: Launcher;
beforeEach(async () => {
  launcher = await launcherInRoomOfItsOwn();
});
afterEach(async () => {
  await launcher.run(['down']);
  await launcher.remove();
});

describe('a service named in the environment', () => {
  test.each([
    ['DATABASE_URL', 'postgres://someone:verysecret@127.0.0.1:1/cases'],
    ['REDIS_URL', 'redis://:verysecret@127.0.0.1:1/0'],
    ['AMQP_URL', 'amqp://someone:verysecret@127.0.0.1:1/cases'],
  ])('ends the launcher when it is dead, by name and without its password: %s', async (name, url) => {
    const outcome = await launcher.run(['run', '--no-build', '--', 'echo', 'reached'], { [name]: url });

    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain(`${name} is set to`);
    expect(outcome.output).toContain('ECONNREFUSED');
    expect(outcome.output).not.toContain('verysecret');
    expect(outcome.output).not.toContain('reached');
  });

  test('is not taken for good because its port is open', async () => {
    const stranger = createServer((socket) => socket.end('220 not what you look for\r\n')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as { port: number };

    const outcome = await launcher.run(['run', '--no-build', '--', 'true'], { REDIS_URL: `redis://127.0.0.1:${port}` });
    stranger.close();

    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain('REDIS_URL is set to');
  });

  test('must be a URL', async () => {
    const outcome = await launcher.run(['run', '--no-build', '--', 'true'], { AMQP_URL: 'rabbit' });

    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain('AMQP_URL is set to "rabbit", which is no URL');
  });
});

describe('the command line', () => {
  test('names a command that does not exist', async () => {
    const outcome = await launcher.run(['strat']);

    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain('there is no command "strat"');
  });

  test('refuses a flag that it does not know', async () => {
    const outcome = await launcher.run(['start', '--privat']);

    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain('start does not know "--privat"');
  });

  test('status tells that nothing was ever started, and is not satisfied', async () => {
    const outcome = await launcher.run(['status']);

    expect(outcome.code).toBe(3);
    expect(outcome.output.match(/never started/g)).toHaveLength(11);
  });

  test('down has nothing to do, and says so', async () => {
    const outcome = await launcher.run(['down']);

    expect(outcome.code).toBe(0);
    expect(outcome.output).toContain('nothing was ever started');
  });
});

describe('with services at hand', () => {
  let dir: string;
  let services: PrivateServices;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'caserelay-private-'));
    services = await startPrivate({ dir, postgres: true, redis: true, rabbitmq: true, fast: true });
  }, 120_000);
  afterAll(async () => {
    try {
      await services.stop();
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  test('a command gets their URLs, and its exit code is the launcher’s', async () => {
    const outcome = await launcher.run(
      ['run', '--no-build', '--', 'sh', '-c', 'echo "$DATABASE_URL $REDIS_URL $AMQP_URL $NAMESPACE"; exit 7'],
      services.environment,
    );

    expect(outcome.output).toContain(
      `${services.urls.postgres} ${services.urls.redis} ${services.urls.rabbitmq} launcher_spec`,
    );
    expect(outcome.code).toBe(7);
  });

  test('a database that does not exist yet is created', async () => {
    const url = services.urls.postgres.replace(/caserelay$/, 'not_there_yet');
    const environment = { ...services.environment, DATABASE_URL: url };

    const first = await launcher.run(['run', '--no-build', '--', 'true'], environment);
    const second = await launcher.run(['run', '--no-build', '--', 'true'], environment);

    expect([first.code, second.code]).toEqual([0, 0]);
  });

  test('a virtual host that does not exist is named', async () => {
    const url = services.urls.rabbitmq.replace(/caserelay$/, 'elsewhere');

    const outcome = await launcher.run(['run', '--no-build', '--', 'true'], { ...services.environment, AMQP_URL: url });

    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain('no virtual host "elsewhere"');
  });

  test('of two launchers at once one starts what is missing, and the other waits and uses it', async () => {
    const { DATABASE_URL = '', AMQP_URL = '' } = services.environment;
    const both = [1, 2].map(() =>
      launcher.run(['run', '--private', '--no-build', '--', 'sleep', '2'], { DATABASE_URL, AMQP_URL }),
    );

    const outcomes = await Promise.all(both);

    const adopted = outcomes.filter(({ output }) => output.includes('already running'));
    const ended = outcomes.filter(({ output }) => output.includes('redis stopped'));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect(adopted).toHaveLength(1);
    expect(ended).toHaveLength(1);
    expect(ended).not.toEqual(adopted);
    expect(existsSync(join(launcher.folder, 'launcher.lock'))).toBe(false);
  });

  test('the state is readable by its owner only', async () => {
    await launcher.run(['run', '--no-build', '--', 'true'], services.environment);

    const { mode } = await stat(join(launcher.folder, 'state.json'));
    expect((mode & 0o777).toString(8)).toBe('600');
  });

  test('reset leaves alone what the environment named', async () => {
    await launcher.run(['run', '--no-build', '--', 'true'], services.environment);

    const unasked = await launcher.run(['reset']);
    const kept = existsSync(launcher.folder);
    const confirmed = await launcher.run(['reset', '--yes']);

    expect(unasked.code).toBe(1);
    expect(kept).toBe(true);
    expect(confirmed.code).toBe(0);
    expect(confirmed.output).toContain('NOT: postgres');
    expect(existsSync(launcher.folder)).toBe(false);
  });

  test('a launcher that was killed leaves its private Redis to the next one, which leaves it running', async () => {
    const { DATABASE_URL = '', AMQP_URL = '' } = services.environment;
    const environment = { DATABASE_URL, AMQP_URL };
    const first = launcher.start(
      ['run', '--private', '--no-build', '--', 'sh', '-c', 'echo up; exec sleep 5'],
      environment,
    );
    await outputUntil(first, 'up\n');
    first.kill('SIGKILL');
    // Its command lives on for a moment and holds our ends of the pipes.
    first.stdout.destroy();
    first.stderr.destroy();

    const second = await launcher.run(['run', '--no-build', '--', 'true'], environment);
    const status = await launcher.run(['status'], environment);
    const down = await launcher.run(['down'], environment);

    expect(second.output).toContain('already running');
    expect(second.output).not.toContain('redis stopped');
    expect(status.output).toMatch(/redis +private instance +redis:\/\/127\.0\.0\.1:\d+\/0 +\d+ +yes/);
    expect(down.output).toContain('redis stopped');
  });

  test('start prints addresses and logins that let a person in, those that the person chose among them', async () => {
    const stays = launcher.start(['start', '--no-build'], {
      ...services.environment,
      CONSOLE_USER: 'somebody',
      CONSOLE_PASSWORD: 'chosen by somebody',
    });
    const ended = once(stays, 'exit');
    const printed = await outputUntil(stays, 'ready.');

    const [, url = '', login = '', password = ''] = /Console +(\S+) +user (\S+), password (.+)/.exec(printed) ?? [];
    const authorization = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
    const answer = await fetch(`${url}/v1/cases`, { headers: { authorization } });
    stays.kill('SIGINT');

    expect(login).toBe('somebody');
    expect(answer.status).toBe(200);
    expect(await ended).toEqual([130, null]);
    expect(await launcher.run(['status'], services.environment)).toMatchObject({ code: 3 });
  }, 60_000);

  test('down ends a launcher that stays, though another one came and went after it', async () => {
    const stays = launcher.start(
      ['run', '--no-build', '--', 'sh', '-c', 'echo up; exec sleep 60'],
      services.environment,
    );
    const ended = once(stays, 'exit');
    await outputUntil(stays, 'up\n');
    await launcher.run(['run', '--no-build', '--', 'true'], services.environment);

    const down = await launcher.run(['down'], services.environment);

    const asked = `asking the launcher (process ${stays.pid ?? 0}) to end`;
    if (!down.output.includes(asked)) stays.kill('SIGKILL');
    expect(down.output).toContain(asked);
    expect(await ended).toEqual([143, null]);
  });

  test('private parts come back on their ports after a kill, Postgres with what it had committed', async () => {
    const before = { ...services.urls };
    for (const part of ['redis', 'postgres'] as const) {
      await services.kill(part);
      await services.restart(part);
    }

    const outcome = await launcher.run(['run', '--no-build', '--', 'true'], services.environment);

    expect(services.urls).toEqual(before);
    expect(outcome.code).toBe(0);
    expect(await readFile(join(dir, 'log', 'postgres.log'), 'utf8')).toContain('automatic recovery in progress');
  });
});
