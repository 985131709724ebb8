import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LauncherError } from './launcher-error.mjs';
import { startProcess, stopProcess, tailOf } from './processes.mjs';
import { say } from './say.mjs';
import { loadSecrets } from './secrets.mjs';
import { root } from './session.mjs';

const service = (name, wantedPort) => ({ name, wantedPort, portPurpose: `${name}-http`, readyPath: '/health/ready' });

const services = [
  service('ops-console', 8480),
  service('intake', 8481),
  service('case-workflow', 8482),
  service('sftp-provisioning', 8483),
  service('dump-analysis', 8484),
  service('notification', 8485),
  service('webhooks', 8486),
];
const mailCatcher = {
  name: 'mail-catcher',
  wantedPort: 8025,
  portPurpose: 'mail-catcher-http',
  readyPath: '/api/messages',
};
const otherPorts = { 'intake-smtp': 2525, 'sftp-provisioning-sftp': 2222, 'mail-catcher-smtp': 1025 };

/** Everything that answers over HTTP when CaseRelay is up. */
export const applications = [mailCatcher, ...services];

/** Starts the mail catcher and the services, or adopts those that run, waits until each is ready; gives ports and settings. */
export async function startApplications(session, connections) {
  const ports = await claimPorts(session);
  const secrets = loadSecrets(session.folder);
  const settings = { ...connections, ...serviceSettings(session, ports, secrets) };
  const wanted = { 'mail-catcher': catcherProgram(session, ports), ...servicePrograms(session, settings) };
  for (const name of ['caserelay', ...services.map((its) => its.name)]) {
    if (!wanted[name] && session.state.isRunning(name))
      await replace(session, name, 'the services run the other way now');
  }
  for (const [name, program] of Object.entries(wanted)) await startOrAdopt(session, name, program);
  const processOf = ({ name }) => (wanted[name] ? name : 'caserelay');
  await Promise.all(applications.map((application) => untilReady(session, application, processOf(application))));
  return { ports, settings, processes: Object.keys(wanted) };
}

/** A port stays what it was: its owner may be running. A new one is only looked for when a stranger sits on it. */
async function claimPorts({ state }) {
  const wanted = { ...Object.fromEntries(applications.map((its) => [its.portPurpose, its.wantedPort])), ...otherPorts };
  const ports = {};
  for (const [purpose, port] of Object.entries(wanted)) {
    const owner = purpose.replace(/-(http|smtp|sftp)$/, '');
    const ownerRuns = state.isRunning(owner) || (owner !== 'mail-catcher' && state.isRunning('caserelay'));
    ports[purpose] = ownerRuns && state.ports[purpose] ? state.ports[purpose] : await state.claimPort(purpose, port);
  }
  return ports;
}

function catcherProgram({ folder }, ports) {
  return {
    file: 'apps/mail-catcher/dist/main.js',
    env: {
      CATCHER_SMTP_PORT: ports['mail-catcher-smtp'],
      CATCHER_HTTP_PORT: ports['mail-catcher-http'],
      CATCHER_DIR: path.join(folder, 'caught-mail'),
    },
  };
}

function servicePrograms(session, env) {
  const file = 'apps/caserelay/dist/main.js';
  if (!session.flags.separate) return { caserelay: { file, env } };
  return Object.fromEntries(services.map(({ name }) => [name, { file, env: { ...env, ROLE: name } }]));
}

