import { DamagedEvidence } from './damaged-evidence.js';
import type { BackendFile } from './backend.js';
import { bytesIn } from './chunk-cipher.js';
import type { S3Objects } from './s3-objects.js';
import type { SpooledFile } from './spool.js';

/** Where the parts of one file are. */
export interface S3Parts {
  /** Under which name the parts of this content lie; another content of the same file has another one. */
  generation: string;
  partBytes: number;
  /** Whose machine writes it, or did so last: what another one still has of it counts no more. */
  writer: string;
  header: Buffer;
}

/** Parts that wait on this machine before whoever writes has to wait for the bucket. */
const mostWaiting = 6;
/** How long a part that does not become full is kept from readers elsewhere. */
const publishMilliseconds = 1_000;

interface LocalPart {
  bytes: number;
  isDirty: boolean;
  publishedBytes: number;
  /** Who reads or writes it at this moment: until then it stays. */
  users: number;
  putting: Promise<void> | null;
}

/**
 * A file in a bucket, as one that is written. What comes goes into parts on this machine; each that is full is put into the
 * bucket, beside the writing, and leaves this machine. Closed, all of it is there.
 */
export class S3WrittenFile implements BackendFile {
  readonly takesWritesAtOnce = false;
  private readonly local = new Map<number, LocalPart>();
  private header: Buffer;
  private isHeaderDirty: boolean;
  private dropping: Promise<void> = Promise.resolve();
  private publishing: NodeJS.Timeout | null = null;
  private failure: Error | null = null;

  constructor(
    private readonly objects: S3Objects,
    private readonly spool: SpooledFile,
    private readonly parts: S3Parts,
    private readonly remote: Map<number, number>,
    local: ReadonlyMap<number, number>,
    /** Null for a draft, which has no place yet. */
    private readonly headerKey: string | null,
    isInBucket: boolean,
  ) {
    this.header = parts.header;
    this.isHeaderDirty = !isInBucket;
    for (const [part, bytes] of local)
      this.local.set(part, { bytes, isDirty: true, publishedBytes: 0, users: 0, putting: null });
  }

  readHeader(): Promise<Buffer> {
    return Promise.resolve(this.header);
  }

  async writeHeader(header: Buffer): Promise<void> {
    this.header = header;
    this.isHeaderDirty = true;
    await this.spool.writeHeader(encodeParts({ ...this.parts, header }));
  }

  async writeAll(header: Buffer, pieces: readonly Buffer[]): Promise<void> {
    await this.writeHeader(header);
    if (pieces.length > 0) await this.write(pieces, 0);
  }

  bodyBytes(): Promise<number> {
    const sizes = new Map([...this.remote, ...[...this.local].map(([part, { bytes }]) => [part, bytes] as const)]);
    return Promise.resolve(endOf(sizes, this.parts.partBytes));
  }

  async read(into: Buffer, offset: number): Promise<number> {
    const bytes = Math.min(into.length, Math.max(0, (await this.bodyBytes()) - offset));
    for (const { part, within, from, count } of this.slices(offset, bytes)) {
      const target = into.subarray(from, from + count).fill(0);
      const local = this.local.get(part);
      if (local) await used(local, () => this.spool.read(part, target, within));
      else if (this.remote.has(part))
        (await this.objects.get(keyOf(this.parts, part), { from: within, bytes: count }))?.copy(target);
    }
    return bytes;
  }

  async write(pieces: readonly Buffer[], offset: number): Promise<void> {
    if (this.failure) throw this.failure;
    let last = 0;
    for (const { part, within, from, count } of this.slices(offset, bytesIn(pieces))) {
      await this.change(part, async (local) => {
        await this.spool.write(part, cut(pieces, from, count), within);
        local.bytes = Math.max(local.bytes, within + count);
      });
      last = part;
    }
    const isTight = this.local.size > mostWaiting;
    for (const [part, { bytes, isDirty }] of this.local)
      if (isDirty && (part < last || bytes === this.parts.partBytes || (isTight && part !== last)))
        this.putBeside(part);
    this.publishSoon();
    await this.waitForRoom();
  }

  async truncate(bytes: number): Promise<void> {
    await this.settled();
    const boundary = Math.floor(bytes / this.parts.partBytes);
    const rest = bytes % this.parts.partBytes;
    const first = rest > 0 ? boundary + 1 : boundary;
    for (const part of [...this.local.keys()].filter((one) => one >= first)) {
      this.local.delete(part);
      await this.spool.drop(part);
    }
    for (const part of [...this.remote.keys()].filter((one) => one >= first)) {
      await this.objects.remove(keyOf(this.parts, part));
      this.remote.delete(part);
    }
    if (rest === 0 || (!this.local.has(boundary) && !this.remote.has(boundary))) return;
    await this.change(boundary, async (local) => {
      if (local.bytes > rest) await this.spool.truncate(boundary, rest);
      local.bytes = Math.min(local.bytes, rest);
    });
  }

