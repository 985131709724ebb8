import type { BackendFile } from './backend.js';
import { bodyBytesOf, bytesIn, chunkBytes, ChunkCipher, frameBytes } from './chunk-cipher.js';
import { ChunkVersions, unknownVersions } from './chunk-versions.js';
import { DamagedEvidence } from './damaged-evidence.js';
import { readFrames, readRedo, wholeBytes } from './encrypted-reader.js';
import { encodeHeader, readState, type FileIdentity, type FileState } from './file-header.js';

/** Frames that are read by one call. */
const mostFrames = 16;

/** A chunk of which a part has come, or is written over. */
interface Part {
  index: number;
  data: Buffer;
  length: number;
  /** How much of it lies in the file already. */
  persisted: number;
  isDirty: boolean;
}

/** An encrypted chunk on its way. */
interface Frame {
  index: number;
  /** Something lies there already. */
  overwrites: boolean;
  pieces: readonly Buffer[];
}

/** What was true before a write, for the case that it fails. */
interface Before {
  part: Part | null;
  length: number;
  frames: number;
}

/** What shall be known of a file that was opened to be written. */
interface Beginning {
  identity: FileIdentity;
  location: string;
  bytes: number;
  versions: ChunkVersions;
  /** After a crash not all of it can be trusted to be readable. */
  wasTorn: boolean;
  isOpenOnDisk: boolean;
}

/**
 * An encrypted file that is written. Whole chunks are encrypted and written at once; a part of a chunk waits for the
 * rest of it, but not long, so that others can follow and little is lost in a crash.
 */
export class EncryptedFile {
  private readonly cipher: ChunkCipher;
  private length: number;
  /** Places for chunks that the file has, and those of them to which nothing was written yet. */
  private frames: number;
  private readonly holes = new Set<number>();
  private part: Part | null = null;
  private isOpenOnDisk: boolean;
  private areVersionsOnDisk = true;
  /** The file may be longer than its content, since something could not be written. */
  private isRagged = false;
  private turn: Promise<unknown> = Promise.resolve();
  /** Writes on their way: resolves with the last of them, and fails with the first that does. */
  private underway: Promise<void> | null = null;
  private begun = 0;
  /** The first of them that failed. */
  private failed: { number: number; before: Before } | null = null;
  private persisting: NodeJS.Timeout | null = null;

  private constructor(
    private readonly file: BackendFile,
    private readonly beginning: Beginning,
    private readonly persistMilliseconds: number | null,
  ) {
    const { dataKey, fileId } = beginning.identity;
    this.cipher = new ChunkCipher(dataKey, fileId);
    this.length = beginning.bytes;
    this.frames = Math.ceil(beginning.bytes / chunkBytes);
    this.isOpenOnDisk = beginning.isOpenOnDisk;
  }

  /** A new file; its header is written at once, for without it nothing could be read. */
  static async create(
    file: BackendFile,
    { identity, versions }: Pick<Beginning, 'identity' | 'versions'>,
    location: string,
    persistMilliseconds: number | null,
  ): Promise<EncryptedFile> {
    const state = { isOpen: true, bytes: 0, versions };
    await file.writeHeader(encodeHeader(identity, state, location));
    const beginning = { identity, location, bytes: 0, versions, wasTorn: false, isOpenOnDisk: true };
    return new EncryptedFile(file, beginning, persistMilliseconds);
  }

  /** Writes a new file with all of its content, makes it durable and closes it. */
  static async keep(file: BackendFile, identity: FileIdentity, location: string, content: Buffer): Promise<void> {
    const cipher = new ChunkCipher(identity.dataKey, identity.fileId);
    const versions = ChunkVersions.ofNewFile();
    const pieces: Buffer[] = [];
    for (let at = 0; at < content.length; at += chunkBytes) {
      const index = at / chunkBytes;
      pieces.push(...cipher.encrypt(index, versions.at(index), [content.subarray(at, at + chunkBytes)]));
    }
    await file.writeAll(encodeHeader(identity, { isOpen: false, bytes: content.length, versions }, location), pieces);
    await file.sync();
    await file.close();
  }

