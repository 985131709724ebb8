import fs from 'node:fs';
import path from 'node:path';
import { isAlive, stopProcess } from '../processes.mjs';
import { say } from '../say.mjs';
import { dataFolder, stopParts } from '../session.mjs';
import { State } from '../state.mjs';

/** Ends everything that launchers of this checkout started, whoever started it. */
export async function down() {
  for (const profile of ['dev', 'test']) await endProfile(profile);
}

async function endProfile(profile) {
  const folder = dataFolder(profile);
  if (!fs.existsSync(path.join(folder, 'state.json'))) return say(`nothing was ever started in ${folder}`);
  const before = new State(folder);
  const ran = Object.keys(before.processes).filter((name) => before.isRunning(name));
  // The newest first: it may use what an older one started.
  for (const launcher of before.launchers.filter(isAlive).reverse()) {
    say(`asking the launcher (process ${launcher.pid}) to end`);
    await stopProcess(launcher, { limit: 40_000 });
  }
  const state = new State(folder);
  const composed = Object.keys(state.services).filter((name) => state.services[name].kind === 'compose');
  const ours = [...new Set([...Object.keys(state.processes), ...composed])];
  await stopParts(ours, state);
  if (ran.length === 0 && composed.length === 0) say(`nothing of ours runs in ${folder}`);
}
