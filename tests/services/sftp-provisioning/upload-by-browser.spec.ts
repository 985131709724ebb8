import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { until } from '../../support/until.js';
import {
  aPage,
  append,
  arrivals,
  begin,
  fromPage,
  offsetOf,
  openPage,
  received,
  send,
  tus,
  type OpenPage,
} from './a-browser.js';
import { aRoom, frontOf, logIn, openFor, upload, type Room } from './a-space.js';
import { evidenceAt, evidenceStoreOf } from '../../support/evidence.js';

let room: Room;
beforeAll(async () => {
  room = await aRoom({ BROWSER_SILENT_SECONDS: '1', LINK_MAX_OPENINGS: '50' });
});
afterAll(() => room.close());

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const evidence = (location: string) => evidenceAt(room.system.environment, location);

describe('an upload by browser', () => {
  it('is received and told like one over SFTP', async () => {
    const { page, caseId, spaceId } = await aPage(room);
    const content = randomBytes(3_000_000);
    await send(page, content, '内存转储.zip', { chunkSize: 1_000_000 }).done;

    const [told] = await received(room, caseId);
    expect(told?.data).toMatchObject({ spaceId, name: '内存转储.zip', bytes: content.length, sha256: sha256(content) });
    expect((await evidence(told?.data.location as string)).equals(content)).toBe(true);
    expect(room.told(caseId, 'upload.started')).toHaveLength(1);
    expect(room.told(caseId, 'upload.interrupted')).toHaveLength(0);
    expect(await arrivals(page)).toMatchObject([
      { name: '内存转储.zip', state: 'received', bytes: content.length, continues: null },
    ]);
  });

  it('may be empty', async () => {
    const { page, caseId } = await aPage(room);
    await send(page, Buffer.alloc(0), 'empty.log').done;
    expect((await received(room, caseId))[0]?.data).toMatchObject({ name: 'empty.log', bytes: 0 });
  });

  it('counts as interrupted when nothing comes any more, and goes on where it stopped', async () => {
    const { page, caseId } = await aPage(room);
    const content = randomBytes(400_000);
    const file = await begin(page, 'MEMORY.DMP', content.length);
    await append(page, file, 0, content.subarray(0, 150_000));
    const [interrupted] = await until('it is told as interrupted', () => {
      const told = room.told(caseId, 'upload.interrupted');
      return told.length > 0 && told;
    });
    expect(interrupted?.data).toMatchObject({ name: 'MEMORY.DMP', bytes: 150_000 });
    expect(await arrivals(page)).toMatchObject([
      { state: 'interrupted', bytes: 150_000, ofBytes: 400_000, continues: { lastModified: 1 } },
    ]);

    expect(await offsetOf(page, file)).toBe(150_000);
    const last = await append(page, file, 150_000, content.subarray(150_000));
    expect(last.status).toBe(204);
    expect((await received(room, caseId))[0]?.data).toMatchObject({ sha256: sha256(content) });
  });

  it('keeps what came before the connection broke in the middle of a piece', async () => {
    const { page, caseId } = await aPage(room);
    const content = randomBytes(2_000_000);
    const file = await begin(page, 'broken.zip', content.length);
    const url = new URL(file);
    const sending = request(url, {
      method: 'PATCH',
      headers: tus(page, {
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
        'content-length': String(content.length),
      }),
    });
    sending.on('error', () => undefined);
    sending.write(content.subarray(0, 700_000));
    await until('the bytes are here', async () => (await arrivals(page))[0]?.bytes === 700_000);
    sending.destroy();
    await send(page, content, 'broken.zip', { uploadUrl: file }).done;
    const [told] = await received(room, caseId);
    expect(told?.data.sha256).toBe(sha256(content));
    expect(room.told(caseId, 'upload.received')).toHaveLength(1);
  });

  it('goes on after the service was started again', async () => {
    const { page, caseId } = await aPage(room);
    const content = randomBytes(600_000);
    const file = await begin(page, 'over-a-restart.zip', content.length);
    await append(page, file, 0, content.subarray(0, 250_000));
    await room.restart();
    const moved = { ...page, link: page.link.replace(/^http:\/\/[^/]+/, room.service.url) };
    const movedFile = file.replace(/^http:\/\/[^/]+/, room.service.url);
    expect((await arrivals(moved))[0]).toMatchObject({ state: 'interrupted', bytes: 250_000 });
    await send(moved, content, 'over-a-restart.zip', { uploadUrl: movedFile }).done;
    expect((await received(room, caseId))[0]?.data.sha256).toBe(sha256(content));
  });

  it('goes on after the process that receives uploads was killed in the middle', async () => {
    const { page, caseId } = await aPage(room);
    const content = randomBytes(8_000_000);
    let isKilled = false;
    const front = await frontOf();
    const { done } = send(page, content, 'killed.zip', {
      chunkSize: 1_000_000,
      onProgress: (sent) => {
        if (isKilled || sent < 3_000_000) return;
        isKilled = true;
        process.kill(front, 'SIGKILL');
      },
    });
    await done;
    expect(isKilled).toBe(true);
    const [told] = await received(room, caseId);
    expect(told?.data.sha256).toBe(sha256(content));
    expect(room.told(caseId, 'upload.received')).toHaveLength(1);
  });

  it('of a name that is taken keeps both', async () => {
    const { page, caseId } = await aPage(room);
    await send(page, Buffer.from('first'), 'a.zip').done;
    await send(page, Buffer.from('second'), 'a.zip').done;
    await send(page, Buffer.from('third'), 'a.zip').done;
    const told = await received(room, caseId, 3);
    expect(told.map(({ data }) => data.name)).toEqual(['a.zip', 'a (2).zip', 'a (3).zip']);
  });

  it('takes no name from a file that is still coming over SFTP', async () => {
    const { caseId, space, credentials } = await room.openSpace();
    const page = await openPage(space.link);
    const { client, sftp } = await logIn(credentials);
    await openFor(sftp, '/upload/same.dmp', 0x1a);
    await send(page, Buffer.from('browser'), 'same.dmp').done;
    expect((await received(room, caseId))[0]?.data.name).toBe('same (2).dmp');
    client.end();
  });

  it('of a file with a temporary name is received all the same', async () => {
    const { page, caseId } = await aPage(room);
    await send(page, Buffer.from('whole'), 'dump.part').done;
    expect((await received(room, caseId))[0]?.data.name).toBe('dump.part.upload');
  });

  it('that is whole but could not be closed is closed when it is looked at', async () => {
    const { page, caseId } = await aPage(room);
    const content = randomBytes(50_000);
    const file = await begin(page, 'late.zip', content.length);
    await append(page, file, 0, content.subarray(0, 10_000));
    await until('it is interrupted', async () => (await arrivals(page))[0]?.state === 'interrupted');
    // As a crash between the last byte and the closing leaves it.
    const [stored] = await room.system.query<{ location: string }>(
      `select location from ${room.system.schema('sftp-provisioning')}.upload where name = 'late.zip'`,
    );
    const lying = await evidenceStoreOf(room.system.environment).openForWriting(stored?.location ?? '');
    await lying.write([content.subarray(10_000)], 10_000);
    await lying.close();
    expect(room.told(caseId, 'upload.received')).toHaveLength(0);
    expect(await offsetOf(page, file)).toBe(content.length);
    expect((await received(room, caseId))[0]?.data.sha256).toBe(sha256(content));
  });

  it('is complete when the customer says that these are all files', async () => {
    const { page, caseId } = await aPage(room);
    await send(page, Buffer.from('some words'), 'notes.txt').done;
    expect(await arrivals(page)).toMatchObject([{ name: 'notes.txt', state: 'received' }]);
    const ask = () => fetch(`${page.link}/complete`, { method: 'POST', headers: fromPage(page) });
    expect(await (await ask()).json()).toEqual({ complete: ['notes.txt'], lacking: [] });
    expect((await ask()).status).toBe(200);
    const told = await until('it is told', () => room.told(caseId, 'upload.completed')[0]);
    expect(told.data).toMatchObject({ name: 'notes.txt', because: 'marked' });
    expect(await arrivals(page)).toMatchObject([{ name: 'notes.txt', state: 'complete' }]);
    expect(room.told(caseId, 'upload.completed')).toHaveLength(1);
    expect((await fetch(`${page.link}/complete`, { method: 'POST' })).status).toBe(403);
  });

  it('can be taken back before its end, but not after', async () => {
    const { page, caseId } = await aPage(room);
    const file = await begin(page, 'unwanted.zip', 1000);
    await append(page, file, 0, Buffer.alloc(10));
    expect((await fetch(file, { method: 'DELETE', headers: tus(page) })).status).toBe(204);
    expect(await arrivals(page)).toEqual([]);
    expect((await fetch(file, { method: 'HEAD', headers: tus(page) })).status).toBe(404);

    const whole = await begin(page, 'wanted.zip', 4);
    await append(page, whole, 0, Buffer.from('here'));
    await received(room, caseId);
    expect((await fetch(whole, { method: 'DELETE', headers: tus(page) })).status).toBe(400);
    expect(await arrivals(page)).toMatchObject([{ name: 'wanted.zip', state: 'received' }]);
  });

  it('is seen over SFTP, and the other way round', async () => {
    const { space, credentials, caseId } = await room.openSpace();
    const page = await openPage(space.link);
    const { client, sftp } = await logIn(credentials);
    await upload(sftp, '/upload/over-sftp.zip', Buffer.from('sftp'));
    await send(page, Buffer.from('browser'), 'by-browser.zip').done;
    await received(room, caseId, 2);
    expect((await arrivals(page)).map(({ name }) => name).sort()).toEqual(['by-browser.zip', 'over-sftp.zip']);
    const names = await new Promise<string[]>((resolve, reject) => {
      sftp.readdir('/upload', (error, list) => (error ? reject(error) : resolve(list.map(({ filename }) => filename))));
    });
    expect(names.sort()).toEqual(['by-browser.zip', 'over-sftp.zip']);
    client.end();
  });

  it('ends at once when its case is archived', async () => {
    const { page, caseId } = await aPage(room);
    const file = await begin(page, 'too-late.zip', 1000);
    await append(page, file, 0, Buffer.alloc(10));
    await room.archive(caseId);
    await until('the space is closed', () => room.told(caseId, 'upload-space.closed')[0]);
    const answer = await append(page, file, 10, Buffer.alloc(10));
    expect(answer.status).toBe(410);
    expect(await answer.json()).toMatchObject({ because: 'closed' });
  });
});

