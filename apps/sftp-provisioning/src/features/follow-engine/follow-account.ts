import { whereNow, type Change } from './change.js';
import type { Needs, OurFile, OurFiles, Space } from './needs.js';
import { alignWith, growWith, type TheirFile } from './take-bytes.js';

interface Followed {
  readonly path: Buffer;
  readonly files: OurFiles;
  readonly file: OurFile;
  bytes: number;
  grewAt: number;
}

const watchMilliseconds = 60_000;
/** A file that we refused is not tried again for so long, unless the customer begins it anew. */
const refusalMilliseconds = 3_600_000;

export function followAccount(space: Space, needs: Needs): AccountFollower {
  return new AccountFollower(space, needs);
}

/** Takes in what one account uploads. Its deeds must not overlap. */
export class AccountFollower {
  private readonly followed = new Map<string, Followed>();
  /** Files that were opened there and have not changed so far; perhaps they are only read. */
  private readonly watched = new Map<string, { path: Buffer; until: number }>();

  /** Files that were refused, and until when they are left alone. */
  private readonly refused = new Map<string, number>();

  constructor(
    private readonly space: Space,
    private readonly needs: Needs,
  ) {}

  get transfers(): number {
    return this.followed.size;
  }

  get isLively(): boolean {
    return this.followed.size + this.watched.size > 0;
  }

  /** Whether nothing would be lost with it. */
  get isForgettable(): boolean {
    for (const [key, until] of this.refused) if (performance.now() > until) this.refused.delete(key);
    return !this.isLively && this.refused.size === 0;
  }

  async takeNews(): Promise<void> {
    for (;;) {
      const news = await this.needs.news.of(this.space.account);
      if (news.length === 0) return;
      for (const [index, change] of news.entries()) {
        await this.tolerant(change.path, () => this.take(change, news.slice(index + 1)));
        await this.needs.news.forget(change.newsId);
      }
    }
  }

  async takeGrowth(isLoggedIn: boolean): Promise<void> {
    for (const [key, { path, until }] of [...this.watched])
      if (performance.now() > until) this.watched.delete(key);
      else await this.tolerant(path, () => this.followIfChanged(path));
    for (const followed of [...this.followed.values()])
      await this.tolerant(followed.path, async () => {
        await this.withTheirs(followed.path, (theirs) => this.grow(followed, theirs));
        const isQuiet = performance.now() - followed.grewAt >= this.needs.quietMilliseconds;
        if (isQuiet && !isLoggedIn) await this.closed(followed.path, followed.path);
      });
  }

  /**
   * Finds what was never told. Whether such a file is whole nobody knows: it is taken as closed, so that it is looked
   * into, rather than waited for in vain.
   */
  async reconcile(isLoggedIn: boolean): Promise<void> {
    for await (const path of this.needs.folder.files(this.space.account))
      if (!this.followed.has(keyOf(path)) && !this.refused.has(keyOf(path)))
        await this.tolerant(path, async () => {
          if (isLoggedIn) await this.followIfChanged(path);
          else if (await this.isForgotten(path)) await this.closed(path, path);
        });
  }

  private async take(change: Change, later: readonly Change[]): Promise<void> {
    if (change.kind === 'opened' || change.kind === 'removed') this.refused.delete(keyOf(change.path));
    if ((change.kind === 'closed' || change.kind === 'broken') && this.refused.has(keyOf(change.path))) return;
    switch (change.kind) {
      case 'opened':
        return this.opened(change.path);
      case 'closed':
        return this.closed(change.path, whereNow(change.path, later));
      case 'broken':
        return this.broken(change.path, whereNow(change.path, later));
      case 'renamed':
        return this.renamed(change.from, change.path);
      case 'removed':
        return this.removed(change.path);
    }
  }

  private async opened(path: Buffer): Promise<void> {
    this.watched.set(keyOf(path), { path, until: performance.now() + watchMilliseconds });
    await this.followIfChanged(path);
  }

  private async closed(path: Buffer, liesAt: Buffer): Promise<void> {
    const isThere = await this.withTheirs(liesAt, async (theirs) => {
      const stamp = await theirs.stamp();
      const followed = await this.follow(path, theirs);
      this.followed.delete(keyOf(path));
      try {
        await alignWith(theirs, followed.file, followed.bytes);
        await followed.file.close();
      } catch (error) {
        await drop(followed);
        throw error;
      }
      await this.needs.stamps.keep(this.space.spaceId, path, stamp);
    });
    if (!isThere) await this.gone(path);
  }

  private async broken(path: Buffer, liesAt: Buffer): Promise<void> {
    const isThere = await this.withTheirs(liesAt, async (theirs) => {
      // Told before, or nothing was written.
      if (!this.followed.has(keyOf(path)) && (await this.isKnown(path, theirs))) return;
      const stamp = await theirs.stamp();
      const followed = await this.follow(path, theirs);
      await this.grow(followed, theirs);
      this.followed.delete(keyOf(path));
      await drop(followed);
      await this.needs.stamps.keep(this.space.spaceId, path, stamp);
    });
    if (!isThere) await this.gone(path);
  }

