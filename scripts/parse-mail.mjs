// Compiles what the command needs, which takes a second when nothing changed, and runs it. Nothing but its lines goes to
// the standard output.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// npm runs scripts in the root; the files are named from where the command was given.
const from = process.env.INIT_CWD ?? process.cwd();
const compiled = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'libs/mail-parser-cli'], {
  cwd: root,
  stdio: ['ignore', 2, 2],
});
process.chdir(from);
if (compiled.status === 0) await import('../libs/mail-parser-cli/bin/parse-mail.js');
else process.exitCode = 2;
