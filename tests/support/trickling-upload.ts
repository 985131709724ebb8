import type { Readable } from 'node:stream';
import { Client, type SFTPWrapper } from 'ssh2';
import type { Credentials } from './people.js';

/** How slow a line is: a portion, a pause, a portion. */
export interface Line {
  portionBytes: number;
  pauseMilliseconds: number;
}

/** An upload over a slow line, which goes on until somebody ends it. */
export class TricklingUpload {
  /** Bytes that the server has confirmed. */
  sentBytes = 0;
  private readonly client = new Client();
  private isEnding = false;
  private sending: Promise<void> = Promise.resolve();
  private trouble: Error | null = null;

  private constructor(
    private readonly content: Readable,
    private readonly line: Line,
  ) {}

  /** Connects, opens the file and begins to send. */
  static async begin(credentials: Credentials, name: string, content: Readable, line: Line): Promise<TricklingUpload> {
    const upload = new TricklingUpload(content, line);
    const sftp = await upload.connect(credentials);
    const file = await new Promise<Buffer>((resolve, reject) =>
      sftp.open(`${credentials.folder}/${name}`, 'w', (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    upload.sending = upload.send(sftp, file).catch((error: unknown) => {
      upload.trouble ??= error instanceof Error ? error : new Error(String(error));
    });
    return upload;
  }

  /** Throws when the upload is over, for whatever reason. */
  mustGoOn(): void {
    if (this.trouble) throw new Error('the upload failed', { cause: this.trouble });
    if (this.isEnding) throw new Error('the upload was ended');
  }

  /** Closes the file, as a program does that has sent all it wants to send. */
  async close(): Promise<void> {
    this.mustGoOn();
    this.isEnding = true;
    await this.sending;
    this.client.end();
    if (this.trouble) throw new Error('the file was not closed', { cause: this.trouble });
  }

  /** Loses the connection in the middle of the file. */
  async breakOff(): Promise<void> {
    this.isEnding = true;
    this.client.destroy();
    this.content.destroy();
    await this.sending;
  }

  private connect({ host, port, user, password }: Credentials): Promise<SFTPWrapper> {
    return new Promise<SFTPWrapper>((resolve, reject) => {
      this.client.on('error', reject);
      this.client.on('ready', () => this.client.sftp((error, opened) => (error ? reject(error) : resolve(opened))));
      this.client.connect({ host, port, username: user, password, readyTimeout: 20_000 });
    });
  }

  private async send(sftp: SFTPWrapper, file: Buffer): Promise<void> {
    const lost = new Promise<never>((_, reject) =>
      this.client.on('close', () => reject(new Error('the connection was lost'))),
    );
    for await (const portion of portionsOf(this.content, this.line.portionBytes)) {
      if (this.isEnding) break;
      const written = new Promise<void>((resolve, reject) =>
        sftp.write(file, portion, 0, portion.length, this.sentBytes, (error) => (error ? reject(error) : resolve())),
      );
      await Promise.race([written, lost]);
      this.sentBytes += portion.length;
      await new Promise((resolve) => setTimeout(resolve, this.line.pauseMilliseconds));
    }
    const closed = new Promise<void>((resolve, reject) =>
      sftp.close(file, (error) => (error ? reject(error) : resolve())),
    );
    await Promise.race([closed, lost]);
  }
}

async function* portionsOf(content: Readable, bytes: number): AsyncGenerator<Buffer> {
  for await (const chunk of content as AsyncIterable<Buffer>)
    for (let at = 0; at < chunk.length; at += bytes) yield chunk.subarray(at, at + bytes);
}
