import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SFTPWrapper } from 'ssh2';
import { until } from '../../support/until.js';
import { aRoom, ask, logIn, newFile, openFor, upload, writeAt, type OpenSpace, type Room } from './a-space.js';
import { encryptedPathOf, evidenceAt, evidenceStoreOf } from '../../support/evidence.js';

let room: Room;
beforeAll(async () => {
  room = await aRoom();
});
afterAll(() => room.close());

describe('an upload', () => {
  it('is kept and told when it is closed', async () => {
    const { open, sftp, leave } = await enter();
    const content = randomBytes(300_000);
    await upload(sftp, '/upload/MEMORY.DMP', content);

    const [started] = await told(open, 'upload.started');
    const [received] = await told(open, 'upload.received');
    expect(started?.data).toMatchObject({ name: 'MEMORY.DMP', spaceId: open.space.spaceId });
    expect(started?.data.location).toBe(received?.data.location);
    expect(received?.data).toEqual({
      uploadId: started?.data.uploadId,
      spaceId: open.space.spaceId,
      name: 'MEMORY.DMP',
      bytes: content.length,
      sha256: sha256(content),
      location: `uploads/${open.caseId}/${started?.data.uploadId}/MEMORY.DMP`,
    });
    expect((await evidence(received?.data.location)).equals(content)).toBe(true);
    expect(await names(sftp, '/upload')).toEqual(['MEMORY.DMP']);
    leave();
  });

  it('is in the database when the client hears that it was closed', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/a.txt', Buffer.from('hello'));
    expect(await states(open)).toEqual([{ name: 'a.txt', state: 'received' }]);
    leave();
  });

  it('may be empty', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/empty.log', Buffer.alloc(0));
    expect((await told(open, 'upload.received'))[0]?.data).toMatchObject({ bytes: 0, sha256: sha256(Buffer.alloc(0)) });
    leave();
  });

  it('arrives right with many writes in flight and out of order', async () => {
    const { open, sftp, leave } = await enter();
    const content = randomBytes(3_000_000);
    const handle = await openFor(sftp, '/upload/parallel.bin', newFile);
    const places = Array.from({ length: 100 }, (_, index) => ({ at: index * 30_000, key: Math.random() })).sort(
      (a, b) => a.key - b.key,
    );
    await Promise.all(
      places.map(({ at }) =>
        ask((done) => sftp.write(handle, content, at, Math.min(30_000, content.length - at), at, done)),
      ),
    );
    await ask((done) => sftp.close(handle, done));
    expect((await told(open, 'upload.received'))[0]?.data.sha256).toBe(sha256(content));
    leave();
  });

  it('with the same name and content is told once', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/a.zip', Buffer.from('same'));
    await upload(sftp, '/upload/a.zip', Buffer.from('same'));
    await upload(sftp, '/upload/b.zip', Buffer.from('other'));
    await until('the last is told', () =>
      room.told(open.caseId, 'upload.received').some(({ data }) => data.name === 'b.zip'),
    );
    expect(room.told(open.caseId, 'upload.received').map(({ data }) => data.name)).toEqual(['a.zip', 'b.zip']);
    expect(await names(sftp, '/upload')).toEqual(['a.zip', 'b.zip']);
    expect(await readdir(join(room.system.environment['EVIDENCE_DIR'] as string, 'uploads', open.caseId))).toHaveLength(
      2,
    );
    leave();
  });

  it('with the same name and other content is a new one, and both are kept', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/a.zip', Buffer.from('first'));
    await upload(sftp, '/upload/a.zip', Buffer.from('second one'));
    await until('both are told', () => room.told(open.caseId, 'upload.received').length === 2);
    const [first, second] = room.told(open.caseId, 'upload.received');
    expect(first?.data.uploadId).not.toBe(second?.data.uploadId);
    expect((await evidence(first?.data.location)).toString()).toBe('first');
    expect((await evidence(second?.data.location)).toString()).toBe('second one');
    expect((await ask<{ size: number }>((done) => sftp.stat('/upload/a.zip', done))).size).toBe(10);
    leave();
  });

  it('under a temporary name is told when it gets its own', async () => {
    const { open, sftp, leave } = await enter();
    const content = randomBytes(50_000);
    await upload(sftp, '/upload/MEMORY.DMP.filepart', content);
    expect(await states(open)).toEqual([{ name: 'MEMORY.DMP.filepart', state: 'named-later' }]);
    await ask((done) => sftp.rename('/upload/MEMORY.DMP.filepart', '/upload/MEMORY.DMP', done));
    expect((await told(open, 'upload.received')).map(({ data }) => data)).toMatchObject([
      { name: 'MEMORY.DMP', sha256: sha256(content), location: expect.stringMatching(/\/MEMORY\.DMP$/) as unknown },
    ]);
    leave();
  });

  it('that was received stays evidence when the customer removes or renames it', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/a.dmp', Buffer.from('evidence'));
    await upload(sftp, '/upload/b.dmp', Buffer.from('more evidence'));
    await ask((done) => sftp.unlink('/upload/a.dmp', done));
    await ask((done) => sftp.rename('/upload/b.dmp', '/upload/c.dmp', done));
    expect(await names(sftp, '/upload')).toEqual(['c.dmp']);
    await until('both are told', () => room.told(open.caseId, 'upload.received').length === 2);
    for (const { data } of room.told(open.caseId, 'upload.received'))
      expect(sha256(await evidence(data.location))).toBe(data.sha256);
    leave();
  });
});

