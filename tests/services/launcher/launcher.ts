import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';

const launcher = resolve(import.meta.dirname, '../../../scripts/caserelay.mjs');

export interface Outcome {
  code: number | null;
  output: string;
}

/** A launcher with a data folder of its own; nothing of the surrounding environment chooses its services. */
export async function launcherInRoomOfItsOwn() {
  const folder = await mkdtemp(join(tmpdir(), 'caserelay-launcher-'));
  const start = (args: string[], environment: Record<string, string>) =>
    spawn(process.execPath, [launcher, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A namespace of its own: even a launcher with a fault must not touch what others keep on local services.
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NAMESPACE: 'launcher_spec',
        CASERELAY_DATA: folder,
        ...environment,
      },
    });
  return {
    folder,
    start,
    /** Runs a command to its end. */
    run(args: string[], environment: Record<string, string> = {}): Promise<Outcome> {
      return new Promise((resolve) => {
        const child = start(args, environment);
        let output = '';
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (chunk: Buffer) => (output += String(chunk)));
        child.once('close', (code) => {
          resolve({ code, output });
        });
      });
    },
    async remove(): Promise<void> {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
/** What a launcher that stays has said when it has said this; fails when it ends before. */
export async function outputUntil(
  launcher: ChildProcessByStdio<null, Readable, Readable>,
  words: string,
): Promise<string> {
  let output = '';
  return await new Promise((resolve, reject) => {
    for (const stream of [launcher.stdout, launcher.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += String(chunk);
        if (output.includes(words)) resolve(output);
      });
    launcher.once('exit', (code) => reject(new Error(`it ended with ${code ?? 'a signal'} and said:\n${output}`)));
  });
}

export type Launcher = Awaited<ReturnType<typeof launcherInRoomOfItsOwn>>;
