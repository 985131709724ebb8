import fs from 'node:fs';
import { installDebianPackages } from './debian-packages.mjs';
import { LauncherError } from './launcher-error.mjs';
import { findProgram } from './programs.mjs';
import { say } from './say.mjs';

/** Programs of others that tests try CaseRelay with, by the Debian package that brings them. */
const packages = {
  'openssh-client': () => findProgram('sftp'),
  lftp: () => findProgram('lftp'),
  rclone: () => findProgram('rclone'),
  'putty-tools': () => findProgram('psftp'),
  'python3-paramiko': () => fs.existsSync('/usr/lib/python3/dist-packages/paramiko'),
  'clamav-daemon': () => fs.existsSync('/usr/sbin/clamd'),
  'proftpd-core': () => fs.existsSync('/usr/sbin/proftpd'),
  'proftpd-mod-crypto': () => fs.existsSync('/usr/lib/proftpd/mod_sftp.so'),
  'proftpd-mod-pgsql': () => fs.existsSync('/usr/lib/proftpd/mod_sql_postgres.so'),
};

/** Installs what is missing where that is possible without asking anybody. Tests of what stays missing are skipped. */
export async function installTestPrograms({ yes = false }) {
  const missing = Object.keys(packages).filter((name) => !packages[name]());
  if (missing.length === 0 || (process.stdin.isTTY && !yes && process.env.CI !== 'true')) return;
  const problem = await installDebianPackages(missing, { yes }).catch((error) => {
    if (error instanceof LauncherError) return error.message;
    throw error;
  });
  if (problem !== null) say(`tests with ${missing.join(', ')} will be skipped: ${problem}`);
}
