import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const largestLog = 20 * 1024 * 1024;

/**
 * Starts a program in its own process group with its output appended to a log file. The record it gives recognises
 * the process later, from another launcher too: a process id alone may have been given to someone else.
 */
export async function startProcess({ program, args = [], env = {}, cwd, uid, gid, logFile }) {
  fs.mkdirSync(path.dirname(logFile), { recursive: true });
  if (fs.existsSync(logFile) && fs.statSync(logFile).size > largestLog) fs.renameSync(logFile, `${logFile}.1`);
  const log = fs.openSync(logFile, 'a');
  const child = spawn(program, args.map(String), {
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, ...env },
    cwd,
    uid,
    gid,
  });
  fs.closeSync(log);
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  return { pid: child.pid, born: birthOf(child.pid), program, logFile };
}

/** Whether the process of this record still runs. */
export function isAlive(record) {
  if (!record) return false;
  const born = birthOf(record.pid);
  return born !== null && born === record.born;
}

/** Sends a signal and waits until the process is gone; after the limit it and its group are killed. */
export async function stopProcess(record, { signal = 'SIGTERM', limit = 15_000 } = {}) {
  if (!isAlive(record)) return 'was not running';
  const began = performance.now();
  send(record.pid, signal);
  if (await hasGone(record, limit)) return `stopped in ${Math.round(performance.now() - began)} ms`;
  await killProcess(record);
  return `killed after ${Math.round(limit / 1000)} s`;
}

/** Kills a process with all its descendants at once, as a power cut would, and waits until they are gone. */
export async function killProcess(record) {
  if (!isAlive(record)) return;
  const family = [record.pid, ...descendantsOf(record.pid)].map((pid) => ({ pid, born: birthOf(pid) }));
  for (const { pid } of family) send(pid, 'SIGKILL');
  send(-record.pid, 'SIGKILL');
  for (const member of family) await hasGone(member, 5_000);
}

/** Ends what a killed process left in its group; does nothing while the process itself, or a namesake, lives. */
export function endLeftovers(record) {
  if (record && birthOf(record.pid) === null) send(-record.pid, 'SIGKILL');
}

/** The last lines of a log file. */
export function tailOf(logFile, lines = 12) {
  if (!fs.existsSync(logFile)) return `(${logFile} does not exist)`;
  return fs.readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** Asks again and again until `check` succeeds; a dead process or the limit ends it with the log's last lines. */
export async function untilUsable(check, { name, record, limit }) {
  const began = performance.now();
  for (;;) {
    let reason;
    try {
      const answer = await check();
      // Whoever answers at the port of a process that has ended is a stranger.
      if (isAlive(record)) return answer;
      reason = 'something else answers there';
    } catch (error) {
      reason = error.message;
    }
    const waited = performance.now() - began;
    const verdict = !isAlive(record) ? 'stopped while starting' : waited > limit ? `not ready after ${limit} ms` : null;
    if (verdict) {
      throw new Error(`${name} ${verdict} (${reason}); the end of ${record.logFile}:\n${tailOf(record.logFile)}`);
    }
    await pause(80);
  }
}

/** When a process was born, in the system's own words; null when there is none (or only its corpse). */
export function birthOf(pid) {
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim() || null;
  }
  const fields = statOf(pid);
  return fields === null || fields[0] === 'Z' ? null : fields[19];
}

/** The fields of /proc/<pid>/stat after the program's name, which may itself hold spaces and brackets. */
function statOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function descendantsOf(ancestor) {
  const listed = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout;
  const pairs = listed === null || listed === undefined ? pairsFromProc() : pairsIn(listed);
  const found = [ancestor];
  for (const parent of found) found.push(...pairs.filter(([, its]) => its === parent).map(([pid]) => pid));
  return found.slice(1);
}

function pairsIn(listed) {
  return listed
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
}

/** A bare Debian has no `ps`. */
function pairsFromProc() {
  return fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => [Number(entry), Number(statOf(entry)?.[1])]);
}

async function hasGone(record, limit) {
  const began = performance.now();
  while (isAlive(record)) {
    if (performance.now() - began > limit) return false;
    await pause(30);
  }
  return true;
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
