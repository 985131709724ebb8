// Looks at format, types, lint and borders. Runs all of them, so that one run shows every problem.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const steps = [
  {
    name: 'format',
    mend: 'npx prettier --write .',
    run: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  },
  { name: 'types', run: ['typescript/bin/tsc', '-b'] },
  { name: 'lint', mend: 'npx eslint --fix .', run: ['eslint/bin/eslint.js', '--max-warnings', '0', '.'] },
  {
    name: 'borders',
    run: [
      'dependency-cruiser/bin/dependency-cruise.mjs',
      'apps',
      'libs',
      'tests',
      'bench',
      '--config',
      '.dependency-cruiser.cjs',
    ],
  },
];

const red = [];
for (const step of steps) {
  process.stdout.write(`${step.name} …\n`);
  const startedAt = performance.now();
  const clean = (await exitCodeOf(step.run)) === 0;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (!clean) red.push(step.name);
  const advice = !clean && step.mend ? `; \`${step.mend}\` mends what a tool can mend` : '';
  process.stdout.write(`${step.name}: ${clean ? 'clean' : 'has problems'} (${seconds} s)${advice}\n`);
}
process.stdout.write(red.length === 0 ? 'check: all clean\n' : `check: problems in ${red.join(', ')}\n`);
process.exitCode = red.length === 0 ? 0 : 1;

function exitCodeOf([script, ...options]) {
  const child = spawn(process.execPath, [`node_modules/${script}`, ...options], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', (code) => resolve(code ?? 1)));
}
