import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort, startServer, stopServer, type Contestant, type Workshop } from './contestants.js';

/** Debian's OpenSSH with its own SFTP server inside, as it comes, but for a port, keys and a folder of its own. */
export async function startOpenSsh({ folder, clientKey, hostKey }: Workshop): Promise<Contestant> {
  const port = await freePort();
  const target = join(folder, 'openssh');
  await mkdir(target, { recursive: true });
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const settings = join(folder, 'sshd_config');
  await writeFile(
    settings,
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${hostKey}
PidFile none
AuthorizedKeysFile ${clientKey}.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
MaxStartups 100
MaxSessions 100
Subsystem sftp internal-sftp -d ${target}
`,
  );
  const child = await startServer('/usr/sbin/sshd', ['-D', '-e', '-f', settings], port);
  return {
    name: 'OpenSSH internal-sftp',
    port,
    user: userInfo().username,
    login: { kind: 'key' },
    folder: '',
    process: child.pid as number,
    clear: () => emptied(target),
    stop: () => stopServer(child),
  };
}

/** Debian's ProFTPD with mod_sftp and one virtual user. */
export async function startProftpd({ folder, clientKey, hostKey }: Workshop): Promise<Contestant> {
  const port = await freePort();
  const target = join(folder, 'proftpd');
  await mkdir(target, { recursive: true });
  const { uid, gid } = userInfo();
  const users = join(folder, 'proftpd.passwd');
  await writeFile(users, `bench:*:${uid}:${gid}::${target}:/bin/false\n`, { mode: 0o600 });
  const keys = join(folder, 'proftpd.keys');
  await writeFile(keys, rfc4716(await readFile(`${clientKey}.pub`, 'utf8')), { mode: 0o600 });
  const settings = join(folder, 'proftpd.conf');
  await writeFile(
    settings,
    `LoadModule mod_sftp.c
ServerName bench
ServerType standalone
DefaultServer on
DefaultAddress 127.0.0.1
Port ${port}
UseIPv6 off
PidFile ${folder}/proftpd.pid
ScoreboardFile ${folder}/proftpd.score
DelayTable ${folder}/proftpd.delay
MaxInstances 100
UseReverseDNS off
WtmpLog off
RequireValidShell off
RootLogin on
AllowOverwrite on
AllowStoreRestart on
SystemLog ${folder}/proftpd.log
TransferLog none
AuthOrder mod_auth_file.c
AuthUserFile ${users}
SFTPEngine on
SFTPLog none
SFTPHostKey ${hostKey}
SFTPAuthMethods publickey
SFTPAuthorizedUserKeys file:${keys}
SFTPOptions IgnoreSFTPUploadPerms
`,
    { mode: 0o600 },
  );
  const child = await startServer('/usr/sbin/proftpd', ['--nodaemon', '--config', settings], port);
  return {
    name: 'ProFTPD mod_sftp',
    port,
    user: 'bench',
    login: { kind: 'key' },
    folder: `${target}/`,
    process: child.pid as number,
    clear: () => emptied(target),
    stop: () => stopServer(child),
  };
}

async function emptied(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

/** The form in which mod_sftp wants public keys. */
function rfc4716(openSsh: string): string {
  const body = (openSsh.split(' ')[1] ?? '').replace(/(.{70})/g, '$1\n');
  return `---- BEGIN SSH2 PUBLIC KEY ----\n${body}\n---- END SSH2 PUBLIC KEY ----\n`;
}
