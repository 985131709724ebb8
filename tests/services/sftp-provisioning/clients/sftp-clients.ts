import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isInstalled, type Command } from './run-program.js';

/** Where and as whom a client logs in. */
export interface Login {
  host: string;
  port: number;
  user: string;
  password: string;
  fingerprint: string;
}

/** What a client is asked to do in one run of it. */
export type Deed =
  | { do: 'put' | 'resume'; file: string; to: string }
  /** With the time of change of the file. */
  | { do: 'put-with-time'; file: string; to: string }
  /** All of a folder that is not there, or there otherwise. */
  | { do: 'copy-folder'; folder: string; to: string }
  | { do: 'get'; from: string; file: string }
  | { do: 'list'; folder: string }
  | { do: 'rename'; from: string; to: string };

/** A program that customers use. */
export interface SftpClient {
  readonly name: string;
  readonly debianPackage: string;
  readonly isInstalled: boolean;
  /** Whether it can go on where an upload stopped; the others send the file again. */
  readonly resumes: boolean;
  /** Whether it can tell the server when a file was changed. */
  readonly keepsTimes: boolean;
  /** Whether it copies only what is not there yet. */
  readonly copiesFolders: boolean;
  /** How it is called; `folder` is a home of its own. */
  command(deed: Deed, login: Login, folder: string): Promise<Command>;
}

/** Debian's own, which has Debian's packages; there may be another one before it in the path. */
const python = '/usr/bin/python3';

const openSsh: SftpClient = {
  name: 'OpenSSH sftp',
  debianPackage: 'openssh-client',
  isInstalled: isInstalled('sftp'),
  resumes: true,
  keepsTimes: true,
  copiesFolders: false,
  async command(deed, login, folder) {
    const batch = await script(folder, [inOpenSsh(deed), 'quit']);
    return {
      program: 'sftp',
      // BatchMode of -b would forbid to ask for a password; the first option given counts, so it is switched off before.
      args: ['-o', 'BatchMode=no', ...sshOptions, '-P', String(login.port), '-b', batch, `${login.user}@${login.host}`],
      environment: await answeringForPassword(login, folder),
    };
  },
};

const lftp: SftpClient = {
  name: 'lftp',
  debianPackage: 'lftp',
  isInstalled: isInstalled('lftp') && isInstalled('ssh'),
  resumes: true,
  keepsTimes: true,
  copiesFolders: true,
  async command(deed, { host, port, user, password }, folder) {
    const lines = [
      'set cmd:fail-exit true',
      'set net:max-retries 1',
      'set net:timeout 20',
      'set sftp:auto-confirm true',
      `set sftp:connect-program "ssh -a -x ${sshOptions.join(' ')}"`,
      `open -u ${user},${password} -p ${port} sftp://${host}`,
      inLftp(deed),
    ];
    return { program: 'lftp', args: ['--norc', '-f', await script(folder, lines)], environment: { HOME: folder } };
  },
};

const rclone: SftpClient = {
  name: 'rclone',
  debianPackage: 'rclone',
  isInstalled: isInstalled('rclone'),
  resumes: false,
  keepsTimes: true,
  copiesFolders: true,
  command(deed, { host, port, user, password }, folder) {
    const environment = {
      HOME: folder,
      RCLONE_SFTP_HOST: host,
      RCLONE_SFTP_PORT: String(port),
      RCLONE_SFTP_USER: user,
      RCLONE_SFTP_PASS: execFileSync('rclone', ['obscure', '-'], { input: password, encoding: 'utf8' }).trim(),
    };
    const args = [...inRclone(deed), '--retries', '1', '--low-level-retries', '1', '--config', join(folder, 'none')];
    return Promise.resolve({ program: 'rclone', args, environment });
  },
};

const psftp: SftpClient = {
  name: 'psftp',
  debianPackage: 'putty-tools',
  isInstalled: isInstalled('psftp'),
  resumes: true,
  keepsTimes: false,
  copiesFolders: false,
  async command(deed, { host, port, user, password, fingerprint }, folder) {
    const batch = await script(folder, [inPsftp(deed), 'quit']);
    const args = [
      '-batch',
      '-P',
      String(port),
      '-l',
      user,
      '-pw',
      password,
      '-hostkey',
      fingerprint,
      '-b',
      batch,
      host,
    ];
    return { program: 'psftp', args, environment: { HOME: folder } };
  },
};

const paramiko: SftpClient = {
  name: 'paramiko',
  debianPackage: 'python3-paramiko',
  isInstalled: canImportParamiko(),
  resumes: true,
  keepsTimes: true,
  copiesFolders: false,
  command: (deed, login, folder) =>
    Promise.resolve({
      program: python,
      args: ['-W', 'ignore', '-c', inParamiko],
      environment: { HOME: folder, DEED: JSON.stringify(deed), LOGIN: JSON.stringify(login) },
    }),
};

/** PuTTY's other client keeps times; psftp cannot. */
const pscp: SftpClient = {
  name: 'pscp',
  debianPackage: 'putty-tools',
  isInstalled: isInstalled('pscp'),
  resumes: false,
  keepsTimes: true,
  copiesFolders: false,
  command(deed, { host, port, user, password, fingerprint }, folder) {
    if (deed.do !== 'put-with-time') throw new Error(`pscp is only asked to put with time; found ${deed.do}`);
    const login = ['-batch', '-sftp', '-P', String(port), '-l', user, '-pw', password, '-hostkey', fingerprint];
    const args = [...login, '-p', '-q', deed.file, `${host}:${deed.to}`];
    return Promise.resolve({ program: 'pscp', args, environment: { HOME: folder } });
  },
};

