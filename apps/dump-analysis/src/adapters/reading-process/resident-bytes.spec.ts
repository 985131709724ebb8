import { afterEach, describe, expect, it } from '@jest/globals';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residentBytesOfGroup } from './resident-bytes.js';

const mebibyte = 2 ** 20;
/** Holds so much memory; may start one like itself, which tells through it when it holds its own. */
const program = `
import { fork } from 'node:child_process';
const [own, ...more] = process.argv.slice(2);
const held = Buffer.alloc(Number(own) * ${mebibyte}, 1);
if (more.length === 0) process.send('ready');
else fork(process.argv[1], more).on('message', () => process.send('ready'));
process.on('disconnect', () => process.exit());
setInterval(() => held.length, 60_000);
`;

let folder = '';
let leader: ChildProcess | undefined;

async function start(...mebibytes: number[]): Promise<number> {
  folder = await mkdtemp(join(tmpdir(), 'resident-bytes-'));
  const path = join(folder, 'hold.mjs');
  await writeFile(path, program);
  leader = fork(path, mebibytes.map(String), { execArgv: [] });
  await once(leader, 'message');
  return leader.pid ?? 0;
}

afterEach(async () => {
  if (leader?.connected === true) {
    leader.disconnect();
    await once(leader, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('the memory of a process', () => {
  it('counts what its children and theirs hold', async () => {
    const bytes = await residentBytesOfGroup(await start(8, 90, 150));
    expect(bytes).toBeGreaterThan((8 + 90 + 150) * mebibyte);
    // Three times Node itself.
    expect(bytes).toBeLessThan((8 + 90 + 150 + 3 * 120) * mebibyte);
  });

  it('is nothing when there is no such process', async () => {
    expect(await residentBytesOfGroup(2 ** 30)).toBe(0);
  });
});
