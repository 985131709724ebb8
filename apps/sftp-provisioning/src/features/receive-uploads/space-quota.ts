import { FileRefusal } from './file-refusal.js';

/** What a space holds and may hold; null where the settings' default holds. */
export interface Usage {
  readonly bytes: number;
  readonly files: number;
  readonly mostBytes: number | null;
  readonly mostFiles: number | null;
}

interface Needs {
  /** Without the bytes of files that arrive at this moment. */
  usageOf(spaceId: string): Promise<Usage>;
  /** Bytes that the files arriving in a space hold. */
  arrivingBytes(spaceId: string): number;
  /** Files arriving in a space that its usage does not count. */
  heldFiles(spaceId: string): number;
  freeBytes(): Promise<number>;
  readonly mostBytes: number;
  readonly mostFiles: number;
  /** So much of the disk stays free, for what else works on it. */
  readonly reserveBytes: number;
  warn(message: string, details: Record<string, unknown>): void;
}

const measureAfterBytes = 64 * 1024 * 1024;
const measureAfterMilliseconds = 1_000;

interface SpaceRoom {
  left: number;
  leftFiles: number;
  readonly mostBytes: number;
  readonly askedAt: number;
}

/**
 * Keeps spaces within their quota and the disk above its reserve. A file that would have no room is refused when it is
 * opened, with words for the customer; one that outgrows the room keeps what has arrived, so that it can be resumed, and
 * its next opening is refused up front: FileZilla otherwise tries again for ever.
 */
export class SpaceQuota {
  private readonly rooms = new Map<string, SpaceRoom>();
  private free = Infinity;
  private sinceMeasured = 0;
  private measuredAt = -Infinity;
  private measuring: Promise<void> | null = null;

  constructor(private readonly needs: Needs) {}

  /** Refuses an opening for which there is no room. Only a new file counts as one more. */
  async refuseWhenFull(spaceId: string, isNew: boolean): Promise<void> {
    const known = this.rooms.get(spaceId);
    if (known && this.isSurelyRoom(known)) {
      if (isNew) known.leftFiles -= 1;
      return;
    }
    await this.measure();
    if (this.free <= this.needs.reserveBytes) throw this.diskFull(spaceId);
    const usage = await this.needs.usageOf(spaceId);
    const mostFiles = usage.mostFiles ?? this.needs.mostFiles;
    const files = usage.files + this.needs.heldFiles(spaceId);
    const { left, mostBytes } = this.roomOf(spaceId, usage);
    const room = { left, leftFiles: mostFiles - files, mostBytes, askedAt: performance.now() };
    this.rooms.set(spaceId, room);
    if (left <= 0) throw quotaUsedUp(mostBytes);
    if (!isNew) return;
    if (room.leftFiles <= 0)
      throw new FileRefusal(
        'EDQUOT',
        `this account may hold ${mostFiles} files and holds ${files}; write to us in the thread of your case`,
      );
    room.leftFiles -= 1;
  }

  /** Thousands of small files need not be counted anew for each of them; whoever has to be refused is counted for. */
  private isSurelyRoom({ left, leftFiles, askedAt }: SpaceRoom): boolean {
    const now = performance.now();
    return (
      now - askedAt < measureAfterMilliseconds &&
      now - this.measuredAt < measureAfterMilliseconds &&
      left > 0 &&
      leftFiles > 0 &&
      this.free - this.sinceMeasured > this.needs.reserveBytes
    );
  }

  /**
   * Takes room for bytes by which a file grows. Asked for every packet, so it counts on and never waits for the disk: a
   * packet that waited could come after the CLOSE behind it.
   */
  grow(spaceId: string, bytes: number): void {
    if (bytes <= 0) return;
    const room = this.rooms.get(spaceId);
    if (room && bytes > room.left) throw quotaUsedUp(room.mostBytes);
    if (this.free - this.sinceMeasured - bytes < this.needs.reserveBytes) throw this.diskFull(spaceId);
    if (room) room.left -= bytes;
    this.sinceMeasured += bytes;
    const isStale = performance.now() - this.measuredAt > measureAfterMilliseconds;
    if (isStale || this.sinceMeasured > measureAfterBytes)
      this.measure().catch((error: unknown) => this.needs.warn('the free room of the disk is not known', { error }));
  }

  /** What the space may still take. */
  async left(spaceId: string): Promise<number> {
    const usage = await this.needs.usageOf(spaceId);
    await this.measure();
    return Math.max(0, Math.min(this.roomOf(spaceId, usage).left, this.free - this.needs.reserveBytes));
  }

  private roomOf(spaceId: string, usage: Usage): { left: number; mostBytes: number } {
    const mostBytes = usage.mostBytes ?? this.needs.mostBytes;
    return { left: mostBytes - usage.bytes - this.needs.arrivingBytes(spaceId), mostBytes };
  }

  private measure(): Promise<void> {
    this.measuring ??= this.needs
      .freeBytes()
      .then((free) => {
        this.free = free;
        this.sinceMeasured = 0;
        this.measuredAt = performance.now();
      })
      .finally(() => {
        this.measuring = null;
      });
    return this.measuring;
  }

  private diskFull(spaceId: string): FileRefusal {
    this.needs.warn('an upload was refused because the disk of the evidence store is down to its reserve', {
      spaceId,
      freeBytes: this.free,
      reserveBytes: this.needs.reserveBytes,
    });
    return new FileRefusal(
      'ENOSPC',
      'the server has no room left at the moment; what has arrived is kept, please resume the upload later',
    );
  }
}

function quotaUsedUp(mostBytes: number): FileRefusal {
  const gibibytes = Number((mostBytes / 2 ** 30).toPrecision(3));
  return new FileRefusal(
    'EDQUOT',
    `this account may hold ${gibibytes} GiB (${mostBytes} bytes), and that is used up; what has arrived is kept, write to us in the thread of your case`,
  );
}
