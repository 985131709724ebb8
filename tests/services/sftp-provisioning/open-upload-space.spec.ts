import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { createConnection } from 'node:net';
import ssh2 from 'ssh2';
import { until } from '../../support/until.js';
import { aFile, aRoom, logIn, reveal, type Room } from './a-space.js';

let room: Room;
beforeAll(async () => {
  room = await aRoom();
});
afterAll(() => room.close());

const spaces = (sql: string, values: unknown[]) =>
  room.system.query<Record<string, unknown>>(
    sql.replaceAll('$schema', room.system.schema('sftp-provisioning')),
    values,
  );

describe('a space for uploads', () => {
  it('is opened once per case under the name that the support centre would give', async () => {
    const caseId = randomUUID();
    const file = aFile({ endCustomer: '陕西省煤田地质集团有限公司' });
    await room.tell('case.upload-space-requested', caseId, { file });
    await room.tell('case.upload-space-requested', caseId, { file });
    const again = await room.openSpace('陕西省煤田地质集团有限公司');

    expect(room.told(caseId, 'upload-space.opened')).toHaveLength(1);
    expect(room.told(caseId, 'upload-space.opened')[0]?.data).toMatchObject({
      account: 'sxmtdzjt',
      host: '127.0.0.1',
      folder: '/upload',
    });
    expect(again.space.account).toBe('sxmtdzjt2');
  });

  it('keeps neither the password nor the token of its link as they are', async () => {
    const { caseId, space, credentials } = await room.openSpace();
    const token = new URL(space.link).pathname.split('/').pop() as string;

    const [row] = await spaces(
      'select * from $schema.upload_space join $schema.credential_link using (space_id) where case_id = $1',
      [caseId],
    );
    const kept = JSON.stringify(row, (_, value: unknown) => value);
    expect(kept).not.toContain(credentials.password);
    expect(kept).not.toContain(token);
    expect(row?.['password_hash']).toMatch(/^\$argon2id\$/);
    expect(row?.['token_hash']).toEqual(createHash('sha256').update(token).digest());
    expect(JSON.stringify(room.heard)).not.toContain(credentials.password);
  });

  it('shows the fingerprint of the key that the server really has, also after a restart', async () => {
    const { credentials } = await room.openSpace();
    await room.restart();
    const { client } = await logIn({ ...credentials, port: (await room.openSpace()).credentials.port });
    client.end();
    expect((await room.openSpace()).credentials.fingerprint).toBe(credentials.fingerprint);
    expect(credentials.fingerprint).toMatch(/^SHA256:[\w+/]{43}$/);
  });

  it('is closed with its case: running sessions end, and nobody logs in, as with an account that never was', async () => {
    const { caseId, space, credentials } = await room.openSpace();
    const { client } = await logIn(credentials);
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await room.archive(caseId);
    await until('the closing is told', () => room.told(caseId, 'upload-space.closed')[0]);
    await ended;

    expect(room.told(caseId, 'upload-space.closed')).toMatchObject([
      { data: { spaceId: space.spaceId, account: space.account } },
    ]);
    const refusal = await refusalOf(credentials);
    expect(refusal).toContain('authentication methods failed');
    expect(await refusalOf({ ...credentials, user: 'nobodyhere' })).toBe(refusal);
    expect((await fetch(space.link, { method: 'POST' })).status).toBe(410);
  });

  it('is opened again with its case, under the same account, with a fresh link and password', async () => {
    const { caseId, space, credentials } = await room.openSpace();
    await room.archive(caseId);
    await until('the closing is told', () => room.told(caseId, 'upload-space.closed')[0]);
    await room.tell('case.reopened', caseId, { file: aFile(), because: 'customer-wrote' });
    const reopened = await until('the opening is told', () => room.told(caseId, 'upload-space.opened')[1]);

    expect(reopened.data).toMatchObject({ spaceId: space.spaceId, account: space.account });
    expect(reopened.data.link).not.toBe(space.link);
    const shown = await reveal(reopened.data.link);
    expect(shown.password).not.toBe(credentials.password);
    expect(await refusalOf({ ...shown, password: credentials.password })).toContain('authentication methods failed');
    expect(
      await (await fetch(space.link, { method: 'POST', headers: { accept: 'application/json' } })).json(),
    ).toMatchObject({
      because: 'replaced',
    });
    (await logIn(shown)).client.end();
  });

  it('stays silent for a case that never had one', async () => {
    const caseId = randomUUID();
    await room.archive(caseId);
    await room.tell('case.reopened', caseId, { file: aFile(), because: 'customer-wrote' });
    await room.openSpace();
    expect(room.heard.filter(({ subject }) => subject === caseId)).toEqual([]);
  });
});

describe('a login', () => {
  it('is refused with a wrong password', async () => {
    const { credentials } = await room.openSpace();
    expect(await refusalOf({ ...credentials, password: `${credentials.password}x` })).toContain(
      'authentication methods failed',
    );
  });

  it('may be tried five times in a connection, which then ends', async () => {
    const { credentials } = await room.openSpace();
    let attempts = 0;
    const client = new ssh2.Client();
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client
      .on('error', () => undefined)
      .connect({
        host: credentials.host,
        port: credentials.port,
        username: credentials.user,
        authHandler: (_methods, _partial, next) => {
          attempts += 1;
          next({ type: 'password', username: credentials.user, password: `wrong ${attempts}` });
        },
      });
    await closed;
    expect(attempts).toBe(5);
  });
});

describe('the server', () => {
  it('takes few connections from one address and goes on when they have left', async () => {
    const { credentials } = await room.openSpace();
    const idle = Array.from({ length: 25 }, () =>
      createConnection(credentials.port, credentials.host).on('error', () => undefined),
    );
    await until('those too many are cut', () => idle.filter(({ closed }) => closed).length === 5);
    for (const socket of idle) socket.destroy();
    await until('there is room again', async () => (await logIn(credentials)).client.end());
  });
});

async function refusalOf(credentials: Parameters<typeof logIn>[0]): Promise<string> {
  try {
    (await logIn(credentials)).client.end();
    return 'was let in';
  } catch (error) {
    return (error as Error).message;
  }
}
