import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import { until } from '../../support/until.js';
import { aRoom, ask, isLetIn, logIn, opensWith, upload, type Credentials, type Room } from './a-space.js';

let room: Room;
beforeAll(async () => {
  room = await aRoom({
    SPACE_MAX_SESSIONS: '2',
    LOGIN_FAILURES_PER_ACCOUNT: '4',
    LOGIN_FAILURES_PER_ADDRESS: '12',
    LOGIN_BAN_SECONDS: '2',
  });
});
afterAll(() => room.close());

const sql = <Row extends object>(text: string, values: unknown[] = []) =>
  room.system.query<Row>(text.replaceAll('$schema', room.system.schema('sftp-provisioning')), values);

const wrong = (credentials: Credentials): Credentials => ({ ...credentials, password: 'wrong' });
const forgetFailures = () => sql('delete from $schema.login_standing');
const audited = (spaceId: string) =>
  sql<{ action: string; outcome: string; reason: string | null; path: string | null; bytes: string | null }>(
    'select * from $schema.audit_entry where space_id = $1 order by entry_id',
    [spaceId],
  );

describe('who guesses passwords', () => {
  it('is banned for that account, knows the right one in vain, and is let in when the ban has ended', async () => {
    const { credentials } = await room.openSpace();
    for (let time = 0; time < 4; time += 1) expect(await isLetIn(wrong(credentials))).toBe(false);
    expect(await isLetIn(credentials)).toBe(false);
    await until('the ban ends', () => isLetIn(credentials));
    await forgetFailures();
  });

  it('shuts nobody else of the same office out', async () => {
    const [guessed, other] = [await room.openSpace(), await room.openSpace()];
    for (let time = 0; time < 4; time += 1) await isLetIn(wrong(guessed.credentials));
    expect(await isLetIn(guessed.credentials)).toBe(false);
    expect(await isLetIn(other.credentials)).toBe(true);
    await forgetFailures();
  });

  it('is forgiven a typing error once the right password comes', async () => {
    const { credentials } = await room.openSpace();
    for (let time = 0; time < 3; time += 1) {
      expect(await isLetIn(wrong(credentials))).toBe(false);
      expect(await isLetIn(wrong(credentials))).toBe(false);
      expect(await isLetIn(credentials)).toBe(true);
    }
    await forgetFailures();
  });

  it('is banned with the whole address for names that do not exist, and a restart forgets nothing', async () => {
    const { space, credentials } = await room.openSpace();
    for (const user of ['root', 'admin', 'test']) await isLetIn({ ...credentials, user });
    await sql(`update $schema.login_standing set banned_until = now() + interval '1 hour' where account = ''`);
    await room.restart();
    const [standing] = await sql<{ network: string; level: number }>('select * from $schema.login_standing');
    expect(standing).toMatchObject({ network: '127.0.0.1', level: 1 });
    const { port } = await portNow(space.spaceId);
    expect(await isLetIn({ ...credentials, port })).toBe(false);
    await forgetFailures();
    await until('the ban is lifted', () => isLetIn({ ...credentials, port }));
  });
});

describe('a public key', () => {
  it('opens its account and no other', async () => {
    const [mine, others] = [await room.openSpace(), await room.openSpace()];
    const key = ssh2.utils.generateKeyPairSync('ed25519');
    await addKey(mine.space.spaceId, key.public);
    expect(await opensWith(mine.credentials, key.private)).toBe(true);
    expect(await opensWith(others.credentials, key.private)).toBe(false);
    expect(await opensWith(mine.credentials, ssh2.utils.generateKeyPairSync('ed25519').private)).toBe(false);
    const [row] = await sql<{ used_at: Date | null }>('select used_at from $schema.access_key where space_id = $1', [
      mine.space.spaceId,
    ]);
    expect(row?.used_at).toBeInstanceOf(Date);
  });

  it.each([['rsa', { bits: 2048 }] as const, ['ecdsa', { bits: 256 }] as const])(
    'may be of type %s',
    async (type, options) => {
      const { space, credentials } = await room.openSpace();
      const key =
        type === 'rsa'
          ? ssh2.utils.generateKeyPairSync('rsa', options)
          : ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
      await addKey(space.spaceId, key.public);
      expect(await opensWith(credentials, key.private)).toBe(true);
    },
  );

  it('that is offered in vain bans nobody: programs offer all that they have', async () => {
    const { credentials } = await room.openSpace();
    for (let time = 0; time < 6; time += 1)
      await opensWith(credentials, ssh2.utils.generateKeyPairSync('ed25519').private);
    expect(await isLetIn(credentials)).toBe(true);
  });
});

