import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { createConnection, type Socket } from 'node:net';
import type { Client, ClientChannel } from 'ssh2';
import { until } from '../../support/until.js';
import {
  aRoom,
  ask,
  logIn,
  newFile,
  openFor,
  upload,
  writeAt,
  type Credentials,
  type OpenSpace,
  type Room,
} from './a-space.js';

const mebibyte = 2 ** 20;
/** What a front that does nothing takes, and what these clients may make it hold beside that. */
const mostGrowth = 160 * mebibyte;

let room: Room;
let other: OpenSpace;
beforeAll(async () => {
  room = await aRoom({
    SFTP_LOGIN_SECONDS: '2',
    SFTP_KEEPALIVE_SECONDS: '0.4',
    SFTP_REKEY_MEBIBYTES: '1',
    SFTP_IN_FLIGHT_MEBIBYTES: '16',
  });
  other = await room.openSpace();
});
afterAll(() => room.close());

describe('before login', () => {
  it('a thousand that never say a word are held off, and a customer gets in all the while', async () => {
    const before = await memory();
    const idle = Array.from({ length: 1000 }, (_, each) => {
      const localAddress = `127.0.${1 + Math.floor(each / 20)}.1`;
      return createConnection({ host: '127.0.0.1', port: other.credentials.port, localAddress })
        .on('error', () => undefined)
        .resume();
    });
    await until('most of them are cut', () => idle.filter(({ closed }) => closed).length >= 800);
    await othersAreServed();
    expect((await memory()) - before).toBeLessThan(mostGrowth);
    await until('all of them are cut', () => idle.every(({ closed }) => closed));
  });

  it('one that speaks a byte at a time is cut off in time', async () => {
    const socket = knock();
    const began = performance.now();
    const drip = setInterval(() => socket.write('S'), 20);
    await until('it is cut', () => socket.closed, 6_000);
    clearInterval(drip);
    expect(performance.now() - began).toBeGreaterThan(1_500);
    await othersAreServed();
  });

  it.each([
    ['a line without an end', Buffer.alloc(mebibyte, 'x')],
    ['lines without an end', Buffer.from('x\n'.repeat(mebibyte / 2))],
    ['a packet that says it has 4 GiB', Buffer.concat([hello(), Buffer.alloc(8, 0xff), Buffer.alloc(mebibyte)])],
    ['a packet of 256 KiB', Buffer.concat([hello(), Buffer.from([0, 4, 0, 0, 8]), Buffer.alloc(mebibyte)])],
    ['noise', Buffer.concat([hello(), randomBytes(mebibyte)])],
  ])('one that sends %s is cut off at once', async (_, bytes) => {
    const socket = knock();
    socket.write(bytes);
    await until('it is cut', () => socket.closed, 1_500);
    await othersAreServed();
  });
});

describe('a customer', () => {
  it('that opens 10,000 files without waiting keeps 64', async () => {
    const { client, sftp } = await logIn((await room.openSpace()).credentials);
    await upload(sftp, '/upload/a.bin', Buffer.from('a'));
    const before = await memory();
    const answers = await Promise.allSettled(Array.from({ length: 10_000 }, () => openFor(sftp, '/upload/a.bin', 1)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(64);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: '64 files are open already; close one first' },
    });
    await othersAreServed();
    expect((await memory()) - before).toBeLessThan(mostGrowth);
    client.end();
  });

  it('that opens folders without end keeps 8', async () => {
    const { client, sftp } = await logIn((await room.openSpace()).credentials);
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, () => ask<Buffer>((done) => sftp.opendir('/upload', done))),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
    client.end();
  });

  it('that asks for much and takes nothing is answered little', async () => {
    const { credentials } = await room.openSpace();
    const { client, sftp } = await logIn(credentials);
    await upload(sftp, '/upload/a.bin', randomBytes(mebibyte));
    const handle = await openFor(sftp, '/upload/a.bin', 1);
    const before = await memory();
    takeAllAndReadNothing(client, sftp);
    const target = Buffer.alloc(255 * 1024);
    for (let each = 0; each < 10_000; each += 1) sftp.read(handle, target, 0, target.length, 0, () => undefined);
    await othersAreServed();
    expect((await memory()) - before).toBeLessThan(mostGrowth);
    client.destroy();
  });

  it('whose machine falls silent is cut off, and its upload is interrupted', async () => {
    const open = await room.openSpace();
    const { client, sftp } = await logIn(open.credentials);
    await writeAt(sftp, await openFor(sftp, '/upload/cut.dmp', newFile), Buffer.alloc(5_000));
    socketOf(client).pause();
    await until('it is told', () => room.told(open.caseId, 'upload.interrupted')[0], 8_000);
    client.destroy();
  });

  it('gets new keys while it uploads, and the bytes are right', async () => {
    const open = await room.openSpace();
    const { client, sftp } = await logIn(open.credentials);
    let keys = 0;
    client.on('handshake', () => (keys += 1));
    const content = randomBytes(6 * mebibyte);
    const handle = await openFor(sftp, '/upload/a.bin', newFile);
    let at = 0;
    await until('there are new keys three times', async () => {
      await writeAt(sftp, handle, content.subarray(at, at + 30_000), at);
      at += 30_000;
      return keys >= 3 || at > content.length;
    });
    await writeAt(sftp, handle, content.subarray(at), at);
    await ask((done) => sftp.close(handle, done));
    const received = await until('it is told', () => room.told(open.caseId, 'upload.received')[0]);
    expect(received.data.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(keys).toBeGreaterThanOrEqual(3);
    client.end();
  });
});

/** Someone else gets in, uploads, and is told of it. */
async function othersAreServed(): Promise<void> {
  const { client, sftp } = await logIn(other.credentials);
  await upload(sftp, `/upload/${randomBytes(4).toString('hex')}.txt`, randomBytes(1000));
  client.end();
}

function knock(): Socket {
  const { host, port } = other.credentials satisfies Credentials;
  return createConnection(port, host)
    .on('error', () => undefined)
    .resume();
}

function hello(): Buffer {
  return Buffer.from('SSH-2.0-hostile\r\n');
}

/** Grants the server a window of a gibibyte, and then does not read its socket any more. */
function takeAllAndReadNothing(client: Client, sftp: unknown): void {
  const { outgoing } = sftp as ClientChannel & { outgoing: { id: number } };
  const { _protocol } = client as unknown as {
    _protocol: { channelWindowAdjust(channel: number, bytes: number): void };
  };
  _protocol.channelWindowAdjust(outgoing.id, 2 ** 30);
  socketOf(client).pause();
}

function socketOf(client: Client): Socket {
  return (client as unknown as { _sock: Socket })._sock;
}

/** Bytes that the process that receives uploads takes, as it says itself once a second. */
async function memory(): Promise<number> {
  return until('it says its memory', async () => {
    const text = await (await fetch(`${room.service.url}/metrics`)).text();
    expect(text).toMatch(/^caserelay_sftp_restarts\{[^}]*\} 0$/m);
    return Number(/^caserelay_sftp_resident_bytes\{[^}]*\} (.*)$/m.exec(text)?.[1]);
  });
}
