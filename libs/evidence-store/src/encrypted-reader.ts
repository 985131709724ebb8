import { setTimeout as pause } from 'node:timers/promises';
import type { BackendFile } from './backend.js';
import { bodyBytesOf, chunkBytes, ChunkCipher, frameBytes, frameOverhead, type Chunk } from './chunk-cipher.js';
import { DamagedEvidence } from './damaged-evidence.js';
import { readState, type FileIdentity, type FileState } from './file-header.js';

/** Frames that are read by one call. */
const mostFrames = 16;
/** Chunks of which the content is kept, for readers that go to and fro in small steps, or on in small steps. */
const mostRecent = 32;
/** A frame that its writer is just replacing is whole a moment later. */
const patience = [2, 10, 50, 200];

/** Reads the content of an encrypted file as it was when it was opened, also while somebody writes on. */
export class EncryptedReader {
  private recent: { index: number; content: Buffer }[] = [];

  private constructor(
    private readonly file: BackendFile,
    private readonly identity: FileIdentity,
    private readonly cipher: ChunkCipher,
    private readonly location: string,
    private state: FileState,
    readonly size: number,
  ) {}

  static async open(file: BackendFile, identity: FileIdentity, location: string): Promise<EncryptedReader> {
    const cipher = new ChunkCipher(identity.dataKey, identity.fileId);
    const state = await stateOf(file, identity, location);
    if (!state) throw new DamagedEvidence(location, 'what its header says of it was changed');
    const size = await contentBytes(file, cipher, state, location);
    return new EncryptedReader(file, identity, cipher, location, state, size);
  }

