import { createTransport } from 'nodemailer';
import { Client, type SFTPWrapper } from 'ssh2';
import { createHash } from 'node:crypto';
import type { CaughtLetter } from './hand-written-mails.js';

/** Where to log in for an upload, as the credential page tells it. */
export interface Credentials {
  host: string;
  port: number;
  user: string;
  password: string;
  folder: string;
}

/** Sends a mail as a person's mail program does; tries again while the server says "later" or is away. */
export async function sendMail(
  smtpPort: number,
  mail: {
    from: { name: string; address: string };
    to: string;
    subject: string;
    text: string;
    date: Date;
    messageId: string;
    inReplyTo: string | null;
  },
  limit = 60_000,
): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: smtpPort,
    secure: false,
    ignoreTLS: true,
    connectionTimeout: 5_000,
    socketTimeout: 15_000,
  });
  await insist(limit, 'send a mail', async () => {
    await transport.sendMail({
      from: mail.from,
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
      date: mail.date,
      messageId: mail.messageId,
      ...(mail.inReplyTo === null ? {} : { inReplyTo: mail.inReplyTo, references: [mail.inReplyTo] }),
    });
  });
}

/** Opens the link of a letter as a person does: reads the page, asks it to show the account. */
export async function openCredentialLink(letter: Pick<CaughtLetter, 'text'>, limit = 60_000): Promise<Credentials> {
  const link = /https?:\/\/\S+\/spaces\/[\w-]+/.exec(letter.text)?.[0];
  if (link === undefined) throw new Error(`the letter holds no link to an account:\n${letter.text}`);
  return await insist(limit, 'open the credential page', async () => {
    const response = await fetch(link, { method: 'POST', headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`the credential page answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Credentials;
  });
}

/** Uploads a file over SFTP; on a lost connection it tries again, as an upload program does. */
export async function upload(credentials: Credentials, name: string, bytes: Buffer, limit = 90_000): Promise<string> {
  await insist(limit, `upload ${name}`, async () => {
    const client = new Client();
    try {
      const sftp = await new Promise<SFTPWrapper>((resolve, reject) => {
        client.on('error', reject);
        client.on('close', () => reject(new Error('the connection was closed')));
        client.on('ready', () => client.sftp((error, opened) => (error ? reject(error) : resolve(opened))));
        client.connect({
          host: credentials.host,
          port: credentials.port,
          username: credentials.user,
          password: credentials.password,
          readyTimeout: 10_000,
        });
      });
      await new Promise<void>((resolve, reject) => {
        client.on('close', () => reject(new Error('the connection was closed while uploading')));
        const file = sftp.createWriteStream(`${credentials.folder}/${name}`);
        file.on('error', reject);
        file.on('close', () => resolve());
        file.end(bytes);
      });
    } finally {
      client.end();
    }
  });
  return createHash('sha256').update(bytes).digest('hex');
}

async function insist<Result>(limit: number, what: string, attempt: () => Promise<Result>): Promise<Result> {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw new Error(`could not ${what} within ${limit} ms`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
