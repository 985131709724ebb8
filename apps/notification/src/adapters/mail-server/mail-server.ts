import { createTransport } from 'nodemailer';
import type { SigningKey } from './signing-key.js';
import type { Fate, WaitingLetter } from '../../features/send-letters/send-letters.js';

interface Options {
  url: string;
  sender: string;
  connections: number;
  /** An attempt that takes longer is broken off; its fate is unknown. */
  limitMilliseconds: number;
  /** Signs letters (DKIM, RFC 6376); null leaves that to the mail server. */
  signingKey: SigningKey | null;
}

/** The outgoing mail server; the only place that knows nodemailer. */
export class MailServer {
  private readonly transport;

  constructor(private readonly options: Options) {
    this.transport = createTransport({
      url: options.url,
      pool: true,
      maxConnections: options.connections,
      // The pool would silently send again after a lost connection, although the first try may have arrived.
      maxRequeues: 0,
      connectionTimeout: options.limitMilliseconds,
      greetingTimeout: options.limitMilliseconds,
      socketTimeout: options.limitMilliseconds,
      idleTimeout: 30_000,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(options.signingKey && { dkim: options.signingKey }),
    });
  }

  async send(mail: WaitingLetter): Promise<Fate> {
    try {
      await this.transport.sendMail({
        from: this.options.sender,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        attachments: (mail.attachments ?? []).map(({ name, type, content }) => ({
          filename: name,
          contentType: type,
          content,
        })),
        messageId: mail.messageId,
        date: mail.writtenAt,
        ...(mail.inReplyTo === null ? {} : { inReplyTo: mail.inReplyTo }),
        references: mail.references,
        headers: {
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          'Content-Language': mail.language,
        },
        signal: AbortSignal.timeout(this.options.limitMilliseconds),
      });
      return { is: 'sent' };
    } catch (error) {
      return fateOf(error);
    }
  }

  close(): void {
    this.transport.close();
  }
}

/** Errors of a connection that never stood: nothing can have been sent. */
const neverConnected = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EDNS',
  'ETLS',
  'EPROXY',
];

function fateOf(thrown: unknown): Fate {
  const error = thrown as { code?: string; originalCode?: string; responseCode?: number; command?: string };
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const codes = [error.code, error.originalCode];
  if (codes.some((code) => code !== undefined && neverConnected.includes(code))) return { is: 'not-reached', reason };
  if (codes.includes('EAUTH') || codes.includes('ENOAUTH')) return { is: 'not-reached', reason: `log-in: ${reason}` };
  // What nodemailer itself cannot put on the wire (an address, a size over the server's limit) will not get better.
  const neverOffered = error.responseCode === undefined && (error.code === 'EENVELOPE' || error.code === 'EMESSAGE');
  if (neverOffered) return { is: 'refused-for-good', reason };
  if (error.responseCode === undefined) return { is: 'unknown', reason };
  const answersTheLetter = ['MAIL FROM', 'RCPT TO', 'DATA'].includes(error.command ?? '');
  if (error.responseCode >= 500 && answersTheLetter) return { is: 'refused-for-good', reason };
  return { is: answersTheLetter ? 'refused-for-now' : 'not-reached', reason };
}
