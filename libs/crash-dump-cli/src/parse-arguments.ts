import type { Language, WantedDump } from '@caserelay/crash-dump';

/** What was asked for on the command line. */
export interface Options {
  json: boolean;
  /** Where to write the page; null: nowhere. */
  html: string | null;
  verbose: boolean;
  language: Language;
  wanted: WantedDump | null;
  password: string | null;
  color: 'auto' | 'always' | 'never';
  /** `-`: the standard input. */
  paths: string[];
}

export const usage = `usage: crash-dump [options] FILE...

Says what each crash dump is: kind, cause, system, time, whether the file is complete, and what it holds: where it
crashed, call stack, modules, machine. Looks into archives. FILE may be - for the standard input.

  --json              one line of JSON for each dump: see the README for what is promised of it
  --html PAGE         writes the report as one HTML page as well; of more dumps: PAGE-2, PAGE-3, ...
  --wanted KIND       full, kernel or any: says whether each dump is what was asked for, and what is lost if not
  --lang LANGUAGE     language of labels and meanings: en (default) or zh-CN
  --verbose           every module, register, thread and value of the stack
  --password TEXT     opens encrypted archives (or set CRASH_DUMP_PASSWORD, which other users cannot see)
  --color WHEN        auto (default: on a terminal, unless NO_COLOR is set), always or never
  --version, --help

Exit code 0: all were read. 1: a file is no readable dump. 2: wrong usage, or a file cannot be opened. 3: --wanted was
given, and a dump is of another kind, cut short or damaged.
`;

const flags: Readonly<Record<string, (options: Options) => void>> = {
  '--json': (options) => (options.json = true),
  '--verbose': (options) => (options.verbose = true),
};

/** Takes the value of an option; false when it is none of those that are possible. */
const valued: Readonly<Record<string, (options: Options, value: string) => boolean>> = {
  '--html': (options, value) => value !== '' && set(options, 'html', value),
  '--password': (options, value) => set(options, 'password', value),
  '--lang': (options, value) => (value === 'en' || value === 'zh-CN') && set(options, 'language', value),
  '--wanted': (options, value) =>
    (value === 'full' || value === 'kernel' || value === 'any') && set(options, 'wanted', value),
  '--color': (options, value) =>
    (value === 'auto' || value === 'always' || value === 'never') && set(options, 'color', value),
};

function set<Name extends keyof Options>(options: Options, name: Name, value: Options[Name]): true {
  options[name] = value;
  return true;
}

/** Reads the arguments; in words what is wrong with them when they make no sense. */
export function parseArguments(args: readonly string[]): Options | string {
  const options: Options = {
    ...{ json: false, html: null, verbose: false, language: 'en', wanted: null },
    ...{ password: null, color: 'auto', paths: [] },
  };
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--') {
      options.paths.push(...rest.splice(0));
      continue;
    }
    if (argument === '-' || !argument.startsWith('-')) {
      options.paths.push(argument);
      continue;
    }
    const [name, inline] = split(argument);
    const flag = flags[name];
    const take = valued[name];
    if (flag && inline === undefined) flag(options);
    else if (take) {
      const value = inline ?? rest.shift();
      if (value === undefined) return `${name} needs a value`;
      if (!take(options, value)) return `${name} cannot be "${value}"`;
    } else return `there is no option ${argument}`;
  }
  return options.paths.length === 0 ? 'no file was given' : options;
}

/** `--lang=en` is `--lang en`. */
function split(argument: string): [name: string, value?: string] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)];
}
