import type { Arrival, Content, OpenContent, Place } from './dump-news.js';
import { GatheredBytes } from './gathered-bytes.js';
import { localHeaderBytes, readLocalHeader, wholeHeaderBytes, zipMark } from './local-header.js';
import { descriptorBytes, mostDescriptorBytes } from './zip-descriptor.js';
import { ZipMember } from './zip-member.js';

type Part = 'mark' | 'header' | 'data' | 'descriptor';

/**
 * A ZIP while it arrives: its files one after another, by the header before each. Its directory, which comes last, is not
 * waited for and not looked at.
 */
export class ZipContent implements Content {
  isSettled = false;
  private part: Part = 'mark';
  private readonly gathered = new GatheredBytes();
  private member: ZipMember | null = null;
  private members = 0;
  private foundDumps = false;
  private spokeOfTrouble = false;
  private readonly arrival: Arrival;

  constructor(
    private readonly place: Place,
    arrival: Arrival,
    private readonly open: OpenContent,
  ) {
    this.arrival = { ...arrival, tell: (news) => this.passOn(arrival, news) };
  }

  async push(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.byteLength > 0 && !this.isSettled) rest = await this.takePart(rest);
  }

  async end(): Promise<void> {
    if (this.isSettled) return;
    if (this.part === 'data') await this.member?.end();
    this.finish();
  }

  private async takePart(bytes: Uint8Array): Promise<Uint8Array> {
    switch (this.part) {
      case 'mark':
        return this.takeMark(bytes);
      case 'header':
        return await this.takeHeader(bytes);
      case 'data':
        return await this.takeData(bytes);
      case 'descriptor':
        return this.takeDescriptor(bytes);
    }
  }

  private takeMark(bytes: Uint8Array): Uint8Array {
    const rest = this.gathered.take(bytes, 4);
    if (this.gathered.bytes.byteLength < 4) return rest;
    const mark = this.gathered.view.getUint32(0, true);
    if (mark === zipMark.member) this.part = 'header';
    else if (this.members === 0 && (mark === zipMark.descriptor || mark === zipMark.split)) this.gathered.clear();
    else if (
      ([zipMark.directory, zipMark.extra, zipMark.directoryEnd64, zipMark.directoryEnd] as number[]).includes(mark)
    )
      this.finish();
    else this.breakOff(`a ZIP archive with 0x${mark.toString(16)} where the header of a file should be`);
    return rest;
  }

  private async takeHeader(bytes: Uint8Array): Promise<Uint8Array> {
    let rest = this.gathered.take(bytes, localHeaderBytes);
    if (this.gathered.bytes.byteLength < localHeaderBytes) return rest;
    const wanted = wholeHeaderBytes(this.gathered.view);
    rest = this.gathered.take(rest, wanted);
    if (this.gathered.bytes.byteLength < wanted) return rest;
    this.members += 1;
    if (!this.arrival.countMember()) {
      this.breakOff('a ZIP archive of more files than are looked at');
      return rest;
    }
    const header = readLocalHeader(this.gathered.view);
    this.gathered.clear();
    this.member = new ZipMember(header, this.place, this.arrival, this.open);
    this.part = 'data';
    if (header.packedBytes === 0) await this.afterData(await this.member.finish());
    return rest;
  }

  private async takeData(bytes: Uint8Array): Promise<Uint8Array> {
    if (!this.member) return bytes;
    const { state, rest } = await this.member.push(bytes);
    if (state !== 'goes-on') await this.afterData(state);
    return rest;
  }

  private async afterData(state: 'ended' | 'lost'): Promise<void> {
    if (state === 'lost') return this.finish();
    this.part = this.member?.hasDescriptor ? 'descriptor' : 'mark';
    await Promise.resolve();
  }

  /** Sizes and checksum of a file that were not known before it; with or without a mark, of 4 or 8 bytes. */
  private takeDescriptor(bytes: Uint8Array): Uint8Array {
    const rest = this.gathered.take(bytes, mostDescriptorBytes + 4);
    if (this.gathered.bytes.byteLength < mostDescriptorBytes + 4) return rest;
    const length = descriptorBytes(this.gathered.view);
    if (length === null) {
      this.breakOff('a ZIP archive that cannot be followed behind a file whose size stands after it');
      return rest;
    }
    const behind = this.gathered.bytes.slice(length);
    this.gathered.clear();
    this.part = 'mark';
    const joined = new Uint8Array(behind.byteLength + rest.byteLength);
    joined.set(behind);
    joined.set(rest, behind.byteLength);
    return joined;
  }

  private passOn(arrival: Arrival, news: Parameters<Arrival['tell']>[0]): void {
    if (news.news === 'recognised') this.foundDumps = true;
    if (news.news === 'unreadable') this.spokeOfTrouble = true;
    arrival.tell(news);
  }

  private finish(): void {
    this.isSettled = true;
    if (this.foundDumps || this.spokeOfTrouble || this.place.member !== null) return;
    const found = `a ZIP archive of ${this.members} files without a dump`;
    this.arrival.tell({ news: 'unreadable', member: null, what: 'no-dump', found });
  }

  private breakOff(found: string): void {
    this.isSettled = true;
    this.arrival.tell({ news: 'unreadable', member: this.place.member, what: 'container', found });
  }
}