  /** Goes on with a file. What a crash has left torn is put right or cut off first. */
  static async goOn(
    file: BackendFile,
    identity: FileIdentity,
    location: string,
    persistMilliseconds: number | null,
  ): Promise<EncryptedFile> {
    const state = readState(identity, await file.readHeader(), location);
    const body = await file.bodyBytes();
    const isWhole = state !== null && !state.isOpen && body === bodyBytesOf(state.bytes);
    const versions = state?.versions ?? unknownVersions();
    if (isWhole) {
      const beginning = { identity, location, bytes: state.bytes, versions, wasTorn: false, isOpenOnDisk: false };
      return new EncryptedFile(file, beginning, persistMilliseconds);
    }
    const cipher = new ChunkCipher(identity.dataKey, identity.fileId);
    await redo(file, cipher);
    const bytes = await wholeBytes(file, cipher, await file.bodyBytes(), null);
    await file.truncate(bodyBytesOf(bytes));
    const beginning = { identity, location, bytes, versions, wasTorn: true, isOpenOnDisk: true };
    return new EncryptedFile(file, beginning, persistMilliseconds);
  }

  get size(): number {
    return this.length;
  }

  /** Resolves when it lies in the file with all that came before; what comes next is encrypted meanwhile. */
  async write(pieces: readonly Buffer[], offset: number): Promise<void> {
    const { written } = await this.inTurn(() => this.writeNow(pieces, offset));
    await written;
  }

  read(offset: number, length: number): Promise<Buffer> {
    return this.inTurn(() => this.readNow(offset, length));
  }

  /** Cuts the file; never makes it longer. */
  truncate(bytes: number): Promise<void> {
    return this.inTurn(() => this.cut(bytes));
  }

  /** Others may write meanwhile; what they write is not waited for. */
  async sync(): Promise<void> {
    await this.inTurn(() => (this.holes.size > 0 ? this.persist() : this.settle(this.beginning.location)));
    await this.file.sync();
  }

  /** Makes the file durable as one that lies elsewhere: the next step is to move it there. */
  syncFor(location: string): Promise<void> {
    return this.inTurn(async () => {
      this.isOpenOnDisk = true;
      await this.settle(location);
      await this.file.sync();
    });
  }

  async close(): Promise<void> {
    await this.inTurn(async () => {
      try {
        await this.settle(this.beginning.location);
      } finally {
        await this.closeFile();
      }
    });
  }

  /** Closes the file as it lies; what waits is lost. */
  async discard(): Promise<void> {
    await this.inTurn(() => this.closeFile());
  }

  /** Another copy of the same content goes on from here: what comes is told apart from what comes to the first. */
  fork(branch: number): Promise<void> {
    return this.inTurn(async () => {
      const index = Math.floor(this.length / chunkBytes);
      if (this.length % chunkBytes > 0) {
        const part = await this.partAt(index);
        part.isDirty = true;
      }
      this.beginning.versions = this.beginning.versions.fork(index, branch);
      this.isOpenOnDisk = true;
      await this.persist();
    });
  }

  private async closeFile(): Promise<void> {
    await this.arrived();
    if (this.persisting) clearTimeout(this.persisting);
    this.persisting = null;
    await this.file.close();
  }

  private async writeNow(pieces: readonly Buffer[], offset: number): Promise<{ written: Promise<void> | null }> {
    const source = new PieceReader(pieces);
    const end = offset + source.bytes;
    if (end === offset) return { written: null };
    if (this.failed) await this.arrived();
    await this.begin();
    const before = { part: this.part && { ...this.part }, length: this.length, frames: this.frames };
    let written: Promise<void> | null = null;
    try {
      if (offset > this.length) await this.leaveGap(offset);
      const frames: Frame[] = [];
      for (let at = offset; at < end;) {
        const index = Math.floor(at / chunkBytes);
        const within = at - index * chunkBytes;
        const count = Math.min(chunkBytes - within, end - at);
        const frame =
          count === chunkBytes && this.part?.index !== index
            ? await this.wholeChunk(index, source.take(count))
            : await this.fillPart(index, within, source.take(count));
        if (frame) frames.push(frame);
        at += count;
      }
      if (this.mayBeUnderway(frames)) written = this.writeBeside(frames, before);
      else await this.writeFrames(frames);
      this.length = Math.max(this.length, end);
    } catch (error) {
      await this.arrived();
      this.goBackTo(before);
      throw error;
    }
    this.persistSoon();
    return { written };
  }

