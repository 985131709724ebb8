import { seeded } from './mutated-dump.js';

/** Lengths and places that break readers. */
const nastyNumbers = [0, 1, 4, 255, 256, 0x7fff, 0xffff, 0x3fc00, 0x40000, 0x7fffffff, 0x80000000, 0xffffffff];
const paths = [
  ...[
    '/upload',
    '/upload/a.dmp',
    '/upload/logs',
    '/upload/logs/b.evtx',
    '.',
    '',
    '/',
    '//upload//a.dmp',
    'upload/../..',
  ],
  ...['/etc/passwd', '../../../../etc/shadow', '/upload/\0.dmp', '/upload/..', '/upload/.filepart', '/upload/蓝屏.dmp'],
  ...[
    '/upload/a\u202egpj.exe',
    `/upload/${'x'.repeat(300)}`,
    `/upload${'/d'.repeat(40)}`,
    `/upload/${'y'.repeat(5000)}`,
  ],
];
/** 蓝屏.dmp in GBK and cut in UTF-8, and names that read like others. */
const rawPaths = ['c0b6c6c12e646d70', 'e8939de5b1', '61ff', '612546460a', '65cc81'].map((name) =>
  Buffer.concat([Buffer.from('/upload/'), Buffer.from(name, 'hex')]),
);
const extensions = ['posix-rename@openssh.com', 'statvfs@openssh.com', 'fsync@openssh.com', 'limits@openssh.com'];

/** What one SFTP session sends: mostly sense, with nonsense in it. The same seed gives the same bytes. */
export class SftpPackets {
  private readonly random: () => number;
  private id = 0;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  /** So many packets, cut into pieces in any way. */
  pieces(count: number): Buffer[] {
    const packets = [this.isOneIn(30) ? this.packet() : framed(Buffer.of(1, 0, 0, 0, 3))];
    while (packets.length < count) packets.push(this.packet());
    const stream = Buffer.concat(packets);
    const pieces: Buffer[] = [];
    for (let at = 0; at < stream.length;) {
      const size = this.isOneIn(4) ? 1 + this.upTo(12) : 1 + this.upTo(40_000);
      pieces.push(stream.subarray(at, at + size));
      at += size;
    }
    return pieces;
  }

  private packet(): Buffer {
    const good = this.good();
    if (!this.isOneIn(12)) return framed(good);
    const bad = Buffer.from(good);
    switch (this.upTo(7)) {
      case 0:
        return framed(bad.subarray(0, this.upTo(bad.length) + 1));
      case 1:
        bad[this.upTo(bad.length)] = this.upTo(256);
        return framed(bad);
      case 2:
        if (bad.length >= 4) bad.writeUInt32BE(this.nasty(), this.upTo(bad.length - 3));
        return framed(bad);
      case 3:
        return Buffer.concat([uint32(this.nasty()), bad]);
      case 4:
        return this.noise(1 + this.upTo(64));
      case 5:
        return framed(this.noise(1 + this.upTo(200)));
      default:
        return framed(Buffer.concat([bad, this.noise(this.upTo(40))]));
    }
  }

  private good(): Buffer {
    this.id += 1;
    const id = uint32(this.isOneIn(40) ? this.nasty() : this.id);
    const of = (type: number, ...fields: Buffer[]): Buffer => Buffer.concat([Buffer.of(type), id, ...fields]);
    const kind = this.upTo(20);
    switch (kind) {
      case 0:
      case 1:
        return of(3, this.path(), uint32(this.pick([0x1a, 0x02, 0x0e, 0x01, 0x3a, this.nasty()])), this.attributes());
      case 2:
        return of(4, this.handle());
      case 3:
        return of(5, this.handle(), this.place(), uint32(this.isOneIn(3) ? this.nasty() : this.upTo(70_000)));
      case 4:
      case 5:
      case 6:
        return of(6, this.handle(), this.place(), text(this.noise(this.upTo(this.isOneIn(20) ? 60_000 : 600))));
      case 7:
        return of(9, this.path(), this.attributes());
      case 8:
        return of(10, this.handle(), this.attributes());
      case 9:
        return of(18, this.path(), this.path());
      case 10:
        return of(200, text(Buffer.from(this.pick([...extensions, 'copy-data', '']))), this.path(), this.path());
      case 11:
        return of(200, text(Buffer.from('fsync@openssh.com')), this.handle());
      case 12:
        return of(this.upTo(256), this.path());
      case 13:
        return of(this.pick([8, 12]), this.handle());
      default:
        return of(this.pick([7, 11, 13, 14, 15, 16, 17]), this.path());
    }
  }

  private path(): Buffer {
    if (this.isOneIn(15)) return text(this.noise(this.upTo(60)));
    return text(this.isOneIn(8) ? this.pick(rawPaths) : Buffer.from(this.pick(paths)));
  }

  private handle(): Buffer {
    return text(this.isOneIn(20) ? this.noise(this.upTo(300)) : uint32(this.isOneIn(10) ? this.nasty() : this.upTo(6)));
  }

  private place(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(this.isOneIn(20) ? this.nasty() : 0, 0);
    bytes.writeUInt32BE(this.isOneIn(10) ? this.nasty() : this.upTo(100_000), 4);
    return bytes;
  }

  private attributes(): Buffer {
    if (this.isOneIn(2)) return uint32(0);
    if (this.isOneIn(3)) return Buffer.concat([uint32(8), uint32(this.nasty()), uint32(this.nasty())]);
    return Buffer.concat([uint32(this.isOneIn(4) ? this.nasty() : 1), this.noise(this.upTo(40))]);
  }

  private noise(bytes: number): Buffer {
    const noise = Buffer.allocUnsafe(bytes);
    for (let at = 0; at < bytes; at += 1) noise[at] = this.upTo(256);
    return noise;
  }

  private nasty(): number {
    return this.pick(nastyNumbers);
  }

  private pick<Thing>(things: readonly Thing[]): Thing {
    return things[this.upTo(things.length)] as Thing;
  }

  private upTo(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private isOneIn(count: number): boolean {
    return this.random() * count < 1;
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

const framed = text;