  /** As many bytes as there are of those asked for. */
  async read(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(offset + length, this.size);
    if (offset < 0 || offset >= end) return Buffer.alloc(0);
    const first = Math.floor(offset / chunkBytes);
    const last = Math.floor((end - 1) / chunkBytes);
    const pieces: Buffer[] = [];
    for (let index = first; index <= last; index += mostFrames)
      pieces.push(...(await this.contents(index, Math.min(mostFrames, last + 1 - index))));
    const from = offset - first * chunkBytes;
    if (pieces.length === 1) return (pieces[0] as Buffer).subarray(from, from + end - offset);
    return Buffer.concat(pieces).subarray(from, from + end - offset);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async contents(first: number, count: number): Promise<Buffer[]> {
    if (count > 1) return await this.fetch(first, count);
    const known = this.recent.find(({ index }) => index === first);
    if (known) return [known.content];
    // Whoever goes on where the last read ended will want more than that.
    const goesOn = this.recent[0]?.index === first - 1;
    const left = Math.ceil(this.size / chunkBytes) - first;
    const contents = await this.fetch(first, goesOn ? Math.min(mostFrames, left) : 1);
    const fresh = contents.map((content, place) => ({ index: first + place, content })).reverse();
    this.recent = [...fresh, ...this.recent].slice(0, mostRecent);
    return contents.slice(0, 1);
  }

  private async fetch(first: number, count: number): Promise<Buffer[]> {
    const frames = await readFrames(this.file, first, count);
    const contents: Buffer[] = [];
    for (let place = 0; place < count; place += 1)
      contents.push(await this.contentOf(first + place, frames.subarray(place * frameBytes, (place + 1) * frameBytes)));
    return contents;
  }

  private async contentOf(index: number, frame: Buffer): Promise<Buffer> {
    const wanted = Math.min(chunkBytes, this.size - index * chunkBytes);
    let chunk = this.cipher.decrypt(index, frame);
    for (const milliseconds of patience) {
      if (this.isAsExpected(chunk, index, wanted)) break;
      // Somebody may be writing: only what stands in the header now says what is to be expected.
      const state = await stateOf(this.file, this.identity, this.location);
      if (state) this.state = state;
      if (!this.mayChange(state)) break;
      await pause(milliseconds);
      chunk = this.cipher.decrypt(index, await readFrames(this.file, index, 1));
    }
    if (chunk === 'hole' && this.state.isOpen) return Buffer.alloc(wanted);
    if (!this.isAsExpected(chunk, index, wanted))
      throw new DamagedEvidence(this.location, `${flawOf(chunk)} (bytes from ${index * chunkBytes} on)`);
    return chunk.content.subarray(0, wanted);
  }

  private mayChange(state: FileState | null): boolean {
    return state === null || state.isOpen || state.bytes !== this.size;
  }

  private isAsExpected(chunk: Chunk | 'hole' | 'broken', index: number, wanted: number): chunk is Chunk {
    if (typeof chunk === 'string') return false;
    const { isOpen, bytes, versions } = this.state;
    if (isOpen || bytes !== this.size) return chunk.content.length >= wanted;
    return chunk.content.length === wanted && (!versions.areKnown || versions.at(index) === chunk.version);
  }
}

/** How long a file is, also one that is damaged: so much can be gone on with. */
export async function sizeOf(file: BackendFile, identity: FileIdentity, location: string): Promise<number> {
  const state = readState(identity, await file.readHeader(), location);
  const body = await file.bodyBytes();
  if (state && !state.isOpen && body === bodyBytesOf(state.bytes)) return state.bytes;
  const cipher = new ChunkCipher(identity.dataKey, identity.fileId);
  return await wholeBytes(file, cipher, body, await readRedo(file, cipher));
}

/** What the header says now; null when that cannot be read, because it is just being written or was changed. */
async function stateOf(file: BackendFile, identity: FileIdentity, location: string): Promise<FileState | null> {
  for (const milliseconds of patience) {
    const state = readState(identity, await file.readHeader(), location);
    if (state) return state;
    await pause(milliseconds);
  }
  return null;
}

/** How much can be read: what the header says, or of a file that is being written what is whole of it. */
async function contentBytes(
  file: BackendFile,
  cipher: ChunkCipher,
  state: FileState,
  location: string,
): Promise<number> {
  const body = await file.bodyBytes();
  const expected = bodyBytesOf(state.bytes);
  if (state.isOpen || body > expected) return await wholeBytes(file, cipher, body, null);
  if (body < expected)
    throw new DamagedEvidence(location, `it was cut to ${body} bytes of ${expected} that were written`);
  return state.bytes;
}

/**
 * How long the content is by its last whole chunks. What was torn by a crash does not count, nor what was never filled.
 * A machine that loses its power may keep the last writes and lose those before: so some more are looked at.
 */
export async function wholeBytes(
  file: BackendFile,
  cipher: ChunkCipher,
  bodyBytes: number,
  redo: Redo | null,
): Promise<number> {
  const rest = bodyBytes % frameBytes;
  const slots = Math.floor(bodyBytes / frameBytes) + (rest > frameOverhead ? 1 : 0);
  for (let end = slots; end > 0; end -= mostFrames) {
    const first = Math.max(0, end - mostFrames);
    const frames = await readFrames(file, first, end - first);
    let bytes = 0;
    for (let index = end - 1; index >= first; index -= 1) {
      const at = (index - first) * frameBytes;
      const lying = cipher.decrypt(index, frames.subarray(at, at + frameBytes));
      const chunk = lying === 'broken' && redo?.index === index ? redo.chunk : lying;
      if (chunk === 'broken') bytes = 0;
      else if (chunk !== 'hole' && (bytes === 0 || chunk.content.length < chunkBytes))
        bytes = index * chunkBytes + chunk.content.length;
    }
    if (bytes > 0) return bytes;
  }
  return 0;
}

/** A chunk that was kept aside before it was written over something. */
export interface Redo {
  index: number;
  frame: Buffer;
  chunk: Chunk;
}

/** Null when nothing was kept aside, or a crash has torn that. */
export async function readRedo(file: BackendFile, cipher: ChunkCipher): Promise<Redo | null> {
  const kept = await file.readRedo();
  if (!kept || kept.length <= 8) return null;
  const index = Number(kept.readBigUInt64BE(0));
  const frame = kept.subarray(8);
  const chunk = cipher.decrypt(index, frame);
  return typeof chunk === 'string' ? null : { index, frame, chunk };
}

/** Consecutive frames as they lie; shorter when the file ends. */
export async function readFrames(file: BackendFile, first: number, count: number): Promise<Buffer> {
  const frames = Buffer.allocUnsafe(count * frameBytes);
  const bytes = await file.read(frames, first * frameBytes);
  return frames.subarray(0, bytes);
}

function flawOf(chunk: Chunk | 'hole' | 'broken'): string {
  if (chunk === 'hole') return 'a part of it was never written';
  if (chunk === 'broken') return 'a part of it was changed or comes from elsewhere';
  return 'a part of it is of another time';
}
