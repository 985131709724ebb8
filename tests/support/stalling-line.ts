import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line to a server that lets a number of bytes of its clients through and then holds the rest back. */
export interface StallingLine {
  readonly port: number;
  /** Resolves when the line has begun to hold back. */
  readonly stalled: Promise<void>;
  /** Resolves when the server has closed a connection. */
  readonly lost: Promise<void>;
  /** Lets through what was held back, and all that comes. */
  release(): void;
  close(): Promise<void>;
}

export async function stallingLine(to: { host: string; port: number }, bytesLetThrough: number): Promise<StallingLine> {
  const pairs = new Set<[client: Socket, server: Socket]>();
  let left = bytesLetThrough;
  let begin: () => void = () => undefined;
  const stalled = new Promise<void>((resolve) => (begin = resolve));
  let lose: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => (lose = resolve));
  const server = createServer((client) => {
    const upstream = connect(to.port, to.host);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const [one, other] of [pair, [upstream, client] as const]) {
      one.on('error', () => undefined);
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
    upstream.on('end', lose);
    upstream.on('close', lose);
    upstream.pipe(client);
    client.on('data', (data) => {
      left -= data.length;
      upstream.write(data);
      if (left > 0) return;
      client.pause();
      begin();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stalled,
    lost,
    release: () => {
      left = Infinity;
      for (const [client] of pairs) client.resume();
    },
    close: async () => {
      for (const [client, upstream] of pairs) {
        client.destroy();
        upstream.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}
