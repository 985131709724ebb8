import { createSocket, type Socket } from 'node:dgram';

/** A name server for A and AAAA records (RFC 1035), which answers as the test says, name by name and time by time. */
export class NameServer {
  /** Addresses of a name; the number says how often it was asked for before. Unknown names have none. */
  readonly addresses = new Map<string, (timesAsked: number) => readonly string[]>();
  private readonly asked = new Map<string, number>();
  private readonly socket: Socket = createSocket('udp4');

  static async start(): Promise<NameServer> {
    const server = new NameServer();
    server.socket.on('message', (query, from) => server.socket.send(server.answerTo(query), from.port, from.address));
    await new Promise<void>((resolve) => server.socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  timesAsked(name: string): number {
    return this.asked.get(`${name} 1`) ?? 0;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.close(resolve));
  }

  private answerTo(query: Buffer): Buffer {
    const labels: string[] = [];
    let end = 12;
    for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) {
      labels.push(query.toString('latin1', end + 1, end + 1 + length));
      end += 1 + length;
    }
    const type = query.readUInt16BE(end + 1);
    const question = query.subarray(12, end + 5);
    const name = labels.join('.').toLowerCase();
    const times = this.asked.get(`${name} ${type}`) ?? 0;
    this.asked.set(`${name} ${type}`, times + 1);
    const all = this.addresses.get(name)?.(times) ?? [];
    const records = all
      .filter((address) => address.includes(':') === (type === 28))
      .map((address) => record(type, bytesOf(address)));
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    // An answer, recursion wanted and available; no such name where none is known.
    header.writeUInt16BE(0x8180 | (this.addresses.has(name) ? 0 : 3), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    return Buffer.concat([header, question, ...records]);
  }
}

function record(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [front = '', back] = address.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const [left, right] = [groups(front), groups(back ?? '')];
  const whole = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
  return Buffer.from(whole.flatMap((group) => [group >> 8, group & 255]));
}
