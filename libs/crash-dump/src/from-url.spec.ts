import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fullDump } from '../../../tests/support/synthetic-dump.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import { fromUrl } from './from-url.js';

const servers: Server[] = [];
afterEach(() =>
  Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve).closeAllConnections()))),
);

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/MEMORY.DMP`;
}

/** A server as most are: it gives ranges, and the whole when the file is not the one that was asked for. */
function ranges(file: { bytes: Buffer; etag: string; asked: number; given: number }): Answer {
  return (request, response) => {
    file.asked += 1;
    const [, from = '0', to = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const isOther = request.headers['if-range'] !== undefined && request.headers['if-range'] !== file.etag;
    if (Number(from) >= file.bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.bytes.length}` }).end();
      return;
    }
    const part = isOther ? file.bytes : file.bytes.subarray(Number(from), Number(to) + 1);
    file.given += part.length;
    const range = `bytes ${from}-${Number(from) + part.length - 1}/${file.bytes.length}`;
    response
      .writeHead(isOther ? 200 : 206, { etag: file.etag, ...(isOther ? {} : { 'content-range': range }) })
      .end(part);
  };
}

const file = (bytes: Buffer) => ({ bytes, etag: '"one"', asked: 0, given: 0 });

describe('a dump behind a URL', () => {
  it('tells all that it tells on disk, of a small part of it', async () => {
    const dump = fullDump({ megabytes: 16 });
    const remote = file(dump);
    const report = await analyseDump(await fromUrl(await serve(ranges(remote)), fetch));
    expect(report).toEqual(await analyseDump(fromBytes(dump)));
    expect(remote.given).toBeLessThan(dump.length / 4);
  });

  it('gives any part, with one request for what lies together and none for what is there', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 7) % 251));
    const remote = file(bytes);
    const source = await fromUrl(await serve(ranges(remote)), fetch);
    expect(source.size).toBe(bytes.length);
    const view = await source.read(70_000, 500_000);
    expect(Buffer.from(view.buffer).equals(bytes.subarray(70_000, 570_000))).toBe(true);
    expect(remote.asked).toBe(2);
    await source.read(65_536, 100_000);
    expect(remote.asked).toBe(2);
    expect((await source.read(999_990, 100)).byteLength).toBe(10);
    expect((await source.read(2_000_000, 100)).byteLength).toBe(0);
  });

  it('may be empty', async () => {
    const source = await fromUrl(await serve(ranges(file(Buffer.alloc(0)))), fetch);
    expect(source.size).toBe(0);
    expect((await source.read(0, 10)).byteLength).toBe(0);
  });

  it('is refused when its server gives no ranges', async () => {
    const url = await serve((_, response) => response.writeHead(200).end('PAGEDU64'));
    await expect(fromUrl(url, fetch)).rejects.toThrow(/only as a whole; expected a server that gives ranges \(206\)/);
  });

  it('is refused with the status when it is not there', async () => {
    const url = await serve((_, response) => response.writeHead(404).end());
    await expect(fromUrl(url, fetch)).rejects.toThrow(/found HTTP status 404; expected 206/);
  });

  it('that changes while it is read is an error, not a mixture', async () => {
    const remote = file(Buffer.alloc(300_000, 1));
    const source = await fromUrl(await serve(ranges(remote)), fetch);
    remote.etag = '"two"';
    await expect(source.read(200_000, 10)).rejects.toThrow(/was changed while it was read/);
  });

  it('whose server does not know If-Range is compared by its ETag and size', async () => {
    const remote = file(Buffer.alloc(300_000, 1));
    const answer = ranges(remote);
    const source = await fromUrl(
      await serve((request, response) => {
        delete request.headers['if-range'];
        answer(request, response);
      }),
      fetch,
    );
    remote.etag = '"two"';
    await expect(source.read(200_000, 10)).rejects.toThrow(/300000 bytes \("one"\) before, 300000 \("two"\) now/);
  });

  it('of which another part comes than was asked for is refused', async () => {
    const url = await serve((_, response) =>
      response.writeHead(206, { 'content-range': 'bytes 5-14/100' }).end(Buffer.alloc(10)),
    );
    await expect(fromUrl(url, fetch)).rejects.toThrow(/gave 10 bytes from 5; expected 100 from 0/);
  });

  it('is asked for again after a fault', async () => {
    const remote = file(Buffer.alloc(300_000, 1));
    const answer = ranges(remote);
    let isDown = false;
    const source = await fromUrl(
      await serve((request, response) => (isDown ? void response.writeHead(503).end() : answer(request, response))),
      fetch,
    );
    isDown = true;
    await expect(source.read(200_000, 10)).rejects.toThrow(/503/);
    isDown = false;
    expect((await source.read(200_000, 10)).byteLength).toBe(10);
  });
});
