import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ssh2 from 'ssh2';
import { until } from '../../support/until.js';
import {
  aRoom,
  isLetIn,
  logIn,
  openFor,
  operatorKey,
  newFile,
  opensWith,
  reveal,
  upload,
  writeAt,
  type Room,
} from './a-space.js';

let room: Room;
beforeAll(async () => {
  room = await aRoom({ LOGIN_FAILURES_PER_ACCOUNT: '4', LOGIN_BAN_SECONDS: '3600' });
});
afterAll(() => room.close());

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

async function ask(method: string, path: string, body?: unknown, key: string | null = operatorKey): Promise<Answer> {
  const response = await fetch(new URL(path, room.service.url), {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

const of = (spaceId: string, more = '') => `/v1/upload-spaces/${spaceId}${more}`;

describe('the doors of operators', () => {
  it.each([null, 'wrong', ''])('stay shut for the key %j', async (key) => {
    const answer = await ask('GET', '/v1/upload-spaces', undefined, key);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('say what is wrong with a wish', async () => {
    const { space } = await room.openSpace();
    expect((await ask('GET', of('nonsense'))).status).toBe(404);
    expect((await ask('GET', '/v1/audit?limit=0')).status).toBe(400);
    const answer = await ask('PATCH', of(space.spaceId), { allowedAddresses: ['10.0.0.0/33'] });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.json['detail']).toContain('203.0.113.0/24');
    expect((await ask('PATCH', of(space.spaceId), { mostByte: 1 })).status).toBe(400);
  });

  it('list spaces in pages, the newest first, and show one without a secret', async () => {
    const made = [await room.openSpace(), await room.openSpace(), await room.openSpace()];
    const first = (await ask('GET', '/v1/upload-spaces?limit=2')).json as {
      spaces: { spaceId: string }[];
      next: string;
    };
    expect(first.spaces.map(({ spaceId }) => spaceId)).toEqual([made[2]?.space.spaceId, made[1]?.space.spaceId]);
    const second = (await ask('GET', `/v1/upload-spaces?limit=1&after=${first.next}`)).json;
    expect(second).toMatchObject({ spaces: [{ spaceId: made[0]?.space.spaceId }] });
    const one = await ask('GET', of(made[0]?.space.spaceId as string));
    expect(one.json).toMatchObject({ state: 'open', hasPassword: true, usage: { bytes: 0, files: 0, sessions: 0 } });
    expect(one.text).not.toContain(made[0]?.credentials.password);
    expect(one.text).not.toContain('argon2');
  });
});

describe('a link', () => {
  it('that is made anew ends the old one and its password, but not who is there unless asked', async () => {
    const { space, credentials } = await room.openSpace();
    const { client } = await logIn(credentials);
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const made = await ask('POST', of(space.spaceId, '/links'), {});
    expect(made.status).toBe(201);
    expect((await fetch(space.link, { method: 'POST' })).status).toBe(410);
    expect(await isLetIn(credentials)).toBe(false);
    const fresh = await reveal(made.json['link'] as string);
    expect(await isLetIn(fresh)).toBe(true);
    await until('only the first session is left', async () => {
      const { sessions } = (await ask('GET', of(space.spaceId, '/sessions'))).json as { sessions: unknown[] };
      return sessions.length === 1;
    });
    const again = await ask('POST', of(space.spaceId, '/links'), { endSessions: true });
    await ended;
    expect(await isLetIn(await reveal(again.json['link'] as string))).toBe(true);
  });

  it('is told to the case only when the operator wants it', async () => {
    const { caseId, space } = await room.openSpace();
    await ask('POST', of(space.spaceId, '/links'), {});
    const made = await ask('POST', of(space.spaceId, '/links'), { tellCustomer: true });
    const told = await until('it is told', () => room.told(caseId, 'upload-space.opened')[1]);
    expect(told.data.link).toBe(made.json['link']);
    expect(room.told(caseId, 'upload-space.opened')).toHaveLength(2);
  });

  it('that is revoked shows nothing, and the password goes on', async () => {
    const { space, credentials } = await room.openSpace();
    const { links } = (await ask('GET', of(space.spaceId))).json as { links: { linkId: string }[] };
    const linkId = links[0]?.linkId as string;
    expect((await ask('DELETE', of(space.spaceId, `/links/${linkId}`))).status).toBe(204);
    expect((await ask('DELETE', of(space.spaceId, `/links/${linkId}`))).status).toBe(404);
    expect((await fetch(space.link, { method: 'POST' })).status).toBe(410);
    expect(await isLetIn(credentials)).toBe(true);
  });
});

describe('a public key', () => {
  it('given by an operator opens the account until it is taken away', async () => {
    const { space, credentials } = await room.openSpace();
    const key = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'anna@example' });
    const added = await ask('POST', of(space.spaceId, '/keys'), { publicKey: key.public });
    expect(added).toMatchObject({ status: 201, json: { algorithm: 'ssh-ed25519', comment: 'anna@example' } });
    expect(await opensWith(credentials, key.private)).toBe(true);
    expect((await ask('POST', of(space.spaceId, '/keys'), { publicKey: key.public })).status).toBe(409);
    expect((await ask('DELETE', of(space.spaceId, `/keys/${added.json['keyId'] as string}`))).status).toBe(204);
    expect(await opensWith(credentials, key.private)).toBe(false);
  });

  it('given by the customer at the link opens the account; a link that is gone takes none', async () => {
    const { space, credentials } = await room.openSpace();
    const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 384 });
    const give = () =>
      fetch(`${space.link}/keys`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ publicKey: key.public }),
      });
    expect((await give()).status).toBe(201);
    expect(await opensWith(credentials, key.private)).toBe(true);
    await ask('POST', of(space.spaceId, '/links'), {});
    expect((await give()).status).toBe(404);
  });

  it.each([
    ['a private key', () => ssh2.utils.generateKeyPairSync('ed25519').private, 'private key'],
    ['a short RSA key', () => ssh2.utils.generateKeyPairSync('rsa', { bits: 1024 }).public, '1024 bits'],
    ['nonsense', () => 'ssh-ed25519 AAAA', 'no public key'],
  ])('that is %s is refused with the reason', async (_, key, reason) => {
    const { space } = await room.openSpace();
    const answer = await ask('POST', of(space.spaceId, '/keys'), { publicKey: key() });
    expect(answer.status).toBe(400);
    expect(answer.json['detail']).toContain(reason);
    expect(answer.json['detail']).toContain('id_ed25519.pub');
  });
});

