import { spawn } from 'node:child_process';
import path from 'node:path';
import { LauncherError } from './launcher-error.mjs';
import { say } from './say.mjs';
import { root } from './session.mjs';

/** Compiles what has changed since the last time: the named projects and what they stand on, or everything. */
export async function build(projects = []) {
  const began = performance.now();
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  const child = spawn(process.execPath, [compiler, '-b', ...projects], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new LauncherError(`npx ${['tsc', '-b', ...projects].join(' ')} failed:\n${output.trimEnd()}`);
  say(`compiled in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
