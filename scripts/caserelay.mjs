#!/usr/bin/env node
import fs from 'node:fs';
import path from 'node:path';
import { LauncherError } from './launcher/launcher-error.mjs';
import { readCommandLine } from './launcher/command-line.mjs';

const usage = `node scripts/caserelay.mjs <command> [flags]

  start             finds or starts Postgres, Redis and RabbitMQ, compiles, starts CaseRelay (the default)
  status            shows each part, where it is and whether it is ready
  down              ends everything that was started from this checkout
  reset             removes our data, after asking
  demo              plays one whole case
  import-thread FILE…  takes in threads that were led elsewhere, as cases with their numbers and tokens
  test [-- args]    runs every test, or what jest's arguments choose
  run -- command    runs a command with DATABASE_URL, REDIS_URL, AMQP_URL and NAMESPACE set

  --yes        installs Debian packages and removes data without asking
  --private    uses no local service but instances of its own under .data
  --separate   start: each service in a process of its own
  --no-build   does not compile first

  DATABASE_URL, REDIS_URL, AMQP_URL choose services yourself; CASERELAY_DATA another folder than .data;
  NAMESPACE another name than caserelay for our database, virtual host and keys on shared services.`;

const commands = {
  start: () => import('./launcher/commands/start.mjs').then((its) => its.start),
  status: () => import('./launcher/commands/status.mjs').then((its) => its.status),
  down: () => import('./launcher/commands/down.mjs').then((its) => its.down),
  reset: () => import('./launcher/commands/reset.mjs').then((its) => its.reset),
  demo: () => import('./launcher/commands/run.mjs').then((its) => its.demo),
  test: () => import('./launcher/commands/run.mjs').then((its) => its.test),
  'import-thread': () => import('./launcher/commands/import-thread.mjs').then((its) => its.importThread),
  run: () => import('./launcher/commands/run.mjs').then((its) => its.run),
};

try {
  const { command, flags, rest } = readCommandLine(process.argv.slice(2));
  if (flags.help || command === 'help') console.log(usage);
  else await (await load(command))({ flags, rest });
} catch (error) {
  console.error(error instanceof LauncherError ? error.message : error);
  process.exitCode = 1;
}

async function load(command) {
  if (!Object.hasOwn(commands, command)) throw new LauncherError(`there is no command "${command}"\n\n${usage}`);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new LauncherError(`CaseRelay needs Node 20.19 or later; this is ${process.versions.node}`);
  }
  if (!fs.existsSync(path.join(import.meta.dirname, '../node_modules/pg'))) {
    throw new LauncherError('the dependencies are not installed; run `npm install` first');
  }
  return commands[command]();
}