describe('an upload whose connection drops', () => {
  it.each([
    ['OpenSSH and paramiko', 0x0e],
    ['lftp', 0x0a],
    ['FileZilla and psftp', 0x02],
  ])('is told as interrupted and goes on where it stopped, with the flags of %s', async (_, flags) => {
    const { open, client, sftp } = await enter();
    const content = randomBytes(400_000);
    const handle = await openFor(sftp, '/upload/big.dmp', newFile);
    await writeAt(sftp, handle, content.subarray(0, 150_000));
    client.destroy();
    const [interrupted] = await told(open, 'upload.interrupted');
    expect(interrupted?.data).toMatchObject({ name: 'big.dmp', bytes: 150_000 });

    const again = await logIn(open.credentials);
    const { size } = await ask<{ size: number }>((done) => again.sftp.stat('/upload/big.dmp', done));
    expect(size).toBe(150_000);
    const rest = await openFor(again.sftp, '/upload/big.dmp', flags);
    await writeAt(again.sftp, rest, content.subarray(size), size);
    await ask((done) => again.sftp.close(rest, done));
    expect((await told(open, 'upload.received'))[0]?.data).toMatchObject({
      uploadId: interrupted?.data.uploadId,
      bytes: content.length,
      sha256: sha256(content),
    });
    expect(room.told(open.caseId, 'upload.started')).toHaveLength(1);
    expect(room.told(open.caseId, 'upload.interrupted')).toHaveLength(1);
    again.client.end();
  });

  it('is told after a crash of the service', async () => {
    const { open, sftp, leave } = await enter();
    const handle = await openFor(sftp, '/upload/crash.dmp', newFile);
    await writeAt(sftp, handle, randomBytes(10_000));
    await told(open, 'upload.started');
    await room.restart();
    await until('it is told', () => room.told(open.caseId, 'upload.interrupted')[0]);
    // What a crash leaves: a row that says "receiving" and nobody who sends.
    await room.system.query(`update ${schema()}.upload set state = 'receiving' where space_id = $1`, [
      open.space.spaceId,
    ]);
    await room.restart();
    await until('it is told again', () => room.told(open.caseId, 'upload.interrupted')[1]);
    expect(room.told(open.caseId, 'upload.interrupted').map(({ data }) => data.bytes)).toEqual([10_000, 10_000]);
    leave();
  });

  it('goes on where its first gap began when the service crashed in the middle of one', async () => {
    const { open, sftp, leave } = await enter();
    const content = randomBytes(90_000);
    const handle = await openFor(sftp, '/upload/gap.dmp', newFile);
    await writeAt(sftp, handle, content.subarray(0, 30_000));
    await writeAt(sftp, handle, content.subarray(60_000), 60_000);
    const [row] = await room.system.query<{ location: string; gap_at: string }>(
      `select location, gap_at from ${schema()}.upload where space_id = $1`,
      [open.space.spaceId],
    );
    const location = row?.location as string;
    const store = evidenceStoreOf(room.system.environment);
    await until('all of it lies there', async () => (await store.size(location)) === 90_000);
    const path = encryptedPathOf(room.system.environment, location);
    const asCrashed = await readFile(path);
    leave();
    await told(open, 'upload.interrupted');
    // What a kill leaves: nobody cut the file, and the row says "receiving".
    await writeFile(path, asCrashed);
    await room.system.query(`update ${schema()}.upload set state = 'receiving', gap_at = $2 where space_id = $1`, [
      open.space.spaceId,
      row?.gap_at,
    ]);
    await room.restart();

    const { port } = (await room.openSpace()).credentials;
    const again = await logIn({ ...open.credentials, port });
    const { size } = await ask<{ size: number }>((done) => again.sftp.stat('/upload/gap.dmp', done));
    expect(size).toBe(30_000);
    const rest = await openFor(again.sftp, '/upload/gap.dmp', 0x0e);
    await writeAt(again.sftp, rest, content.subarray(size), size);
    await ask((done) => again.sftp.close(rest, done));
    expect((await told(open, 'upload.received'))[0]?.data.sha256).toBe(sha256(content));
    again.client.end();
  });

  it('and that was closed too early goes on as a new upload with all bytes', async () => {
    const { open, sftp, leave } = await enter();
    const content = randomBytes(100_000);
    await upload(sftp, '/upload/cut.dmp', content.subarray(0, 40_000));
    const handle = await openFor(sftp, '/upload/cut.dmp', 0x0e);
    await writeAt(sftp, handle, content.subarray(40_000), 40_000);
    await ask((done) => sftp.close(handle, done));
    await until('both are told', () => room.told(open.caseId, 'upload.received').length === 2);
    const [cut, whole] = room.told(open.caseId, 'upload.received').map(({ data }) => data);
    expect(cut?.sha256).toBe(sha256(content.subarray(0, 40_000)));
    expect((await evidence(cut?.location)).length).toBe(40_000);
    expect(whole?.sha256).toBe(sha256(content));
    leave();
  });

  it('is not taken over while its session is alive', async () => {
    const { open, sftp, leave } = await enter();
    const handle = await openFor(sftp, '/upload/one.dmp', newFile);
    await writeAt(sftp, handle, Buffer.from('first'));
    const second = await logIn(open.credentials);
    await expect(openFor(second.sftp, '/upload/one.dmp', newFile)).rejects.toThrow('uploaded by another connection');
    await ask((done) => sftp.close(handle, done));
    second.client.end();
    leave();
  });

  it('is taken over by a newer session when its own has fallen silent, and the old one cannot write any more', async () => {
    const { open, sftp, leave } = await enter();
    const content = randomBytes(20_000);
    const old = await openFor(sftp, '/upload/one.dmp', newFile);
    await writeAt(sftp, old, content.subarray(0, 8_000));
    const second = await logIn(open.credentials);
    const handle = await until('the old session is given up', () => openFor(second.sftp, '/upload/one.dmp', 0x0e));
    await expect(writeAt(sftp, old, Buffer.from('late'), 8_000)).rejects.toThrow('newer connection');
    await writeAt(second.sftp, handle, content.subarray(8_000), 8_000);
    await ask((done) => second.sftp.close(handle, done));
    leave();
    second.client.end();
    expect((await told(open, 'upload.received')).map(({ data }) => data.sha256)).toEqual([sha256(content)]);
    expect(room.told(open.caseId, 'upload.interrupted')).toEqual([]);
  });

  it('is not believed received when its arrival cannot be kept, and can be sent again', async () => {
    const { open, sftp, leave } = await enter();
    const handle = await openFor(sftp, '/upload/a.dmp', newFile);
    await writeAt(sftp, handle, Buffer.from('content'));
    await room.system.query(`alter table ${schema()}.upload rename column told_path to told_path_gone`);
    await expect(ask((done) => sftp.close(handle, done))).rejects.toThrow('please try again');
    await room.system.query(`alter table ${schema()}.upload rename column told_path_gone to told_path`);
    const [interrupted] = await told(open, 'upload.interrupted');
    expect(room.told(open.caseId, 'upload.received')).toEqual([]);
    await upload(sftp, '/upload/a.dmp', Buffer.from('content'));
    expect((await told(open, 'upload.received'))[0]?.data.uploadId).toBe(interrupted?.data.uploadId);
    leave();
  });

  it('fails its closing when bytes are missing in the middle, and can go on there', async () => {
    const { open, sftp, leave } = await enter();
    const handle = await openFor(sftp, '/upload/gap.dmp', newFile);
    await writeAt(sftp, handle, Buffer.alloc(1000, 'a'));
    await writeAt(sftp, handle, Buffer.alloc(1000, 'c'), 2000);
    await expect(ask((done) => sftp.close(handle, done))).rejects.toThrow('bytes from 1000 on never came');
    expect((await told(open, 'upload.interrupted'))[0]?.data.bytes).toBe(1000);
    leave();
  });
});