describe('somebody who follows a link', () => {
  it('can do nothing without pressing the button', async () => {
    const { space } = await room.openSpace();
    const { link } = space;
    for (const [method, path] of [
      ['POST', '/files'],
      ['GET', '/arrivals'],
      ['HEAD', '/files/0190b2f0-0000-7000-8000-000000000000'],
      ['PATCH', '/files/0190b2f0-0000-7000-8000-000000000000'],
      ['DELETE', '/files/0190b2f0-0000-7000-8000-000000000000'],
    ] as const) {
      const answer = await fetch(`${link}${path}`, {
        method,
        headers: { 'tus-resumable': '1.0.0', 'upload-length': '1' },
      });
      expect([method, answer.status]).toEqual([method, 403]);
    }
  });

  it('cannot use the pass of another link, a made-up one, or one that has ended', async () => {
    const mine = await aPage(room);
    const other = await aPage(room);
    const file = await begin(other.page, 'other.zip', 10);
    const ask = (link: string, cookie: string) =>
      fetch(`${link}/arrivals`, { headers: { cookie } }).then(({ status }) => status);
    expect(await ask(other.page.link, mine.page.cookie)).toBe(403);
    expect(await ask(mine.page.link, `upload-pass=${'A'.repeat(43)}`)).toBe(403);
    expect(await ask(mine.page.link, 'upload-pass=')).toBe(403);
    expect(await ask(mine.page.link, mine.page.cookie)).toBe(200);

    // The file of another space, asked for with one's own link and pass.
    const foreign = `${mine.page.link}/files/${file.split('/').at(-1)}`;
    expect((await fetch(foreign, { method: 'HEAD', headers: tus(mine.page) })).status).toBe(404);
    expect((await append(mine.page, foreign, 0, Buffer.from('x'))).status).toBe(404);
    expect((await fetch(foreign, { method: 'DELETE', headers: tus(mine.page) })).status).toBe(404);
    expect(await offsetOf(other.page, file)).toBe(0);

    await room.system.query(
      `update ${room.system.schema('sftp-provisioning')}.upload_pass set expires_at = now() - interval '1 second'`,
    );
    expect(await ask(mine.page.link, mine.page.cookie)).toBe(403);
  });

  it('cannot make the browser of a customer upload from another site', async () => {
    const { page } = await aPage(room);
    const headers = { cookie: page.cookie, 'tus-resumable': '1.0.0', 'upload-length': '1' };
    const from = (more: Record<string, string>) =>
      fetch(`${page.link}/files`, { method: 'POST', headers: { ...headers, ...more } }).then(({ status }) => status);
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await from({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await from({ origin: 'https://evil.example' })).toBe(403);
    expect(await from({ origin: 'null' })).toBe(403);
    const plain = await fetch(`${page.link}/files`, { method: 'POST', headers: fromPage(page) });
    expect(plain.status).toBe(412);
    expect(plain.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is given a cookie that no script reads, no other page gets and no other site sends', async () => {
    const { space } = await room.openSpace();
    const response = await fetch(space.link, { method: 'POST', headers: { accept: 'text/html' } });
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Lax');
    expect(cookie).toContain(`Path=${new URL(space.link).pathname};`);
    expect(await response.text()).not.toContain(cookie.split(/[=;]/)[1]);
  });
});

describe('a hostile browser', () => {
  it.each([
    ['../../etc/passwd', 400],
    ['/etc/passwd', 400],
    ['..\\..\\windows\\win.ini', 400],
    ['..', 400],
    ['.', 400],
    ['', 400],
    ['   ', 400],
    ['a\u0000b.zip', 400],
    ['a\nb.zip', 400],
    ['gnp\u202eexe.zip', 400],
    ['n'.repeat(201), 400],
  ])('cannot give a file the name %j', async (name, status) => {
    const { page } = await aPage(room);
    const answer = await create(page, { 'upload-length': '1', 'upload-metadata': `filename ${base64(name)}` });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ because: 'bad-name' });
    expect(await arrivals(page)).toEqual([]);
  });

  it('cannot send a name that is no text, no name, or more words than a name needs', async () => {
    const { page } = await aPage(room);
    const broken = `filename ${Buffer.from([0xff, 0xfe, 0x41]).toString('base64')}`;
    expect((await create(page, { 'upload-length': '1', 'upload-metadata': broken })).status).toBe(400);
    expect((await create(page, { 'upload-length': '1' })).status).toBe(400);
    expect((await create(page, { 'upload-length': '1', 'upload-metadata': '%%%' })).status).toBe(400);
    const huge = `filename ${base64('a.zip')},more ${base64('x'.repeat(5000))}`;
    expect((await create(page, { 'upload-length': '1', 'upload-metadata': huge })).status).toBe(431);
    const proto = `filename ${base64('a.zip')},__proto__ ${base64('x')},constructor ${base64('x')}`;
    expect([201, 400]).toContain((await create(page, { 'upload-length': '1', 'upload-metadata': proto })).status);
  });

  it.each(['-1', '1.5', 'NaN', '1e30', '9007199254740993', '300000000000000'])(
    'cannot announce %s bytes',
    async (length) => {
      const { page } = await aPage(room);
      const answer = await create(page, { 'upload-length': length, 'upload-metadata': `filename ${base64('a.zip')}` });
      expect([400, 413, 507]).toContain(answer.status);
      expect(await arrivals(page)).toEqual([]);
    },
  );

  it('cannot leave a gap, write twice, or send more than it announced', async () => {
    const { page, caseId } = await aPage(room);
    const file = await begin(page, 'strict.zip', 10);
    expect((await append(page, file, 5, Buffer.from('later'))).status).toBe(409);
    expect((await append(page, file, 0, Buffer.from('12345'))).status).toBe(204);
    expect((await append(page, file, 0, Buffer.from('again'))).status).toBe(409);
    expect((await append(page, file, 5, Buffer.from('more than five'))).status).toBe(413);
    expect(await offsetOf(page, file)).toBe(5);
    expect((await append(page, file, 5, Buffer.from('67890'))).status).toBe(204);
    expect((await received(room, caseId))[0]?.data).toMatchObject({ sha256: sha256(Buffer.from('1234567890')) });
    expect((await append(page, file, 10, Buffer.from('x'))).status).not.toBe(204);
  });

  it('cannot turn one method into another, nor speak to the receiving process itself', async () => {
    const { page } = await aPage(room);
    const file = await begin(page, 'kept.zip', 10);
    await fetch(`${page.link}/files`, {
      method: 'POST',
      headers: tus(page, { 'x-http-method-override': 'DELETE', 'upload-length': '1' }),
    });
    expect(await offsetOf(page, file)).toBe(0);
  });
});

