import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../../support/until.js';
import {
  aRoom,
  ask,
  frontOf,
  logIn,
  newFile,
  openFor,
  upload,
  writeAt,
  type OpenSpace,
  type Room,
} from '../a-space.js';
import { clientsBehave } from './clients-behave.js';
import { startProFtpd, whyNoProFtpd } from './proftpd.js';
import { evidenceStoreOf } from '../../../support/evidence.js';

const obstacle = whyNoProFtpd();
if (obstacle !== null) process.stderr.write(`skipped: ${obstacle}\n`);
const whereInstalled = obstacle === null ? describe : describe.skip;

whereInstalled('ProFTPD as engine with', () => {
  clientsBehave((settings) => aRoom(settings, startProFtpd));
});

whereInstalled('what happens at ProFTPD', () => {
  let room: Room;
  let homes: string;
  beforeAll(async () => {
    room = await aRoom({}, async (system) => {
      const engine = await startProFtpd(system);
      homes = engine.settings['SFTP_ENGINE_DIR'] as string;
      return engine;
    });
  }, 120_000);
  afterAll(() => room.close(), 60_000);

  const received = (space: OpenSpace, name: string) =>
    until(
      `${name} is told`,
      () => room.told(space.caseId, 'upload.received').find(({ data }) => data.name === name),
      30_000,
    );
  const bytesHere = async (space: OpenSpace): Promise<number> => {
    const location = room.told(space.caseId, 'upload.started')[0]?.data.location ?? '';
    return evidenceStoreOf(room.system.environment).size(location);
  };
  const names = (space: OpenSpace) => room.told(space.caseId, 'upload.received').map(({ data }) => data.name);

  it('while the service is away is told once when it is back', async () => {
    const space = await room.openSpace();
    const content = randomBytes(300_000);
    await room.restart(async () => {
      const { client, sftp } = await logIn(space.credentials);
      await upload(sftp, '/upload/away.dmp.filepart', content);
      await ask((done) => sftp.rename('/upload/away.dmp.filepart', '/upload/away.dmp', done));
      await upload(sftp, '/upload/gone.dmp', content);
      await ask((done) => sftp.unlink('/upload/gone.dmp', done));
      client.end();
    });
    expect((await received(space, 'away.dmp')).data.sha256).toBe(sha256(content));
    await room.restart();
    const { client, sftp } = await logIn(space.credentials);
    await upload(sftp, '/upload/last.txt', Buffer.from('last'));
    client.end();
    await received(space, 'last.txt');
    expect(names(space)).toEqual(['away.dmp', 'last.txt']);
  }, 60_000);

  it('and was never told is found by looking, also under names in GBK and in UTF-8 that read the same', async () => {
    const space = await room.openSpace();
    const [inGbk, inUtf8] = [randomBytes(100_000), randomBytes(50_000)];
    await room.restart(async () => {
      const gbk = Buffer.concat([Buffer.from([0xc0, 0xb6, 0xc6, 0xc1]), Buffer.from('.dmp')]);
      for (const [name, content] of [
        [gbk, inGbk],
        [Buffer.from('蓝屏.dmp'), inUtf8],
      ] as const) {
        const path = Buffer.concat([Buffer.from(join(homes, space.space.account, 'upload/')), name]);
        await writeFile(path, content);
        await utimes(path, new Date(0), new Date(0));
      }
    });
    const told = [await received(space, '蓝屏.dmp'), await received(space, '蓝屏 (2).dmp')];
    expect(told.map(({ data }) => data.sha256).sort()).toEqual([sha256(inGbk), sha256(inUtf8)].sort());
    await room.restart();
    expect(names(space)).toHaveLength(2);
  }, 60_000);

  it('goes on when the process that follows it is killed, and is not told as interrupted', async () => {
    const space = await room.openSpace();
    const { client, sftp } = await logIn(space.credentials);
    const content = randomBytes(600_000);
    const handle = await openFor(sftp, '/upload/big.dmp', newFile);
    await writeAt(sftp, handle, content.subarray(0, 200_000));
    await until('it is told as started', () => room.told(space.caseId, 'upload.started')[0], 30_000);
    const before = await frontOf();
    process.kill(before, 'SIGKILL');
    await writeAt(sftp, handle, content.subarray(200_000, 400_000), 200_000);
    await until(
      'it is followed again',
      async () => (await frontOf()) !== before && (await bytesHere(space)) === 400_000,
    );
    await writeAt(sftp, handle, content.subarray(400_000), 400_000);
    await ask((done) => sftp.close(handle, done));
    client.end();
    expect((await received(space, 'big.dmp')).data.sha256).toBe(sha256(content));
    expect(names(space)).toEqual(['big.dmp']);
    expect(room.told(space.caseId, 'upload.started')).toHaveLength(1);
    expect(room.told(space.caseId, 'upload.interrupted')).toEqual([]);
  }, 60_000);

  it('with names that are no names in SQL is told by them, also from folders', async () => {
    const space = await room.openSpace();
    const { client, sftp } = await logIn(space.credentials);
    await ask((done) => sftp.mkdir('/upload/日志', done));
    for (const name of ["o'brien); drop table upload; --.dmp", '日志/%u "x" \\.dmp']) {
      await upload(sftp, `/upload/${name}`, Buffer.from(name));
      expect((await received(space, name)).data.sha256).toBe(sha256(Buffer.from(name)));
    }
    client.end();
  }, 60_000);

  it('to evidence that was told leaves the evidence as it was', async () => {
    const space = await room.openSpace();
    const { client, sftp } = await logIn(space.credentials);
    const [first, second] = [randomBytes(200_000), randomBytes(300_000)];
    await upload(sftp, '/upload/a.dmp', first);
    await received(space, 'a.dmp');
    await upload(sftp, '/upload/a.dmp', second);
    await until('the second is told', () => names(space).length === 2);
    await ask((done) => sftp.unlink('/upload/a.dmp', done));
    client.end();
    expect(room.told(space.caseId, 'upload.received').map(({ data }) => data.sha256)).toEqual(
      [first, second].map(sha256),
    );
  }, 60_000);

  it.each([
    ['disabled', 'disabled_at = now()', 'disabled_at = null'],
    ['expired', "expires_at = now() - interval '1 minute'", "expires_at = now() + interval '1 hour'"],
    ['for other addresses', "allowed_addresses = '{203.0.113.0/24}'", "allowed_addresses = '{127.0.0.0/8}'"],
  ])(
    'begins with a login, which an account that is %s refuses',
    async (_, refused, admitted) => {
      const space = await room.openSpace();
      const set = (rule: string) =>
        room.system.query(
          `update ${room.system.schema('sftp-provisioning')}.upload_space set ${rule} where space_id = $1`,
          [space.space.spaceId],
        );
      await set(refused);
      await expect(logIn(space.credentials)).rejects.toThrow(/authentication/i);
      await set(admitted);
      (await logIn(space.credentials)).client.end();
    },
    60_000,
  );

  it('is no link out of a home: making one is refused', async () => {
    const space = await room.openSpace();
    const { client, sftp } = await logIn(space.credentials);
    await expect(ask((done) => sftp.symlink('/etc/hostname', '/upload/out.dmp', done))).rejects.toThrow();
    client.end();
  }, 60_000);
});

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
