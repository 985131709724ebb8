import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../support/until.js';
import { aRoom, operatorKey, type OpenSpace, type Room } from '../a-space.js';
import { startSftpGoTwin, type SftpGoTwin } from './sftpgo-twin.js';

const hookKey = 'key-of-hooks-in-tests';
let room: Room;
let twin: SftpGoTwin;

beforeAll(async () => {
  room = await aRoom({}, async () => {
    const homes = await mkdtemp(join(tmpdir(), 'caserelay-sftpgo-'));
    twin = await startSftpGoTwin(homes);
    return {
      settings: {
        SFTP_ENGINE: 'sftpgo',
        SFTP_PORT: String(twin.sshPort),
        SFTP_ENGINE_DIR: homes,
        SFTPGO_URL: twin.url,
        SFTPGO_API_KEY: twin.apiKey,
        SFTPGO_HOOK_KEY: hookKey,
      },
      tablesAreThere: () => Promise.resolve(),
      stop: async () => {
        await twin.close();
        await rm(homes, { recursive: true, force: true });
      },
    };
  });
  pointHooks();
}, 60_000);
afterAll(() => room.close(), 60_000);

function pointHooks(): void {
  twin.hook = { url: `${room.service.url}/engine-news/sftpgo`, key: hookKey };
}

async function restart(meanwhile?: () => Promise<void>): Promise<void> {
  await room.restart(meanwhile);
  pointHooks();
}

const userOf = ({ space }: OpenSpace) => twin.users.get(space.account);
const brought = (space: OpenSpace) => until('the account is brought', () => userOf(space), 30_000);
const set = (space: OpenSpace, rule: string) =>
  room.system.query(`update ${room.system.schema('sftp-provisioning')}.upload_space set ${rule} where space_id = $1`, [
    space.space.spaceId,
  ]);
const hashOf = async (space: OpenSpace) => {
  const [row] = await room.system.query<{ password_hash: string }>(
    `select password_hash from ${room.system.schema('sftp-provisioning')}.upload_space where space_id = $1`,
    [space.space.spaceId],
  );
  return row?.password_hash;
};
const received = (space: OpenSpace, name: string) =>
  until(
    `${name} is told`,
    () => room.told(space.caseId, 'upload.received').find(({ data }) => data.name === name),
    30_000,
  );
const names = (space: OpenSpace) => room.told(space.caseId, 'upload.received').map(({ data }) => data.name);

/** News are taken in their order: once this file is told, all that was told before it was taken. */
async function allIsTaken(space: OpenSpace): Promise<void> {
  const name = `last-${randomBytes(4).toString('hex')}.txt`;
  await twin.receive(space.space.account, name, Buffer.from(name));
  await received(space, name);
}

