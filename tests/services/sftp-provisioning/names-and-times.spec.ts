import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import type { Client } from 'ssh2';
import { until } from '../../support/until.js';
import { append, arrivals, begin, openPage } from './a-browser.js';
import { aRoom, logIn, operatorKey, type OpenSpace, type Room } from './a-space.js';
import { RawSftp, times } from './raw-sftp.js';

let room: Room;
beforeAll(async () => {
  room = await aRoom({ BROWSER_SILENT_SECONDS: '1', LINK_MAX_OPENINGS: '50' });
});
afterAll(() => room.close());

const gbk = Buffer.concat([Buffer.from([0xc0, 0xb6, 0xc6, 0xc1]), Buffer.from('.dmp')]);
const utf8 = Buffer.from('蓝屏.dmp');
const resuming = 0x0e;
const goingOn = 0x02;

const at = (...names: (string | Buffer)[]): Buffer =>
  Buffer.concat([Buffer.from('/upload'), ...names.flatMap((name) => [Buffer.from('/'), Buffer.from(name as string)])]);

describe('two names that read the same', () => {
  it.each([
    ['in UTF-8 and in GBK', utf8, gbk, '蓝屏.dmp', '蓝屏 (2).dmp'],
    ['a byte and its escape', Buffer.from([0x61, 0xff]), Buffer.from('a%FF'), 'a%FF', 'a%FF (2)'],
    ['a new line and its escape', Buffer.from('a\nb'), Buffer.from('a%0Ab'), 'a%0Ab', 'a%0Ab (2)'],
    ['an accent composed and apart', Buffer.from('\u00e9.zip'), Buffer.from('e\u0301.zip'), 'é.zip', 'é (2).zip'],
  ])('are two files: %s', async (_, first, second, shownFirst, shownSecond) => {
    const { open, sftp, leave } = await enter();
    const [one, other] = [randomBytes(100), randomBytes(200)];
    const started = await sftp.open(at(first), 0x1a);
    await sftp.write(started, 0, one.subarray(0, 50));
    await sftp.put(at(second), other);
    await sftp.write(started, 50, one.subarray(50));
    await sftp.close(started);

    expect(await sftp.get(at(first), 500)).toEqual(one);
    expect(await sftp.get(at(second), 500)).toEqual(other);
    expect(await listed(sftp)).toEqual([first, second].sort(Buffer.compare));
    await until('both are told', () => room.told(open.caseId, 'upload.received').length === 2);
    expect(contents(open)).toEqual({ [shownFirst]: sha256(one), [shownSecond]: sha256(other) });
    await sftp.remove(at(first));
    expect(await listed(sftp)).toEqual([second]);
    leave();
  });

  it('are interrupted and go on each for itself', async () => {
    const { open, sftp, client } = await enter();
    const [one, other] = [randomBytes(1000), randomBytes(2000)];
    for (const [name, content] of [
      [utf8, one],
      [gbk, other],
    ] as const) {
      const handle = await sftp.open(at(name), 0x1a);
      await sftp.write(handle, 0, content.subarray(0, content.length / 2));
    }
    client.destroy();
    await until('both are told as interrupted', () => room.told(open.caseId, 'upload.interrupted').length === 2);

    const again = await enter(open);
    // A client goes on with what it finds in the list, or with what it asks for.
    expect(await listed(again.sftp)).toEqual([gbk, utf8].sort(Buffer.compare));
    for (const [name, content, flags] of [
      [utf8, one, resuming],
      [gbk, other, goingOn],
    ] as const) {
      const { size } = await again.sftp.stat(at(name));
      expect(size).toBe(content.length / 2);
      const handle = await again.sftp.open(at(name), flags);
      await again.sftp.write(handle, size, content.subarray(size));
      await again.sftp.close(handle);
    }
    await until('both are told', () => room.told(open.caseId, 'upload.received').length === 2);
    expect(contents(open)).toEqual({ '蓝屏.dmp': sha256(one), '蓝屏 (2).dmp': sha256(other) });
    again.leave();
  });

  it('are as many as somebody makes, each shown by a name of its own', async () => {
    const { open, sftp, leave } = await enter();
    // Four bytes that may be sent raw or escaped: sixteen names that read the same.
    const names = Array.from({ length: 16 }, (_, bits) =>
      Buffer.concat([1, 2, 4, 8].map((bit) => (bits & bit ? Buffer.from([0xff]) : Buffer.from('%FF')))),
    );
    for (const [index, name] of names.entries()) await sftp.put(at(name), Buffer.from(`content ${index}`));
    await until('all are told', () => room.told(open.caseId, 'upload.received').length === names.length);
    expect(Object.keys(contents(open))).toHaveLength(names.length);
    for (const [index, name] of names.entries())
      expect((await sftp.get(at(name), 100)).toString()).toBe(`content ${index}`);
    leave();
  });

  it('are folders, too, with what is in them; both are renamed and removed by their bytes', async () => {
    const { open, sftp, leave } = await enter();
    const [inGbk, inUtf8] = [Buffer.from([0xc8, 0xd5, 0xd6, 0xbe]), Buffer.from('日志')];
    for (const folder of [inGbk, inUtf8]) await sftp.makeFolder(at(folder));
    await expect(sftp.makeFolder(at(inGbk))).rejects.toThrow('taken');
    await sftp.put(at(inGbk, gbk), Buffer.from('gbk'));
    await sftp.put(at(inUtf8, 'a.log'), Buffer.from('utf8'));
    expect(await listed(sftp)).toEqual([inGbk, inUtf8].sort(Buffer.compare));
    expect(await listed(sftp, at(inGbk))).toEqual([gbk]);
    expect(await sftp.realPath(at(inGbk, '.'))).toEqual(at(inGbk));
    await until('both are told', () => room.told(open.caseId, 'upload.received').length === 2);
    expect(Object.keys(contents(open)).sort()).toEqual(['日志 (2)/a.log', '日志/蓝屏.dmp']);

    await sftp.rename(at(inGbk), at('other'));
    expect(await listed(sftp, at('other'))).toEqual([gbk]);
    expect(await listed(sftp, at(inUtf8))).toEqual([Buffer.from('a.log')]);
    await expect(sftp.removeFolder(at(inUtf8))).rejects.toThrow('not empty');
    await sftp.remove(at(inUtf8, 'a.log'));
    await sftp.removeFolder(at(inUtf8));
    await sftp.rename(at('other'), at(inGbk));
    expect((await sftp.get(at(inGbk, gbk), 10)).toString()).toBe('gbk');
    leave();
  });

  it('are kept apart when one is renamed to what the other reads like, and replaces only what has its bytes', async () => {
    const { open, sftp, leave } = await enter();
    await sftp.put(at('a'), Buffer.from('a'));
    await sftp.put(at(utf8), Buffer.from('utf8'));
    await sftp.rename(at('a'), at(gbk));
    await sftp.put(at('b'), Buffer.from('b'));
    await sftp.replace(at('b'), at(gbk));
    expect((await sftp.get(at(utf8), 10)).toString()).toBe('utf8');
    expect((await sftp.get(at(gbk), 10)).toString()).toBe('b');
    // The same file under its own name in another encoding is still shown as before.
    await sftp.remove(at(utf8));
    await sftp.rename(at(gbk), at(utf8));
    await sftp.rename(at(utf8), at(gbk));
    expect(await listed(sftp)).toEqual([gbk]);
    expect(await shownNames(open)).toEqual(['蓝屏.dmp']);
    leave();
  });
});