describe('a customer', () => {
  it('sees only /upload and gets nowhere else, whatever the path', async () => {
    const { open, sftp, leave } = await enter();
    const other = await enter();
    await upload(other.sftp, '/upload/secret.dmp', Buffer.from('of someone else'));
    await told(other.open, 'upload.received');

    expect(await names(sftp, '/')).toEqual(['upload']);
    expect(await ask<string>((done) => sftp.realpath('../../../..', done))).toBe('/');
    for (const path of [
      '/etc/passwd',
      '../../etc/passwd',
      '/upload/../../etc/passwd',
      `/upload/../uploads/${other.open.caseId}`,
      '/upload/secret.dmp',
    ]) {
      await expect(ask<unknown>((done) => sftp.stat(path, done))).rejects.toThrow();
      await expect(openFor(sftp, path, 0x01)).rejects.toThrow();
      await expect(ask<unknown>((done) => sftp.readdir(path, done))).rejects.toThrow();
    }
    for (const path of [
      '/escape.txt',
      '../escape.txt',
      '/upload/../escape.txt',
      '/upload/../../tmp/escape.txt',
      '/upload/a\0.txt',
      '/upload',
      '/',
    ])
      await expect(openFor(sftp, path, newFile)).rejects.toThrow();
    await expect(ask((done) => sftp.rename('/upload/../../x', '/upload/y', done))).rejects.toThrow();
    await expect(ask((done) => sftp.mkdir('/outside', done))).rejects.toThrow();
    await expect(ask((done) => sftp.symlink('/etc/passwd', '/upload/link', done))).rejects.toThrow(
      'does not exist here',
    );
    expect(await states(open)).toEqual([]);
    leave();
    other.leave();
  });

  it('may use hostile names, and they stay names', async () => {
    const { open, sftp, leave } = await enter();
    const hostile = [
      '..\\..\\boot.ini',
      '$(reboot).dmp',
      '-rf',
      '.bashrc',
      'a b;c|d.dmp',
      '蓝屏 转储.DMP',
      '%2e%2e%2fx',
      'x\ny.dmp',
      '名'.repeat(85),
    ];
    for (const name of hostile) await upload(sftp, `/upload/${name}`, Buffer.from(name));
    await expect(upload(sftp, `/upload/${'名'.repeat(86)}`, Buffer.from('x'))).rejects.toThrow('at most 255');

    await until('all are told', () => room.told(open.caseId, 'upload.received').length === hostile.length);
    for (const { data } of room.told(open.caseId, 'upload.received')) {
      expect(data.location).toMatch(/^uploads\/[0-9a-f-]{36}\/[0-9a-f-]{36}\/[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u);
      expect(sha256(await evidence(data.location))).toBe(data.sha256);
    }
    expect((await names(sftp, '/upload')).sort()).toEqual([...hostile].sort());
    for (const name of hostile) await ask<unknown>((done) => sftp.stat(`/upload/${name}`, done));
    leave();
  });

  it('makes, fills, renames and removes folders', async () => {
    const { open, sftp, leave } = await enter();
    await ask((done) => sftp.mkdir('/upload/logs', done));
    await ask((done) => sftp.mkdir('/upload/logs/deep', done));
    await upload(sftp, '/upload/logs/deep/a.evtx', Buffer.from('log'));
    await expect(ask((done) => sftp.rmdir('/upload/logs', done))).rejects.toThrow('not empty');
    await ask((done) => sftp.rename('/upload/logs', '/upload/logs2', done));
    expect(await names(sftp, '/upload')).toEqual(['logs2']);
    expect(await names(sftp, '/upload/logs2/deep')).toEqual(['a.evtx']);
    expect((await told(open, 'upload.received'))[0]?.data.name).toBe('logs/deep/a.evtx');
    await expect(openFor(sftp, '/upload/nowhere/x', newFile)).rejects.toThrow('folder does not exist');
    leave();
  });

  it('renames only to a free name, unless the client asks to replace', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/a', Buffer.from('a'));
    await upload(sftp, '/upload/b', Buffer.from('b'));
    await expect(ask((done) => sftp.rename('/upload/a', '/upload/b', done))).rejects.toThrow('taken');
    await ask((done) => sftp.ext_openssh_rename('/upload/a', '/upload/b', done));
    expect(await names(sftp, '/upload')).toEqual(['b']);
    await until('both are told', () => room.told(open.caseId, 'upload.received').length === 2);
    leave();
  });

  it('keeps a bounded number of files open, over all connections', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/a.bin', Buffer.from('a'));
    const sessions = await Promise.all(Array.from({ length: 5 }, () => logIn(open.credentials)));
    const openAll = (all: { sftp: SFTPWrapper }[]) =>
      Promise.all(
        all.flatMap((its) =>
          Array.from({ length: 64 }, () => ask<Buffer>((done) => its.sftp.open('/upload/a.bin', 'r', done))),
        ),
      );
    await openAll(sessions.slice(0, 4));
    await expect(openFor(sftp, '/upload/a.bin', 1)).rejects.toThrow('256 files open already');
    await expect(openFor(sftp, '/upload/new.bin', newFile)).rejects.toThrow('256 files open already');
    sessions[0]?.client.end();
    await until('a place is free', () => openFor(sftp, '/upload/new.bin', newFile).catch(() => null));
    for (const { client } of sessions) client.end();
    leave();
  });

  it('may read back what was uploaded', async () => {
    const { sftp, leave } = await enter();
    const content = randomBytes(200_000);
    await upload(sftp, '/upload/back.bin', content);
    expect((await ask<Buffer>((done) => sftp.readFile('/upload/back.bin', done))).equals(content)).toBe(true);
    leave();
  });

  it('that sends something else than SFTP is sent away, and the others stay', async () => {
    const bystander = await enter();
    const { client } = await enter();
    const gone = new Promise<void>((done) => client.once('close', () => done()));
    client.subsys('sftp', (error, channel) => {
      if (error) return;
      channel.on('error', () => undefined);
      channel.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    });
    await gone;
    await upload(bystander.sftp, '/upload/fine.txt', Buffer.from('fine'));
    bystander.leave();
  });
});

async function enter() {
  const open = await room.openSpace();
  const { client, sftp } = await logIn(open.credentials);
  return { open, client, sftp, leave: () => void client.end() };
}

async function told<Type extends 'upload.started' | 'upload.received' | 'upload.interrupted'>(
  { caseId }: OpenSpace,
  type: Type,
) {
  await until(`${type} is told`, () => room.told(caseId, type)[0]);
  return room.told(caseId, type);
}

async function states({ space }: OpenSpace) {
  return room.system.query(`select name, state from ${schema()}.upload where space_id = $1 order by name`, [
    space.spaceId,
  ]);
}

async function names(sftp: SFTPWrapper, path: string): Promise<string[]> {
  return (await ask<{ filename: string }[]>((done) => sftp.readdir(path, done))).map(({ filename }) => filename);
}

async function evidence(location = ''): Promise<Buffer> {
  return evidenceAt(room.system.environment, location);
}

const schema = () => room.system.schema('sftp-provisioning');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
