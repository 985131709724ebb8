import { connect, type Socket } from 'node:net';
import { readClamdAddress, type ClamdAddress } from './clamd-address.js';

/** What clamd says of a stream of bytes. */
export type ClamdVerdict =
  | { readonly kind: 'clean' }
  /** `signature` is the name of what was found, or of the limit or encryption that kept it from looking. */
  | { readonly kind: 'found'; readonly signature: string }
  /** More than its StreamMaxLength. */
  | { readonly kind: 'too-large' }
  | { readonly kind: 'failed'; readonly answer: string };

/** clamd cannot be reached, says nothing for too long, or says something else than its protocol knows. */
export class ClamdFault extends Error {
  override readonly name = 'ClamdFault';
}

export interface ClamdLimits {
  readonly connectMilliseconds: number;
  /** Of a question, and of the time in which clamd takes no byte. */
  readonly silentMilliseconds: number;
  /** Of a whole scan. */
  readonly scanMilliseconds: number;
}

const longestAnswer = 1_024;
const chunkBytes = 256 * 1024;

/**
 * The client of ClamAV's clamd. Each question has a connection of its own: `z`, the command and NUL; the answer ends with
 * NUL and the connection. INSTREAM is followed by chunks, each with its length in four bytes, the highest first, and by a
 * length of zero.
 * Source: https://docs.clamav.net/manual/Usage/Scanning.html#clamd and clamd(8)
 */
export class Clamd {
  private readonly to: ClamdAddress;

  constructor(
    address: string,
    private readonly limits: ClamdLimits,
  ) {
    const to = readClamdAddress(address);
    if (!to) throw new Error(`found the address "${address}"; expected unix:/path or tcp:host:port`);
    this.to = to;
  }

  /** Its program and signatures, such as `ClamAV 1.4.3/27500/Thu Nov 27 08:12:01 2025`, once it has answered a PING. */
  async version(): Promise<string> {
    const pong = await this.ask('PING');
    if (pong !== 'PONG') throw new ClamdFault(`clamd answers "${pong}" to PING; expected PONG`);
    return this.ask('VERSION');
  }

  /** Rejects with what `content` rejects with, with a ClamdFault, or with the reason of the signal. */
  async scan(content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<ClamdVerdict> {
    const answer = await this.talk(instream(content), this.limits.scanMilliseconds, signal);
    if (answer === 'stream: OK') return { kind: 'clean' };
    const [, signature] = /^stream: (\S+) FOUND$/.exec(answer) ?? [];
    if (signature !== undefined) return { kind: 'found', signature };
    if (/^INSTREAM size limit exceeded\b/.test(answer)) return { kind: 'too-large' };
    return { kind: 'failed', answer };
  }

  private ask(command: string): Promise<string> {
    return this.talk([Buffer.from(`z${command}\0`)], this.limits.silentMilliseconds);
  }

  private async talk(
    request: Iterable<Buffer> | AsyncIterable<Buffer>,
    milliseconds: number,
    signal?: AbortSignal,
  ): Promise<string> {
    signal?.throwIfAborted();
    const socket = connect(this.to);
    const abort = (): void => void socket.destroy(signal?.reason instanceof Error ? signal.reason : undefined);
    signal?.addEventListener('abort', abort);
    const timers = [
      setTimeout(() => {
        if (socket.connecting) destroy(socket, `could not be reached within ${this.limits.connectMilliseconds} ms`);
      }, this.limits.connectMilliseconds),
      setTimeout(() => destroy(socket, `did not answer within ${milliseconds} ms`), milliseconds),
    ];
    const answering = answerOf(socket);
    // It may fail while the next bytes are still being read.
    answering.catch(() => undefined);
    try {
      await this.send(socket, request);
      return await answering;
    } finally {
      signal?.removeEventListener('abort', abort);
      timers.forEach(clearTimeout);
      socket.destroy();
    }
  }

  /** Sends no more once the other side has closed: its answer or its fault says why. */
  private async send(socket: Socket, request: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    socket.setTimeout(this.limits.silentMilliseconds, () =>
      destroy(socket, `took no byte for ${this.limits.silentMilliseconds} ms`),
    );
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for await (const piece of request) {
      if (!isOpen(socket)) return;
      if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
    }
    // It may look for long now; the time of the whole still counts.
    socket.setTimeout(0);
  }
}

const isOpen = (socket: Socket): boolean => !socket.destroyed && !socket.readableEnded && !socket.errored;

function destroy(socket: Socket, what: string): void {
  socket.destroy(new ClamdFault(`clamd ${what}`));
}

/** What came before the first NUL, also where the connection broke after it. */
async function answerOf(socket: Socket): Promise<string> {
  return await new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    let fault: Error | null = null;
    socket.on('data', (data) => {
      answer = Buffer.concat([answer, data]).subarray(0, longestAnswer + 1);
      if (answer.length > longestAnswer && !answer.includes(0)) destroy(socket, 'answers without an end');
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', (error) => (fault = error));
    socket.on('close', () => {
      const end = answer.indexOf(0);
      if (end >= 0) return resolve(plain(answer.subarray(0, end)));
      if (fault === null) return reject(new ClamdFault(`clamd closed the connection without an answer`));
      reject('code' in fault ? new ClamdFault(`clamd: ${fault.message}`, { cause: fault }) : fault);
    });
  });
}

/** Goes into events and letters: visible signs of ASCII. */
function plain(answer: Buffer): string {
  return answer
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 300);
}

async function* instream(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from('zINSTREAM\0');
  for await (const piece of content)
    for (let at = 0; at < piece.length; at += chunkBytes) {
      const chunk = piece.subarray(at, at + chunkBytes);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(chunk.length);
      yield length;
      yield chunk;
    }
  yield Buffer.alloc(4);
}
