import { analyseDump } from '../analyse-dump.js';
import type { DumpFacts } from '../dump-facts.js';
import { readDump } from '../read-dump.js';
import { startsWith } from '../sniff.js';
import { UnreadableDump } from '../unreadable-dump.js';
import type { Arrival, ArrivingFacts, ArrivingReport, Content, Place } from './dump-news.js';
import { KeptBytes } from './kept-bytes.js';

/** Where the inside is looked at, besides the end: each look costs a few milliseconds at most. */
const insideMarks = [0x1_0000, 0x4_0000, 0x10_0000, 0x40_0000, 0x100_0000];
/** Headers, and the beginning of what follows them, without which kind and size are not known. */
const headBytes = 0x2100;
/** Parts of a minidump may lie anywhere; as often as this it is looked whether more of them have come. */
const mostLooks = 32;
/** As large as it will be, while that is unknown: so that nobody takes for lost what is on its way. */
const unknownSize = Number.MAX_SAFE_INTEGER;

/**
 * A dump while it arrives. It is looked at where its own bytes say, however they come in pieces, so that the same is told
 * for all of them.
 */
export class DumpContent implements Content {
  private readonly kept: KeptBytes;
  private isOver = false;
  private facts: ArrivingFacts | null = null;
  private factsAt = 0;
  private looks = 0;
  private insideAt: number[];
  private lastFacts = '';
  private lastInside = '';

  constructor(
    private readonly place: Place,
    private readonly arrival: Arrival,
  ) {
    this.kept = new KeptBytes(arrival.keptBytes);
    this.insideAt = insideMarks.filter((mark) => mark <= arrival.keptBytes);
  }

  get isSettled(): boolean {
    return this.isOver;
  }

  async push(bytes: Uint8Array): Promise<void> {
    if (this.isOver) return;
    this.kept.push(bytes);
    if (this.factsAt === 0) {
      const head = this.kept.head(8);
      if (head.byteLength < 8) return;
      this.factsAt = leastHead(new DataView(head.buffer, head.byteOffset, head.byteLength));
    }
    for (let at = this.nextMark(); !this.isOver && at <= this.kept.arrived; at = this.nextMark()) {
      if (at === this.factsAt) await this.lookAtFacts(at);
      if (at === this.insideAt[0]) await this.lookAtInside(at);
    }
  }

  async end(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    const { arrived } = this.kept;
    try {
      const { completeness, ...facts } = await readDump(this.kept.source(arrived, arrived));
      this.tellFacts({ ...facts, expectedBytes: completeness.expectedBytes });
      if (arrived <= this.arrival.keptBytes) await this.tellInside(arrived, arrived);
      this.arrival.tell({ news: 'ended', member: this.place.member, completeness });
    } catch (error) {
      this.refuse(error);
    }
  }

  private nextMark(): number {
    return Math.min(this.factsAt, this.insideAt[0] ?? Infinity);
  }

  private async lookAtFacts(at: number): Promise<void> {
    this.looks += 1;
    const missed: [from: number, to: number][] = [];
    const source = this.kept.source(at, unknownSize, (from, to) => missed.push([from, to]));
    let read: DumpFacts;
    try {
      read = await readDump(source);
    } catch (error) {
      return this.refuse(error);
    }
    const { completeness, ...facts } = read;
    const isUser = facts.format === 'user-minidump';
    const awaited = missed.filter(([from]) => isUser || from < headBytes).map(([, to]) => to);
    const next = Math.min(...awaited.filter((to) => to > at && to <= this.arrival.keptBytes));
    this.factsAt = this.looks < mostLooks ? next : Infinity;
    const isKnown = isUser ? facts.machine !== 'unknown' : this.factsAt === Infinity;
    if (isKnown) this.tellFacts({ ...facts, expectedBytes: completeness.expectedBytes });
  }

  private tellFacts(facts: ArrivingFacts): void {
    const text = JSON.stringify(facts);
    if (text === this.lastFacts) return;
    this.lastFacts = text;
    this.facts = facts;
    this.arrival.tell({ news: 'facts', member: this.place.member, facts });
    const { expectedBytes } = facts;
    if (expectedBytes !== null && expectedBytes <= this.arrival.keptBytes)
      this.insideAt = [...this.insideAt.filter((mark) => mark < expectedBytes), expectedBytes];
  }

  private async lookAtInside(at: number): Promise<void> {
    this.insideAt = this.insideAt.slice(1);
    const whole = this.facts?.expectedBytes === at;
    if (this.facts) await this.tellInside(at, whole ? at : unknownSize);
  }

  private async tellInside(length: number, size: number): Promise<void> {
    const { completeness: _, notes: __, ...report } = await analyseDump(this.kept.source(length, size));
    if (!tellsMore(report)) return;
    const text = JSON.stringify(report);
    if (text === this.lastInside) return;
    this.lastInside = text;
    this.arrival.tell({ news: 'inside', member: this.place.member, report });
  }

  private refuse(error: unknown): void {
    if (!(error instanceof UnreadableDump)) throw error;
    this.isOver = true;
    this.arrival.tell({ news: 'unreadable', member: this.place.member, what: error.what, found: error.found });
  }
}

/** As much as a header needs to be read at all. */
function leastHead(head: DataView): number {
  if (startsWith(head, 'PAGEDU64')) return 0x2000;
  return startsWith(head, 'PAGEDUMP') ? 0x1000 : 32;
}

function tellsMore({ crash, process, hardware, modules, unloadedModules, threads }: ArrivingReport): boolean {
  return (
    crash !== null ||
    process !== null ||
    hardware !== null ||
    [modules, unloadedModules, threads].some(({ length }) => length > 0)
  );
}
