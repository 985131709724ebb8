import { open } from 'node:fs/promises';
import {
  analyseDump,
  crashSignatureOf,
  describeDump,
  signatureOf,
  UnreadableDump,
  type ByteSource,
  type Language,
} from './index.js';

const usage = `usage: crash-dump [--json] [--verbose] [--lang en|zh-CN] FILE...

Says what each crash dump is: kind, cause, system, time, whether the file is complete, and what it holds: where it
crashed, call stack, modules, machine.

  --json       one line of JSON for each file
  --verbose    every module, register, thread and value of the stack
  --lang       language of labels and meanings: en (default) or zh-CN

Exit code 0: all were read. 1: a file is no readable dump. 2: wrong usage, or a file cannot be opened.
`;

interface Options {
  json: boolean;
  verbose: boolean;
  language: Language;
  paths: string[];
}

process.exitCode = await run(process.argv.slice(2));

async function run(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return 0;
  }
  const options = parse(args);
  if (!options) {
    process.stderr.write(usage);
    return 2;
  }
  let exitCode = 0;
  for (const path of options.paths) exitCode = Math.max(exitCode, await show(path, options));
  return exitCode;
}

function parse(args: readonly string[]): Options | null {
  const options: Options = { json: false, verbose: false, language: 'en', paths: [] };
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--json') options.json = true;
    else if (argument === '--verbose') options.verbose = true;
    else if (argument === '--lang') {
      const language = rest.shift();
      if (language !== 'en' && language !== 'zh-CN') return null;
      options.language = language;
    } else if (argument === '--') options.paths.push(...rest.splice(0));
    else if (argument.startsWith('-')) return null;
    else options.paths.push(argument);
  }
  return options.paths.length === 0 ? null : options;
}

async function show(path: string, { json, verbose, language }: Options): Promise<number> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const report = await analyseDump(fileSource(file, size));
      const text = json
        ? JSON.stringify({
            file: path,
            ...report,
            signature: signatureOf(report),
            crashSignature: crashSignatureOf(report),
          })
        : `${path}\n${describeDump(report, { language, verbose })}\n`;
      process.stdout.write(`${text}\n`);
      return 0;
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${path}: ${reason}\n`);
    return error instanceof UnreadableDump ? 1 : 2;
  }
}

function fileSource(file: Awaited<ReturnType<typeof open>>, size: number): ByteSource {
  return {
    size,
    async read(offset, length) {
      const available = Math.min(Math.max(0, length), Math.max(0, size - offset));
      const { buffer, bytesRead } = await file.read(new Uint8Array(available), 0, available, offset);
      return new DataView(buffer.buffer, buffer.byteOffset, bytesRead);
    },
  };
}
