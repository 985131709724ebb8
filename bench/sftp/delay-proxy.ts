import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const mostBytesHeld = 128 * 1024 * 1024;

/** A line over which every byte takes `milliseconds` in each direction, and which is as wide as this machine allows. */
export async function openDelayProxy(
  target: number,
  milliseconds: number,
): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    }
    carry(near, far, milliseconds);
    carry(far, near, milliseconds);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => closeAll(server, sockets) };
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of sockets) socket.destroy();
  await closed;
}

/** What has come in waits until its time; null is the end of the line. */
function carry(from: Socket, to: Socket, milliseconds: number): void {
  const held: { due: number; piece: Buffer | null }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | null = null;
  const wait = (pause: number): void => {
    timer ??= setTimeout(handOn, pause);
  };
  const take = (piece: Buffer | null): void => {
    held.push({ due: performance.now() + milliseconds, piece });
    bytes += piece?.length ?? 0;
    if (bytes > mostBytesHeld) from.pause();
    wait(milliseconds);
  };
  const handOn = (): void => {
    timer = null;
    const now = performance.now();
    for (let first = held[0]; first && first.due <= now; first = held[0]) {
      held.shift();
      bytes -= first.piece?.length ?? 0;
      if (first.piece) to.write(first.piece);
      else to.end();
    }
    if (from.isPaused() && bytes < mostBytesHeld / 2) from.resume();
    if (held[0]) wait(Math.max(1, held[0].due - now));
  };
  from.on('data', take);
  from.once('end', () => take(null));
  from.once('close', () => {
    if (from.errored) to.destroy();
  });
}
