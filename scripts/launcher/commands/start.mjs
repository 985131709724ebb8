import { setTimeout as pause } from 'node:timers/promises';
import { startApplications } from '../applications.mjs';
import { build } from '../build.mjs';
import { LauncherError } from '../launcher-error.mjs';
import { tailOf } from '../processes.mjs';
import { say } from '../say.mjs';
import { Session } from '../session.mjs';

const programs = ['apps/caserelay', 'apps/mail-catcher'];

/** Brings everything up and stays; when everything was up already it says so and leaves. */
export async function start({ flags }) {
  const session = new Session({ flags });
  await session.begin();
  try {
    const [connections] = await Promise.all([session.bringUpServices(), flags.build === false || build(programs)]);
    const up = await startApplications(session, connections);
    session.releaseLock();
    printWelcome(session, up);
    if (!session.startedSomething) return await session.end(0);
    await watch(session, up.processes);
  } catch (error) {
    if (session.isEnding) return;
    console.error(error instanceof LauncherError ? error.message : error);
    await session.end(1);
  }
}

function printWelcome({ state, startedSomething }, { ports, settings }) {
  const at = (purpose) => `http://127.0.0.1:${ports[purpose]}`;
  const domain = process.env.MAIL_DOMAIN || 'support.example';
  const lines = [
    '',
    `  Console        ${at('ops-console-http')}    user ${settings.CONSOLE_USER}, password ${settings.CONSOLE_PASSWORD}`,
    `  Mail catcher   ${at('mail-catcher-http')}    every mail CaseRelay sends`,
    `  Mail in        smtp://127.0.0.1:${ports['intake-smtp']}    write to case@${domain}; senders of ${domain} are colleagues`,
    `  Events in      ${at('intake-http')}/v1/events    authorization: Bearer ${settings.INTAKE_API_KEY}`,
    `  Uploads        sftp://127.0.0.1:${ports['sftp-provisioning-sftp']}    with the login of a case`,
    `  Logs           ${state.folder}/log`,
    '',
  ];
  console.log(lines.join('\n'));
  say(
    startedSomething
      ? 'ready. Ctrl-C ends what this run started; `npm run status` shows the parts'
      : 'everything was running already; `npm run down` ends it',
  );
}

/** Stays while the applications run; one that ends by itself is named with the end of its log. */
async function watch(session, processes) {
  const { state } = session;
  const services = Object.keys(state.services).filter((name) => state.services[name].kind === 'private');
  for (;;) {
    await pause(500);
    if (session.isEnding) return session.end(0);
    const ended = [...processes, ...services].find((name) => !state.isRunning(name));
    if (ended) {
      const log = state.logFile(ended);
      throw new LauncherError(`${ended} has ended by itself. The end of ${log}:\n${tailOf(log, 20)}`);
    }
  }
}
