import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';

/** When a connection gets new keys: RFC 4253 asks for it after each gigabyte and each hour. */
export interface RekeyLimits {
  readonly bytes: number;
  readonly milliseconds: number;
  /** How long the client may take to agree. */
  readonly answerMilliseconds: number;
}

const lookEveryMilliseconds = 500;

/**
 * Asks the client for new keys when it does not do so itself; ssh2 never asks. A client that does not answer is cut off.
 */
export function rekeyNowAndThen(
  connection: Connection,
  socket: Socket,
  limits: RekeyLimits,
  onAsked: (isAnswerDue: boolean) => void,
): void {
  let bytesThen = 0;
  let then = performance.now();
  let askedAt: number | null = null;
  const looking = setInterval(() => {
    const now = performance.now();
    if (askedAt !== null) {
      if (now - askedAt > limits.answerMilliseconds) socket.destroy();
      return;
    }
    const bytes = socket.bytesRead + socket.bytesWritten;
    if (bytes - bytesThen < limits.bytes && now - then < limits.milliseconds) return;
    askedAt = now;
    connection.rekey();
    onAsked(true);
  }, lookEveryMilliseconds);
  looking.unref();
  connection.on('rekey', () => {
    askedAt = null;
    onAsked(false);
    then = performance.now();
    bytesThen = socket.bytesRead + socket.bytesWritten;
  });
  socket.once('close', () => clearInterval(looking));
}
