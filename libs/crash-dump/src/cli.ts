import { open } from 'node:fs/promises';
import { describeDump, readDump, signatureOf, UnreadableDump, type ByteSource } from './index.js';

const usage = `usage: crash-dump [--json] FILE...

Says what each crash dump is: kind, cause, system, time, and whether the file is complete.
Exit code 0: all were read. 1: a file is no readable dump. 2: wrong usage, or a file cannot be opened.
`;

process.exitCode = await run(process.argv.slice(2));

async function run(args: string[]): Promise<number> {
  const paths = args.filter((argument) => !argument.startsWith('-'));
  const flags = args.filter((argument) => argument.startsWith('-'));
  if (paths.length === 0 || flags.some((flag) => flag !== '--json')) {
    process.stderr.write(usage);
    return 2;
  }
  let exitCode = 0;
  for (const path of paths) exitCode = Math.max(exitCode, await show(path, flags.includes('--json')));
  return exitCode;
}

async function show(path: string, asJson: boolean): Promise<number> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const facts = await readDump(fileSource(file, size));
      const text = asJson
        ? JSON.stringify({ file: path, ...facts, signature: signatureOf(facts) })
        : `${path}\n${describeDump(facts)}\n`;
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
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
      return new DataView(buffer.buffer, buffer.byteOffset, bytesRead);
    },
  };
}
