import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';

/** What the sender's mail server told before the mail itself. */
export interface Envelope {
  sender: string;
  recipients: string[];
  /** The address of the machine that hands the mail on. */
  address: string;
  /** How that machine calls itself. */
  greeting: string;
}

/** What the sender's mail server is told; `reason` is one line. */
export interface SmtpReply {
  code: 250 | 451 | 552 | 554;
  reason: string;
}

export interface SmtpDoorOptions {
  port: number;
  bindAddress: string;
  maxBytes: number;
  maxClients: number;
  maxRecipients: number;
  timeoutSeconds: number;
  /** Only mail to this domain is taken. */
  domain: string;
  /** Reads the mail to its end and says what became of it. An error counts as "try again". */
  take(mail: AsyncIterable<Uint8Array> & { sizeExceeded: boolean }, envelope: Envelope): Promise<SmtpReply>;
}

/** Takes mail over SMTP. The only place that knows smtp-server. */
export class SmtpDoor {
  private readonly server: SMTPServer;

  constructor(private readonly options: SmtpDoorOptions) {
    this.server = new SMTPServer({
      name: options.domain,
      banner: 'CaseRelay',
      disabledCommands: ['AUTH', 'STARTTLS'],
      // Addresses in events are ASCII: who can write one so shall do it, instead of being refused after the mail.
      hideSMTPUTF8: true,
      disableReverseLookup: true,
      size: options.maxBytes,
      maxClients: options.maxClients,
      maxRecipients: options.maxRecipients,
      socketTimeout: options.timeoutSeconds * 1000,
      closeTimeout: 5_000,
      onRcptTo: ({ address }, _session, callback) => {
        if (domainOf(address) === options.domain.toLowerCase()) callback();
        else callback(refusal(550, `no mail for ${address} is taken here, only for addresses of ${options.domain}`));
      },
      onData: (stream, session, callback) => {
        const { mailFrom, rcptTo } = session.envelope;
        const envelope = {
          sender: mailFrom ? mailFrom.address : '',
          recipients: rcptTo.map(({ address }) => address),
          address: session.remoteAddress,
          greeting: session.hostNameAppearsAs,
        };
        this.answer(stream, envelope).then(
          ({ code, reason }) => {
            if (code === 250) callback(null, reason);
            else callback(refusal(code, reason));
          },
          () => callback(refusal(451, 'the mail cannot be taken now; try again later')),
        );
      },
    });
    // A client that goes away is its own affair; a server that cannot listen is told by `listen`.
    this.server.on('error', () => undefined);
  }

  /** Begins to listen; answers with the port. */
  async listen(): Promise<number> {
    const { port, bindAddress } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.server.once('error', reject);
      this.server.listen(port, bindAddress, resolve);
    });
    return (this.server.server.address() as AddressInfo).port;
  }

  /** Takes no new connection and ends those that are open, at the latest after five seconds. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }

  private async answer(stream: SMTPServerDataStream, envelope: Envelope): Promise<SmtpReply> {
    const reply = await this.options.take(stream, envelope);
    return { ...reply, reason: reply.reason.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ').slice(0, 400) };
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
