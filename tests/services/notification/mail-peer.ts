import { simpleParser, type ParsedMail } from 'mailparser';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** What the peer does with one mail: takes it, refuses it with a code, takes it and never says so (silent, or hanging up), or takes its time. */
export type Answer = 'take' | 'take-and-fall-silent' | 'take-and-hang-up' | 'take-slowly' | { refuse: number };

/** A mail server with an archive that can be asked, on the other side of a real connection. */
export class MailPeer {
  readonly taken: ParsedMail[] = [];
  /** The mails as they came, in the same order. */
  readonly raw: string[] = [];
  attempts = 0;
  archiveAsked = 0;
  answer: (mail: ParsedMail) => Answer = () => 'take';
  private smtp: SMTPServer | null = null;
  private archive: Server | null = null;
  private port = 0;
  private readonly sockets = new Set<Socket>();

  async start(): Promise<void> {
    this.smtp = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      onData: (stream, _session, done) => {
        text(stream)
          .then(async (raw) => this.receive(await simpleParser(raw), raw, done))
          .catch(done);
      },
    });
    this.smtp.on('error', () => undefined);
    const smtp = this.smtp;
    smtp.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => smtp.listen(this.port, '127.0.0.1', resolve));
    this.port = (smtp.server.address() as AddressInfo).port;
  }

  /** Closes the mail server; the archive stays. The next start is at the same port. */
  async stop(): Promise<void> {
    const { smtp } = this;
    this.smtp = null;
    if (smtp) await new Promise<void>((resolve) => smtp.close(resolve));
  }

  async startArchive(): Promise<string> {
    const archive = createServer((request, response) => {
      this.archiveAsked += 1;
      const id = new URL(request.url ?? '', 'http://peer').searchParams.get('messageId');
      const messages = this.taken.filter((mail) => mail.messageId === id).map(({ messageId }) => ({ messageId }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ messages }));
    });
    this.archive = archive;
    await new Promise<void>((resolve) => archive.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(archive.address() as AddressInfo).port}/api/messages`;
  }

  async close(): Promise<void> {
    await this.stop();
    this.archive?.closeAllConnections();
    this.archive?.close();
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  about(caseId: string): ParsedMail[] {
    return this.taken.filter((mail) => mail.messageId?.includes(caseId));
  }

  private receive(mail: ParsedMail, raw: string, done: (error?: Error | null) => void): void {
    this.attempts += 1;
    const answer = this.answer(mail);
    if (typeof answer === 'object') {
      const code = answer.refuse;
      return done(Object.assign(new Error(`refused by the peer with ${code}`), { responseCode: code }));
    }
    this.taken.push(mail);
    this.raw.push(raw);
    if (answer === 'take') return done();
    if (answer === 'take-and-hang-up') for (const socket of this.sockets) socket.destroy();
    if (answer === 'take-slowly') setTimeout(done, 400);
  }
}
