import type { Arrival, Content, OpenContent, Place } from './dump-news.js';
import { GatheredBytes } from './gathered-bytes.js';
import { memberName } from './member-name.js';
import { PackedBytes } from './packed-bytes.js';

const headerBytes = 10;
/** Extra field, name and comment together; nobody writes more. */
const mostHeader = 0x2000;
/** Bits of FLG (RFC 1952, 2.3.1). */
const flag = { checksum: 2, extra: 4, name: 8, comment: 16 } as const;

/** A gzip file while it arrives. What may come behind its first stream is not looked at. */
export class GzipContent implements Content {
  isSettled = false;
  private readonly header = new GatheredBytes();
  private content: Content | null = null;
  private packed: PackedBytes | null = null;

  constructor(
    private readonly place: Place,
    private readonly arrival: Arrival,
    private readonly open: OpenContent,
  ) {}

  async push(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (!this.packed && !this.isSettled && rest.byteLength > 0) {
      const end = this.headerEnd();
      rest = this.header.take(rest, end);
      if (this.header.bytes.byteLength >= end && this.headerEnd() === end) this.begin();
      else if (end > mostHeader) this.refuse('a gzip file whose header is absurdly long');
    }
    if (!this.packed || this.isSettled || rest.byteLength === 0) return;
    const unpacked = await this.packed.push(rest);
    if (unpacked.state === 'ended') await this.end();
    else if (unpacked.state === 'damaged') this.refuse(`a gzip file with ${unpacked.reason}`);
    else if (unpacked.state === 'too-much') this.refuse('a gzip file of which more comes out than is looked at');
  }

  async end(): Promise<void> {
    if (this.isSettled) return;
    this.isSettled = true;
    if (this.content) await this.content.end();
    else this.refuse('a gzip file that ends in its header');
  }

  /** Where the header ends as far as is known: past its known parts, or one byte on in a text. */
  private headerEnd(): number {
    const { bytes } = this.header;
    const flags = bytes[3] ?? 0;
    let end = headerBytes;
    if (bytes.byteLength < end) return end;
    if (flags & flag.extra) {
      if (bytes.byteLength < end + 2) return end + 2;
      end += 2 + this.header.view.getUint16(end, true);
    }
    for (const text of [flag.name, flag.comment]) {
      if (!(flags & text)) continue;
      const zero = bytes.indexOf(0, end);
      if (zero < 0) return Math.max(end, bytes.byteLength) + 1;
      end = zero + 1;
    }
    return flags & flag.checksum ? end + 2 : end;
  }

  private begin(): void {
    const name = this.name();
    const { member } = this.place;
    const inner = name === null ? member : member === null ? name : `${member}/${name}`;
    this.content = this.open({ member: inner, container: this.place.container }, this.arrival);
    this.packed = new PackedBytes(this.content, this.arrival, false);
  }

  private name(): string | null {
    const { bytes } = this.header;
    const flags = bytes[3] ?? 0;
    if (!(flags & flag.name)) return null;
    const start = headerBytes + (flags & flag.extra ? 2 + this.header.view.getUint16(headerBytes, true) : 0);
    return memberName(bytes.subarray(start, bytes.indexOf(0, start)));
  }

  private refuse(found: string): void {
    this.isSettled = true;
    this.arrival.tell({ news: 'unreadable', member: this.place.member, what: 'container', found });
  }
}
