import { readFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { newTextOf } from '@caserelay/mail-thread';
import { parseMail, type Centre } from './parsed-mail.js';

/** Where the program runs. */
export interface Surroundings {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

export const usage = `usage: parse-mail [options] FILE…     one JSON line for each mail; "-" is the standard input
       parse-mail --text [FILE…]      separates plain texts instead of mails: {"text", "newText"}

  --colleagues DOMAIN,…   senders of these domains are colleagues (support.example)
  --own ADDRESS,…         addresses of our own letters (case@support.example)
  --help

A file that cannot be read gives a line {"file", "error"}; the others are read all the same, and the exit code is 1.
`;

interface Options {
  isText: boolean;
  files: string[];
  centre: Centre;
}

/** Runs the command line; answers with its exit code: 0, 1 when a file could not be read, 2 when it was called wrongly. */
export async function run(args: readonly string[], around: Surroundings): Promise<0 | 1 | 2> {
  if (args.includes('--help') || args.includes('-h')) {
    around.stdout.write(usage);
    return 0;
  }
  const options = optionsIn(args);
  if (typeof options === 'string') {
    around.stderr.write(`parse-mail: ${options}\n\n${usage}`);
    return 2;
  }
  let code: 0 | 1 = 0;
  for (const file of options.files) {
    const line = await lineOf(file, options, around.stdin);
    if ('error' in line) code = 1;
    // A reader that is slower than we are sets the pace.
    if (!around.stdout.write(`${JSON.stringify(line)}\n`)) await drained(around.stdout);
  }
  return code;
}

async function lineOf(file: string, { isText, centre }: Options, stdin: Readable): Promise<object> {
  try {
    const bytes = file === '-' ? await everythingOf(stdin) : await readFile(file);
    if (!isText) return parseMail(file, bytes, centre);
    const text = bytes
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .replace(/\r\n?/g, '\n');
    return { file, text, newText: newTextOf(text) };
  } catch (error) {
    return { file, error: error instanceof Error ? error.message : String(error) };
  }
}

function optionsIn(args: readonly string[]): Options | string {
  const options: Options = {
    isText: false,
    files: [],
    centre: { colleagueDomains: ['support.example'], ownAddresses: ['case@support.example'] },
  };
  let onlyFiles = false;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    if (onlyFiles || argument === '-' || !argument.startsWith('-')) options.files.push(argument);
    else if (argument === '--') onlyFiles = true;
    else if (argument === '--text') options.isText = true;
    else if (argument === '--colleagues' || argument === '--own') {
      const list = args[++index]?.split(',').map((one) => one.trim()) ?? [];
      if (list.length === 0) return `${argument} expects a list divided by commas`;
      if (argument === '--own') options.centre.ownAddresses = list;
      else options.centre.colleagueDomains = list;
    } else return `unknown option ${argument}`;
  }
  if (options.files.length === 0 && options.isText) options.files.push('-');
  return options.files.length === 0 ? 'expected at least one file' : options;
}

async function everythingOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => stream.once('drain', resolve));
}
