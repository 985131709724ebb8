import { explainUnreadable, formatOf, sniffLength, startsWith } from '../sniff.js';
import { DumpContent } from './dump-content.js';
import type { Arrival, Content, OpenContent, Place } from './dump-news.js';
import { GzipContent } from './gzip-content.js';
import { ZipContent } from './zip-content.js';

/** Archives inside archives inside archives: whoever packs deeper wants to be a nuisance. */
const deepest = 3;

/** Something of which nothing is known yet: looks at its first bytes, and goes on as what they say. */
export class ArrivingContent implements Content {
  private head = new Uint8Array(0);
  private inner: Content | null = null;
  private isOver = false;

  constructor(
    private readonly place: Place,
    private readonly arrival: Arrival,
  ) {}

  get isSettled(): boolean {
    return this.isOver || (this.inner?.isSettled ?? false);
  }

  async push(bytes: Uint8Array): Promise<void> {
    if (this.inner) return await this.inner.push(bytes);
    if (this.isOver) return;
    const part = bytes.subarray(0, sniffLength - this.head.byteLength);
    const head = new Uint8Array(this.head.byteLength + part.byteLength);
    head.set(this.head);
    head.set(part, this.head.byteLength);
    this.head = head;
    this.inner = this.recognise(head);
    if (this.inner) {
      await this.inner.push(head);
      if (part.byteLength < bytes.byteLength) await this.inner.push(bytes.subarray(part.byteLength));
    } else if (head.byteLength >= sniffLength) this.giveUp(null);
  }

  async end(): Promise<void> {
    if (this.inner) return await this.inner.end();
    if (!this.isOver) this.giveUp(this.head.byteLength);
  }

  private recognise(head: Uint8Array): Content | null {
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const { member, container } = this.place;
    const format = formatOf(view);
    if (format !== null) {
      this.arrival.tell({ news: 'recognised', member, container, format });
      return new DumpContent(this.place, this.arrival);
    }
    if (container.length >= deepest) return null;
    if (zipMarks.some((mark) => startsWith(view, mark)))
      return new ZipContent({ member, container: [...container, 'zip'] }, this.arrival, openContent);
    if (startsWith(view, '\x1f\x8b\x08'))
      return new GzipContent({ member, container: [...container, 'gzip'] }, this.arrival, openContent);
    return null;
  }

  /** Of the many files beside a dump in an archive only those are spoken of that should be one or might hold one. */
  private giveUp(size: number | null): void {
    this.isOver = true;
    const { member } = this.place;
    const view = new DataView(this.head.buffer, this.head.byteOffset, this.head.byteLength);
    const { what, found } = explainUnreadable(view, size);
    if (member !== null && what === 'no-dump') return;
    const shown = what === 'container' ? `${found}, which cannot be looked into while it arrives` : found;
    this.arrival.tell({ news: 'unreadable', member, what, found: shown });
  }
}

const openContent: OpenContent = (place, arrival) => new ArrivingContent(place, arrival);

/** A file's header; before the first one, the mark of an archive that was to be split and is whole. */
const zipMarks = ['PK\x03\x04', 'PK\x07\x08PK\x03\x04', 'PK00PK\x03\x04'];
