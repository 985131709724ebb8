import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { BackendFile, Room, StorageBackend } from './backend.js';
import { frameBytes } from './chunk-cipher.js';
import { incoming } from './folder-backend.js';
import { safeLocation } from './location.js';
import { decodeParts, encodeParts, folderOf, keyOf, partsInBucket, S3ReadFile, S3WrittenFile } from './s3-file.js';
import type { S3Parts } from './s3-file.js';
import { S3Objects, type S3Place } from './s3-objects.js';
import { Spool } from './spool.js';

/** Frames in a MiB of content. */
const framesPerMebibyte = 16;
/** What a bucket is said to hold; less only when this machine has no room for what waits. */
const endlessRoom: Room = { blockBytes: 4096, blocks: 2 ** 40, freeBlocks: 2 ** 40 };
const roomOfSpool = 2 ** 30;

/**
 * A bucket of Amazon S3, or of a server that speaks like it. A file is a small object under its location, and parts that
 * are put one by one while it arrives, so that what has come can be read, and gone on with after a crash.
 */
export class S3Backend implements StorageBackend {
  private readonly objects: S3Objects;
  private readonly spool: Spool;
  private readonly partBytes: number;

  constructor(place: S3Place, folder: string, partMebibytes: number) {
    this.objects = new S3Objects(place);
    this.spool = new Spool(join(folder, 'spool'));
    this.partBytes = partMebibytes * framesPerMebibyte * frameBytes;
  }

  async create(location: string): Promise<BackendFile> {
    const headerKey = headerKeyOf(location);
    const spooled = this.spool.of(location);
    if ((await spooled.isThere()) || (!isDraft(location) && (await this.objects.get(headerKey)) !== null))
      throw Object.assign(new Error(`EEXIST: there is evidence at ${location} already`), { code: 'EEXIST' });
    await spooled.begin();
    const generation = randomBytes(16).toString('hex');
    const parts = { generation, partBytes: this.partBytes, writer: newWriter(), header: Buffer.alloc(0) };
    return this.written(location, parts, new Map(), new Map(), false);
  }

  async open(location: string, access: 'read' | 'write'): Promise<BackendFile | null> {
    const spooled = this.spool.of(location);
    const { parts, isHere } = await this.latest(location);
    if (!parts) return null;
    if (access === 'read')
      return new S3ReadFile(
        this.objects,
        isHere ? spooled : null,
        parts,
        async () => (await this.latest(location)).parts,
      );
    const taken = isHere ? parts : await this.takeOver(location, parts);
    const remote = await partsInBucket(this.objects, taken);
    return this.written(location, taken, remote, await spooled.parts(), !isHere);
  }

  async copy(from: string, to: string): Promise<boolean> {
    const { parts: found } = await this.latest(from);
    if (!found) return false;
    const copied = { ...found, generation: randomBytes(16).toString('hex'), writer: newWriter() };
    for (const part of (await partsInBucket(this.objects, found)).keys())
      await this.objects.copy(keyOf(found, part), keyOf(copied, part));
    const spooled = this.spool.of(to);
    await spooled.begin();
    await spooled.writeHeader(encodeParts(copied));
    return true;
  }

  /** Only the small object changes its name: all of the file is there with it, or nothing. */
  async move(from: string, to: string): Promise<void> {
    const before = await this.inBucket(to);
    const spooled = this.spool.of(from);
    const lying = await spooled.readHeader();
    if (!lying) throw new Error(`there is no ${from} to be moved to ${to}`);
    const found = decodeParts(lying, from);
    const remote = await partsInBucket(this.objects, found);
    await this.written(from, found, remote, await spooled.parts(), false).putAll(headerKeyOf(to));
    await spooled.remove();
    if (before && before.generation !== found.generation) await this.removeParts(before);
  }

  async remove(location: string): Promise<void> {
    const spooled = this.spool.of(location);
    const lying = await spooled.readHeader();
    const inBucket = await this.inBucket(location);
    if (lying) await this.removeParts(decodeParts(lying, location));
    if (inBucket) await this.removeParts(inBucket);
    // Last, so that what could not be removed is still known.
    await this.objects.remove(headerKeyOf(location));
    await spooled.remove();
  }

  async removeAbandonedDrafts(olderThanMilliseconds: number): Promise<void> {
    for (const location of await this.spool.left(olderThanMilliseconds))
      if (isDraft(location)) await this.remove(location);
  }

  async settleAbandoned(olderThanMilliseconds: number): Promise<void> {
    for (const location of await this.spool.left(olderThanMilliseconds)) {
      if (isDraft(location)) continue;
      try {
        const { isHere } = await this.latest(location);
        if (isHere) await (await this.open(location, 'write'))?.close();
        else await this.spool.of(location).remove();
      } catch {
        // It stays on this machine until the next time.
      }
    }
  }

  async room(): Promise<Room> {
    const room = await this.spool.room();
    return room.freeBlocks * room.blockBytes > roomOfSpool ? endlessRoom : room;
  }

  private written(
    location: string,
    parts: S3Parts,
    remote: Map<number, number>,
    local: ReadonlyMap<number, number>,
    isInBucket: boolean,
  ): S3WrittenFile {
    const headerKey = isDraft(location) ? null : headerKeyOf(location);
    return new S3WrittenFile(this.objects, this.spool.of(location), parts, remote, local, headerKey, isInBucket);
  }

  /** What counts: what lies on this machine, unless another one has gone on with the file. */
  private async latest(location: string): Promise<{ parts: S3Parts | null; isHere: boolean }> {
    const lying = await this.spool.of(location).readHeader();
    const remote = await this.inBucket(location);
    const local = lying && decodeParts(lying, location);
    const isHere = local !== null && (remote === null || remote.writer === local.writer);
    return { parts: isHere ? local : remote, isHere };
  }

  /** From now on this machine writes the file; what it had of an earlier time is forgotten. */
  private async takeOver(location: string, parts: S3Parts): Promise<S3Parts> {
    const taken = { ...parts, writer: newWriter() };
    await this.objects.put(headerKeyOf(location), encodeParts(taken));
    const spooled = this.spool.of(location);
    await spooled.remove();
    await spooled.begin();
    await spooled.writeHeader(encodeParts(taken));
    return taken;
  }

  private async inBucket(location: string): Promise<S3Parts | null> {
    const found = await this.objects.get(headerKeyOf(location));
    return found && decodeParts(found, location);
  }

  private async removeParts({ generation }: S3Parts): Promise<void> {
    for (const { key } of await this.objects.list(folderOf(generation))) await this.objects.remove(key);
  }
}

function newWriter(): string {
  return randomBytes(8).toString('hex');
}

function headerKeyOf(location: string): string {
  return `files/${safeLocation(location)}`;
}

function isDraft(location: string): boolean {
  return location.startsWith(`${incoming}/`);
}
