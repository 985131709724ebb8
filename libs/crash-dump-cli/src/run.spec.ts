import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DumpDocument } from '@caserelay/crash-dump';
import { everyRealDump, everySyntheticDump } from '../../../tests/support/every-dump.js';
import { repository } from '../../../tests/support/repository.js';
import { fullDump, kernelDump, zipOf } from '../../../tests/support/synthetic-dump.js';
import { run } from './run.js';

const program = join(repository, 'libs/crash-dump-cli/bin/crash-dump.js');
let folder: string;
const place = (name: string): string => join(folder, name);
const keep = async (name: string, bytes: Uint8Array): Promise<string> => {
  await writeFile(place(name), bytes);
  return place(name);
};

/** The real program is run, so it is built from what is here now. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-dump-spec-'));
  await promisify(execFile)(process.execPath, [
    join(repository, 'node_modules/typescript/bin/tsc'),
    ...['-b', join(repository, 'libs/crash-dump-cli')],
  ]);
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  out: string;
  error: string;
}

/** Runs the real program to its end. */
async function crashDump(
  args: string[],
  { input, more = {} }: { input?: Uint8Array; more?: Record<string, string> } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...more } });
  child.stdin.end(input);
  const [out, error, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, out, error };
}

/** Runs it in this process, which is quicker. */
async function here(args: string[]): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const read = Promise.all([text(stdout), text(stderr)]);
  const code = await run(args, { stdin: Readable.from([]), stdout, stderr, noColor: false, password: null });
  stdout.end();
  stderr.end();
  const [out, error] = await read;
  return { code, out, error };
}

const documentIn = ({ out }: Ended): DumpDocument => JSON.parse(out) as DumpDocument;

describe('crash-dump FILE', () => {
  it.each([...everySyntheticDump(), ...everyRealDump()])('tells what the dump "%s" is', async (_, bytes) => {
    const { code, out, error } = await here([await keep('MEMORY.DMP', bytes)]);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(/MEMORY\.DMP\nkind {11}\S/);
    expect(out).not.toContain('\u001b');
  });

  it('tells it in Chinese, in full and as JSON when it is asked to', async () => {
    const path = await keep('MEMORY.DMP', fullDump({ megabytes: 1 }));
    expect((await here(['--lang', 'zh-CN', path])).out).toContain('完全内存转储');
    expect((await here(['--verbose', path])).out).toMatch(/^modules$/m);
    const ended = await crashDump(['--json', '--lang=zh-CN', path]);
    expect(ended.out.trim().split('\n')).toHaveLength(1);
    expect(documentIn(ended)).toMatchObject({ schemaVersion: 1, file: path, kind: 'full', os: { build: 17763 } });
  });

  it('tells of several files, and goes on after one that is no dump', async () => {
    const path = await keep('MEMORY.DMP', fullDump({ megabytes: 1 }));
    const letter = await keep('letter.txt', Buffer.from('Dear colleague,'));
    const { code, out, error } = await crashDump(['--json', letter, path, path]);
    expect(code).toBe(1);
    expect(error).toContain(`${letter}: found 15 bytes that begin with 44 65 61 72`);
    expect(out.trim().split('\n')).toHaveLength(2);
  });

  it('looks into a ZIP archive', async () => {
    const zip = zipOf({ 'readme.txt': Buffer.from('see dump'), 'MEMORY.DMP': kernelDump({ megabytes: 1 }) });
    const path = await keep('upload.zip', zip);
    const ended = await crashDump(['--json', path]);
    expect(ended).toMatchObject({ code: 0, error: '' });
    expect(documentIn(ended)).toMatchObject({ file: `${path}!MEMORY.DMP`, kind: 'kernel' });
    const empty = await here([await keep('letters.zip', zipOf({ 'readme.txt': Buffer.from('no dump') }))]);
    expect(empty).toMatchObject({ code: 1, out: '' });
    expect(empty.error).toContain('it is an archive that holds no crash dump');
  });

  it('says which limit kept it from looking at all of an archive', async () => {
    const letters = Array.from({ length: 10_001 }, (_, number) => [`${number}.txt`, Buffer.from('no dump')] as const);
    const { code, error } = await here([await keep('many.zip', zipOf(Object.fromEntries(letters)))]);
    expect(code).toBe(1);
    expect(error).toMatch(/not all of the archive was looked at: .*10000/);
  });

  it.each(['aes.zip', 'zipcrypto.zip', 'encrypted.7z', 'encrypted-names.7z'])(
    'opens the encrypted archive %s with its password, and asks for it else',
    async (name) => {
      const path = join(repository, 'tests/fixtures/archives', name);
      const opened = await here(['--json', '--password', 'secret', path]);
      expect(opened).toMatchObject({ code: 0, error: '' });
      expect(documentIn(opened).file).toContain(`${path}!`);
      const closed = await here([path]);
      expect(closed).toMatchObject({ code: 1, out: '' });
      expect(closed.error).toContain('a password is needed');
      expect(await here(['--password', 'guess', path])).toMatchObject({ code: 1, out: '' });
    },
  );

  it('reads the standard input, and leaves no file of it behind', async () => {
    const before = (await readdir(tmpdir())).filter((name) => /^crash-dump-(?!spec)/.test(name));
    const ended = await crashDump(['--json', '-'], { input: fullDump({ megabytes: 1 }) });
    expect(documentIn(ended)).toMatchObject({ file: '-', bugcheck: { code: '0x139' } });
    expect((await readdir(tmpdir())).filter((name) => /^crash-dump-(?!spec)/.test(name))).toEqual(before);
  });

  it('writes a page, and another one for each other dump', async () => {
    const path = await keep('MEMORY.DMP', fullDump({ megabytes: 1 }));
    const { code } = await crashDump(['--html', place('report.html'), path, path]);
    expect(code).toBe(0);
    for (const name of ['report.html', 'report-2.html']) {
      expect(await readFile(place(name), 'utf8')).toMatch(/^<!doctype html>[^]*Ntfs\.sys/);
    }
  });

  it('says whether a dump is what was asked for', async () => {
    const path = await keep('MEMORY.DMP', kernelDump({ megabytes: 1 }));
    const wrong = await crashDump(['--wanted', 'full', path]);
    expect(wrong.code).toBe(3);
    expect(wrong.out).toContain('wrong-kind: this is a kernel memory dump; a complete memory dump was asked for');
    expect((await here(['--wanted', 'kernel', path])).code).toBe(0);
    const json = JSON.parse((await here(['--wanted', 'full', '--json', path])).out) as { fitness: unknown };
    expect(json.fitness).toMatchObject({ verdict: 'wrong-kind', wanted: 'full' });
  });

  it('shows colours when it is told to, never else into a pipe', async () => {
    const path = await keep('MEMORY.DMP', fullDump({ megabytes: 1 }));
    expect((await crashDump(['--color', 'always', path])).out).toContain('\u001b[31m0x139');
    expect((await crashDump(['--color', 'always', path], { more: { NO_COLOR: '1' } })).out).toContain('\u001b[31m');
  });
});

