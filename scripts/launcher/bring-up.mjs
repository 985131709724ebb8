import { installDebianPackages } from './debian-packages.mjs';
import { startWithCompose } from './docker-compose.mjs';
import { findPart } from './find-part.mjs';
import { LauncherError } from './launcher-error.mjs';
import { loadSecrets } from './secrets.mjs';
import { say, shown } from './say.mjs';
import { parts } from './services/parts.mjs';

/**
 * Makes Postgres, Redis and RabbitMQ usable and gives the environment that points to them. What it starts is reported
 * to `onStart`, so that the caller can end it again.
 */
export async function bringUp(context) {
  // What the person named comes first: when it is dead, nothing else need be started.
  const given = parts.filter((part) => context.environment[part.variable]);
  const found = await findAll(given, context);
  Object.assign(
    found,
    await findAll(
      parts.filter((part) => !given.includes(part)),
      context,
    ),
  );
  const missing = parts.filter((part) => !found[part.name]);
  if (missing.length > 0) Object.assign(found, await obtain(missing, context));
  return Object.fromEntries(parts.map((part) => [part.variable, found[part.name].url]));
}

async function findAll(wanted, context) {
  const answers = await Promise.allSettled(wanted.map((part) => findPart(part, context)));
  const failures = answers.flatMap(({ reason }) => (reason ? [reason] : []));
  if (failures.length > 0) throw together(failures);
  const found = {};
  for (const [index, { value }] of answers.entries()) {
    const { name } = wanted[index];
    if (value.url) found[name] = keep(name, value, context);
    else context.tried[name] = [...(context.tried[name] ?? []), ...value.tried];
  }
  return found;
}

async function obtain(missing, context) {
  const names = missing.map(({ name }) => name);
  say(`not found: ${names.join(', ')}`);
  const packages = missing.flatMap((part) => part.packages);
  const packageProblem = await installDebianPackages(packages, context);
  if (packageProblem === null) {
    const found = await findAll(missing, context);
    if (missing.every(({ name }) => found[name])) return found;
    throw notFound(missing, context, ['Debian packages: installed, but the programs were not found afterwards']);
  }
  const secrets = loadSecrets(context.state.folder);
  const { urls, problem } = await startWithCompose(names, { root: context.root, state: context.state, secrets });
  if (!urls) throw notFound(missing, context, [`Debian packages: ${packageProblem}`, `docker compose: ${problem}`]);
  const found = {};
  for (const part of missing) {
    context.onStart(part.name);
    found[part.name] = keep(part.name, { url: urls[part.name], how: 'docker compose', kind: 'compose' }, context);
    await part.login(urls[part.name]);
  }
  return found;
}

function keep(name, { url, how, kind, why }, { state }) {
  const { pid } = state.processes[name] ?? {};
  state.services[name] = { url, how, kind };
  state.save();
  const details = [kind === 'private' && pid && `process ${pid}`, why].filter(Boolean).join('; ');
  say(`${name.padEnd(9)} ${how}  ${shown(url)}${details && `  (${details})`}`);
  return state.services[name];
}

function notFound(missing, { tried }, attempts) {
  const packages = missing.flatMap((part) => part.packages).join(' ');
  const lines = missing.flatMap(({ name }) => [
    `  ${name}:`,
    ...(tried[name] ?? []).map((reason) => `    - ${reason}`),
  ]);
  return new LauncherError(
    [
      `Cannot get ${missing.map(({ name }) => name).join(', ')}. What was tried:`,
      ...lines,
      ...attempts.map((attempt) => `  ${attempt}`),
      'Do one of these:',
      `  sudo apt-get install ${packages}        and run this again`,
      '  npm start -- --yes                      to let the launcher install them (root or sudo)',
      '  start a docker engine                   and run this again',
      `  set ${missing.map((part) => part.variable).join(', ')}  to services that run elsewhere`,
    ].join('\n'),
  );
}

function together(errors) {
  const texts = errors.map((error) =>
    error instanceof LauncherError ? error.message : (error.stack ?? String(error)),
  );
  return new LauncherError(texts.join('\n'));
}
