import { readdir, readFile } from 'node:fs/promises';

/** A reading starts 7-Zip, and that nothing more; whoever starts so many is looked at no further. */
const mostProcesses = 64;

/** Of a process and all that came from it: its children, theirs, and so on. */
export async function residentBytesOfGroup(leader: number): Promise<number> {
  let sum = 0;
  const toCount = [String(leader)];
  for (let counted = 0; counted < Math.min(toCount.length, mostProcesses); counted += 1) {
    const pid = toCount[counted] as string;
    sum += await residentBytesOf(pid);
    toCount.push(...(await childrenOf(pid)));
  }
  return sum;
}

/** A child hangs on the thread that started it. */
async function childrenOf(pid: string): Promise<string[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter(Boolean));
}

async function residentBytesOf(pid: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