export const sftpClients: readonly SftpClient[] = [openSsh, lftp, rclone, psftp, paramiko];

export const clientsThatKeepTimes: readonly SftpClient[] = [
  ...sftpClients.filter(({ keepsTimes }) => keepsTimes),
  pscp,
];
export const clientsThatCopyFolders: readonly SftpClient[] = sftpClients.filter(({ copiesFolders }) => copiesFolders);

const sshOptions = [
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
  'LogLevel=ERROR',
  'PreferredAuthentications=password,keyboard-interactive',
  'NumberOfPasswordPrompts=1',
  'PubkeyAuthentication=no',
].flatMap((option) => ['-o', option]);

function inOpenSsh(deed: Deed): string {
  switch (deed.do) {
    case 'put':
      return `put ${deed.file} ${deed.to}`;
    case 'resume':
      return `reput ${deed.file} ${deed.to}`;
    case 'put-with-time':
      return `put -p ${deed.file} ${deed.to}`;
    case 'copy-folder':
      return `put -R -p ${deed.folder} ${deed.to}`;
    case 'get':
      return `get ${deed.from} ${deed.file}`;
    case 'list':
      return `ls -1 ${deed.folder}`;
    case 'rename':
      return `rename ${deed.from} ${deed.to}`;
  }
}

function inLftp(deed: Deed): string {
  switch (deed.do) {
    case 'put':
      return `put ${deed.file} -o ${deed.to}`;
    case 'resume':
      return `put -c ${deed.file} -o ${deed.to}`;
    case 'put-with-time':
      return `put ${deed.file} -o ${deed.to}`;
    case 'copy-folder':
      return `mirror -R ${deed.folder} ${deed.to}`;
    case 'get':
      return `get ${deed.from} -o ${deed.file}`;
    case 'list':
      return `cls -1 ${deed.folder}/`;
    case 'rename':
      return `mv ${deed.from} ${deed.to}`;
  }
}

function inRclone(deed: Deed): string[] {
  switch (deed.do) {
    case 'put':
    case 'resume':
      return ['copyto', deed.file, `:sftp:${deed.to}`];
    case 'put-with-time':
      return ['copyto', deed.file, `:sftp:${deed.to}`];
    case 'copy-folder':
      return ['copy', deed.folder, `:sftp:${deed.to}`];
    case 'get':
      return ['copyto', `:sftp:${deed.from}`, deed.file];
    case 'list':
      return ['lsf', `:sftp:${deed.folder}`];
    case 'rename':
      return ['moveto', `:sftp:${deed.from}`, `:sftp:${deed.to}`];
  }
}

function inPsftp(deed: Deed): string {
  switch (deed.do) {
    case 'put':
      return `put ${deed.file} ${deed.to}`;
    case 'resume':
      return `reput ${deed.file} ${deed.to}`;
    case 'put-with-time':
      return `put ${deed.file} ${deed.to}`;
    case 'copy-folder':
      return `put -r ${deed.folder} ${deed.to}`;
    case 'get':
      return `get ${deed.from} ${deed.file}`;
    case 'list':
      return `ls ${deed.folder}`;
    case 'rename':
      return `mv ${deed.from} ${deed.to}`;
  }
}

const inParamiko = `
import json, os, paramiko
deed, login = json.loads(os.environ['DEED']), json.loads(os.environ['LOGIN'])
transport = paramiko.Transport((login['host'], login['port']))
transport.connect(username=login['user'], password=login['password'])
sftp = paramiko.SFTPClient.from_transport(transport)
what = deed['do']
if what == 'put': sftp.put(deed['file'], deed['to'])
elif what == 'put-with-time':
    sftp.put(deed['file'], deed['to'])
    sftp.utime(deed['to'], (os.stat(deed['file']).st_atime, os.stat(deed['file']).st_mtime))
elif what == 'get': sftp.get(deed['from'], deed['file'])
elif what == 'list': print('\\n'.join(sftp.listdir(deed['folder'])))
elif what == 'rename': sftp.rename(deed['from'], deed['to'])
elif what == 'resume':
    with open(deed['file'], 'rb') as ours, sftp.open(deed['to'], 'ab') as theirs:
        ours.seek(sftp.stat(deed['to']).st_size)
        theirs.set_pipelined(True)
        while piece := ours.read(32768): theirs.write(piece)
transport.close()
`;

function canImportParamiko(): boolean {
  try {
    execFileSync(python, ['-W', 'ignore', '-c', 'import paramiko'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function script(folder: string, lines: string[]): Promise<string> {
  const file = join(folder, `script-${randomBytes(4).toString('hex')}`);
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

async function answeringForPassword({ password }: Login, folder: string): Promise<Record<string, string>> {
  const answer = join(folder, `askpass-${randomBytes(4).toString('hex')}`);
  await writeFile(answer, `#!/bin/sh\nprintf '%s\\n' '${password}'\n`, { mode: 0o700 });
  return { HOME: folder, SSH_ASKPASS: answer, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };
}