  /** Only new chunks: nothing has to be kept aside, and nobody waits for them in a place that is filled otherwise. */
  private mayBeUnderway(frames: readonly Frame[]): boolean {
    const isNew = frames.every(({ overwrites }) => !overwrites);
    return this.file.takesWritesAtOnce && isNew && this.holes.size === 0 && frames.length > 0;
  }

  private writeBeside(frames: readonly Frame[], before: Before): Promise<void> {
    const { index } = frames[0] as Frame;
    const number = (this.begun += 1);
    this.frames = Math.max(this.frames, index + frames.length);
    const writing = this.file.write(
      frames.flatMap(({ pieces }) => pieces),
      index * frameBytes,
    );
    const underway = Promise.all([this.underway, writing]).then(() => undefined);
    underway.catch(() => {
      if (this.failed === null || number < this.failed.number) this.failed = { number, before };
    });
    this.underway = underway;
    return underway;
  }

  /** Nothing is on its way any more; of what failed, and of all that came behind it, nothing counts. */
  private async arrived(): Promise<void> {
    for (let last = this.underway; last; last = this.underway) {
      await last.catch(() => undefined);
      if (this.underway === last) this.underway = null;
    }
    const { failed } = this;
    this.failed = null;
    if (failed) this.goBackTo(failed.before);
  }

  private async wholeChunk(index: number, content: readonly Buffer[]): Promise<Frame> {
    const overwrites = this.isPersisted(index);
    if (overwrites) await this.noteRewritten(index);
    return { index, overwrites, pieces: this.cipher.encrypt(index, this.versions.at(index), content) };
  }

  /** The frame of the chunk when it has become whole. */
  private async fillPart(index: number, within: number, content: readonly Buffer[]): Promise<Frame | null> {
    const part = await this.partAt(index);
    if (within < part.persisted) await this.noteRewritten(index);
    let at = within;
    for (const piece of content) at += piece.copy(part.data, at);
    part.length = Math.max(part.length, at);
    part.isDirty = true;
    if (part.length < chunkBytes) return null;
    this.part = null;
    return {
      index,
      overwrites: part.persisted > 0,
      pieces: this.cipher.encrypt(index, this.versions.at(index), [part.data]),
    };
  }

  /** Of what could not be written nothing counts; what waited before still waits. */
  private goBackTo({ part, length, frames }: Before): void {
    this.isRagged = true;
    this.length = length;
    this.frames = Math.min(this.frames, frames);
    for (const index of this.holes) if (index * chunkBytes >= length) this.holes.delete(index);
    this.part = part;
    if (!part) return;
    part.data.fill(0, part.length);
    part.isDirty = true;
    if (this.isPersisted(part.index)) part.persisted = chunkBytes;
  }

  /** Bytes come behind a gap: chunks between become holes, and the last one is filled with zeros. */
  private async leaveGap(offset: number): Promise<void> {
    const index = Math.floor(offset / chunkBytes);
    const last = Math.floor(this.length / chunkBytes);
    if (last === index) return;
    await this.arrived();
    if (this.length % chunkBytes > 0) {
      const part = await this.partAt(last);
      part.length = chunkBytes;
      part.isDirty = true;
      await this.persist();
    }
    for (let hole = Math.ceil(this.length / chunkBytes); hole < index; hole += 1) this.holes.add(hole);
    this.length = index * chunkBytes;
  }

  /** The chunk at a place, to be changed; what was in hand before is written. */
  private async partAt(index: number): Promise<Part> {
    if (this.part?.index === index) return this.part;
    await this.persist();
    const data = Buffer.alloc(chunkBytes);
    let length = Math.min(chunkBytes, Math.max(0, this.length - index * chunkBytes));
    let persisted = 0;
    if (this.isPersisted(index)) {
      const content = await this.contentAt(index);
      content.copy(data);
      length = content.length;
      persisted = content.length;
    }
    this.part = { index, data, length, persisted, isDirty: false };
    return this.part;
  }

