import { spawn } from 'node:child_process';
import fs from 'node:fs';
import readline from 'node:readline/promises';
import { LauncherError } from './launcher-error.mjs';
import { findProgram, runProgram } from './programs.mjs';
import { say } from './say.mjs';

const startPolicy = '/usr/sbin/policy-rc.d';
const ourMark = '# caserelay: only while it installs packages';

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
  await withoutAutostart(elevate, async () => {
    await run(elevate, ['apt-get', 'update', '-qq']);
    await run(elevate, ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages]);
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
async function withoutAutostart(elevate, install) {
  if (fs.existsSync(startPolicy) && !fs.readFileSync(startPolicy, 'utf8').includes(ourMark)) return install();
  const text = `#!/bin/sh\\n${ourMark}\\nexit 101\\n`;
  await run(elevate, ['sh', '-c', `printf '${text}' > ${startPolicy} && chmod 755 ${startPolicy}`]);
  // On Ctrl-C too: left behind, it would keep every later package of this machine from starting its service.
  const remove = () => runProgram(...asCommand([...elevate, 'rm', '-f', startPolicy]));
  process.once('exit', remove);
  try {
    await install();
  } finally {
    remove();
    process.off('exit', remove);
  }
}

function asCommand([program, ...args]) {
  return [program, args];
}

async function run(elevate, command) {
  const [program, args] = asCommand([...elevate, ...command]);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new LauncherError(`${command.join(' ')} failed:\n${output.trim().split('\n').slice(-15).join('\n')}`);
  }
}
