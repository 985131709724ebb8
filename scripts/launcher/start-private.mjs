import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { killProcess, startProcess, stopProcess } from './processes.mjs';

/**
 * Starts an instance of a part that belongs to this data folder alone; a failed start is tried once more. Gives its
 * URL. `fast` gives up safety on disk for speed.
 */
export async function startPrivatePart(part, state, { fast = false, onStart = () => {} } = {}) {
  const start = async (name, { program, args, env, cwd, uid, gid }) => {
    const record = await startProcess({
      ...{ program, args, env, uid, gid },
      cwd: cwd ?? state.folder,
      logFile: state.logFile(name),
    });
    state.remember(name, record);
    onStart(name);
    return record;
  };
  const runBeside = Object.assign(start, { portOf: (name) => (state.isRunning(name) ? state.ports[name] : null) });
  const place = {
    folder: state.folder,
    fast,
    claimPort: (purpose, wanted, isMoved) => state.claimPort(purpose, wanted, isMoved),
    run: (what) => start(part.name, what),
    runBeside,
    record: () => state.processes[part.name],
  };
  fs.mkdirSync(state.folder, { recursive: true });
  await stopProcess(state.processes[part.name], { signal: part.stopSignal });
  try {
    return await part.startPrivate(place);
  } catch {
    await killProcess(state.processes[part.name]);
    await pause(500);
    return part.startPrivate(place);
  }
}

/** Whether an earlier private instance left its data in this folder. */
export function hasPrivateData(part, state) {
  return fs.existsSync(path.join(state.folder, part.name)) && part.findProgram() !== null;
}
