import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SFTPWrapper } from 'ssh2';
import { encryptedPathOf, evidenceAt } from '../../support/evidence.js';
import { until } from '../../support/until.js';
import {
  aRoom,
  ask,
  frontOf,
  logIn,
  newFile,
  openFor,
  upload,
  writeAt,
  type Credentials,
  type OpenSpace,
  type Room,
} from './a-space.js';

let room: Room;
beforeAll(async () => {
  room = await aRoom({ UPLOAD_SETTLE_SECONDS: '1' });
});
afterAll(() => room.close());

/** Who looks after the sessions of closed accounts may end this one before its file is closed. */
const refused = /this account is closed|No response from server/;

describe('small files', () => {
  it('of a folder are each received, started and completed once', async () => {
    const { open, sftp, leave } = await enter();
    const others = await logIn(open.credentials);
    await ask((done) => sftp.mkdir('/upload/日志', done));
    const files = someFiles(60, '日志/');
    const half = [...files].slice(0, 30);
    await Promise.all([putAll(sftp, new Map(half)), putAll(others.sftp, new Map([...files].slice(30)))]);
    expect(await states(open)).toEqual([...files.keys()].map(() => 'received'));
    await until('all are completed', () => room.told(open.caseId, 'upload.completed').length === files.size);
    for (const type of ['upload.started', 'upload.received', 'upload.completed'] as const)
      expect(
        room
          .told(open.caseId, type)
          .map(({ data }) => data.name)
          .sort(),
      ).toEqual([...files.keys()].sort());
    for (const { data } of room.told(open.caseId, 'upload.received'))
      expect(await contentOf(data.location)).toEqual(files.get(data.name));
    leave();
    others.client.end();
  });

  it('are seen by whoever looks, while they are written, and go on', async () => {
    const { open, sftp, leave } = await enter();
    const others = await logIn(open.credentials);
    const content = randomBytes(300_000);
    const handle = await openFor(sftp, '/upload/a.log', newFile);
    await writeAt(sftp, handle, content.subarray(0, 20_000));
    expect((await ask<{ size: number }>((done) => others.sftp.stat('/upload/a.log', done))).size).toBe(20_000);
    const second = await openFor(sftp, '/upload/b.log', newFile);
    expect((await names(others.sftp)).sort()).toEqual(['a.log', 'b.log']);
    await writeAt(sftp, handle, content.subarray(20_000), 20_000);
    await ask((done) => sftp.close(handle, done));
    await ask((done) => sftp.close(second, done));
    const [received] = await told(open, 'upload.received');
    expect(await contentOf(received?.data.location)).toEqual(content);
    leave();
    others.client.end();
  });

  it('are written over and cut in memory as on the disk', async () => {
    const { open, sftp, leave } = await enter();
    const handle = await openFor(sftp, '/upload/a.log', newFile);
    await writeAt(sftp, handle, Buffer.from('0123456789'));
    await ask((done) => sftp.fsetstat(handle, { size: 4 }, done));
    await writeAt(sftp, handle, Buffer.from('abc'), 4);
    await writeAt(sftp, handle, Buffer.from('X'), 1);
    await ask((done) => sftp.close(handle, done));
    const [received] = await told(open, 'upload.received');
    expect((await contentOf(received?.data.location)).toString()).toBe('0X23abc');
    leave();
  });

  it('cannot take a name that another session has just taken', async () => {
    const { open, sftp, leave } = await enter();
    const others = await logIn(open.credentials);
    const handle = await openFor(sftp, '/upload/a.log', newFile);
    await expect(openFor(others.sftp, '/upload/a.log', newFile)).rejects.toThrow('another connection');
    await expect(ask((done) => others.sftp.mkdir('/upload/a.log', done))).rejects.toThrow('taken');
    await writeAt(sftp, handle, Buffer.from('mine'));
    await ask((done) => sftp.close(handle, done));
    expect(await states(open)).toEqual(['received']);
    leave();
    others.client.end();
  });

  it('that were received, removed and sent again are told once, and seen again', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/a.log', Buffer.from('the same'));
    await ask((done) => sftp.unlink('/upload/a.log', done));
    await upload(sftp, '/upload/a.log', Buffer.from('the same'));
    await upload(sftp, '/upload/last.log', Buffer.from('another'));
    await until('the last is told', () =>
      room.told(open.caseId, 'upload.received').some(({ data }) => data.name === 'last.log'),
    );
    expect(room.told(open.caseId, 'upload.received').map(({ data }) => data.name)).toEqual(['a.log', 'last.log']);
    expect((await names(sftp)).sort()).toEqual(['a.log', 'last.log']);
    expect(await readdir(folderOf(open))).toHaveLength(2);
    leave();
  });

  it('keep the folder that they are opened in', async () => {
    const { sftp, leave } = await enter();
    await ask((done) => sftp.mkdir('/upload/logs', done));
    const handle = await openFor(sftp, '/upload/logs/a.log', newFile);
    await expect(ask((done) => sftp.rmdir('/upload/logs', done))).rejects.toThrow('not empty');
    await ask((done) => sftp.rename('/upload/logs', '/upload/logs2', done));
    await ask((done) => sftp.close(handle, done));
    expect(await names(sftp, '/upload/logs2')).toEqual(['a.log']);
    leave();
  });

  it('of which the connection drops are interrupted, and can be gone on with', async () => {
    const { open, client, sftp } = await enter();
    const handle = await openFor(sftp, '/upload/a.log', newFile);
    await writeAt(sftp, handle, Buffer.from('half of'));
    client.destroy();
    expect((await told(open, 'upload.interrupted'))[0]?.data).toMatchObject({ name: 'a.log', bytes: 7 });
    const again = await logIn(open.credentials);
    const rest = await openFor(again.sftp, '/upload/a.log', 0x0a);
    await writeAt(again.sftp, rest, Buffer.from(' it'), 7);
    await ask((done) => again.sftp.close(rest, done));
    const [received] = await told(open, 'upload.received');
    expect((await contentOf(received?.data.location)).toString()).toBe('half of it');
    again.client.end();
  });

  it('are not received when their space was closed meanwhile, but what has come is kept', async () => {
    const { open, sftp, leave } = await enter();
    const handle = await openFor(sftp, '/upload/a.log', newFile);
    await writeAt(sftp, handle, Buffer.from('too late'));
    // As another instance of the service does it: this one does not know yet.
    await room.system.query(`update ${schema()}.upload_space set state = 'closed' where space_id = $1`, [
      open.space.spaceId,
    ]);
    await expect(ask((done) => sftp.close(handle, done))).rejects.toThrow(refused);
    expect((await told(open, 'upload.interrupted'))[0]?.data).toMatchObject({ name: 'a.log', bytes: 8 });
    expect(room.told(open.caseId, 'upload.received')).toEqual([]);
    expect(await readdir(folderOf(open))).toHaveLength(1);
    leave();
  });

  it('leave nothing when the evidence of their space was removed meanwhile', async () => {
    const { open, sftp, leave } = await enter();
    const handle = await openFor(sftp, '/upload/a.log', newFile);
    await writeAt(sftp, handle, Buffer.from('too late'));
    await room.system.query(`update ${schema()}.upload_space set state = 'closed' where space_id = $1`, [
      open.space.spaceId,
    ]);
    await room.system.query(
      `insert into ${schema()}.evidence_purge (space_id, requested_at, cause, ended_at) values ($1, now(), '{}', now())`,
      [open.space.spaceId],
    );
    await expect(ask((done) => sftp.close(handle, done))).rejects.toThrow(refused);
    expect(await states(open)).toEqual([]);
    expect(existsSync(folderOf(open)) ? await readdir(folderOf(open)) : []).toEqual([]);
    leave();
  });

  it('come through while the front is killed and the database breaks off: none is lost, none is told twice', async () => {
    const { open, leave } = await enter();
    leave();
    const files = someFiles(150);
    const closed = new Set<string>();
    for (const trouble of [killFront, breakDatabase, killFront, breakDatabase]) {
      const most = closed.size + 25;
      const sending = sendMissing(open.credentials, files, closed, () => closed.size < most);
      await until('some are sent', () => closed.size >= most - 10, 60_000);
      await trouble();
      await sending;
      await until(
        'it can be logged in',
        () =>
          logIn({ ...open.credentials })
            .then(({ client }) => client.end())
            .then(() => true)
            .catch(() => false),
        60_000,
      );
      // What was answered is there, whatever happened then.
      const there = await received(open);
      expect([...closed].filter((name) => !there.has(name))).toEqual([]);
    }
    await sendMissing(open.credentials, files, closed, () => true);
    expect(closed.size).toBe(files.size);
    expect((await received(open)).size).toBe(files.size);
    await until(
      'all are completed',
      () => new Set(room.told(open.caseId, 'upload.completed').map(({ data }) => data.name)).size === files.size,
      60_000,
    );
    for (const type of ['upload.received', 'upload.completed'] as const) {
      const ids = new Map(room.told(open.caseId, type).map(({ id, data }) => [id, data]));
      expect([...ids.values()].map(({ name }) => name).sort()).toEqual([...files.keys()].sort());
      for (const { name, location, sha256 } of ids.values()) {
        expect(sha256).toBe(hash(files.get(name) ?? Buffer.alloc(0)));
        expect(hash(await contentOf(location))).toBe(sha256);
      }
    }
  }, 240_000);

  it('that a crash left without a row are swept away after an hour, and no others', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/known.log', Buffer.from('known'));
    leave();
    const [known] = await told(open, 'upload.received');
    const [old, young] = [await stray(open), await stray(open)];
    const past = new Date(Date.now() - 2 * 3_600_000);
    await utimes(old, past, past);
    const knownPath = encryptedPathOf(room.system.environment, known?.data.location ?? '');
    await utimes(knownPath, past, past);
    await room.restart();
    await until('it is swept away', () => !existsSync(dirname(old)));
    expect(existsSync(young)).toBe(true);
    expect(existsSync(knownPath)).toBe(true);
  });
});

