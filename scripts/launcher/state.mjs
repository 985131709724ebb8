import fs from 'node:fs';
import path from 'node:path';
import { isAlive } from './processes.mjs';
import { becomesFree, nextFreePort } from './ports.mjs';

/**
 * What the launcher remembers between runs, in `<folder>/state.json`: the ports it took, the processes it started,
 * the services it chose, and which launchers stay. Written whole and renamed into place, so that a kill leaves the old or the new one.
 */
export class State {
  #file;
  #portOffset;

  /** `portOffset` moves all wanted ports, for several instances that start at the same time. */
  constructor(folder, { portOffset = 0 } = {}) {
    this.folder = folder;
    this.#portOffset = portOffset;
    this.#file = path.join(folder, 'state.json');
    const { ports = {}, processes = {}, services = {}, launchers = [] } = this.#read();
    Object.assign(this, { ports, processes, services, launchers });
  }

  save() {
    fs.mkdirSync(this.folder, { recursive: true });
    const { ports, processes, services, launchers } = this;
    const draft = `${this.#file}.${process.pid}`;
    fs.writeFileSync(draft, `${JSON.stringify({ ports, processes, services, launchers }, null, 2)}\n`, { mode: 0o600 });
    fs.renameSync(draft, this.#file);
  }

  logFile(name) {
    return path.join(this.folder, 'log', `${name}.log`);
  }

  /**
   * The port of this purpose: the one it had before while that is free, else the next free one from `wanted`. `isMoved` says
   * that `wanted` rests on a port that was moved by the offset already.
   */
  async claimPort(purpose, wanted, isMoved = false) {
    const kept = this.ports[purpose];
    if (kept !== undefined && (await becomesFree(kept))) return kept;
    // The place is taken before waiting, so that two purposes asked for at the same time never get one port.
    this.ports[purpose] = isMoved ? wanted : wanted + this.#portOffset;
    const others = () => Object.entries(this.ports).flatMap(([key, port]) => (key === purpose ? [] : [port]));
    do {
      this.ports[purpose] = await nextFreePort(this.ports[purpose], others());
    } while (others().includes(this.ports[purpose]));
    this.save();
    return this.ports[purpose];
  }

  remember(name, record) {
    this.processes[name] = record;
    this.save();
  }

  forget(name) {
    delete this.processes[name];
    this.save();
  }

  isRunning(name) {
    return isAlive(this.processes[name]);
  }

  #read() {
    try {
      return JSON.parse(fs.readFileSync(this.#file, 'utf8'));
    } catch (error) {
      if (error.code === 'ENOENT') return {};
      throw new Error(`${this.#file} cannot be read: ${error.message}; remove it to begin anew`, { cause: error });
    }
  }
}
