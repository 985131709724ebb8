import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from '../../../../../tests/support/repository.js';
import { until } from '../../../../../tests/support/until.js';

jest.setTimeout(60_000);

/** What was built: a process of its own runs no TypeScript. */
const built = pathToFileURL(
  join(repository, 'apps/dump-analysis/dist/adapters/reading-process/die-with-parent.js'),
).href;

/** Starts a program, says who both are, and then hears nothing any more: no signal that can be handled, no message. */
const busyChild = `
  import { spawn } from 'node:child_process';
  import { writeSync } from 'node:fs';
  import { dieWithParent } from '${built}';
  dieWithParent();
  process.on('SIGTERM', () => undefined);
  const program = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  setTimeout(() => {
    writeSync(1, process.pid + ' ' + program.pid + '\\n');
    for (;;);
  }, 500);
`;
/** Starts that one as the service does: leader of a group, tied by a channel. */
const parent = `
  import { fork } from 'node:child_process';
  import { fileURLToPath } from 'node:url';
  fork(fileURLToPath(new URL('busy-child.mjs', import.meta.url)), [], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  setInterval(() => undefined, 1000);
`;

let started: ChildProcess | undefined;
let left: number[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'die-with-parent-'));
});
afterEach(async () => {
  started?.kill('SIGKILL');
  await rm(folder, { recursive: true });
  for (const pid of left) if (!isGone(pid)) process.kill(pid, 'SIGKILL');
});

function isGone(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

(process.platform === 'linux' ? it : it.skip)(
  'a reader that is caught in a loop, and the program that it started, end with a parent that is killed',
  async () => {
    await writeFile(join(folder, 'busy-child.mjs'), busyChild);
    await writeFile(join(folder, 'parent.mjs'), parent);
    const service = spawn(process.execPath, [join(folder, 'parent.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    started = service;
    let said = '';
    service.stdout.on('data', (text: Buffer) => (said += text.toString()));
    await until('the reader is caught', () => said.includes('\n'), 40_000);
    left = said.trim().split(' ').map(Number);
    expect(left.map(isGone)).toEqual([false, false]);
    service.kill('SIGKILL');
    await until('both are gone', () => left.every(isGone), 15_000);
  },
);