async function stray(open: OpenSpace): Promise<string> {
  const path = encryptedPathOf(room.system.environment, `uploads/${open.caseId}/${randomUUID()}/a.log`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'left by a crash');
  return path;
}

async function killFront(): Promise<void> {
  process.kill(await frontOf(), 'SIGKILL');
}

async function breakDatabase(): Promise<void> {
  await room.system.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
    `${room.system.namespace} sftp-front`,
  ]);
}

/** Sends what is not closed yet, one after the other, until something breaks. */
async function sendMissing(
  credentials: Credentials,
  files: ReadonlyMap<string, Buffer>,
  closed: Set<string>,
  goesOn: () => boolean,
): Promise<void> {
  const session = await logIn(credentials);
  const broken = new Promise<never>((_, reject) =>
    session.client.once('close', () => reject(new Error('the connection is gone'))),
  );
  broken.catch(() => undefined);
  try {
    for (const [name, content] of files) {
      if (closed.has(name)) continue;
      if (!goesOn()) break;
      await Promise.race([upload(session.sftp, `/upload/${name}`, content), broken]);
      closed.add(name);
    }
  } catch (error) {
    if (!goesOn()) throw error;
  } finally {
    session.client.destroy();
  }
}

function someFiles(count: number, folder = ''): Map<string, Buffer> {
  return new Map(
    Array.from({ length: count }, (_, each) => [`${folder}${each}.log`, randomBytes(1 + ((each * 997) % 9000))]),
  );
}