describe('a customer who begins one upload after the other', () => {
  // An upload that nothing comes of gives its place back; here that must not happen while it is counted.
  let patient: Room;
  beforeAll(async () => {
    patient = await aRoom({ BROWSER_SILENT_SECONDS: '600' });
  });
  afterAll(() => patient.close());

  const beginMany = async (page: OpenPage, count: number): Promise<number[]> => {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, each) =>
        create(page, { 'upload-length': '9', 'upload-metadata': `filename ${base64(`${each}.zip`)}` }),
      ),
    );
    return answers.map(({ status }) => status).sort();
  };

  it('cannot begin uploads without end', async () => {
    const { page } = await aPage(patient);
    expect(await beginMany(page, 20)).toEqual([...Array<number>(12).fill(201), ...Array<number>(8).fill(423)]);
    expect(await beginMany(page, 1)).toEqual([423]);
    const [arrival] = await arrivals(page);
    await fetch(`${page.link}/files/${arrival?.id}`, { method: 'DELETE', headers: tus(page) });
    expect(await beginMany(page, 2)).toEqual([201, 423]);
  });

  it('finishes some before more than a hundred wait', async () => {
    const { page, spaceId } = await aPage(patient);
    await patient.system.query(
      `insert into ${patient.system.schema('sftp-provisioning')}.browser_upload
         (id, space_id, upload_id, name, bytes, last_modified, begun_at)
       select gen_random_uuid(), $1, gen_random_uuid(), 'a', 1, 0, now() from generate_series(1, 100)`,
      [spaceId],
    );
    expect(await beginMany(page, 1)).toEqual([403]);
  });
});

