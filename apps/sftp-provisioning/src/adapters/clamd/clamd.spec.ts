import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Clamd, ClamdFault } from './clamd.js';

const limits = { connectMilliseconds: 2_000, silentMilliseconds: 150, scanMilliseconds: 400 };
const servers: { server: Server; sockets: Socket[] }[] = [];
const signal = new AbortController().signal;

/** Somebody who answers as the test says to each piece that comes. */
async function listener(answer: (all: Buffer, socket: Socket) => void): Promise<Clamd> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    let all = Buffer.alloc(0);
    sockets.push(socket.on('error', () => undefined));
    socket.on('data', (data) => {
      all = Buffer.concat([all, data]);
      answer(all, socket);
    });
  });
  servers.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new Clamd(`tcp:127.0.0.1:${(server.address() as AddressInfo).port}`, limits);
}

afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    sockets.forEach((socket) => socket.destroy());
    server.close();
    await once(server, 'close');
  }
});

async function* content(...pieces: string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
}

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) yield await Promise.resolve(Buffer.alloc(65_536));
}

const isWhole = (all: Buffer): boolean => all.subarray(-4).equals(Buffer.alloc(4));

describe('the client of clamd', () => {
  it('sends the content in chunks that tell their length, and an empty one', async () => {
    let sent: Buffer = Buffer.alloc(0);
    const clamd = await listener((all, socket) => {
      sent = all;
      if (isWhole(all)) socket.end('stream: OK\0');
    });
    expect(await clamd.scan(content('ab', 'c'), signal)).toEqual({ kind: 'clean' });
    expect(sent.toString('latin1')).toBe('zINSTREAM\0\0\0\0\x02ab\0\0\0\x01c\0\0\0\0');
  });

  it.each([
    ['stream: OK', { kind: 'clean' }],
    ['stream: Win.Test.EICAR_HDB-1 FOUND', { kind: 'found', signature: 'Win.Test.EICAR_HDB-1' }],
    ['INSTREAM size limit exceeded. ERROR', { kind: 'too-large' }],
    ['stream: Cannot allocate memory ERROR', { kind: 'failed', answer: 'stream: Cannot allocate memory ERROR' }],
    ['stream: OK\nstream: A FOUND', { kind: 'failed', answer: 'stream: OK?stream: A FOUND' }],
    ['', { kind: 'failed', answer: '' }],
  ])('reads "%s"', async (answer, verdict) => {
    const clamd = await listener((all, socket) => {
      if (isWhole(all)) socket.end(`${answer}\0`);
    });
    expect(await clamd.scan(content('x'), signal)).toEqual(verdict);
  });

  it('believes an answer that comes while it still sends, though the connection breaks', async () => {
    const clamd = await listener((_, socket) => {
      socket.write('INSTREAM size limit exceeded. ERROR\0', () => socket.resetAndDestroy());
    });
    expect(await clamd.scan(endless(), signal)).toEqual({ kind: 'too-large' });
  });

  it.each<[string, (all: Buffer, socket: Socket) => void, RegExp]>([
    ['says nothing', () => undefined, /did not answer within 400 ms/],
    ['takes nothing', (_, socket) => void socket.pause(), /took no byte for 150 ms|did not answer within 400 ms/],
    ['closes without an answer', (_, socket) => void socket.end(), /closed the connection without an answer/],
    ['ends in the middle of an answer', (_, socket) => void socket.end('stream: O'), /without an answer/],
    ['answers without an end', (_, socket) => void socket.write('A'.repeat(5_000)), /answers without an end/],
    ['breaks the connection', (_, socket) => void socket.resetAndDestroy(), /clamd: /],
  ])('gives up on one that %s', async (_, answer, words) => {
    const clamd = await listener(answer);
    const scan = clamd.scan(content('x'), signal);
    await expect(scan).rejects.toThrow(words);
    await expect(scan).rejects.toBeInstanceOf(ClamdFault);
  });

  it('gives up on one that takes nothing of a content without end', async () => {
    const clamd = await listener((_, socket) => void socket.pause());
    await expect(clamd.scan(endless(), signal)).rejects.toThrow(/took no byte for 150 ms/);
  });

  it('gives up when it is told to, and fails as the content does', async () => {
    const clamd = await listener(() => undefined);
    const stopping = new AbortController();
    const scan = clamd.scan(content('x'), stopping.signal);
    stopping.abort(new Error('the service stops'));
    await expect(scan).rejects.toThrow('the service stops');
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('x'));
      throw new Error('the evidence is gone');
    }
    await expect(clamd.scan(broken(), signal)).rejects.toThrow('the evidence is gone');
  });

  it('asks for the version once it knows that somebody is there', async () => {
    const clamd = await listener((all, socket) => socket.end(`${all.includes('PING') ? 'PONG' : 'ClamAV 1.4.3'}\0`));
    expect(await clamd.version()).toBe('ClamAV 1.4.3');
    const other = await listener((_, socket) => socket.end('220 mail.example ESMTP\r\n\0'));
    await expect(other.version()).rejects.toThrow('clamd answers "220 mail.example ESMTP??" to PING; expected PONG');
  });

  it('says where nobody listens', async () => {
    await expect(new Clamd('unix:/nowhere/clamd.sock', limits).version()).rejects.toThrow(/clamd: .*ENOENT/);
  });
});