describe('a name in GBK', () => {
  it('is temporary or a mark by its own bytes', async () => {
    const { open, sftp, leave } = await enter();
    const content = randomBytes(1000);
    const temporary = Buffer.concat([gbk, Buffer.from('.filepart')]);
    await sftp.put(at(utf8), Buffer.from('another'));
    await sftp.put(at(temporary), content);
    expect(room.told(open.caseId, 'upload.received').map(({ data }) => data.name)).not.toContain('蓝屏 (2).dmp');
    await sftp.rename(at(temporary), at(gbk));
    await sftp.put(at(Buffer.concat([gbk, Buffer.from('.done')])), Buffer.alloc(0));
    const completed = await until('it is told as complete', () => room.told(open.caseId, 'upload.completed')[0]);
    expect(completed.data).toMatchObject({ name: '蓝屏 (2).dmp', sha256: sha256(content), because: 'marked' });
    expect(await listed(sftp)).toEqual([gbk, utf8].sort(Buffer.compare));
    leave();
  });

  it('is found by what is shown of it, unless something has the very bytes', async () => {
    const { open, sftp, leave } = await enter();
    const folder = Buffer.from([0xc8, 0xd5, 0xd6, 0xbe]);
    await sftp.makeFolder(at(folder));
    await sftp.put(at(folder, gbk), Buffer.from('gbk'));
    expect((await sftp.get(at('日志', utf8), 10)).toString()).toBe('gbk');
    expect((await sftp.stat(at('日志'))).isFolder).toBe(true);
    // Who goes on with a file says it as it was shown; a new one is a new one.
    const handle = await sftp.open(at('日志', utf8), resuming);
    await sftp.write(handle, 3, Buffer.from(' and more'));
    await sftp.close(handle);
    expect((await sftp.get(at(folder, gbk), 20)).toString()).toBe('gbk and more');
    await sftp.put(at('日志', utf8), Buffer.from('utf8'));
    expect((await sftp.get(at(folder, gbk), 20)).toString()).toBe('gbk and more');
    expect((await sftp.get(at('日志', utf8), 20)).toString()).toBe('utf8');
    await sftp.remove(at('日志', utf8));
    await sftp.rename(at('日志', utf8), at('c'));
    expect((await sftp.get(at('c'), 20)).toString()).toBe('gbk and more');
    // Bytes that are no text are never taken for text.
    await sftp.put(at(utf8), Buffer.from('text'));
    await expect(sftp.stat(at(gbk))).rejects.toThrow('there is no');
    expect(room.told(open.caseId, 'upload.started')[0]?.data.name).toBe('日志/蓝屏.dmp');
    leave();
  });

  it('is told and kept once when the same file is sent again', async () => {
    const { open, sftp, leave } = await enter();
    await sftp.put(at(utf8), Buffer.from('utf8'));
    for (let time = 0; time < 2; time += 1) await sftp.put(at(gbk), Buffer.from('gbk'));
    await sftp.put(at('last'), Buffer.from('last'));
    await until('the last is told', () => Object.keys(contents(open)).includes('last'));
    expect(room.told(open.caseId, 'upload.received').map(({ data }) => data.name)).toEqual([
      '蓝屏.dmp',
      '蓝屏 (2).dmp',
      'last',
    ]);
    leave();
  });

  it('is in the audit log as it reads and as it was sent', async () => {
    const { open, sftp, leave } = await enter();
    await sftp.put(at(gbk), Buffer.from('gbk'));
    leave();
    const paths = await until('it is written down', async () => {
      const rows = await room.system.query<{ path: string }>(
        `select path from ${schema()}.audit_entry where space_id = $1 and action = 'close-file'`,
        [open.space.spaceId],
      );
      return rows.length > 0 && rows.map(({ path }) => path);
    });
    expect(paths).toEqual(['/upload/蓝屏.dmp (sent as /upload/%C0%B6%C6%C1.dmp)']);
  });
});