  private async renamed(from: Buffer, to: Buffer): Promise<void> {
    await this.gone(from);
    const files = this.needs.filesOf(this.space);
    if (!(await entryOrNone(files, from))) return this.closed(to, to);
    await makeFolders(files, to);
    await files.rename(from, to, true);
    await this.needs.stamps.move(this.space.spaceId, from, to);
  }

  private async removed(path: Buffer): Promise<void> {
    await this.gone(path);
    const files = this.needs.filesOf(this.space);
    if (await entryOrNone(files, path)) await files.remove(path);
    await this.needs.stamps.forget(this.space.spaceId, path);
  }

  /** Nothing more comes under this name. */
  private async gone(path: Buffer): Promise<void> {
    this.watched.delete(keyOf(path));
    const followed = this.followed.get(keyOf(path));
    if (!followed) return;
    this.followed.delete(keyOf(path));
    await drop(followed);
  }

  private async followIfChanged(path: Buffer): Promise<void> {
    await this.withTheirs(path, async (theirs) => {
      if (this.followed.has(keyOf(path)) || (await this.isKnown(path, theirs))) return;
      await this.grow(await this.follow(path, theirs), theirs);
    });
  }

  private async isForgotten(path: Buffer): Promise<boolean> {
    let isForgotten = false;
    await this.withTheirs(path, async (theirs) => {
      const isQuiet = Date.now() - (await theirs.stamp()).changedAt >= this.needs.quietMilliseconds;
      isForgotten = isQuiet && !(await this.isKnown(path, theirs));
    });
    return isForgotten;
  }

  private async follow(path: Buffer, theirs: TheirFile): Promise<Followed> {
    const key = keyOf(path);
    const already = this.followed.get(key);
    if (already) return already;
    const files = this.needs.filesOf(this.space);
    await makeFolders(files, path);
    const entry = await entryOrNone(files, path);
    const truncate = entry !== null && (await theirs.stamp()).bytes < entry.bytes;
    const file = await files.openFile(path, { read: true, write: true, create: true, truncate, exclusive: false });
    const bytes = truncate || !entry ? 0 : entry.bytes;
    const followed = { path, files, file, bytes, grewAt: performance.now() };
    this.followed.set(key, followed);
    this.watched.delete(key);
    return followed;
  }

  private async grow(followed: Followed, theirs: TheirFile): Promise<void> {
    const before = followed.bytes;
    try {
      followed.bytes = await growWith(theirs, followed.file, before);
    } catch (error) {
      this.followed.delete(keyOf(followed.path));
      await drop(followed);
      throw error;
    }
    if (followed.bytes !== before) followed.grewAt = performance.now();
  }

  private async isKnown(path: Buffer, theirs: TheirFile): Promise<boolean> {
    const known = await this.needs.stamps.of(this.space.spaceId, path);
    const stamp = await theirs.stamp();
    return known !== null && known.bytes === stamp.bytes && known.changedAt === stamp.changedAt;
  }

  private async withTheirs(path: Buffer, work: (theirs: TheirFile) => Promise<void>): Promise<boolean> {
    const theirs = await this.needs.folder.open(this.space.account, path);
    if (!theirs) return false;
    try {
      await work(theirs);
    } finally {
      await theirs.close();
    }
    return true;
  }

  /** What we refuse of one file is no reason to leave the others; a fault of ours is tried again. */
  private async tolerant(path: Buffer, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'FileRefusal') throw error;
      this.watched.delete(keyOf(path));
      // Whoever is too busy now may not be so in a moment.
      if (!('code' in error && error.code === 'EBUSY'))
        this.refused.set(keyOf(path), performance.now() + refusalMilliseconds);
      const { spaceId } = this.space;
      this.needs.warn('a file of the engine was not taken in', { spaceId, path: path.toString(), why: error.message });
    }
  }
}

function keyOf(path: Buffer): string {
  return path.toString('latin1');
}

async function drop({ files, file }: Followed): Promise<void> {
  await files.end();
  // Gives back its place among the open files.
  await file.close().catch(() => undefined);
}

async function entryOrNone(files: OurFiles, path: Buffer): Promise<{ bytes: number; isFolder: boolean } | null> {
  try {
    return await files.entry(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The folders between `/upload` and the file. */
async function makeFolders(files: OurFiles, path: Buffer): Promise<void> {
  const start = path.indexOf('/', 1) + 1;
  for (let slash = path.indexOf('/', start); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const folder = path.subarray(0, slash);
    if (!(await entryOrNone(files, folder))) await files.makeFolder(folder);
  }
}