function serviceSettings({ folder }, ports, secrets) {
  const variable = (name) => `${name.toUpperCase().replaceAll('-', '_')}_HTTP_PORT`;
  const settings = {
    ...Object.fromEntries(services.map(({ name, portPurpose }) => [variable(name), ports[portPurpose]])),
    SMTP_PORT: ports['intake-smtp'],
    SFTP_PORT: ports['sftp-provisioning-sftp'],
    SFTP_PUBLIC_HOST: '127.0.0.1',
    SFTP_HOST_KEY_FILE: path.join(folder, 'sftp-host-key'),
    PUBLIC_URL: `http://127.0.0.1:${ports['sftp-provisioning-http']}`,
    MAIL_SERVER_URL: `smtp://127.0.0.1:${ports['mail-catcher-smtp']}`,
    SENT_LOOKUP_URL: `http://127.0.0.1:${ports['mail-catcher-http']}/api/messages`,
    EVIDENCE_DIR: path.join(folder, 'evidence'),
    EVIDENCE_KEY: secrets.EVIDENCE_KEY,
    INTAKE_API_KEY: secrets.INTAKE_API_KEY,
    SPACES_API_KEY: secrets.SPACES_API_KEY,
    CASES_API_KEY: secrets.CASES_API_KEY,
    CUSTOMER_PAGE_KEY: secrets.CUSTOMER_PAGE_KEY,
    CUSTOMER_PAGE_URL: `http://127.0.0.1:${ports['case-workflow-http']}`,
    CASES_URL: `http://127.0.0.1:${ports['case-workflow-http']}`,
    WEBHOOKS_API_KEY: secrets.WEBHOOKS_API_KEY,
    WEBHOOK_SECRET_KEY: secrets.WEBHOOK_SECRET_KEY,
    CONSOLE_USER: 'engineer',
    CONSOLE_PASSWORD: secrets.CONSOLE_PASSWORD,
  };
  // What the person set wins, except ports: those were looked for and are free.
  const given = Object.keys(settings).filter((name) => !name.endsWith('_PORT') && process.env[name]);
  return { ...settings, ...Object.fromEntries(given.map((name) => [name, process.env[name]])) };
}

async function startOrAdopt(session, name, { file, env }) {
  const { state } = session;
  const strings = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)]));
  const main = path.join(root, file);
  const fingerprint = fingerprintOf(strings);
  if (state.isRunning(name)) {
    const record = state.processes[name];
    if (record.fingerprint === fingerprint) {
      const isOld = record.code !== codeFingerprint();
      say(
        `${name.padEnd(9)} already running (process ${record.pid})` +
          (isOld
            ? ', with the code from before the last compilation; `npm run down` and `npm start` bring the new'
            : ''),
      );
      return;
    }
    await replace(session, name, 'its settings have changed');
  }
  if (!fs.existsSync(main))
    throw new LauncherError(`${file} does not exist; run \`npm run build\` and read what it says`);
  const record = await startProcess({
    ...{ program: process.execPath, args: ['--enable-source-maps', main], env: strings, cwd: root },
    logFile: state.logFile(name),
  });
  state.remember(name, { ...record, fingerprint, code: codeFingerprint() });
  session.noteStarted(name);
}

async function replace({ state }, name, why) {
  say(`${name}: ${why}; ${await stopProcess(state.processes[name])}`);
  state.forget(name);
}

function fingerprintOf(env) {
  return createHash('sha256').update(JSON.stringify(env)).digest('hex').slice(0, 16);
}

/** Changes with every compiled file and every file of the console's page. */
function codeFingerprint() {
  const hash = createHash('sha256');
  for (const kind of ['apps', 'libs']) {
    for (const project of fs.readdirSync(path.join(root, kind))) {
      for (const folder of ['dist', 'public']) hashFiles(path.join(root, kind, project, folder), hash);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function hashFiles(folder, hash) {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder, { recursive: true }).sort()) {
    if (/\.(js|css|html|svg)$/.test(name)) hash.update(name).update(fs.readFileSync(path.join(folder, name)));
  }
}

async function untilReady(session, { name, portPurpose, readyPath }, processName, limit = 60_000) {
  const { state } = session;
  const url = `http://127.0.0.1:${state.ports[portPurpose]}${readyPath}`;
  const began = performance.now();
  let answer;
  while (!session.isEnding) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
      if (response.ok) return;
      answer = `${response.status} ${(await response.text()).slice(0, 500)}`;
    } catch (error) {
      answer = error.cause?.code ?? error.message;
    }
    const verdict = !state.isRunning(processName)
      ? `the process ${processName} has ended`
      : performance.now() - began > limit && `not ready after ${limit / 1000} s`;
    if (verdict) {
      const log = state.logFile(processName);
      throw new LauncherError(`${name} failed: ${verdict} (${url}: ${answer}). The end of ${log}:\n${tailOf(log, 20)}`);
    }
    await pause(100);
  }
}