it('a name is one line of the exported audit log, whatever it holds', async () => {
  const { open, sftp, leave } = await enter();
  const names = ['=1+1', 'a\r\nat,list', 'b"",c', '\t@SUM(A1)'].map((name) => Buffer.from(name));
  for (const name of [...names, gbk]) await sftp.put(at(name), Buffer.from('x'));
  leave();
  const lines = await until('all are written down', async () => {
    const wanted = `/v1/audit?caseId=${open.caseId}&action=close-file&format=csv`;
    const response = await fetch(new URL(wanted, room.service.url), {
      headers: { authorization: `Bearer ${operatorKey}` },
    });
    const rows = (await response.text()).split('\r\n').slice(1, -1);
    return rows.length >= names.length + 1 && rows;
  });
  expect(lines).toHaveLength(names.length + 1);
  for (const path of [
    '/upload/=1+1',
    '/upload/a%0D%0Aat,list (sent as /upload/a%0D%0Aat%2Clist)',
    '/upload/b"""",c',
    '/upload/%09@SUM(A1) (sent as /upload/%09%40SUM%28A1%29)',
    '/upload/蓝屏.dmp (sent as /upload/%C0%B6%C6%C1.dmp)',
  ])
    expect(lines.filter((line) => line.includes(path))).toHaveLength(1);
});

describe('a browser beside names in GBK', () => {
  it('takes the next name that is free to see, and goes on in a folder whose name is no text', async () => {
    const { page, open } = await inBrowser();
    const { caseId } = open;
    const { sftp, leave } = await enter(open);
    await sftp.put(at(gbk), Buffer.from('gbk'));
    const content = randomBytes(300_000);
    const file = await begin(page, '蓝屏.dmp', content.length);
    await append(page, file, 0, content.subarray(0, 100_000));
    await until('it is told as interrupted', () => room.told(caseId, 'upload.interrupted')[0]);
    expect((await arrivals(page)).map(({ name }) => name).sort()).toEqual(['蓝屏 (2).dmp', '蓝屏.dmp']);

    const folder = Buffer.from([0xc8, 0xd5, 0xd6, 0xbe]);
    await sftp.makeFolder(at('日志'));
    await sftp.makeFolder(at(folder));
    await sftp.rename(at('蓝屏 (2).dmp'), at(folder, gbk));
    expect((await append(page, file, 100_000, content.subarray(100_000))).status).toBe(204);
    await until('it is told', () => room.told(caseId, 'upload.received').length === 2);
    expect(contents(open)).toMatchObject({ '日志 (2)/蓝屏.dmp': sha256(content) });
    expect(await sftp.stat(at(folder, gbk))).toMatchObject({ size: content.length });
    leave();
  });
});