  private async readNow(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(offset + length, this.length);
    if (offset < 0 || offset >= end) return Buffer.alloc(0);
    const first = Math.floor(offset / chunkBytes);
    const last = Math.floor((end - 1) / chunkBytes);
    const contents: Buffer[] = [];
    for (let index = first; index <= last; index += mostFrames)
      contents.push(...(await this.contentsAt(index, Math.min(mostFrames, last + 1 - index))));
    return Buffer.concat(contents).subarray(offset - first * chunkBytes, end - first * chunkBytes);
  }

  private async contentAt(index: number): Promise<Buffer> {
    return (await this.contentsAt(index, 1))[0] as Buffer;
  }

  private async contentsAt(first: number, count: number): Promise<Buffer[]> {
    await this.arrived();
    const frames = await readFrames(this.file, first, count);
    return Array.from({ length: count }, (_, place) => {
      const index = first + place;
      if (this.part?.index === index) return this.part.data.subarray(0, this.part.length);
      if (this.holes.has(index)) return Buffer.alloc(chunkBytes);
      const chunk = this.cipher.decrypt(index, frames.subarray(place * frameBytes, (place + 1) * frameBytes));
      // Left open by somebody who died behind a gap.
      if (chunk === 'hole' && this.beginning.wasTorn) return Buffer.alloc(chunkBytes);
      if (typeof chunk === 'string' || (!this.beginning.wasTorn && this.isOld(chunk, index)))
        throw new DamagedEvidence(this.beginning.location, `bytes from ${index * chunkBytes} on cannot be read`);
      return chunk.content;
    });
  }

  private isOld({ version }: { version: number }, index: number): boolean {
    return this.versions.areKnown && version !== this.versions.at(index);
  }

  private async cut(bytes: number): Promise<void> {
    await this.arrived();
    if (bytes >= this.length) return;
    await this.begin();
    const index = Math.floor(bytes / chunkBytes);
    const rest = bytes % chunkBytes;
    const kept = rest === 0 ? null : await this.beginningOf(index, rest);
    await this.forgetVersionsOnDisk();
    this.versions.cut(index);
    await this.file.truncate(bodyBytesOf(index * chunkBytes));
    this.frames = Math.min(this.frames, index);
    for (const hole of this.holes) if (hole >= index) this.holes.delete(hole);
    this.part = null;
    this.length = index * chunkBytes;
    if (!kept) return;
    this.part = { index, data: Buffer.alloc(chunkBytes), length: kept.length, persisted: 0, isDirty: true };
    kept.copy(this.part.data);
    this.length += kept.length;
    await this.persist();
  }

  /** What is kept of a chunk that is cut; after a crash it may be torn, and nothing is. */
  private async beginningOf(index: number, bytes: number): Promise<Buffer | null> {
    try {
      return Buffer.from((await this.contentAt(index)).subarray(0, bytes));
    } catch (error) {
      if (this.beginning.wasTorn && error instanceof DamagedEvidence) return null;
      throw error;
    }
  }

  /** Before anything is changed the header says that somebody writes. */
  private async begin(): Promise<void> {
    if (this.isOpenOnDisk) return;
    await this.writeHeader({ isOpen: true, bytes: this.length, versions: this.versions });
    this.isOpenOnDisk = true;
    this.areVersionsOnDisk = true;
  }

  /** All that was written lies in the file, and the header says so. */
  private async settle(location: string): Promise<void> {
    await this.arrived();
    if (!this.isOpenOnDisk) return;
    const zeros = Buffer.alloc(chunkBytes);
    for (const index of [...this.holes].sort((a, b) => a - b)) {
      const content = zeros.subarray(0, Math.min(chunkBytes, this.length - index * chunkBytes));
      if (this.part?.index !== index)
        await this.writeFrames([
          { index, overwrites: false, pieces: this.cipher.encrypt(index, this.versions.at(index), [content]) },
        ]);
    }
    await this.persist();
    if (this.isRagged) await this.file.truncate(bodyBytesOf(this.length));
    this.isRagged = false;
    this.beginning.location = location;
    await this.writeHeader({ isOpen: false, bytes: this.length, versions: this.versions });
    this.isOpenOnDisk = false;
  }

