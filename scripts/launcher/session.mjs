import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { bringUp } from './bring-up.mjs';
import { LauncherError } from './launcher-error.mjs';
import { takeLock } from './lock.mjs';
import { birthOf, isAlive, stopProcess } from './processes.mjs';
import { say } from './say.mjs';
import { stopCompose } from './docker-compose.mjs';
import { loadSecrets } from './secrets.mjs';
import { stopOrder, stopSignalOf } from './services/parts.mjs';
import { State } from './state.mjs';

export const root = path.resolve(import.meta.dirname, '../..');

/** Where the launcher keeps its things: `.data`, or the folder named by CASERELAY_DATA; tests have a room of their own. */
export function dataFolder(profile) {
  const base = path.resolve(root, process.env.CASERELAY_DATA || '.data');
  return profile === 'test' ? path.join(base, 'test') : base;
}

/** The name of our database, virtual host and Redis prefix on services that we share with others. */
export function ownedName(profile) {
  const namespace = process.env.NAMESPACE || 'caserelay';
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(namespace)) {
    throw new LauncherError(
      `NAMESPACE is "${namespace}"; it may hold a-z, 0-9 and _, up to 31, and begins with a letter`,
    );
  }
  return profile === 'test' ? `${namespace}_test` : namespace;
}

/**
 * One run of the launcher: knows what this run started, ends exactly that, and holds the lock while things come up.
 * On Ctrl-C, SIGTERM or a closed terminal it ends what it started and exits.
 */
export class Session {
  #started = new Set();
  #release = () => {};
  #ending = null;
  #command = null;

  constructor({ profile = 'dev', flags = {} } = {}) {
    this.profile = profile;
    this.flags = flags;
    this.folder = dataFolder(profile);
    this.owned = ownedName(profile);
  }

  /** Takes the lock and enters itself among the launchers that `down` asks to end. */
  async begin() {
    process.stdout.on('error', () => {});
    process.stderr.on('error', () => {});
    for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
      process.on(signal, () => void this.end(code, `${signal}: `));
    }
    this.#release = await takeLock(this.folder);
    this.state = new State(this.folder);
    const itself = { pid: process.pid, born: birthOf(process.pid) };
    this.state.launchers = [...this.state.launchers.filter(isAlive), itself];
    this.state.save();
  }

  /** Others may come in: everything this run brings up is up. */
  releaseLock() {
    this.#release();
    this.#release = () => {};
  }

  noteStarted(name) {
    this.#started.add(name);
  }

  get startedSomething() {
    return this.#started.size > 0;
  }

  get isEnding() {
    return this.#ending !== null;
  }

  /** Postgres, Redis and RabbitMQ; gives the environment that points to them. */
  async bringUpServices() {
    const urls = await bringUp({
      root,
      state: this.state,
      owned: this.owned,
      environment: process.env,
      onlyPrivate: Boolean(this.flags.private),
      yes: Boolean(this.flags.yes),
      fast: this.profile === 'test',
      tried: {},
      onStart: (name) => this.noteStarted(name),
    });
    return { ...urls, NAMESPACE: this.owned };
  }

  /** Runs a command with our terminal and gives its exit code; a signal counts as a shell counts it. */
  run([program, ...args], environment) {
    return new Promise((resolve) => {
      const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } });
      this.#command = child;
      child.once('error', (error) => {
        console.error(`${program}: ${error.message}`);
        resolve(127);
      });
      child.once('exit', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal]));
    });
  }

  /** Ends what this run started, newest layer first, and leaves the process. */
  async end(code, why = '') {
    if (this.#ending) return this.#ending;
    this.#ending = this.#endNow(code, why);
    return this.#ending;
  }

  async #endNow(code, why) {
    try {
      await endCommand(this.#command);
      if (this.#started.size > 0) say(`${why}ending what this run started`);
      if (this.state) await stopParts([...this.#started], this.state);
    } finally {
      this.releaseLock();
      process.exit(code);
    }
  }
}

/** Ends the named parts of a data folder: applications first, then the broker, Redis and Postgres. */
export async function stopParts(names, state) {
  const rank = (name) => stopOrder.indexOf(name);
  const applications = names.filter((name) => rank(name) < 0);
  const services = names.filter((name) => rank(name) >= 0).sort((a, b) => rank(a) - rank(b));
  await Promise.all(applications.map((name) => stopPart(name, state)));
  for (const name of services) await stopPart(name, state);
}

async function stopPart(name, state) {
  if (state.services[name]?.kind === 'compose') {
    stopCompose([name], { root, secrets: loadSecrets(state.folder) });
    say(`${name} (docker compose) stopped`);
    return;
  }
  if (isAlive(state.processes[name])) {
    say(`${name} ${await stopProcess(state.processes[name], { signal: stopSignalOf(name) })}`);
  }
  state.forget(name);
}

/** A command must not lose its database before it has ended. */
async function endCommand(child) {
  if (!child || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const tooLong = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(tooLong);
}
