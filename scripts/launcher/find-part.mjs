import { LauncherError } from './launcher-error.mjs';
import { shown } from './say.mjs';
import { hasPrivateData, startPrivatePart } from './start-private.mjs';

/**
 * Finds a usable Postgres, Redis or RabbitMQ without installing anything; every candidate is logged in to. Gives
 * `{ url, how, kind }`, or `{ tried }` with what spoke against each candidate.
 */
export async function findPart(part, { state, owned, environment, onlyPrivate, fast, onStart }) {
  const given = environment[part.variable];
  if (given) return { url: await checkGiven(part, given), how: `from ${part.variable}`, kind: 'environment' };

  const tried = [];
  const known = state.services[part.name];
  const isOurs = state.isRunning(part.name) || known?.kind === 'compose';
  if (known && isOurs) {
    const problem = await problemOf(part.login(known.url));
    if (problem === null) return { ...known, why: 'already running' };
    tried.push(`our own at ${shown(known.url)}: ${problem}`);
  }

  const startOwn = async (why) => {
    const url = await startPrivatePart(part, state, { fast, onStart });
    return { url, how: 'private instance', kind: 'private', why };
  };
  // A switch to a local service would leave the cases of the last run behind.
  if (known?.kind === 'private' && hasPrivateData(part, state)) return startOwn('it holds the data of last time');

  if (!onlyPrivate) {
    const url = part.localUrl(owned);
    const problem = await problemOf(part.useLocal(url));
    if (problem === null) return { url, how: 'local service', kind: 'local' };
    tried.push(`local service ${shown(url)}: ${problem}`);
  }
  if (part.findProgram()) return startOwn(onlyPrivate ? '--private' : tried.at(-1));
  tried.push('no installed program found');
  return { tried };
}

async function checkGiven(part, url) {
  if (!URL.canParse(url)) throw new LauncherError(`${part.variable} is set to "${url}", which is no URL`);
  const problem = await problemOf(part.login(url));
  if (problem === null) return url;
  throw new LauncherError(
    `${part.variable} is set to ${shown(url)}, but that is not usable: ${problem}. ` +
      `Start what it names, correct it, or unset it to let the launcher choose.`,
  );
}

async function problemOf(login) {
  try {
    await login;
    return null;
  } catch (error) {
    return error.message || error.code || String(error);
  }
}
