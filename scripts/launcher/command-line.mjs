import { LauncherError } from './launcher-error.mjs';

const flags = { yes: true, private: true, separate: true, build: true, help: true };

/**
 * Reads `<command> [--flag | --no-flag | --profile=test] [-- rest]`. What a command does not know is passed on by
 * those that take arguments of their own (test, demo, run).
 */
export function readCommandLine(args) {
  const separator = args.indexOf('--');
  const own = separator < 0 ? args : args.slice(0, separator);
  const passedOn = separator < 0 ? [] : args.slice(separator + 1);
  const [command = 'start', ...others] = own[0]?.startsWith('-') ? ['start', ...own] : own;
  const read = { command, flags: {}, rest: [] };
  for (const word of others) {
    const [, no, name, value] = /^--(no-)?([a-z-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (name === 'profile' && value) read.flags.profile = value;
    else if (name && flags[name] && value === undefined) read.flags[name] = !no;
    else read.rest.push(word);
  }
  const takesArguments = ['test', 'demo', 'run', 'import-thread'].includes(command);
  if (!takesArguments && read.rest.length > 0) {
    throw new LauncherError(`${command} does not know "${read.rest[0]}"; try node scripts/caserelay.mjs --help`);
  }
  read.rest.push(...passedOn);
  return read;
}
