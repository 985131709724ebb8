import { killProcess, isAlive, stopProcess } from './processes.mjs';
import { parts, stopOrder, stopSignalOf } from './services/parts.mjs';
import { startPrivatePart } from './start-private.mjs';
import { State } from './state.mjs';

/**
 * Starts instances of Postgres, Redis and RabbitMQ that belong to the caller alone, for tests that kill them. A part
 * restarts on its port with its data. They end with the calling process; `stop` ends them properly.
 */
export async function startPrivate({ dir, fast = false, ...wanted }) {
  // Below the ports that systems give to whoever connects (32768 and up, most often): while a part is dead, nobody takes its port.
  const state = new State(dir, { portOffset: -24_000 - Math.floor(Math.random() * 4_000) });
  const chosen = parts.filter((part) => wanted[part.name]);
  for (const part of chosen) {
    if (!part.findProgram())
      throw new Error(`${part.name} is not installed (Debian package ${part.packages.join(' ')})`);
  }
  const killAll = () => {
    for (const record of Object.values(state.processes)) {
      if (isAlive(record)) process.kill(-record.pid, 'SIGKILL');
    }
  };
  process.once('exit', killAll);
  const stop = async () => {
    for (const name of stopOrder) await stopProcess(state.processes[name], { signal: stopSignalOf(name) });
    process.off('exit', killAll);
  };
  const partNamed = (name) => {
    const part = chosen.find((its) => its.name === name);
    if (!part) throw new Error(`"${name}" was not started; started: ${chosen.map((its) => its.name).join(', ')}`);
    return part;
  };

  const answers = await Promise.allSettled(chosen.map((part) => startPrivatePart(part, state, { fast })));
  const failure = answers.find(({ status }) => status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  const urls = Object.fromEntries(chosen.map((part, index) => [part.name, answers[index].value]));
  return {
    urls,
    environment: Object.fromEntries(chosen.map((part) => [part.variable, urls[part.name]])),
    async kill(name, signal = 'SIGKILL') {
      const record = state.processes[partNamed(name).name];
      if (signal === 'SIGKILL') await killProcess(record);
      else await stopProcess(record, { signal });
    },
    async restart(name) {
      const part = partNamed(name);
      await stopProcess(state.processes[name], { signal: part.stopSignal });
      const url = await startPrivatePart(part, state, { fast });
      if (url !== urls[name]) throw new Error(`${name} came back at ${url}; it was at ${urls[name]}`);
    },
    stop,
  };
}