async function putAll(sftp: SFTPWrapper, files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [name, content] of files) await upload(sftp, `/upload/${name}`, content);
}

async function enter() {
  const open = await room.openSpace();
  const { client, sftp } = await logIn(open.credentials);
  return { open, client, sftp, leave: () => void client.end() };
}

async function told<Type extends 'upload.received' | 'upload.interrupted'>({ caseId }: OpenSpace, type: Type) {
  await until(`${type} is told`, () => room.told(caseId, type)[0]);
  return room.told(caseId, type);
}

async function states({ space }: OpenSpace): Promise<string[]> {
  const rows = await room.system.query<{ state: string }>(`select state from ${schema()}.upload where space_id = $1`, [
    space.spaceId,
  ]);
  return rows.map(({ state }) => state);
}

async function received({ space }: OpenSpace): Promise<Set<string>> {
  const rows = await room.system.query<{ name: string }>(
    `select name from ${schema()}.upload where space_id = $1 and state = 'received' and is_visible`,
    [space.spaceId],
  );
  return new Set(rows.map(({ name }) => name));
}

async function names(sftp: SFTPWrapper, path = '/upload'): Promise<string[]> {
  return (await ask<{ filename: string }[]>((done) => sftp.readdir(path, done))).map(({ filename }) => filename);
}

async function contentOf(location = ''): Promise<Buffer> {
  return evidenceAt(room.system.environment, location);
}

const folderOf = ({ caseId }: OpenSpace) => join(room.system.environment['EVIDENCE_DIR'] as string, 'uploads', caseId);
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const schema = () => room.system.schema('sftp-provisioning');
