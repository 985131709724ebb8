import type { EventOf } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../../support/until.js';
import { aClamd, clamdIsInstalled, howToInstall, malware, signature, type TestClamd } from './a-clamd.js';
import {
  aRoom,
  ask,
  logIn,
  newFile,
  openFor,
  operatorKey,
  upload,
  writeAt,
  type OpenSpace,
  type Room,
} from './a-space.js';

const kibibyte = 1024;
const whenInstalled = clamdIsInstalled ? describe : describe.skip;
if (!clamdIsInstalled) console.warn(howToInstall);

let clamd: TestClamd;
let room: Room;

whenInstalled('a closed upload', () => {
  beforeAll(async () => {
    clamd = await aClamd(['StreamMaxLength 512K', 'MaxFileSize 256K', 'MaxScanSize 1M', 'AlertExceedsMax yes']);
    await clamd.start();
    room = await aRoom({
      CLAMD_ADDRESS: clamd.address,
      ...{ CLAMD_MAX_MEBIBYTES: '1', CLAMD_PAUSE_SECONDS: '0.1', CLAMD_SCAN_SECONDS: '1', CLAMD_SILENT_SECONDS: '1' },
      UPLOAD_SETTLE_SECONDS: '0.2',
    });
  }, 120_000);

  afterAll(async () => {
    await room.close();
    await clamd.remove();
  });

  it('in which nothing is found is told as clean, once, by what found nothing', async () => {
    const opened = await room.openSpace();
    await send(opened, 'log.txt', Buffer.from('nothing to be found'));
    const { data } = await scanOf(opened, 'log.txt');
    expect(data).toMatchObject({ outcome: 'clean', signature: null, reason: null, bytes: 19 });
    expect(data.scanner).toMatch(/^ClamAV \d+\.\d+/);
    expect(await health()).toMatchObject({ notes: { clamd: data.scanner } });
    expect(await read(opened, 'log.txt')).toBe('nothing to be found');
    expect(await arrivals(opened)).toMatchObject([{ name: 'log.txt', scan: 'clean' }]);
    expect(room.told(opened.caseId, 'upload.scanned')).toHaveLength(1);
  });

  it('in which malware is found goes to quarantine: it is listed and kept, and nobody reads it or goes on with it', async () => {
    const opened = await room.openSpace();
    const { client, sftp } = await logIn(opened.credentials);
    await upload(sftp, '/upload/tools.exe', Buffer.from(`MZ ${malware}`));
    // Opened before anything is known.
    const reading = await openFor(sftp, '/upload/tools.exe', 0x01);
    const { data } = await scanOf(opened, 'tools.exe');
    expect(data).toMatchObject({ outcome: 'infected', signature, reason: null });

    const refused = 'malware was found in tools.exe; it is in quarantine';
    const piece = Buffer.alloc(3);
    await until('a reading that was begun before ends', () =>
      ask<number>((done) => sftp.read(reading, piece, 0, 3, 0, done)).then(
        () => false,
        (error: unknown) => String(error).includes(refused),
      ),
    );
    await expect(openFor(sftp, '/upload/tools.exe', 0x01)).rejects.toThrow(refused);
    await expect(openFor(sftp, '/upload/tools.exe', 0x02)).rejects.toThrow(refused);
    await expect(openFor(sftp, '/upload/tools.exe', 0x03)).rejects.toThrow(refused);
    const entries = await ask<{ filename: string }[]>((done) => sftp.readdir('/upload', done));
    expect(entries.map(({ filename }) => filename)).toEqual(['tools.exe']);
    await ask((done) => sftp.rename('/upload/tools.exe', '/upload/innocent.txt', done));
    await expect(openFor(sftp, '/upload/innocent.txt', 0x01)).rejects.toThrow(/in quarantine/);
    expect(await arrivals(opened)).toMatchObject([{ name: 'innocent.txt', state: 'quarantined', scan: 'infected' }]);

    // Sent again after it was removed, it is the same file.
    await ask((done) => sftp.unlink('/upload/innocent.txt', done));
    await upload(sftp, '/upload/tools.exe', Buffer.from(`MZ ${malware}`));
    await expect(openFor(sftp, '/upload/tools.exe', 0x01)).rejects.toThrow(refused);
    client.end();
    expect(room.told(opened.caseId, 'upload.scanned')).toHaveLength(1);
  });

  it('that was copied while nothing was known of it is scanned for itself', async () => {
    const opened = await room.openSpace();
    const { client, sftp } = await logIn(opened.credentials);
    await clamd.stop();
    await upload(sftp, '/upload/part.txt', Buffer.from(malware));
    const handle = await openFor(sftp, '/upload/part.txt', 0x02);
    await writeAt(sftp, handle, Buffer.from(' and more'), malware.length);
    await ask((done) => sftp.close(handle, done));
    await clamd.start();
    client.end();
    const [one, other] = await until('both are scanned', () => {
      const told = room.told(opened.caseId, 'upload.scanned');
      return told.length === 2 && told;
    });
    expect([one?.data.outcome, other?.data.outcome]).toEqual(['infected', 'infected']);
    expect(one?.data.uploadId).not.toBe(other?.data.uploadId);
  });

  it('is released by an operator who says why, once, with an entry in the audit log', async () => {
    const opened = await room.openSpace();
    await send(opened, 'tool.bin', Buffer.from(malware));
    const { data } = await scanOf(opened, 'tool.bin');
    const release = `/v1/uploads/${data.uploadId}/release`;
    expect(await door('GET', `/v1/uploads?scan=quarantine&caseId=${opened.caseId}`)).toMatchObject({
      status: 200,
      body: { uploads: [{ uploadId: data.uploadId, isInQuarantine: true, signature }], next: null },
    });
    expect(await door('POST', release, { because: 'x' }, 'no key of ours')).toMatchObject({ status: 401 });
    expect(await door('POST', release, {})).toMatchObject({ status: 400 });
    expect(await door('POST', `/v1/uploads/${randomUUID()}/release`, { because: 'x' })).toMatchObject({ status: 404 });
    await expect(read(opened, 'tool.bin')).rejects.toThrow(/in quarantine/);

    const because = 'our own diagnostic tool, ticket 4711';
    expect(await door('POST', release, { because })).toMatchObject({
      status: 200,
      body: { scan: 'infected', isInQuarantine: false, releasedBecause: because },
    });
    expect(await read(opened, 'tool.bin')).toBe(malware);
    const told = await until('it is told', () => room.told(opened.caseId, 'upload.released')[0]);
    expect(told.data).toMatchObject({ uploadId: data.uploadId, name: 'tool.bin', signature, because });
    expect(await door('POST', release, { because })).toMatchObject({ status: 409 });
    await until('it is written down', async () => {
      const { body } = await door('GET', `/v1/audit?caseId=${opened.caseId}&action=release-upload`);
      const { entries } = body as { entries: { reason: string; actor: string }[] };
      return entries.length === 1 && entries[0]?.actor === 'operator' && entries[0].reason.includes(because);
    });
    expect(room.told(opened.caseId, 'upload.released')).toHaveLength(1);
  });

  it.each([
    ['our limit', 1024 * kibibyte + 1, 'too-large'],
    ["clamd's StreamMaxLength", 600 * kibibyte, 'too-large'],
    ["clamd's MaxFileSize", 400 * kibibyte, 'limits-exceeded'],
  ])('larger than %s is told as not scanned, never as clean', async (_, bytes, reason) => {
    const opened = await room.openSpace();
    await send(opened, 'large.bin', Buffer.concat([Buffer.alloc(bytes - malware.length, 1), Buffer.from(malware)]));
    const { data } = await scanOf(opened, 'large.bin');
    expect(data).toMatchObject({ outcome: 'not-scanned', reason, signature: null, bytes });
    expect((await read(opened, 'large.bin')).length).toBe(bytes);
    expect(await arrivals(opened)).toMatchObject([{ scan: 'not-scanned' }]);
  });

  it('waits while clamd is down, over a restart of the service, and is scanned once it is up', async () => {
    const opened = await room.openSpace();
    await clamd.stop();
    await send(opened, 'waits.txt', Buffer.from('patience'));
    await until('that clamd is away is seen', async () =>
      ((await health()) as { notes: { clamd: string } }).notes.clamd.startsWith('away since '),
    );
    await until('it waits', async () => {
      const { body } = await door('GET', `/v1/uploads?scan=waiting&caseId=${opened.caseId}`);
      return (body as { uploads: { name: string }[] }).uploads.map(({ name }) => name).join() === 'waits.txt';
    });
    expect(await health()).toMatchObject({ status: 'ok' });
    await room.restart();
    await clamd.start();
    expect((await scanOf(opened, 'waits.txt')).data.outcome).toBe('clean');
    expect(room.told(opened.caseId, 'upload.scanned')).toHaveLength(1);
  });

  it('waits for a clamd that takes a connection and says nothing', async () => {
    const opened = await room.openSpace();
    const asked: string[] = [];
    await clamd.standIn((command) => asked.push(command));
    await send(opened, 'waits.txt', Buffer.from('patience'));
    await until('it was asked again', () => asked.length >= 2);
    expect(new Set(asked)).toEqual(new Set(['zPING']));
    await until('that clamd is away is seen', async () =>
      ((await health()) as { notes: { clamd: string } }).notes.clamd.includes('did not answer within 1000 ms'),
    );
    await clamd.start();
    expect((await scanOf(opened, 'waits.txt')).data.outcome).toBe('clean');
  });

  it('on which a scanner fails that answers otherwise is tried a few times, then told as not scanned, and scanned again when asked', async () => {
    const opened = await room.openSpace();
    let scans = 0;
    await clamd.standIn((command, socket) => {
      if (command === 'zPING') socket.end('PONG\0');
      else if (command === 'zVERSION') socket.end('ClamAV 0.0.0\0');
      else if ((scans += 1) % 2 === 0) socket.end('stream: Cannot allocate memory ERROR\0');
    });
    await send(opened, 'odd.bin', Buffer.from('odd'));
    const { data } = await scanOf(opened, 'odd.bin');
    expect(data).toMatchObject({ outcome: 'not-scanned', reason: 'scanner-failed', scanner: 'ClamAV 0.0.0' });
    expect(scans).toBe(5);

    await clamd.start();
    expect(await door('POST', `/v1/uploads/${data.uploadId}/scan`)).toMatchObject({ status: 202 });
    await until('it is scanned again', () => room.told(opened.caseId, 'upload.scanned')[1]?.data.outcome === 'clean');
    expect(await door('POST', `/v1/uploads/${data.uploadId}/scan`)).toMatchObject({ status: 409 });
  });
});