describe('what was kept before names were bytes', () => {
  it('is found by whatever reads the same, and can go on', async () => {
    const { open, sftp, client } = await enter();
    const content = randomBytes(1000);
    await sftp.makeFolder(at('日志'));
    const handle = await sftp.open(at('日志', utf8), 0x1a);
    await sftp.write(handle, 0, content.subarray(0, 400));
    client.destroy();
    await until('it is told as interrupted', () => room.told(open.caseId, 'upload.interrupted')[0]);
    for (const table of ['upload', 'upload_folder'])
      await room.system.query(`update ${schema()}.${table} set name_bytes = null where space_id = $1`, [
        open.space.spaceId,
      ]);

    const again = await enter(open);
    const folder = Buffer.from([0xc8, 0xd5, 0xd6, 0xbe]);
    expect(await listed(again.sftp)).toEqual([Buffer.from('日志')]);
    expect((await again.sftp.stat(at(folder, gbk))).size).toBe(400);
    await expect(again.sftp.makeFolder(at(folder))).rejects.toThrow('taken');
    const rest = await again.sftp.open(at(folder, gbk), resuming);
    await again.sftp.write(rest, 400, content.subarray(400));
    await again.sftp.close(rest);
    const told = await until('it is told', () => room.told(open.caseId, 'upload.received')[0]);
    expect(told.data).toMatchObject({ name: '日志/蓝屏.dmp', sha256: sha256(content) });
    again.leave();
  });
});

