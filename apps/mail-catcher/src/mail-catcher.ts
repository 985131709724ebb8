import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { CaughtMails } from './caught-mails.js';
import { listPage, mailPage, pageHeaders } from './catcher-page.js';
import type { CatcherConfig } from './config.js';

/** A catcher that listens. */
export interface MailCatcher {
  smtpPort: number;
  httpPort: number;
  url: string;
  stop(): Promise<void>;
}

const largestMail = 20 * 1024 * 1024;

/** Takes every mail that is sent to it, keeps it in a folder before it says 250, and shows it over HTTP. */
export async function startMailCatcher(config: CatcherConfig): Promise<MailCatcher> {
  const { smtpPort, httpPort, folder, bindAddress = '127.0.0.1' } = config;
  const caught = await CaughtMails.open(folder);
  const smtp = smtpServer(caught);
  const http = createServer((request, response) => {
    answer(request, response, caught).catch((error: unknown) => sendJson(response, 500, { error: String(error) }));
  });
  http.requestTimeout = 10_000;

  await new Promise<void>((resolve, reject) => {
    smtp.server.once('error', reject);
    smtp.listen(smtpPort, bindAddress, resolve);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(httpPort, bindAddress, resolve);
    });
  } catch (error) {
    await closeSmtp(smtp);
    throw error;
  }
  const port = (http.address() as AddressInfo).port;
  return {
    smtpPort: (smtp.server.address() as AddressInfo).port,
    httpPort: port,
    url: `http://${bindAddress === '0.0.0.0' ? '127.0.0.1' : bindAddress}:${port}`,
    stop: async () => {
      http.closeAllConnections();
      await Promise.all([closeSmtp(smtp), new Promise((resolve) => http.close(resolve))]);
    },
  };
}

function smtpServer(caught: CaughtMails): SMTPServer {
  const server = new SMTPServer({
    banner: 'mail catcher',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: largestMail,
    rejectOversized: true,
    maxRecipients: 100,
    maxClients: 100,
    socketTimeout: 60_000,
    closeTimeout: 1_000,
    onData(stream, session, callback) {
      const { mailFrom, rcptTo } = session.envelope;
      const envelope = {
        from: mailFrom ? mailFrom.address : '',
        recipients: rcptTo.map(({ address }) => address),
      };
      readAll(stream)
        .then(async (raw) => {
          if (raw === null) {
            callback(null);
            return;
          }
          const { id } = await caught.keep(raw, envelope);
          callback(null, `caught as ${id}`);
        })
        .catch((error: unknown) =>
          callback(Object.assign(new Error(`not kept: ${String(error)}`), { responseCode: 451 })),
        );
    },
  });
  // A client that goes away in the middle is its own affair.
  server.on('error', () => undefined);
  return server;
}

/** The whole mail; null when it is larger than the limit (the server then refuses it). Throws when the sender went away. */
async function readAll(stream: SMTPServerDataStream): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  return stream.sizeExceeded ? null : Buffer.concat(chunks);
}

async function closeSmtp(server: SMTPServer): Promise<void> {
  await new Promise<void>((resolve) => server.close(resolve));
}

async function answer(request: IncomingMessage, response: ServerResponse, caught: CaughtMails): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://catcher');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendJson(response, 405, { error: 'only GET is answered' });
    return;
  }
  if (url.pathname === '/') {
    sendPage(response, listPage(caught.newest(500)));
    return;
  }
  if (url.pathname === '/api/messages') {
    const messageId = url.searchParams.get('messageId');
    if (messageId !== null) {
      sendJson(response, 200, { messages: caught.withMessageId(messageId) });
      return;
    }
    const limit = Number(url.searchParams.get('limit') ?? 1_000);
    if (!Number.isInteger(limit) || limit < 1 || limit > 5_000) {
      sendJson(response, 400, {
        error: `limit: 1 to 5000 is wanted, found "${url.searchParams.get('limit') ?? ''}"`,
      });
      return;
    }
    sendJson(response, 200, { messages: caught.newest(limit) });
    return;
  }
  const [, id = '', view] = /^\/(?:api\/)?messages\/([^/]+)(\/raw)?$/.exec(url.pathname) ?? [];
  if (view !== undefined) {
    const raw = await caught.raw(id);
    if (raw === null) {
      sendJson(response, 404, { error: `no mail ${id} was caught` });
      return;
    }
    response
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
      .end(raw);
    return;
  }
  const mail = caught.find(id);
  if (mail === null) {
    sendJson(response, 404, { error: `nothing is found at ${url.pathname}` });
    return;
  }
  if (url.pathname.startsWith('/api/')) {
    sendJson(response, 200, mail);
    return;
  }
  sendPage(response, mailPage(mail));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' })
    .end(JSON.stringify(body));
}

function sendPage(response: ServerResponse, html: string): void {
  response.writeHead(200, pageHeaders).end(html);
}