  writeRedo(pieces: readonly Buffer[]): Promise<void> {
    return this.spool.writeRedo(pieces);
  }

  readRedo(): Promise<Buffer | null> {
    return this.spool.readRedo();
  }

  /** What is not in the bucket yet survives on the disk of this machine. */
  sync(): Promise<void> {
    return this.spool.sync();
  }

  /** All of it is in the bucket afterwards; when that fails it stays here, and can be gone on with. */
  async close(): Promise<void> {
    if (this.publishing) clearTimeout(this.publishing);
    try {
      await this.settled();
      if (this.headerKey === null) return await this.spool.close();
      await this.putAll(this.headerKey);
    } catch (error) {
      await this.spool.close();
      throw error;
    }
    await this.spool.remove();
  }

  /** Puts all that lies here under the name of a file; the header last, for it says that all is there. */
  async putAll(headerKey: string): Promise<void> {
    const dirty = [...this.local].filter(([, { isDirty }]) => isDirty);
    await Promise.all(dirty.map(([part]) => this.put(part, this.headerKey)));
    if (this.isHeaderDirty) await this.putHeader(headerKey);
  }

  private async putHeader(headerKey: string): Promise<void> {
    const { header } = this;
    await this.objects.put(headerKey, encodeParts({ ...this.parts, header }));
    if (header === this.header) this.isHeaderDirty = false;
  }

  private put(part: number, headerKey: string | null): Promise<void> {
    const local = this.local.get(part);
    if (!local) return Promise.resolve();
    local.putting ??= this.putNow(part, local, headerKey).finally(() => (local.putting = null));
    return local.putting;
  }

  private async putNow(part: number, local: LocalPart, headerKey: string | null): Promise<void> {
    // Without a header nobody would know whose part it is.
    if (headerKey !== null && this.isHeaderDirty && this.remote.size === 0) await this.putHeader(headerKey);
    local.isDirty = false;
    try {
      const content = await this.spool.readPart(part);
      if (!content) throw new Error(`part ${part} was taken away from this machine before it was in the bucket`);
      await this.objects.put(keyOf(this.parts, part), content);
      this.remote.set(part, content.length);
      local.publishedBytes = content.length;
      if (local.isDirty || local.users > 0 || content.length < this.parts.partBytes) return;
    } catch (error) {
      local.isDirty = true;
      throw error;
    }
    this.local.delete(part);
    this.dropping = this.dropping.then(() => this.spool.drop(part));
    await this.dropping;
  }

  private putBeside(part: number): void {
    this.put(part, this.headerKey).catch((error: unknown) => {
      this.failure ??= error instanceof Error ? error : new Error(String(error));
    });
  }

  /** A part that is changed lies on this machine, and stays until it was put anew. */
  private async change(part: number, work: (local: LocalPart) => Promise<void>): Promise<void> {
    await this.dropping;
    const local = this.local.get(part) ?? (await this.fetch(part));
    await used(local, () => work(local));
    local.isDirty = true;
  }

  private async fetch(part: number): Promise<LocalPart> {
    const local: LocalPart = { bytes: 0, isDirty: false, publishedBytes: 0, users: 0, putting: null };
    const remote = this.remote.has(part) ? await this.objects.get(keyOf(this.parts, part)) : null;
    if (remote) {
      await this.spool.write(part, [remote], 0);
      local.bytes = remote.length;
      local.publishedBytes = remote.length;
    }
    this.local.set(part, local);
    return local;
  }

  private async waitForRoom(): Promise<void> {
    while (this.local.size > mostWaiting) {
      const putting = [...this.local.values()].flatMap((one) => one.putting ?? []);
      if (putting.length === 0) return;
      await Promise.race(putting.map((one) => one.catch(() => undefined)));
      if (this.failure) throw this.failure;
    }
  }

  private async settled(): Promise<void> {
    await Promise.allSettled([...this.local.values()].flatMap((one) => one.putting ?? []));
    await this.dropping;
  }

  /** Lets others see what comes slowly; each time there is twice as much, so that it costs at most as much again. */
  private publishSoon(): void {
    if (this.publishing || this.headerKey === null) return;
    this.publishing = setTimeout(() => {
      this.publishing = null;
      for (const [part, { bytes, isDirty, publishedBytes }] of this.local)
        if (isDirty && bytes >= 2 * publishedBytes) this.put(part, this.headerKey).catch(() => undefined);
    }, publishMilliseconds);
    this.publishing.unref();
  }

  private slices(offset: number, bytes: number): Slice[] {
    return slicesOf(this.parts.partBytes, offset, bytes);
  }
}

/** A file in a bucket, with what of it lies on this machine, to be read. */
export class S3ReadFile implements BackendFile {
  readonly takesWritesAtOnce = false;
  private sizes: Promise<{ remote: ReadonlyMap<number, number>; local: ReadonlyMap<number, number> }> | null = null;