async function send({ credentials }: OpenSpace, name: string, content: Buffer): Promise<void> {
  const { client, sftp } = await logIn(credentials);
  await writeAllOf(sftp, name, content);
  client.end();
}

async function writeAllOf(sftp: Parameters<typeof openFor>[0], name: string, content: Buffer): Promise<void> {
  const handle = await openFor(sftp, `/upload/${name}`, newFile);
  await writeAt(sftp, handle, content);
  await ask((done) => sftp.close(handle, done));
}

async function read({ credentials }: OpenSpace, name: string): Promise<string> {
  const { client, sftp } = await logIn(credentials);
  try {
    return (await ask<Buffer>((done) => sftp.readFile(`/upload/${name}`, done))).toString('latin1');
  } finally {
    client.end();
  }
}

async function scanOf({ caseId }: OpenSpace, name: string): Promise<EventOf<'upload.scanned'>> {
  return await until(
    `${name} is scanned`,
    () => room.told(caseId, 'upload.scanned').find(({ data }) => data.name === name),
    30_000,
  );
}

async function health(): Promise<unknown> {
  return await (await fetch(`${room.service.url}/health/ready`)).json();
}

async function arrivals({ space }: OpenSpace): Promise<unknown> {
  const shown = await fetch(space.link, { method: 'POST', headers: { accept: 'text/html' } });
  const cookie = (shown.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { arrivals: seen } = (await (await fetch(`${space.link}/arrivals`, { headers: { cookie } })).json()) as {
    arrivals: unknown;
  };
  return seen;
}

async function door(
  method: string,
  path: string,
  body?: object,
  key = operatorKey,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${room.service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
