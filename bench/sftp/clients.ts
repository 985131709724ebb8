import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant, Workshop } from './contestants.js';

/** Runs OpenSSH's sftp with a batch of commands; fails when it does. */
export async function openSsh(
  { user, login, port: own }: Contestant,
  workshop: Workshop,
  commands: string[],
  { cipher, port = own }: { cipher?: string; port?: number } = {},
): Promise<void> {
  const name = join(workshop.folder, `client-${randomBytes(6).toString('hex')}`);
  await writeFile(`${name}.batch`, `${commands.join('\n')}\n`);
  const options = [
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${name}.known`,
    'LogLevel=ERROR',
    'IdentitiesOnly=yes',
    ...(login.kind === 'key'
      ? [`IdentityFile=${workshop.clientKey}`, 'PreferredAuthentications=publickey']
      : ['PreferredAuthentications=password', 'PubkeyAuthentication=no', 'NumberOfPasswordPrompts=1', 'BatchMode=no']),
    ...(cipher === undefined ? [] : [`Ciphers=${cipher}`]),
  ].flatMap((option) => ['-o', option]);
  const answer = `${name}.answer`;
  if (login.kind === 'password')
    await writeFile(answer, `#!/bin/sh\nprintf '%s\\n' '${login.password}'\n`, { mode: 0o700 });
  await run('sftp', [...options, '-F', 'none', '-P', String(port), '-b', `${name}.batch`, `${user}@127.0.0.1`], {
    SSH_ASKPASS: answer,
    SSH_ASKPASS_REQUIRE: 'force',
    DISPLAY: ':0',
  });
  await Promise.all(['batch', 'known', 'answer'].map((end) => rm(`${name}.${end}`, { force: true })));
}

/** Runs PuTTY's psftp with a batch of commands; fails when it does. */
export async function psftp(
  { user, login, port }: Contestant,
  workshop: Workshop & { puttyKey: string; hostKeyFingerprint: string },
  commands: string[],
): Promise<void> {
  const name = join(workshop.folder, `psftp-${randomBytes(6).toString('hex')}`);
  await writeFile(`${name}.batch`, `${commands.join('\n')}\n`);
  const proof = login.kind === 'key' ? ['-i', workshop.puttyKey] : ['-pwfile', `${name}.password`];
  if (login.kind === 'password') await writeFile(`${name}.password`, `${login.password}\n`, { mode: 0o600 });
  const args = ['-batch', '-hostkey', workshop.hostKeyFingerprint, ...proof, '-P', String(port), '-b', `${name}.batch`];
  // It keeps a seed for random numbers in the home folder.
  await run('psftp', [...args, `${user}@127.0.0.1`], { HOME: workshop.folder });
  await Promise.all(['batch', 'password'].map((end) => rm(`${name}.${end}`, { force: true })));
}

/** Runs a program to its end and gives what it printed; fails when it fails. */
export async function run(program: string, args: string[], environment: Record<string, string> = {}): Promise<string> {
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-4_000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}:\n${output}`);
  return output;
}