describe('an abandoned upload', () => {
  it('is forgotten after its days: without bytes wholly, with bytes it stays as interrupted', async () => {
    const { page } = await aPage(room);
    await begin(page, 'never-sent.zip', 100);
    const half = await begin(page, 'half-sent.zip', 100);
    await append(page, half, 0, Buffer.alloc(40));
    await until('both are let go', async () => {
      const seen = await arrivals(page);
      return seen.length === 2 && seen.every(({ state }) => state === 'interrupted');
    });
    await room.system.query(
      `update ${room.system.schema('sftp-provisioning')}.browser_upload set begun_at = now() - interval '15 days'`,
    );
    expect((await append(page, half, 40, Buffer.alloc(60))).status).toBe(410);
    await room.restart();
    const moved = { ...page, link: page.link.replace(/^http:\/\/[^/]+/, room.service.url) };
    await until('they are forgotten', async () => (await arrivals(moved)).length === 1);
    expect(await arrivals(moved)).toMatchObject([
      { name: 'half-sent.zip', state: 'interrupted', bytes: 40, continues: null },
    ]);
  });
});

function create(page: { link: string; cookie: string }, headers: Record<string, string>): Promise<Response> {
  return fetch(`${page.link}/files`, { method: 'POST', headers: tus(page, headers) });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
