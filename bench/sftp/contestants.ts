import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { connect as connectTo } from 'node:net';

/** A server that takes uploads, in a state to be measured. */
export interface Contestant {
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly login: { kind: 'password'; password: string } | { kind: 'key' };
  /** Where uploads go, as the client names it; ends in a slash or is empty. */
  readonly folder: string;
  /** The process that is measured, with all that it starts. */
  readonly process: number;
  /** Removes what was uploaded, so that every round finds the same room. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Where a bench works, and the keys that it made for it. */
export interface Workshop {
  readonly folder: string;
  /** An ed25519 key of the client; the public half lies beside it, as `.pub`. */
  readonly clientKey: string;
  /** One of the servers. */
  readonly hostKey: string;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the system gave no free port');
  return address.port;
}

/** Starts a program and waits until its port answers. */
export async function startServer(program: string, args: string[], port: number): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (words = (words + text.toString()).slice(-4_000)));
  let hasEnded = false;
  child.once('exit', () => (hasEnded = true));
  const end = Date.now() + 20_000;
  while (!(await answers(port))) {
    if (hasEnded || Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`${program} does not listen on port ${port}:\n${words}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

export async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const tooLate = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(tooLate);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTo(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
