import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Command {
  program: string;
  args: string[];
  environment: Record<string, string>;
}

export interface Outcome {
  code: number | null;
  output: string;
}

export interface RunningProgram {
  readonly ended: Promise<Outcome>;
  signal(signal: 'SIGINT' | 'SIGKILL'): void;
}

const longestRun = 60_000;

/** Runs a program to its end; after a minute it is killed, with its output so far. */
export async function run(command: Command): Promise<Outcome> {
  return await start(command).ended;
}

export function start({ program, args, environment }: Command): RunningProgram {
  const child: ChildProcess = spawn(program, args, {
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const streams = [child.stdout, child.stderr];
  for (const stream of streams) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const tooLong = setTimeout(() => {
    output += `\nkilled after ${longestRun} ms`;
    child.kill('SIGKILL');
  }, longestRun);
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
    child.once('exit', (code, signal) => {
      // A killed program may leave children behind that keep its pipes.
      if (signal !== 'SIGKILL') return;
      for (const stream of streams) stream?.destroy();
      resolve({ code, output });
    });
  }).finally(() => clearTimeout(tooLong));
  return { ended, signal: (signal) => void child.kill(signal) };
}

export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
