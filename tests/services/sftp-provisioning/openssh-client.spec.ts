import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from '../../support/until.js';
import { aRoom, type Credentials, type Room } from './a-space.js';

const isInstalled = (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
  try {
    accessSync(join(folder, 'sftp'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
});
if (!isInstalled)
  process.stderr.write('skipped: the sftp client of OpenSSH is not installed (Debian: openssh-client)\n');
const whenInstalled = isInstalled ? it : it.skip;

let room: Room;
let folder: string;
beforeAll(async () => {
  room = await aRoom();
  folder = await mkdtemp(join(tmpdir(), 'caserelay-openssh-'));
});
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true, force: true });
});

describe("OpenSSH's sftp", () => {
  whenInstalled('uploads, lists, renames, reads back and leaves', async () => {
    const { caseId, credentials } = await room.openSpace();
    const content = randomBytes(5_000_000);
    await writeFile(join(folder, 'MEMORY.DMP'), content);
    const { code, output } = await sftp(credentials, [
      'cd /upload',
      `put ${join(folder, 'MEMORY.DMP')}`,
      'ls -l',
      'df',
      'mkdir logs',
      `put ${join(folder, 'MEMORY.DMP')} logs/copy.dmp`,
      'rename logs/copy.dmp logs/renamed.dmp',
      `get MEMORY.DMP ${join(folder, 'back')}`,
      'ls -l logs',
    ]);
    expect(output).toMatch(/MEMORY\.DMP\n/);
    expect(output).toContain('renamed.dmp');
    expect(code).toBe(0);
    expect((await readFile(join(folder, 'back'))).equals(content)).toBe(true);
    const received = await until('it is told', () => room.told(caseId, 'upload.received')[0]);
    expect(received.data).toMatchObject({ name: 'MEMORY.DMP', bytes: content.length, sha256: sha256(content) });
  });

  whenInstalled('goes on with reput', async () => {
    const { caseId, credentials } = await room.openSpace();
    const content = randomBytes(3_000_000);
    await writeFile(join(folder, 'big.dmp'), content.subarray(0, 1_000_000));
    expect((await sftp(credentials, [`put ${join(folder, 'big.dmp')} /upload/big.dmp`])).code).toBe(0);
    await writeFile(join(folder, 'big.dmp'), content);
    expect((await sftp(credentials, [`reput ${join(folder, 'big.dmp')} /upload/big.dmp`])).code).toBe(0);
    const whole = await until('the whole file is told', () => room.told(caseId, 'upload.received')[1]);
    expect(whole.data.sha256).toBe(sha256(content));
  });

  whenInstalled('is refused with a wrong password and gets no shell', async () => {
    const { credentials } = await room.openSpace();
    const { code, output } = await sftp({ ...credentials, password: 'wrong' }, ['ls']);
    expect(code).not.toBe(0);
    expect(output).toContain('Permission denied');
    expect(
      (
        await run(
          'ssh',
          [...options(credentials), '-p', String(credentials.port), `${credentials.user}@${credentials.host}`, 'id'],
          credentials,
          '',
        )
      ).code,
    ).not.toBe(0);
  });
});

const options = (credentials: Credentials) =>
  [
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${join(folder, `known-${credentials.port}`)}`,
    'PreferredAuthentications=password',
    'NumberOfPasswordPrompts=1',
    'PubkeyAuthentication=no',
  ].flatMap((option) => ['-o', option]);

async function sftp(credentials: Credentials, commands: string[]) {
  const batch = join(folder, `batch-${randomBytes(4).toString('hex')}`);
  await writeFile(batch, `${commands.join('\n')}\n`);
  const target = `${credentials.user}@${credentials.host}`;
  return run(
    'sftp',
    [...options(credentials), '-o', 'BatchMode=no', '-P', String(credentials.port), '-b', batch, target],
    credentials,
    '',
  );
}

async function run(
  command: string,
  args: string[],
  { password }: Credentials,
  input: string,
): Promise<{ code: number | null; output: string }> {
  const answer = join(folder, `askpass-${randomBytes(4).toString('hex')}`);
  await writeFile(answer, `#!/bin/sh\nprintf '%s\\n' '${password}'\n`, { mode: 0o700 });
  // BatchMode of -b would forbid to ask for a password; the first option given counts, so it is switched off before.
  const child = spawn(command, args, {
    env: { ...process.env, SSH_ASKPASS: answer, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
  });
  child.stdin.end(input);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
