import { ArrivingContent } from './arriving-content.js';
import type { Arrival, DumpNews } from './dump-news.js';

/** Limits of what an arriving file may cost. */
export interface ArrivingLimits {
  /** How much of the beginning of a dump is kept in memory, at least 64 KiB; 16 MiB unless said. */
  keptBytes?: number;
  /** How much comes out of archives in all before no more is looked at; 64 GiB unless said. */
  mostUnpackedBytes?: number;
  /** How many files inside archives are looked at; 10,000 unless said. */
  mostMembers?: number;
}

/**
 * Reads a file while it arrives: give it the bytes in their order, in pieces of any size, and it tells what is known as
 * soon as it is. A dump may come raw, in a ZIP or gzip, or in one of these inside another. Holds `keptBytes` and the
 * 64 KiB that unpacking looks back, whatever comes. What has not arrived is never called lost before `end`.
 */
export class ArrivingDump {
  /** How many bytes were given. */
  arrivedBytes = 0;
  private readonly content: ArrivingContent;
  private news: DumpNews[] = [];
  private isBusy = false;

  constructor(limits: ArrivingLimits = {}) {
    const { keptBytes = 0x100_0000, mostUnpackedBytes = 2 ** 36, mostMembers = 10_000 } = limits;
    let unpacked = 0;
    let members = 0;
    const arrival: Arrival = {
      tell: (news) => this.news.push(news),
      spend: (bytes) => (unpacked += bytes) <= mostUnpackedBytes,
      countMember: () => (members += 1) <= mostMembers,
      keptBytes: Math.max(0x1_0000, keptBytes),
    };
    this.content = new ArrivingContent({ member: null, container: [] }, arrival);
  }

  /** Nothing more will be told, whatever comes: the rest need not be given. */
  get isSettled(): boolean {
    return this.content.isSettled;
  }

  /** Takes the next bytes; tells what is known by them. They may be overwritten once this has ended. */
  async push(bytes: Uint8Array): Promise<DumpNews[]> {
    this.arrivedBytes += bytes.byteLength;
    return await this.inTurn(() => this.content.push(bytes));
  }

  /** No more bytes will come: tells whether the dumps are whole. */
  async end(): Promise<DumpNews[]> {
    return await this.inTurn(() => this.content.end());
  }

  private async inTurn(work: () => Promise<void>): Promise<DumpNews[]> {
    if (this.isBusy)
      throw new Error('bytes were given before those before them were taken; expected one after another');
    this.isBusy = true;
    try {
      await work();
    } finally {
      this.isBusy = false;
    }
    const news = this.news;
    this.news = [];
    return news;
  }
}

/** Tells what is known of a stream of bytes as soon as it is; the stream is ended early when nothing more can be told. */
export async function* followDump(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limits: ArrivingLimits = {},
): AsyncGenerator<DumpNews, void> {
  const arriving = new ArrivingDump(limits);
  for await (const piece of pieces) {
    yield* await arriving.push(piece);
    if (arriving.isSettled) return;
  }
  yield* await arriving.end();
}
