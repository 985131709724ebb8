import type { Client, ClientChannel } from 'ssh2';

export interface RawEntry {
  readonly name: Buffer;
  readonly longName: string;
}

export interface RawAttributes {
  readonly size: number;
  readonly isFolder: boolean;
  /** Seconds. */
  readonly modifiedAt: number;
}

const newFile = 0x1a;

/** A client of SFTP that knows names as bytes, as programs do whose names are in any encoding. One request at a time. */
export class RawSftp {
  private waiting: ((reply: Buffer) => void) | null = null;
  private received: Buffer = Buffer.alloc(0);

  private constructor(private readonly channel: ClientChannel) {
    channel.on('data', (chunk: Buffer) => this.take(chunk));
  }

  static async over(client: Client): Promise<RawSftp> {
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.subsys('sftp', (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    const sftp = new RawSftp(channel);
    await sftp.send(Buffer.of(1), uint32(3));
    return sftp;
  }

  async open(path: Buffer, flags: number, attributes: Buffer = none): Promise<Buffer> {
    const reply = await this.ask(3, text(path), uint32(flags), attributes);
    return reply.subarray(9, 9 + reply.readUInt32BE(5));
  }

  async write(handle: Buffer, offset: number, data: Buffer): Promise<void> {
    await this.ask(6, text(handle), uint32(0), uint32(offset), text(data));
  }

  async close(handle: Buffer): Promise<void> {
    await this.ask(4, text(handle));
  }

  async put(path: Buffer, content: Buffer): Promise<void> {
    const handle = await this.open(path, newFile);
    await this.write(handle, 0, content);
    await this.close(handle);
  }

  async get(path: Buffer, bytes: number): Promise<Buffer> {
    const handle = await this.open(path, 1);
    const reply = await this.ask(5, text(handle), uint32(0), uint32(0), uint32(bytes));
    await this.close(handle);
    return Buffer.from(reply.subarray(9));
  }

  async stat(path: Buffer): Promise<RawAttributes> {
    return attributesOf(await this.ask(17, text(path)), 5);
  }

  async statOpen(handle: Buffer): Promise<RawAttributes> {
    return attributesOf(await this.ask(8, text(handle)), 5);
  }

  async setTime(path: Buffer, seconds: number): Promise<void> {
    await this.ask(9, text(path), times(seconds));
  }

  async setTimeOpen(handle: Buffer, seconds: number): Promise<void> {
    await this.ask(10, text(handle), times(seconds));
  }

  /** Size and time and CLOSE in one piece, nothing waits for the other; only the last answer is looked at. */
  async closeWith(handle: Buffer, bytes: number, seconds: number): Promise<void> {
    const attributes = Buffer.concat([uint32(9), uint32(0), uint32(bytes), uint32(seconds), uint32(seconds)]);
    const set = text(Buffer.concat([Buffer.of(10), uint32(2), text(handle), attributes]));
    const close = text(Buffer.concat([Buffer.of(4), id, text(handle)]));
    await new Promise<void>((resolve) => {
      this.waiting = (reply) => {
        if (reply.readUInt32BE(1) === id.readUInt32BE()) resolve();
      };
      this.channel.write(Buffer.concat([set, close]));
    });
  }

  async list(path: Buffer): Promise<(RawEntry & RawAttributes)[]> {
    const opened = await this.ask(11, text(path));
    const handle = opened.subarray(9);
    const entries: (RawEntry & RawAttributes)[] = [];
    for (;;) {
      const reply = await this.send(Buffer.of(12), id, text(handle));
      if (reply[0] === 101) break;
      for (let left = reply.readUInt32BE(5), at = 9; left > 0; left -= 1) {
        const name = stringAt(reply, at);
        const longName = stringAt(reply, at + 4 + name.length);
        at += 8 + name.length + longName.length;
        entries.push({ name: Buffer.from(name), longName: longName.toString(), ...attributesOf(reply, at) });
        at += attributesBytes;
      }
    }
    await this.close(handle);
    return entries;
  }

  async realPath(path: Buffer): Promise<Buffer> {
    return Buffer.from(stringAt(await this.ask(16, text(path)), 9));
  }

  async remove(path: Buffer): Promise<void> {
    await this.ask(13, text(path));
  }

  async makeFolder(path: Buffer): Promise<void> {
    await this.ask(14, text(path), none);
  }

  async removeFolder(path: Buffer): Promise<void> {
    await this.ask(15, text(path));
  }

  async rename(from: Buffer, to: Buffer): Promise<void> {
    await this.ask(18, text(from), text(to));
  }

  async replace(from: Buffer, to: Buffer): Promise<void> {
    await this.ask(200, text(Buffer.from('posix-rename@openssh.com')), text(from), text(to));
  }

  private async ask(type: number, ...fields: Buffer[]): Promise<Buffer> {
    const reply = await this.send(Buffer.of(type), id, ...fields);
    if (reply[0] === 101 && reply.readUInt32BE(5) !== 0) throw new Error(stringAt(reply, 9).toString());
    return reply;
  }

  private send(...fields: Buffer[]): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.waiting = resolve;
      this.channel.once('close', () => reject(new Error('the connection was closed')));
      this.channel.write(text(Buffer.concat(fields)));
    });
  }

  private take(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (this.received.length >= 4 && this.received.length >= 4 + this.received.readUInt32BE(0)) {
      const end = 4 + this.received.readUInt32BE(0);
      const reply = this.received.subarray(4, end);
      this.received = this.received.subarray(end);
      this.waiting?.(reply);
    }
  }
}

/** Attributes that set both times, for an OPEN. */
export function times(seconds: number): Buffer {
  return Buffer.concat([uint32(8), uint32(seconds), uint32(seconds)]);
}

const id = uint32(1);
const none = uint32(0);
/** Flags, size, owner twice, mode, both times: what our server tells. */
const attributesBytes = 32;

function attributesOf(reply: Buffer, at: number): RawAttributes {
  return {
    size: Number(reply.readBigUInt64BE(at + 4)),
    isFolder: (reply.readUInt32BE(at + 20) & 0o170000) === 0o040000,
    modifiedAt: reply.readUInt32BE(at + 28),
  };
}

function stringAt(reply: Buffer, at: number): Buffer {
  return reply.subarray(at + 4, at + 4 + reply.readUInt32BE(at));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}