describe('an account at SFTPGo', () => {
  it('is brought with the hash alone, its home, its folder and its bounds', async () => {
    const space = await room.openSpace();
    expect(await brought(space)).toMatchObject({
      status: 1,
      password: await hashOf(space),
      home_dir: join(twin.homes, space.space.account),
      permissions: { '/': ['list'] },
      filters: { denied_protocols: ['FTP', 'DAV', 'HTTP'], allowed_ip: [] },
    });
    expect(await hashOf(space)).toMatch(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/);
    expect(twin.requests.filter(({ body }) => body.includes(space.credentials.password))).toEqual([]);
  }, 60_000);

  it.each(['cut before', 'cut after', 500, 409, 404, 401] as const)(
    'is brought also when the request that makes it ends with: %s',
    async (fault) => {
      twin.faults.push({ method: 'POST', fault });
      const space = await room.openSpace();
      await brought(space);
      expect(twin.faults).toEqual([]);
    },
    60_000,
  );

  it.each(['cut before', 'cut after', 500, 404] as const)(
    'is shut and its sessions are ended also when the request that does it ends with: %s',
    async (fault) => {
      const space = await room.openSpace();
      await brought(space);
      const session = twin.connect(space.space.account);
      twin.faults.push({ method: 'PUT', fault });
      await set(space, 'disabled_at = now()');
      await until('it is shut', () => userOf(space)?.status === 0 && !twin.connections.includes(session), 30_000);
      await set(space, 'disabled_at = null');
      await until('it is open again', () => userOf(space)?.status === 1, 30_000);
    },
    60_000,
  );

  it('follows expiry, addresses and bounds of our tables; sessions stay where nothing is taken away', async () => {
    const space = await room.openSpace();
    await brought(space);
    const session = twin.connect(space.space.account);
    const at = new Date(Date.now() + 3_600_000);
    await set(space, `expires_at = '${at.toISOString()}', most_files = 7, most_bytes = 1000, most_sessions = 2`);
    await until('bounds are brought', () => userOf(space)?.quota_files === 7, 30_000);
    expect(userOf(space)).toMatchObject({ expiration_date: at.getTime(), quota_size: 1000, max_sessions: 2 });
    expect(twin.connections).toContain(session);
    await set(space, `allowed_addresses = '{203.0.113.7,2001:db8::/32}'`);
    await until('addresses are brought', () => userOf(space)?.filters?.allowed_ip?.length === 2, 30_000);
    expect(userOf(space)?.filters?.allowed_ip).toEqual(['203.0.113.7/32', '2001:db8::/32']);
    expect(twin.connections).not.toContain(session);
    await set(space, `expires_at = now() - interval '1 minute'`);
    await until('it is shut', () => userOf(space)?.status === 0, 30_000);
  }, 60_000);

  it('gets the hash of a new password, and only then sends away who came with the old one', async () => {
    const space = await room.openSpace();
    const before = (await brought(space)).password;
    const session = twin.connect(space.space.account);
    const url = new URL(`/v1/upload-spaces/${space.space.spaceId}/links`, room.service.url);
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ endSessions: true }),
    });
    expect(answer.ok).toBe(true);
    await until('the session is ended', () => !twin.connections.includes(session), 30_000);
    expect(userOf(space)?.password).not.toBe(before);
    expect(userOf(space)?.password).toBe(await hashOf(space));
  }, 60_000);

  it('keeps what an administrator set there, though all is replaced', async () => {
    const space = await room.openSpace();
    const user = await brought(space);
    const denied = { ...user.filters, denied_ip: ['198.51.100.0/24'] };
    twin.users.set(user.username, { ...user, email: 'ops@example.com', filters: denied });
    await set(space, 'most_files = 9');
    await until('it is changed', () => userOf(space)?.quota_files === 9, 30_000);
    expect(userOf(space)).toMatchObject({ email: 'ops@example.com', filters: { denied_ip: ['198.51.100.0/24'] } });
  }, 60_000);

  it.each([null, 'cut before', 'cut after', 500] as const)(
    'goes with its case, also when the request that removes it ends with: %s',
    async (fault) => {
      const space = await room.openSpace();
      await brought(space);
      const session = twin.connect(space.space.account);
      if (fault !== null) twin.faults.push({ method: 'DELETE', fault });
      await room.archive(space.caseId);
      await until('it is gone', () => userOf(space) === undefined, 30_000);
      expect(twin.connections).not.toContain(session);
      twin.faults.length = 0;
    },
    60_000,
  );

  it('is as our tables say after a time in which nobody looked; those of others are left alone', async () => {
    const [closed, lost, changed] = [await room.openSpace(), await room.openSpace(), await room.openSpace()];
    for (const space of [closed, changed]) await brought(space);
    const stranger = await brought(lost);
    await restart(async () => {
      await set(closed, `state = 'closed', password_hash = null`);
      twin.users.delete(lost.space.account);
      twin.users.set('somebody', { ...stranger, username: 'somebody', additional_info: 'not of CaseRelay' });
      const user = userOf(changed);
      if (user) twin.users.set(user.username, { ...user, permissions: { '/': ['*'] } });
    });
    await until('all is as it should be', () => userOf(lost) && !userOf(closed), 30_000);
    await until('nobody may do more', () => userOf(changed)?.permissions['/']?.[0] === 'list', 30_000);
    expect(twin.users.get('somebody')).toMatchObject({ status: 1, additional_info: 'not of CaseRelay' });
  }, 60_000);
});

