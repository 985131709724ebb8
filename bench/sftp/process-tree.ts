import { readFile, readdir } from 'node:fs/promises';

const ticksPerSecond = 100;
const sampleEveryMilliseconds = 50;

interface Seen {
  parent: number;
  seconds: number;
  /** Together with the children that it has seen off. */
  secondsWithChildren: number;
}

/** What a server and the processes that it started used up between start and stop. */
export interface Used {
  processorSeconds: number;
  /** Highest sum of the memory of all its processes; pages that several share are shared out among them (PSS). */
  peakMegabytes: number;
}

/** Watches a process with all that came from it. */
export class TreeWatch {
  private readonly latest = new Map<number, number>();
  private readonly before = new Map<number, number>();
  private beforeWithChildren = 0;
  private peak = 0;
  private isStopped = false;
  private sampling: Promise<void> = Promise.resolve();

  private constructor(private readonly root: number) {}

  static async start(root: number): Promise<TreeWatch> {
    const watch = new TreeWatch(root);
    const tree = await treeOf(root);
    for (const [pid, { seconds }] of tree) watch.before.set(pid, seconds);
    watch.beforeWithChildren = sumWithChildren(tree);
    watch.sampling = watch.sample();
    return watch;
  }

  /**
   * Processes that ended are known from the last look at them, and from their parent if that waited for them; each of
   * both can miss some, so the greater sum is told.
   */
  async stop(): Promise<Used> {
    this.isStopped = true;
    await this.sampling;
    const tree = await treeOf(this.root);
    this.note(tree);
    const sampled = [...this.latest].reduce((sum, [pid, seconds]) => sum + seconds - (this.before.get(pid) ?? 0), 0);
    const waitedFor = sumWithChildren(tree) - this.beforeWithChildren;
    return { processorSeconds: Math.max(sampled, waitedFor), peakMegabytes: this.peak / 1e6 };
  }

  private async sample(): Promise<void> {
    while (!this.isStopped) {
      const tree = await treeOf(this.root);
      this.note(tree);
      const sizes = await Promise.all([...tree.keys()].map(memoryOf));
      this.peak = Math.max(
        this.peak,
        sizes.reduce((sum, bytes) => sum + bytes, 0),
      );
      await new Promise((resolve) => setTimeout(resolve, sampleEveryMilliseconds));
    }
  }

  private note(tree: ReadonlyMap<number, Seen>): void {
    for (const [pid, { seconds }] of tree) this.latest.set(pid, seconds);
  }
}

/** How many processes a server has at the moment, itself included. */
export async function sizeOfTree(root: number): Promise<number> {
  return (await treeOf(root)).size;
}

/** The first process below `root` whose command line holds `text`. */
export async function findBelow(root: number, text: string): Promise<number | null> {
  for (const pid of (await treeOf(root)).keys())
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(text)) return pid;
  return null;
}

function sumWithChildren(tree: ReadonlyMap<number, Seen>): number {
  return [...tree.values()].reduce((sum, seen) => sum + seen.secondsWithChildren, 0);
}

async function treeOf(root: number): Promise<Map<number, Seen>> {
  const all = new Map<number, Seen>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const seen = await look(name);
    if (seen) all.set(Number(name), seen);
  }
  const tree = new Map<number, Seen>();
  const isBelow = (pid: number): boolean => {
    for (let at = pid; at > 1; at = all.get(at)?.parent ?? 0) if (at === root) return true;
    return false;
  };
  for (const [pid, seen] of all) if (isBelow(pid)) tree.set(pid, seen);
  return tree;
}

/** See proc(5); the name of a program may hold spaces, so the fields are counted from its closing bracket. */
async function look(pid: string): Promise<Seen | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [parent, user, system, childUser, childSystem] = [1, 11, 12, 13, 14].map((at) => Number(fields[at] ?? 0));
  const seconds = ((user ?? 0) + (system ?? 0)) / ticksPerSecond;
  const children = ((childUser ?? 0) + (childSystem ?? 0)) / ticksPerSecond;
  return { parent: parent ?? 0, seconds, secondsWithChildren: seconds + children };
}

async function memoryOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}
