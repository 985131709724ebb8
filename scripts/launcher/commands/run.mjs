import { build } from '../build.mjs';
import { LauncherError } from '../launcher-error.mjs';
import { Session } from '../session.mjs';
import { installTestPrograms } from '../test-programs.mjs';

/** Runs a command with Postgres, Redis and RabbitMQ at hand, ends what was started for it, exits with its code. */
export async function run({ flags, rest }) {
  if (rest.length === 0) throw new LauncherError('say what to run: node scripts/caserelay.mjs run -- <command>');
  await withServices({ flags, profile: flags.profile }, rest);
}

/** Plays one whole case. */
export async function demo({ flags, rest }) {
  await withServices({ flags, profile: 'dev', projects: ['tests'] }, [
    process.execPath,
    'tests/dist/demo/main.js',
    ...rest,
  ]);
}

/** Runs every test, or those that jest's arguments choose. */
export async function test({ flags, rest }) {
  if (needsServices(rest)) await installTestPrograms(flags);
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  await withServices({ flags, profile: 'test' }, [process.execPath, ...jest, ...rest]);
}

/** Whether jest is asked for the project that holds tests with programs of others. */
function needsServices(rest) {
  const chosen = rest.findIndex((word) => /^--selectProjects?(=|$)/.test(word));
  return chosen < 0 || rest.slice(chosen).some((word) => /(^|=)services$/.test(word));
}

async function withServices(options, command) {
  const session = new Session(options);
  await session.begin();
  try {
    const [environment] = await Promise.all([
      session.bringUpServices(),
      options.flags.build === false || build(options.projects),
    ]);
    session.releaseLock();
    await session.end(await session.run(command, environment));
  } catch (error) {
    console.error(error instanceof LauncherError ? error.message : error);
    await session.end(1);
  }
}