describe('a rule', () => {
  it('disables an account at once, also for its link, and enables it again', async () => {
    const { space, credentials } = await room.openSpace();
    const { client } = await logIn(credentials);
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const disabled = await ask('POST', of(space.spaceId, '/disable'), { because: 'the laptop was stolen' });
    expect(disabled.json).toMatchObject({ disabledBecause: 'the laptop was stolen' });
    await ended;
    expect(await isLetIn(credentials)).toBe(false);
    expect((await fetch(space.link, { method: 'POST' })).status).toBe(410);
    expect((await ask('POST', of(space.spaceId, '/enable'))).json).toMatchObject({ disabledAt: null });
    expect(await isLetIn(credentials)).toBe(true);
  });

  it('bounds the bytes: what outgrows them is kept, and its next opening is refused with words', async () => {
    const { space, credentials } = await room.openSpace();
    await ask('PATCH', of(space.spaceId), { mostBytes: 100_000 });
    const { client, sftp } = await logIn(credentials);
    const handle = await openFor(sftp, '/upload/big.dmp', newFile);
    await writeAt(sftp, handle, Buffer.alloc(96_000, 1));
    await expect(writeAt(sftp, handle, Buffer.alloc(32_000, 1), 96_000)).rejects.toThrow('100000 bytes');
    await upload(sftp, '/upload/rest.bin', Buffer.alloc(4_000));
    await expect(openFor(sftp, '/upload/more.bin', newFile)).rejects.toThrow('is used up; what has arrived is kept');
    client.end();
    await ask('PATCH', of(space.spaceId), { mostBytes: null });
    const again = await logIn(credentials);
    await openFor(again.sftp, '/upload/more.bin', newFile);
    again.client.end();
  });

  it('bounds the files', async () => {
    const { space, credentials } = await room.openSpace();
    await ask('PATCH', of(space.spaceId), { mostFiles: 1 });
    const { client, sftp } = await logIn(credentials);
    await upload(sftp, '/upload/one.bin', Buffer.alloc(10));
    await expect(upload(sftp, '/upload/two.bin', Buffer.alloc(10))).rejects.toThrow('may hold 1 files');
    client.end();
    expect((await ask('GET', of(space.spaceId))).json).toMatchObject({ usage: { files: 1, bytes: 10 } });
  });
});

