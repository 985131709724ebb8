import { applications } from '../applications.mjs';
import { isAlive } from '../processes.mjs';
import { printTable, shown } from '../say.mjs';
import { parts } from '../services/parts.mjs';
import { dataFolder } from '../session.mjs';
import { State } from '../state.mjs';

/** Shows each part: how it was chosen, where it is, whether it is ready now. Exits 0 only when all are. */
export async function status() {
  const state = new State(dataFolder('dev'));
  const rows = await Promise.all([
    ...parts.map((part) => serviceRow(part, state)),
    ...applications.map((application) => applicationRow(application, state)),
  ]);
  printTable([['part', 'how', 'url', 'process', 'ready'], ...rows]);
  process.exitCode = rows.every((row) => row.at(-1) === 'yes') ? 0 : 3;
}

async function serviceRow(part, state) {
  const known = state.services[part.name];
  if (!known) return [part.name, '-', '-', '-', 'never started'];
  const ready = await answerOf(part.login(known.url));
  return [part.name, known.how, shown(known.url), processOf(state, part.name), ready];
}

async function applicationRow({ name, portPurpose, readyPath }, state) {
  const port = state.ports[portPurpose];
  if (port === undefined) return [name, '-', '-', '-', 'never started'];
  const url = `http://127.0.0.1:${port}`;
  const host = state.isRunning(name) ? name : 'caserelay';
  const how = host === name ? 'own process' : 'in caserelay';
  const running = state.isRunning(host) && (name === host || name !== 'mail-catcher');
  if (!running) return [name, '-', url, '-', 'stopped'];
  const answer = fetch(`${url}${readyPath}`, { signal: AbortSignal.timeout(3_000) }).then(async (response) => {
    if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 160)}`);
  });
  return [name, how, url, processOf(state, host), await answerOf(answer)];
}

function processOf(state, name) {
  return isAlive(state.processes[name]) ? String(state.processes[name].pid) : '-';
}

async function answerOf(check) {
  try {
    await check;
    return 'yes';
  } catch (error) {
    return `no: ${error.cause?.code ?? error.message}`;
  }
}
