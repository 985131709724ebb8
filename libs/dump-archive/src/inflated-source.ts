import type { ByteSource } from '@caserelay/crash-dump';
import type { Flow, Reentry } from './flow.js';

const blockBytes = 64 * 1024;
/** 32 MiB. */
const keptBlocks = 512;
const noBytes = Buffer.alloc(0);

/**
 * Packed data as if it were not: bytes at any place, unpacked from the nearest noted place before it. Nothing is
 * written. Reading onwards is cheap, going elsewhere costs the megabytes between two places.
 */
export class InflatedSource implements ByteSource {
  private readonly blocks = new Map<number, Buffer>();
  private cursor: Cursor | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly packed: Reentry,
    readonly size: number,
  ) {}

  read(offset: number, length: number): Promise<DataView> {
    const reading = this.last.then(() => this.readNow(offset, length));
    this.last = reading.catch(() => undefined);
    return reading;
  }

  close(): void {
    this.cursor?.flow.close();
    this.cursor = null;
    this.blocks.clear();
  }

  private async readNow(offset: number, length: number): Promise<DataView> {
    const from = Math.max(0, offset);
    const end = Math.min(this.size, from + Math.max(0, length));
    const parts: Buffer[] = [];
    for (let at = from; at < end;) {
      const index = Math.floor(at / blockBytes);
      const block = this.blocks.get(index) ?? (await this.inflateTo(index));
      this.keep(index, block);
      const part = block.subarray(at - index * blockBytes, end - index * blockBytes);
      if (part.length === 0) break;
      parts.push(part);
      at += part.length;
    }
    const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private async inflateTo(index: number): Promise<Buffer> {
    const start = index * blockBytes;
    const wanted = Math.min(blockBytes, this.size - start);
    const { cursor } = this;
    const isOnTheWay =
      cursor !== null && cursor.at <= start && this.packed.placeBefore(start) <= Math.max(cursor.at, cursor.from);
    if (!isOnTheWay) this.cursor = await this.openAt(start);
    for (;;) {
      const block = this.blocks.get(index);
      if (block && block.length >= wanted) return block;
      const piece = await this.cursor?.flow.next();
      if (!piece || !this.cursor) return block ?? noBytes;
      this.keepPiece(this.cursor, piece.bytes);
    }
  }

  private async openAt(start: number): Promise<Cursor> {
    this.cursor?.flow.close();
    const { flow, from, begun } = await this.packed.openBefore(start);
    const cursor: Cursor = { flow, from, at: from, begun: [] };
    this.keepPiece(cursor, begun);
    return cursor;
  }

  /** Cuts what came out into blocks. The first one after a place is seldom whole and left out. */
  private keepPiece(cursor: Cursor, bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) {
      const index = Math.floor(cursor.at / blockBytes);
      const end = Math.min(bytes.length, done + (index + 1) * blockBytes - cursor.at);
      const part = bytes.subarray(done, end);
      const isFromItsBeginning = cursor.begun.length > 0 || cursor.at % blockBytes === 0;
      if (isFromItsBeginning) cursor.begun.push(part);
      cursor.at += part.length;
      done = end;
      if (cursor.at % blockBytes !== 0 && cursor.at !== this.size) continue;
      if (isFromItsBeginning) this.keep(index, Buffer.concat(cursor.begun));
      cursor.begun = [];
    }
  }

  private keep(index: number, block: Buffer): void {
    this.blocks.delete(index);
    this.blocks.set(index, block);
    const oldest = this.blocks.size > keptBlocks ? this.blocks.keys().next() : null;
    if (oldest?.done === false) this.blocks.delete(oldest.value);
  }
}

/** Where inflating has come to. */
interface Cursor {
  flow: Flow;
  from: number;
  at: number;
  /** Parts of the block that is not whole yet. */
  begun: Buffer[];
}
