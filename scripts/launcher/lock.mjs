import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LauncherError } from './launcher-error.mjs';
import { birthOf, isAlive } from './processes.mjs';
import { say } from './say.mjs';

/** Lets one launcher at a time bring things up in a data folder; a dead holder's lock is taken over. */
export async function takeLock(folder, { limit = 180_000 } = {}) {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'launcher.lock');
  const mine = JSON.stringify({ pid: process.pid, born: birthOf(process.pid) });
  const began = performance.now();
  let told = false;
  while (!tryToWrite(file, mine)) {
    const holder = holderOf(file);
    if (!isAlive(holder)) {
      takeAway(file);
      continue;
    }
    if (!told) say(`another launcher (process ${holder.pid}) is at work; waiting for it`);
    told = true;
    if (performance.now() - began > limit) {
      throw new LauncherError(`${file} is still held after ${limit / 1000} s; end process ${holder.pid} first`);
    }
    await pause(150);
  }
  return () => {
    if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === mine) fs.rmSync(file, { force: true });
  };
}

/** Linking a finished file into place is atomic and never shows a half-written holder. */
function tryToWrite(file, text) {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, text);
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function holderOf(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** When another launcher took the dead holder's place in the meantime, its lock is put back. */
function takeAway(file) {
  const aside = `${file}.dead.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (isAlive(holderOf(aside))) fs.linkSync(aside, file);
  fs.rmSync(aside, { force: true });
}