describe('what SFTPGo receives', () => {
  it('is told once, though its hook comes three times', async () => {
    const space = await room.openSpace();
    await brought(space);
    const content = randomBytes(300_000);
    await twin.receive(space.space.account, 'a.dmp', content, { times: 3 });
    const { data } = await received(space, 'a.dmp');
    expect(data).toMatchObject({ bytes: content.length, sha256: sha256(content) });
    await allIsTaken(space);
    expect(names(space).filter((name) => name === 'a.dmp')).toEqual(['a.dmp']);
  }, 60_000);

  it('is told once, though its hook was lost', async () => {
    const space = await room.openSpace();
    await brought(space);
    const content = randomBytes(100_000);
    await restart(async () => {
      const path = join(twin.homes, space.space.account, 'upload', 'lost.dmp');
      await writeFile(path, content);
      await utimes(path, new Date(0), new Date(0));
    });
    expect((await received(space, 'lost.dmp')).data.sha256).toBe(sha256(content));
    await restart();
    await allIsTaken(space);
    expect(names(space).filter((name) => name === 'lost.dmp')).toEqual(['lost.dmp']);
  }, 60_000);

  it('is taken in while it grows, interrupted when the line breaks, and whole when it was resumed', async () => {
    const space = await room.openSpace();
    await brought(space);
    const content = randomBytes(200_000);
    const path = join(twin.homes, space.space.account, 'upload', 'big.dmp');
    await writeFile(path, content.subarray(0, 50_000));
    twin.connect(space.space.account, '/upload/big.dmp');
    await until('it is told as started', () => room.told(space.caseId, 'upload.started')[0], 30_000);
    await twin.receive(space.space.account, 'big.dmp', content.subarray(0, 120_000), { status: 2 });
    await until('it is told as interrupted', () => room.told(space.caseId, 'upload.interrupted')[0], 30_000);
    await twin.receive(space.space.account, 'big.dmp', content);
    expect((await received(space, 'big.dmp')).data.sha256).toBe(sha256(content));
  }, 60_000);

  it('has the name that it was given last; a late word of its going away does no harm', async () => {
    const space = await room.openSpace();
    await brought(space);
    const { account } = space.space;
    const content = randomBytes(10_000);
    await twin.receive(account, 'b.dmp.filepart', content);
    await twin.rename(account, 'b.dmp.filepart', 'b.dmp');
    await received(space, 'b.dmp');
    await twin.tell({ action: 'delete', username: account, status: 1, virtual_path: '/upload/b.dmp' });
    await twin.tell({
      ...{ action: 'rename', username: account, status: 1 },
      ...{ virtual_path: '/upload/b.dmp.filepart', virtual_target_path: '/upload/b.dmp' },
    });
    await allIsTaken(space);
    expect(names(space).filter((name) => name === 'b.dmp')).toEqual(['b.dmp']);
  }, 60_000);
});

describe('the door of its hooks', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${room.service.url}/engine-news/sftpgo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${hookKey}`, ...headers },
      body,
    });
  const event = (more: object) =>
    JSON.stringify({ action: 'upload', username: 'acme', virtual_path: '/upload/a', status: 1, ...more });

  it.each([[''], ['Bearer wrong'], [`Bearer ${operatorKey}`]])('is shut for "%s"', async (authorization) => {
    expect((await post(event({}), { authorization })).status).toBe(401);
  });

  it.each([
    ['no JSON', '{"action":'],
    ['no object', '[]'],
    ['a way out', event({ virtual_path: '/upload/../../../etc/passwd' })],
    ['NUL', event({ virtual_path: '/upload/a\0b' })],
    ['a long path', event({ virtual_path: `/upload/${'a'.repeat(100_000)}` })],
    ['numbers for names', event({ username: 1e308, virtual_path: 5 })],
    ['a status that is none', event({ status: 'ok' })],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('refuses %s', async (_, body) => {
    expect((await post(body)).status).toBe(400);
  });

  it('refuses what is too large', async () => {
    expect((await post(event({ metadata: 'a'.repeat(300_000) }))).status).toBe(413);
  });

  it('hears of strangers, of other folders and of other actions, and keeps nothing', async () => {
    const space = await room.openSpace();
    const username = space.space.account;
    for (const more of [
      { username: 'somebody' },
      { username: '__proto__' },
      { username: "x'; drop table upload_space; --" },
      { username, virtual_path: '/elsewhere/a' },
      { username, action: 'mkdir' },
      { username, action: 'delete', status: 2 },
    ])
      expect(await (await post(event(more))).json()).toEqual({ kept: false });
  });

  it('takes nothing for there that is not', async () => {
    const space = await room.openSpace();
    await brought(space);
    const told = { username: space.space.account, virtual_path: '/upload/never.dmp', file_size: 5 };
    expect(await (await post(event(told))).json()).toEqual({ kept: true });
    await allIsTaken(space);
    expect(names(space)).toHaveLength(1);
  }, 60_000);
});

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
