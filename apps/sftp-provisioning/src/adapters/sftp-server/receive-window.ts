import { createServer, type AddressInfo } from 'node:net';
import ssh2, { type ServerChannel } from 'ssh2';

const mebibyte = 1024 * 1024;
/** What ssh2 grants every channel; it is a constant in there. */
const grantedBySsh2 = 2 * mebibyte;
/** What one connection shall be able to carry however far away its client is. */
const bytesPerMillisecond = (160 * mebibyte) / 1000;

/** The parts of ssh2's channel that it does not publish. `checkReceiveWindow` sees whether they are what we think. */
interface Inside {
  incoming: { window: number };
  outgoing: { id: number; state: string };
  _client: { _protocol: { channelWindowAdjust(channel: number, bytes: number): void } };
}

/**
 * The receive windows of all channels. A client may only send what the server has granted, so over a long line two
 * mebibytes are sent and then a round trip is waited for. Channels from far away are granted more, as long as there is
 * some left for all; near ones need no more, and OpenSSH's client gets slower by it.
 */
export class ReceiveWindows {
  private left: number;

  constructor(
    private readonly mostForOne: number,
    mostForAll: number,
  ) {
    this.left = mostForAll;
  }

  /** Widens the window of a new channel. Call `taken` after each piece that was taken from it, `end` at its end. */
  open(channel: ServerChannel, roundTripMilliseconds: number): { taken: () => void; end: () => void } {
    const wished = Math.min(this.mostForOne, roundTripMilliseconds * bytesPerMillisecond);
    const extra = Math.min(this.left, Math.max(0, Math.ceil(wished) - grantedBySsh2));
    if (extra < mebibyte) return { taken: () => undefined, end: () => undefined };
    this.left -= extra;
    let isOpen = true;
    grant(channel, extra);
    return {
      taken: () => keepOpen(channel, grantedBySsh2 + extra),
      end: () => {
        if (isOpen) this.left += extra;
        isOpen = false;
      },
    };
  }
}

/** Grants again what was taken, long before the client has to wait for it. */
function keepOpen(channel: ServerChannel, bytes: number): void {
  const used = bytes - inside(channel).incoming.window;
  if (used >= bytes / 8) grant(channel, used);
}

function grant(channel: ServerChannel, bytes: number): void {
  const { incoming, outgoing, _client } = inside(channel);
  if (outgoing.state !== 'open') return;
  incoming.window += bytes;
  _client._protocol.channelWindowAdjust(outgoing.id, bytes);
}

function inside(channel: ServerChannel): Inside {
  return channel as unknown as Inside;
}

const checkedRoundTrip = 50;

/**
 * Tries with a real client whether a widened window is what it should be, since it rests on parts of ssh2 that may
 * change without notice: the client may send all of it before anything is read, and everything arrives, in order.
 */
export async function checkReceiveWindow(hostKey: string, open = openForCheck, milliseconds = 10_000): Promise<void> {
  const window = checkedRoundTrip * bytesPerMillisecond;
  const outcome = await sendThrough(hostKey, Math.floor(window), { open, milliseconds }).catch((error: unknown) =>
    String(error),
  );
  if (outcome === null) return;
  throw new Error(
    `the receive window of SSH channels cannot be widened with the installed ssh2: ${outcome}; ` +
      'install the version in package-lock.json, or set SFTP_WINDOW_MEBIBYTES=2 to go on without, slower over long lines',
  );
}

const openForCheck = (channel: ServerChannel) => new ReceiveWindows(Infinity, Infinity).open(channel, checkedRoundTrip);

async function sendThrough(
  hostKey: string,
  window: number,
  { open, milliseconds }: { open: typeof openForCheck; milliseconds: number },
): Promise<string | null> {
  const sent = Buffer.alloc(window * 2);
  for (let at = 0; at < sent.length - 4; at += 4096) sent.writeUInt32BE(at, at);
  const client = new ssh2.Client();
  const net = createServer();
  try {
    return await new Promise<string | null>((resolve, reject) => {
      const late = setTimeout(() => resolve('a client that sends all of it has to wait'), milliseconds);
      late.unref();
      let allowed = (): void => undefined;
      const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
        connection.on('error', () => undefined);
        connection.on('authentication', (context) => context.accept());
        connection.on('session', (accept) =>
          accept().on('subsystem', (acceptChannel) => {
            const channel = acceptChannel();
            // Granted before the client begins, taken only once it has sent as much as it may.
            const opened = open(channel);
            allowed = () => readAll(channel, opened, sent, resolve);
          }),
        );
      });
      net.on('connection', (socket) => server.injectSocket(socket));
      client.on('error', reject);
      client.on('ready', () =>
        client.subsys('sftp', (error, channel) => {
          if (error) return reject(error);
          channel.write(sent.subarray(0, window), () => {
            channel.write(sent.subarray(window));
            allowed();
          });
        }),
      );
      net.listen(0, '127.0.0.1', () =>
        client.connect({ host: '127.0.0.1', port: (net.address() as AddressInfo).port, username: 'check' }),
      );
    });
  } finally {
    client.destroy();
    net.close();
  }
}

function readAll(
  channel: ServerChannel,
  window: ReturnType<typeof openForCheck>,
  sent: Buffer,
  resolve: (outcome: string | null) => void,
): void {
  let at = 0;
  channel.on('data', (piece: Buffer) => {
    window.taken();
    if (!piece.equals(sent.subarray(at, at + piece.length))) resolve(`other bytes arrive from byte ${at} on`);
    at += piece.length;
    if (at === sent.length) resolve(null);
  });
}