describe('crash-dump refuses', () => {
  it.each([
    ['nothing at all', [], 'no file was given'],
    ['an option that it does not know', ['--colour', 'x.dmp'], 'there is no option --colour'],
    ['an option without its value', ['x.dmp', '--html'], '--html needs a value'],
    ['a value that makes no sense', ['--lang', 'tlh', 'x.dmp'], '--lang cannot be "tlh"'],
    ['a kind that is none', ['--wanted=big', 'x.dmp'], '--wanted cannot be "big"'],
  ])('%s', async (_, args, reason) => {
    const { code, out, error } = await here(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain(`crash-dump: ${reason}\n\nusage: crash-dump`);
  });

  it('what cannot be opened', async () => {
    await mkdir(place('folder'));
    for (const [path, reason] of [
      [place('missing.dmp'), 'ENOENT'],
      [place('folder'), 'it is a directory'],
      ['/dev/zero', 'it is a device'],
    ] as const) {
      const { code, out, error } = await crashDump([path]);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(error).toContain(`${path}: `);
      expect(error).toContain(reason);
    }
  });

  it('a page that cannot be written', async () => {
    const path = await keep('MEMORY.DMP', fullDump({ megabytes: 1 }));
    const { code, error } = await crashDump(['--html', place('nowhere/report.html'), path]);
    expect(code).toBe(2);
    expect(error).toContain('ENOENT');
  });
});

it('ends quietly when nobody reads on', async () => {
  const path = await keep('MEMORY.DMP', fullDump({ megabytes: 1 }));
  const child = spawn(process.execPath, [program, '--json', ...Array.from({ length: 40 }, () => path)]);
  child.stdout.once('data', () => child.stdout.destroy());
  const [error, code] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  expect({ error, code }).toEqual({ error: '', code: 0 });
});

it('helps, and says its version', async () => {
  expect(await here(['--help'])).toMatchObject({ code: 0, error: '' });
  expect((await crashDump(['--version'])).out).toMatch(/^crash-dump \d+\.\d+\.\d+\n$/);
});

describe('on a terminal', () => {
  async function onTerminal(
    args: string[],
    { columns = 80, noColor = false } = {},
  ): Promise<{ code: number; out: string }> {
    const stdout = Object.assign(new PassThrough(), { isTTY: true, columns });
    const read = text(stdout);
    const around = { stdin: Readable.from([]), stdout, stderr: new PassThrough(), noColor, password: null };
    const code = await run(args, around);
    stdout.end();
    return { code, out: await read };
  }

  it('colours are shown unless NO_COLOR is set or they are not wanted', async () => {
    const path = await keep('MEMORY.DMP', fullDump({ megabytes: 1 }));
    expect((await onTerminal([path])).out).toContain('\u001b[31m0x139');
    expect((await onTerminal([path], { noColor: true })).out).not.toContain('\u001b');
    expect((await onTerminal(['--color', 'never', path])).out).not.toContain('\u001b');
  });

  it('lines are broken at its width', async () => {
    const path = await keep('M.DMP', fullDump({ megabytes: 1 }));
    const { out } = await onTerminal(['--verbose', path], { columns: 60, noColor: true });
    const lines = out.split('\n').slice(1);
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
    expect(lines.some((line) => line.startsWith(' '.repeat(15)))).toBe(true);
  });

  it('names of files and of modules cannot command it', async () => {
    const path = await keep('\u001b[2J.dmp', fullDump({ megabytes: 1 }));
    expect((await onTerminal([path], { noColor: true })).out).not.toContain('\u001b');
  });
});
