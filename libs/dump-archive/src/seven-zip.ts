import { execFile, spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface Order {
  /** What 7-Zip is told; ARCHIVE stands for the archive. */
  words: readonly string[];
  archive: FileHandle;
  password: string | undefined;
  /** Whether the unpacking of RAR is needed, which some builds lack. */
  needsRar: boolean;
  onlyBundled: boolean;
  /** Memory that it may use. */
  memoryBytes: number;
  signal: AbortSignal;
}

export interface Running {
  output: Readable;
  /** How it ended; what it wrote to its standard error. */
  ended: Promise<{ code: number | null; errors: string }>;
  stop(): void;
}

const bundled = fileURLToPath(new URL('../bin/seven-zip.mjs', import.meta.url));
const maxErrors = 65_536;

/**
 * Runs 7-Zip over an open archive, in a process that is killed with the signal: an installed `7zz` or `7z`, else the one
 * that comes along as WebAssembly. A password is only told to the latter, over a pipe, where nobody else sees it.
 */
export async function runSevenZip(order: Order): Promise<Running> {
  const { archive, password, signal, memoryBytes } = order;
  const installed = order.onlyBundled || password !== undefined ? null : await installedProgram();
  const usesInstalled = installed !== null && (!order.needsRar || installed.knowsRar);
  // One thread: each further one of LZMA2 takes memory for several dictionaries (641 MiB in all instead of 73 for 64 MiB).
  const words = [...order.words, '-y', '-bd', '-mmt1', '-sccUTF-8', `-p${password ?? ''}`];
  const limit = Math.floor(memoryBytes / 1024);
  const child = usesInstalled
    ? spawn('sh', ['-c', `ulimit -v ${limit}; exec "$0" "$@"`, installed.name, ...words.map(pathOfArchive)], {
        stdio: ['pipe', 'pipe', 'pipe', archive.fd],
        signal,
        killSignal: 'SIGKILL',
      })
    : spawn(process.execPath, [bundled], {
        stdio: ['pipe', 'pipe', 'pipe', archive.fd],
        signal,
        killSignal: 'SIGKILL',
      });
  const [input, output, errorOutput] = [child.stdin, child.stdout, child.stderr];
  if (!input || !output || !errorOutput) throw new Error('7-Zip was started without pipes');
  let errors = '';
  errorOutput.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-maxErrors)));
  const ended = new Promise<{ code: number | null; errors: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, errors }));
  });
  // Whoever reads the output asks how it ended; one that is stopped early is asked by nobody.
  ended.catch(() => undefined);
  input.on('error', () => undefined);
  input.end(usesInstalled ? '' : JSON.stringify({ arguments: words, memoryBytes }));
  return { output, ended, stop: () => void child.kill('SIGKILL') };
}

function pathOfArchive(word: string): string {
  return word === 'ARCHIVE' ? '/dev/fd/3' : word;
}

interface Installed {
  name: string;
  knowsRar: boolean;
}

let looked: Promise<Installed | null> | undefined;

/** Windows has no /dev/fd, by which an archive that has no name any more is read. */
function installedProgram(): Promise<Installed | null> {
  looked ??= process.platform === 'win32' ? Promise.resolve(null) : lookFor(['7zz', '7z']);
  return looked;
}

async function lookFor(names: readonly string[]): Promise<Installed | null> {
  for (const name of names) {
    const about = await new Promise<string>((resolve) =>
      execFile(name, ['i'], { timeout: 10_000 }, (error, output) => resolve(error ? '' : output)),
    );
    // Builds before 24 do not know Zstandard.
    const version = Number(/7-Zip[^\n]*? (\d+)\.\d\d/.exec(about)?.[1] ?? 0);
    if (version >= 24) return { name, knowsRar: /\bRar5$/m.test(about) };
  }
  return null;
}