  private async noteRewritten(index: number): Promise<void> {
    await this.arrived();
    await this.forgetVersionsOnDisk();
    this.versions.rewrite(index);
  }

  /** After a crash nobody shall miss versions that the header did not get to know. */
  private async forgetVersionsOnDisk(): Promise<void> {
    if (!this.areVersionsOnDisk) return;
    await this.writeHeader({ isOpen: true, bytes: this.length, versions: unknownVersions() });
    this.areVersionsOnDisk = false;
  }

  private writeHeader(state: FileState): Promise<void> {
    return this.file.writeHeader(encodeHeader(this.beginning.identity, state, this.beginning.location));
  }

  private async persist(): Promise<void> {
    const { part } = this;
    if (!part?.isDirty) return;
    const content = part.data.subarray(0, part.length);
    const pieces = this.cipher.encrypt(part.index, this.versions.at(part.index), [content]);
    await this.writeFrames([{ index: part.index, overwrites: part.persisted > 0, pieces }]);
    part.persisted = part.length;
    part.isDirty = false;
  }

  /** Neighbours go together. What lies there already is written one by one, each kept aside before. */
  private async writeFrames(frames: readonly Frame[]): Promise<void> {
    let run: Buffer[] = [];
    let start = 0;
    const flush = async (): Promise<void> => {
      if (run.length > 0) await this.file.write(run, start * frameBytes);
      run = [];
    };
    for (const { index, overwrites, pieces } of frames) {
      if (overwrites) {
        await flush();
        await this.file.writeRedo([indexBytes(index), ...pieces]);
        await this.file.write(pieces, index * frameBytes);
      } else {
        if (run.length === 0) start = index;
        run.push(...pieces);
      }
    }
    await flush();
    for (const { index } of frames) {
      this.holes.delete(index);
      this.frames = Math.max(this.frames, index + 1);
    }
  }

  private isPersisted(index: number): boolean {
    return index < this.frames && !this.holes.has(index);
  }

  /** Others follow the file, and a crash shall cost little. */
  private persistSoon(): void {
    if (this.persistMilliseconds === null || this.persisting || !this.part?.isDirty) return;
    this.persisting = setTimeout(() => {
      this.persisting = null;
      // Who writes next, or closes, hears of a fault: then it is tried again.
      this.inTurn(() => this.persist()).catch(() => undefined);
    }, this.persistMilliseconds);
    this.persisting.unref();
  }

  private get versions(): ChunkVersions {
    return this.beginning.versions;
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.turn.then(work, work);
    this.turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Writes again what a crash has torn while it was written over. */
async function redo(file: BackendFile, cipher: ChunkCipher): Promise<void> {
  const kept = await readRedo(file, cipher);
  if (!kept || kept.index * frameBytes >= (await file.bodyBytes())) return;
  const isTorn = cipher.decrypt(kept.index, await readFrames(file, kept.index, 1)) === 'broken';
  if (isTorn) await file.write([kept.frame], kept.index * frameBytes);
}

function indexBytes(index: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(index));
  return bytes;
}

/** Takes bytes from pieces one after another, without copying them. */
class PieceReader {
  readonly bytes: number;
  private piece = 0;
  private at = 0;

  constructor(private readonly pieces: readonly Buffer[]) {
    this.bytes = bytesIn(pieces);
  }

  take(count: number): Buffer[] {
    const parts: Buffer[] = [];
    for (let left = count; left > 0;) {
      const piece = this.pieces[this.piece];
      if (!piece) throw new Error(`${left} bytes more were asked for than there are`);
      const part = piece.subarray(this.at, this.at + left);
      if (part.length > 0) parts.push(part);
      left -= part.length;
      this.at += part.length;
      if (this.at < piece.length) continue;
      this.piece += 1;
      this.at = 0;
    }
    return parts;
  }
}
