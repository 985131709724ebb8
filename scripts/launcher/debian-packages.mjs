import fs from 'node:fs';
import readline from 'node:readline/promises';
import { LauncherError } from './launcher-error.mjs';
import { findProgram, runProgram } from './programs.mjs';
import { say } from './say.mjs';

const startPolicy = '/usr/sbin/policy-rc.d';

/** Installs packages when that is possible and allowed; gives null when done, else what stood in the way. */
export async function installDebianPackages(packages, { yes }) {
  if (!findProgram('apt-get')) return 'this system has no apt-get';
  const elevate = asRoot();
  if (elevate === null) return 'not root, and sudo asks for a password or is missing';
  const names = packages.join(' ');
  if (!(await isAllowed(`Install ${names} with apt-get?`, yes))) {
    return 'not installed without consent (answer yes, or give --yes)';
  }
  say(`installing Debian packages: ${names} (apt-get update first)`);
  withoutAutostart(elevate, () => {
    run(elevate, ['apt-get', 'update', '-qq']);
    run(elevate, ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages]);
  });
  return null;
}

/** Root without anybody to ask, as in a container, is taken for a yes; so is CI. */
async function isAllowed(question, yes) {
  if (yes || process.env.CI === 'true') return true;
  if (!process.stdin.isTTY) return process.getuid?.() === 0;
  const terminal = readline.createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [Y/n] `);
  terminal.close();
  return !/^n/i.test(answer.trim());
}

function asRoot() {
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  return sudo && runProgram(sudo, ['-n', 'true']).ok ? [sudo, '-n'] : null;
}

/**
 * Debian starts a service as soon as it is installed. We want the programs only, for instances of our own; a policy of
 * 101 says so while we install (https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt).
 */
function withoutAutostart(elevate, install) {
  if (fs.existsSync(startPolicy)) return install();
  run(elevate, ['sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${startPolicy} && chmod 755 ${startPolicy}`]);
  try {
    return install();
  } finally {
    run(elevate, ['rm', '-f', startPolicy]);
  }
}

function run(elevate, command) {
  const [program, ...args] = [...elevate, ...command];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const done = runProgram(program, args, { env });
  if (!done.ok) throw new LauncherError(`${command.join(' ')} failed:\n${done.text.split('\n').slice(-15).join('\n')}`);
}