describe('the time that a client sets', () => {
  const then = 1_500_000_000;

  it('is kept, whether it is set with OPEN, before the first byte, after the last, or by name', async () => {
    const { sftp, leave } = await enter();
    const opened = await sftp.open(at('opened'), 0x1a, times(then));
    const early = await sftp.open(at('early'), 0x1a);
    await sftp.setTimeOpen(early, then + 1);
    const late = await sftp.open(at('late'), 0x1a);
    for (const handle of [opened, early, late]) {
      await sftp.write(handle, 0, Buffer.from('x'));
      await sftp.write(handle, 1, Buffer.from('y'));
    }
    await sftp.setTimeOpen(late, then + 2);
    expect((await sftp.statOpen(late)).modifiedAt).toBe(then + 2);
    for (const handle of [opened, early, late]) await sftp.close(handle);
    await sftp.put(at('named'), Buffer.from('xy'));
    await sftp.setTime(at('named'), then + 3);
    await sftp.makeFolder(at('folder'));
    await sftp.setTime(at('folder'), then + 4);

    const expected = { opened: then, early: then + 1, late: then + 2, named: then + 3, folder: then + 4 };
    for (const [name, modifiedAt] of Object.entries(expected))
      expect({ name, modifiedAt: (await sftp.stat(at(name))).modifiedAt }).toEqual({ name, modifiedAt });
    const entries = (await sftp.list(at())).map(({ name, modifiedAt }) => [name.toString(), modifiedAt]);
    expect(Object.fromEntries(entries)).toEqual(expected);
    await sftp.rename(at('named'), at('renamed'));
    expect((await sftp.stat(at('renamed'))).modifiedAt).toBe(then + 3);
    leave();
  });

  it('is kept when size and time are set together and CLOSE follows without waiting, as lftp does it', async () => {
    const { sftp, leave } = await enter();
    const handle = await sftp.open(at('a.log'), 0x1a);
    await sftp.write(handle, 0, Buffer.from('a line'));
    await sftp.closeWith(handle, 6, then);
    expect(await sftp.stat(at('a.log'))).toMatchObject({ size: 6, modifiedAt: then });
    leave();
  });

  it('stays when a temporary name is given up, and when the same file is sent again', async () => {
    const { open, sftp, leave } = await enter();
    await sftp.put(at('a.dmp'), Buffer.from('same'));
    await sftp.setTime(at('a.dmp'), then);
    const handle = await sftp.open(at('a.dmp.filepart'), 0x1a);
    await sftp.write(handle, 0, Buffer.from('same'));
    await sftp.setTimeOpen(handle, then + 9);
    await sftp.close(handle);
    await sftp.replace(at('a.dmp.filepart'), at('a.dmp'));
    expect((await sftp.stat(at('a.dmp'))).modifiedAt).toBe(then + 9);
    expect(await shownNames(open)).toEqual(['a.dmp']);
    leave();
  });

  it('goes with a received file that is gone on with, if it was set there, and not with a new one', async () => {
    const { sftp, leave } = await enter();
    await sftp.put(at('a.log'), Buffer.from('one'));
    const handle = await sftp.open(at('a.log'), resuming);
    await sftp.setTimeOpen(handle, then);
    expect((await sftp.stat(at('a.log'))).modifiedAt).toBe(then);
    await sftp.write(handle, 3, Buffer.from(' two'));
    await sftp.close(handle);
    expect(await sftp.stat(at('a.log'))).toMatchObject({ size: 7, modifiedAt: then });
    await sftp.put(at('a.log'), Buffer.from('three'));
    expect((await sftp.stat(at('a.log'))).modifiedAt).toBeGreaterThan(then + 1000);
    leave();
  });

  it('is forgotten with the bytes of an unfinished file that is begun anew', async () => {
    const { sftp, leave } = await enter();
    const handle = await sftp.open(at('a.dmp.filepart'), 0x1a);
    await sftp.setTimeOpen(handle, then);
    await sftp.close(handle);
    expect((await sftp.stat(at('a.dmp.filepart'))).modifiedAt).toBe(then);
    await sftp.close(await sftp.open(at('a.dmp.filepart'), resuming));
    expect((await sftp.stat(at('a.dmp.filepart'))).modifiedAt).toBe(then);
    await sftp.close(await sftp.open(at('a.dmp.filepart'), 0x1a));
    expect((await sftp.stat(at('a.dmp.filepart'))).modifiedAt).toBeGreaterThan(then + 1000);
    leave();
  });

  it.each([
    ['before 1970', 0xffffffff],
    ['far in the future', 0x80000000],
  ])('is not believed %s, and the client hears no trouble', async (_, seconds) => {
    const { sftp, leave } = await enter();
    const before = Math.floor(Date.now() / 1000);
    await sftp.put(at('a'), Buffer.from('a'));
    await sftp.setTime(at('a'), seconds);
    expect((await sftp.stat(at('a'))).modifiedAt).toBeGreaterThanOrEqual(before - 1);
    leave();
  });

  it('changes nothing outside of the customer’s files, and nothing that is not there', async () => {
    const { sftp, leave } = await enter();
    await sftp.setTime(Buffer.from('/upload'), then);
    await sftp.setTime(Buffer.from('/'), then);
    expect((await sftp.stat(Buffer.from('/upload'))).modifiedAt).toBe(0);
    await expect(sftp.setTime(at('absent'), then)).rejects.toThrow('there is no /upload/absent');
    await expect(sftp.setTime(Buffer.from('/etc/passwd'), then)).rejects.toThrow('there is no /etc/passwd');
    leave();
  });

  it('is that of the customer’s file when a browser sends it', async () => {
    const { page, open } = await inBrowser();
    const file = await begin(page, 'a.log', 3, then * 1000 + 123);
    await append(page, file, 0, Buffer.from('abc'));
    const { sftp, leave } = await enter(open);
    expect((await sftp.stat(at('a.log'))).modifiedAt).toBe(then);
    leave();
  });
});

async function inBrowser() {
  const open = await room.openSpace();
  return { open, page: await openPage(open.space.link) };
}

async function enter(again?: OpenSpace): Promise<{
  open: OpenSpace;
  sftp: RawSftp;
  client: Client;
  leave: () => void;
}> {
  const open = again ?? (await room.openSpace());
  const { client } = await logIn(open.credentials);
  return { open, sftp: await RawSftp.over(client), client, leave: () => void client.end() };
}

async function listed(sftp: RawSftp, folder: Buffer = Buffer.from('/upload')): Promise<Buffer[]> {
  return (await sftp.list(folder)).map(({ name }) => name).sort(Buffer.compare);
}

/** What was told as received, by name. */
function contents({ caseId }: { caseId: string }): Record<string, string> {
  return Object.fromEntries(room.told(caseId, 'upload.received').map(({ data }) => [data.name, data.sha256]));
}

async function shownNames({ space }: OpenSpace): Promise<string[]> {
  const rows = await room.system.query<{ name: string }>(
    `select name from ${schema()}.upload where space_id = $1 and is_visible order by name`,
    [space.spaceId],
  );
  return rows.map(({ name }) => name);
}

const schema = () => room.system.schema('sftp-provisioning');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
