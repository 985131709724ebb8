import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline/promises';
import { removeCompose } from '../docker-compose.mjs';
import { LauncherError } from '../launcher-error.mjs';
import { say, shown } from '../say.mjs';
import { loadSecrets } from '../secrets.mjs';
import { parts } from '../services/parts.mjs';
import { dataFolder, ownedName, root } from '../session.mjs';
import { State } from '../state.mjs';
import { down } from './down.mjs';

/** Forgets everything: our database, virtual host and keys on shared services, and the data folder. Asks first. */
export async function reset({ flags }) {
  const profiles = ['test', 'dev'].filter((profile) => fs.existsSync(path.join(dataFolder(profile), 'state.json')));
  if (profiles.length === 0) return say(`nothing to forget: ${dataFolder('dev')} holds no state`);
  const plans = profiles.map((profile) => planOf(profile));
  console.log(
    ['This will end everything of ours and remove for good:', ...plans.flatMap((plan) => plan.words)].join('\n'),
  );
  if (!flags.yes && !(await isConfirmed())) throw new LauncherError('nothing was removed');
  await down();
  for (const plan of plans) await carryOut(plan);
}

function planOf(profile) {
  const folder = dataFolder(profile);
  const { services } = new State(folder);
  const known = parts.filter((part) => services[part.name]);
  const local = known.filter((part) => services[part.name].kind === 'local');
  const given = known.filter((part) => services[part.name].kind === 'environment');
  return {
    folder,
    profile,
    services,
    local,
    composed: known.some((part) => services[part.name].kind === 'compose'),
    words: [
      ...local.map(
        (part) => `  - what is ours (${ownedName(profile)}) on ${part.name} ${shown(services[part.name].url)}`,
      ),
      ...given.map((part) => `  - NOT: ${part.name} ${shown(services[part.name].url)}, which ${part.variable} named`),
      `  - ${folder}`,
    ],
  };
}

async function isConfirmed() {
  if (!process.stdin.isTTY) throw new LauncherError('there is no terminal to ask on; give --yes if you are sure');
  const terminal = readline.createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Remove it? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function carryOut({ folder, profile, services, local, composed }) {
  for (const part of local) {
    try {
      say(`${part.name} ${await part.dropOwned(services[part.name].url, ownedName(profile))}`);
    } catch (error) {
      say(`${part.name} could not be cleaned: ${error.message}`);
      process.exitCode = 1;
    }
  }
  if (composed) removeCompose({ root, secrets: loadSecrets(folder) });
  // Where root's PostgreSQL could not reach the data folder its files lie elsewhere.
  fs.rmSync(path.join('/var/lib/caserelay', path.join(folder, 'postgres').replaceAll(path.sep, '-')), {
    ...{ recursive: true, force: true },
  });
  fs.rmSync(folder, { recursive: true, force: true });
  say(`${folder} removed`);
}