  constructor(
    private readonly objects: S3Objects,
    /** Null where this machine has nothing of it that counts. */
    private readonly spool: SpooledFile | null,
    private readonly parts: S3Parts,
    private readonly latest: () => Promise<S3Parts | null>,
  ) {}

  /** As it is now: whoever reads while somebody writes asks again. */
  async readHeader(): Promise<Buffer> {
    this.sizes = null;
    const parts = await this.latest();
    return parts?.generation === this.parts.generation ? parts.header : this.parts.header;
  }

  async bodyBytes(): Promise<number> {
    this.sizes = this.look();
    const { remote, local } = await this.sizes;
    return endOf(new Map([...remote, ...local]), this.parts.partBytes);
  }

  async read(into: Buffer, offset: number): Promise<number> {
    const { remote, local } = await (this.sizes ??= this.look());
    const end = endOf(new Map([...remote, ...local]), this.parts.partBytes);
    const bytes = Math.min(into.length, Math.max(0, end - offset));
    for (const { part, within, from, count } of slicesOf(this.parts.partBytes, offset, bytes)) {
      const target = into.subarray(from, from + count).fill(0);
      // A part that leaves this machine is in the bucket before.
      const found = local.has(part) ? ((await this.spool?.read(part, target, within)) ?? null) : null;
      if (found === null)
        (await this.objects.get(keyOf(this.parts, part), { from: within, bytes: count }))?.copy(target);
    }
    return bytes;
  }

  readRedo(): Promise<Buffer | null> {
    return this.spool?.readRedo() ?? Promise.resolve(null);
  }

  async close(): Promise<void> {
    await this.spool?.close();
  }

  writeHeader(): Promise<void> {
    return Promise.reject(new Error('this file was opened for reading only'));
  }
  writeAll(): Promise<void> {
    return this.writeHeader();
  }
  write(): Promise<void> {
    return this.writeHeader();
  }
  truncate(): Promise<void> {
    return this.writeHeader();
  }
  writeRedo(): Promise<void> {
    return this.writeHeader();
  }
  sync(): Promise<void> {
    return Promise.resolve();
  }

  private async look(): Promise<{ remote: ReadonlyMap<number, number>; local: ReadonlyMap<number, number> }> {
    const local = (await this.spool?.parts()) ?? new Map<number, number>();
    return { local, remote: await partsInBucket(this.objects, this.parts) };
  }
}

/** Parts that lie in the bucket, with their sizes. */
export async function partsInBucket(objects: S3Objects, { generation }: S3Parts): Promise<Map<number, number>> {
  const listed = await objects.list(folderOf(generation));
  return new Map(listed.map(({ key, bytes }) => [Number(key.slice(key.lastIndexOf('/') + 1)), bytes]));
}

export function folderOf(generation: string): string {
  return `parts/${generation}/`;
}

export function keyOf({ generation }: Pick<S3Parts, 'generation'>, part: number): string {
  return folderOf(generation) + String(part).padStart(8, '0');
}

/** The object that a file is known by: where its parts are, and its header. */
export function encodeParts({ generation, partBytes, writer, header }: S3Parts): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(partBytes);
  return Buffer.concat([Buffer.from(generation, 'hex'), size, Buffer.from(writer, 'hex'), header]);
}

/** Throws DamagedEvidence when it is too short to be one. */
export function decodeParts(bytes: Buffer, location: string): S3Parts {
  if (bytes.length < 28)
    throw new DamagedEvidence(location, `its header has ${bytes.length} bytes, expected 28 and more`);
  const generation = bytes.subarray(0, 16).toString('hex');
  const writer = bytes.subarray(20, 28).toString('hex');
  return { generation, partBytes: bytes.readUInt32BE(16), writer, header: bytes.subarray(28) };
}

async function used<Result>(local: LocalPart, work: () => Promise<Result>): Promise<Result> {
  local.users += 1;
  try {
    return await work();
  } finally {
    local.users -= 1;
  }
}

interface Slice {
  part: number;
  within: number;
  from: number;
  count: number;
}

function slicesOf(partBytes: number, offset: number, bytes: number): Slice[] {
  const slices: Slice[] = [];
  for (let from = 0; from < bytes;) {
    const part = Math.floor((offset + from) / partBytes);
    const within = offset + from - part * partBytes;
    const count = Math.min(partBytes - within, bytes - from);
    slices.push({ part, within, from, count });
    from += count;
  }
  return slices;
}

function cut(pieces: readonly Buffer[], from: number, count: number): Buffer[] {
  const chosen: Buffer[] = [];
  let at = 0;
  for (const piece of pieces) {
    const part = piece.subarray(Math.max(0, from - at), Math.max(0, from + count - at));
    if (part.length > 0) chosen.push(part);
    at += piece.length;
  }
  return chosen;
}

function endOf(sizes: ReadonlyMap<number, number>, partBytes: number): number {
  let end = 0;
  for (const [part, bytes] of sizes) end = Math.max(end, part * partBytes + bytes);
  return end;
}
