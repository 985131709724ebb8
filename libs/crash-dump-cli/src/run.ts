import { readFile, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import {
  describeDump,
  documentOf,
  judgeFor,
  printed,
  reportHtml,
  UnreadableDump,
  verdictName,
  type DumpReport,
  type Paint,
} from '@caserelay/crash-dump';
import { colours } from './colours.js';
import { dumpsIn } from './dumps-in.js';
import { openInput } from './open-input.js';
import { parseArguments, usage, type Options } from './parse-arguments.js';
import { showProgress } from './show-progress.js';

/** Where the program runs. */
export interface Surroundings {
  stdin: Readable;
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean };
  /** Whether NO_COLOR is set. */
  noColor: boolean;
  /** Of encrypted archives, when none is given as an option. */
  password: string | null;
}

const exit = { read: 0, unreadable: 1, failed: 2, notWanted: 3 } as const;
type ExitCode = (typeof exit)[keyof typeof exit];

/** Of several files the worst one counts. */
const worstLast: readonly ExitCode[] = [exit.read, exit.notWanted, exit.unreadable, exit.failed];

/** Runs the command line and gives its exit code. */
export async function run(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  if (args.includes('--help') || args.includes('-h')) {
    around.stdout.write(usage);
    return exit.read;
  }
  if (args.includes('--version')) {
    around.stdout.write(`crash-dump ${await version()}\n`);
    return exit.read;
  }
  const options = parseArguments(args);
  if (typeof options === 'string') {
    around.stderr.write(`crash-dump: ${printed(options)}\n\n${usage}`);
    return exit.failed;
  }
  const shown = { count: 0 };
  let worst: ExitCode = exit.read;
  for (const path of options.paths) worst = worse(worst, await showFile(path, options, around, shown));
  return worst;
}

async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version: unknown }).version);
}

function worse(one: ExitCode, other: ExitCode): ExitCode {
  return worstLast.indexOf(one) > worstLast.indexOf(other) ? one : other;
}

/** Shows every dump of a file, which may be an archive. */
async function showFile(
  path: string,
  options: Options,
  around: Surroundings,
  shown: { count: number },
): Promise<ExitCode> {
  const complain = (reason: string): unknown => around.stderr.write(`${printed(path)}: ${printed(reason)}\n`);
  const progress = showProgress(around.stderr, printed(path));
  let worst: ExitCode = exit.read;
  try {
    const input = await openInput(path, around.stdin);
    try {
      const password = options.password ?? around.password;
      for await (const found of dumpsIn(input, { password, progress })) {
        progress.pause();
        if (typeof found === 'string') {
          complain(found);
          worst = worse(worst, exit.unreadable);
          continue;
        }
        const name = found.member === null ? path : `${path}!${found.member}`;
        worst = worse(worst, await showDump(name, found.report, options, around, shown));
      }
    } finally {
      await input.close();
    }
  } catch (error) {
    progress.pause();
    complain(error instanceof Error ? error.message : String(error));
    return worse(worst, error instanceof UnreadableDump ? exit.unreadable : exit.failed);
  } finally {
    progress.stop();
  }
  return worst;
}

async function showDump(
  name: string,
  report: DumpReport,
  options: Options,
  { stdout, noColor }: Surroundings,
  shown: { count: number },
): Promise<ExitCode> {
  const { json, html, verbose, language, wanted, color } = options;
  shown.count += 1;
  const fitness = wanted && judgeFor(report, wanted, language);
  if (json) {
    const document = documentOf(report, { file: name, language });
    stdout.write(`${JSON.stringify(fitness ? { ...document, fitness } : document)}\n`);
  } else {
    const hasColour = color === 'always' || (color === 'auto' && stdout.isTTY === true && !noColor);
    const paint: Paint = hasColour ? colours : (_, text) => text;
    const columns = stdout.isTTY === true ? { columns: stdout.columns ?? 80 } : {};
    const judged = fitness
      ? `${paint(fitness.verdict === 'right' ? 'good' : 'bad', `${verdictName(fitness.verdict, language)}${language === 'en' ? ': ' : '：'}${fitness.reasons.join(language === 'en' ? '; ' : '；')}`)}\n`
      : '';
    const lost = fitness && fitness.verdict !== 'right' ? fitness.lost.map((one) => `  - ${one}\n`).join('') : '';
    const text = describeDump(report, { language, verbose, paint, ...columns });
    stdout.write(`${paint('heading', printed(name))}\n${judged}${lost}${text}\n\n`);
  }
  if (html !== null) {
    const page = reportHtml(report, { language, file: name, ...(wanted ? { wanted } : {}) });
    await writeFile(pageName(html, shown.count), page);
  }
  return fitness && fitness.verdict !== 'right' && fitness.verdict !== 'unknown' ? exit.notWanted : exit.read;
}

/** The first page has the name that was given; each other one a number before its ending. */
function pageName(html: string, count: number): string {
  const ending = extname(html);
  return count === 1 ? html : `${html.slice(0, html.length - ending.length)}-${count}${ending}`;
}