describe('an account', () => {
  it('has as many sessions at once as it may, and a place is free when one ends', async () => {
    const { credentials } = await room.openSpace();
    const first = await logIn(credentials);
    const second = await logIn(credentials);
    expect(await isLetIn(credentials)).toBe(false);
    first.client.end();
    await until('a place is free', () => isLetIn(credentials));
    second.client.end();
  });

  it.each([
    ['disabled', `disabled_at = now()`],
    ['expired', `expires_at = now() - interval '1 s'`],
    ['allowed elsewhere only', `allowed_addresses = '{203.0.113.0/24,2001:db8::/32}'`],
  ])('that is %s lets nobody in and sends away who is there', async (_, change) => {
    const { space, credentials } = await room.openSpace();
    const { client } = await logIn(credentials);
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await sql(`update $schema.upload_space set ${change} where space_id = $1`, [space.spaceId]);
    await ended;
    for (let time = 0; time < 5; time += 1) expect(await isLetIn(credentials)).toBe(false);
    await sql(
      `update $schema.upload_space set disabled_at = null, expires_at = null, allowed_addresses = '{127.0.0.0/8}' where space_id = $1`,
      [space.spaceId],
    );
    expect(await isLetIn(credentials)).toBe(true);
  });
});

describe('the audit log', () => {
  it('holds logins, refusals and each operation with its outcome', async () => {
    const { space, credentials } = await room.openSpace();
    await isLetIn(wrong(credentials));
    const { client, sftp } = await logIn(credentials);
    await upload(sftp, '/upload/a.dmp', Buffer.alloc(70_000, 1));
    await ask((done) => sftp.mkdir('/upload/logs', done));
    await ask((done) => sftp.rename('/upload/a.dmp', '/upload/logs/a.dmp', done));
    await expect(ask((done) => sftp.rmdir('/upload/logs', done))).rejects.toThrow('not empty');
    await ask((done) => sftp.unlink('/upload/logs/a.dmp', done));
    client.end();
    const entries = await until('the end of the session is noted', async () => {
      const found = await audited(space.spaceId);
      return found.some(({ action }) => action === 'log-out') && found;
    });
    expect(entries.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'log-in refused',
      'log-in done',
      'open-file done',
      'close-file done',
      'make-folder done',
      'rename done',
      'remove-folder refused',
      'remove done',
      'log-out done',
    ]);
    expect(entries[0]).toMatchObject({ reason: 'wrong-password', account: credentials.user, address: '127.0.0.1' });
    expect(entries[3]).toMatchObject({ path: '/upload/a.dmp', bytes: '70000', actor: 'customer' });
    expect(entries[1]).toMatchObject({ client: expect.stringContaining('ssh2js') as unknown });
    expect(JSON.stringify(entries)).not.toContain(credentials.password);
  });

  it('is whole after a stop', async () => {
    const { space, credentials } = await room.openSpace();
    const { client } = await logIn(credentials);
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await room.restart();
    await ended;
    expect((await audited(space.spaceId)).map(({ action }) => action)).toEqual(['log-in', 'log-out']);
    expect(await sql('select 1 from $schema.upload_session where space_id = $1', [space.spaceId])).toEqual([]);
  });
});

async function portNow(spaceId: string): Promise<{ port: number }> {
  const { space } = await room.openSpace();
  expect(space.spaceId).not.toBe(spaceId);
  return { port: space.port };
}

async function addKey(spaceId: string, text: string): Promise<void> {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  const blob = key.getPublicSSH();
  await sql(
    `insert into $schema.access_key (key_id, space_id, algorithm, blob, fingerprint, comment, added_by, added_at)
     values (gen_random_uuid(), $1, $2, $3, $4, '', 'operator', now())`,
    [spaceId, key.type, blob, createHash('sha256').update(blob).digest('base64')],
  );
}
