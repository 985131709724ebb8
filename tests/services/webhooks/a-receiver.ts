import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const fixtures = join(import.meta.dirname, '../../fixtures/receiver');
/** Certificate of receiver.test and turncoat.test, trusted by nobody who was not told. */
export const certificateFile = join(fixtures, 'certificate.pem');

export interface Got {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

/** What a receiver answers with; `hang` never does. The body `endless` has no end. */
export type Answer = { status: number; headers?: Record<string, string>; body?: string } | 'hang';

/** A system on the other side of a real connection. `answer` says what it does with one request. */
export class Receiver {
  readonly got: Got[] = [];
  /** How many requests it had in hand at once, at the most. */
  mostAtOnce = 0;
  answer: (got: Got) => Answer | Promise<Answer> = () => ({ status: 204 });
  private atOnce = 0;

  private constructor(
    private readonly server: Server,
    readonly scheme: 'http' | 'https',
  ) {}

  static async start(scheme: 'http' | 'https' = 'http'): Promise<Receiver> {
    const tls = () => ({ key: readFileSync(join(fixtures, 'key.pem')), cert: readFileSync(certificateFile) });
    const server = scheme === 'http' ? createServer() : createTlsServer(tls());
    const receiver = new Receiver(server, scheme);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void receiver.take(request, response).catch(() => response.destroy());
    });
    await receiver.listen(0);
    return receiver;
  }

  private async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}/hooks`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    response.once('close', () => (this.atOnce -= 1));
    const got = { path: request.url ?? '', headers: request.headers, body: await text(request), at: Date.now() };
    this.got.push(got);
    const answer = await this.answer(got);
    if (answer === 'hang') return;
    response.writeHead(answer.status, answer.headers);
    if (answer.body === 'endless') await talkUntilHungUp(response);
    else response.end(answer.body);
  }

  /** Ids of the events it got about a case, as they came, repeats included. */
  idsOf(caseId: string): string[] {
    return this.about(caseId).map(({ headers }) => String(headers['webhook-id']));
  }

  about(caseId: string): Got[] {
    return this.got.filter(({ body }) => body.includes(`"subject":"${caseId}"`));
  }
}

async function talkUntilHungUp(response: ServerResponse): Promise<void> {
  while (!response.destroyed) {
    response.write('x'.repeat(10_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Checks a request as the specification of Standard Webhooks tells receivers to, by an implementation of its own:
 * any of the signatures may fit, compared in constant time, and the time may be five minutes off.
 */
export function isSigned({ headers, body }: Got, secret: string): boolean {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(headers[name]),
  );
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update([id, timestamp, body].join('.')).digest();
  return (signatures ?? '').split(' ').some((signature) => {
    const [version, digest = ''] = signature.split(',');
    const found = Buffer.from(digest, 'base64');
    return version === 'v1' && found.length === expected.length && timingSafeEqual(found, expected);
  });
}