describe('a session', () => {
  it('is shown with its client, and ended', async () => {
    const { space, credentials } = await room.openSpace();
    const { client } = await logIn(credentials);
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const { sessions } = (await ask('GET', of(space.spaceId, '/sessions'))).json as {
      sessions: { sessionId: string; client: string }[];
    };
    expect(sessions).toMatchObject([{ address: '127.0.0.1', method: 'password' }]);
    expect(sessions[0]?.client).toContain('ssh2js');
    const end = of(space.spaceId, `/sessions/${sessions[0]?.sessionId as string}`);
    expect((await ask('DELETE', end)).json).toEqual({ asked: 1 });
    await ended;
    await until('it is gone', async () => (await ask('DELETE', end)).status === 404);
  });
});

describe('a ban', () => {
  it('is listed and lifted', async () => {
    const { credentials } = await room.openSpace();
    for (let time = 0; time < 4; time += 1) await isLetIn({ ...credentials, password: 'wrong' });
    expect(await isLetIn(credentials)).toBe(false);
    const { bans } = (await ask('GET', '/v1/login-bans')).json as {
      bans: { banId: string; account: string; network: string }[];
    };
    const ban = bans.find(({ account }) => account === credentials.user);
    expect(ban).toMatchObject({ network: '127.0.0.1', level: 1 });
    expect((await ask('DELETE', `/v1/login-bans/${ban?.banId as string}`)).status).toBe(204);
    expect(await isLetIn(credentials)).toBe(true);
    expect((await ask('DELETE', `/v1/login-bans/${ban?.banId as string}`)).status).toBe(404);
  });
});

describe('the audit log', () => {
  it('is read by case and by account in pages and as CSV, with what operators did', async () => {
    const { caseId, space, credentials } = await room.openSpace();
    await isLetIn(credentials);
    await ask('POST', of(space.spaceId, '/disable'), { because: 'a test' });
    const entries = await until('all is written', async () => {
      const page = (await ask('GET', `/v1/audit?caseId=${caseId}`)).json as {
        entries: { action: string; entryId: number }[];
      };
      return page.entries.length === 4 && page.entries;
    });
    expect(entries.map(({ action }) => action).sort()).toEqual(['change-space', 'log-in', 'log-out', 'open-link']);
    const page = await ask('GET', `/v1/audit?caseId=${caseId}&limit=3`);
    expect(page.json['next']).toBe(entries[2]?.entryId);
    expect(page.headers.get('link')).toContain('rel="next"');
    const rest = await ask('GET', `/v1/audit?caseId=${caseId}&limit=3&before=${entries[2]?.entryId}`);
    expect(rest.json).toMatchObject({ entries: [{ entryId: entries[3]?.entryId }], next: null });
    const csv = await ask('GET', `/v1/audit?account=${credentials.user}&action=log-in&format=csv`);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.text.trim().split('\r\n')).toHaveLength(2);
    expect((await ask('GET', `/v1/audit?caseId=${caseId}&to=2000-01-01T00:00:00Z`)).json['entries']).toEqual([]);
  });
});
