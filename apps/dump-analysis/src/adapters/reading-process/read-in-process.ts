import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say, type ByteSource, type LookUpVersions } from '@caserelay/crash-dump';
import type { Stopped } from '../../features/analyse-upload/analyse-upload.js';
import type { KeptReading } from '../../features/analyse-upload/keep-reading.js';
import type { KnownDump, Progress } from '../../features/analyse-upload/read-upload.js';
import { residentBytesOfGroup } from './resident-bytes.js';
import type { FromReadingProcess, ReadingOrder, ToReadingProcess } from './reading-messages.js';

/** What one reading may use up before it is stopped. */
export interface ReadingLimits {
  memoryMebibytes: number;
  maxSeconds: number;
  /** How long nothing may be read, or no sign of life may come. */
  stallSeconds: number;
}

interface Ties {
  signal: AbortSignal;
  onProgress(progress: Progress): void;
  lookUpVersions: LookUpVersions;
  /** What the process is to read, where it cannot reach that itself. */
  evidence: ByteSource | null;
}

/** `dist/` lies beside `src/`, so the way to it is the same from both: the process always runs what was built. */
const entry = fileURLToPath(new URL('../../../dist/reading-process.js', import.meta.url));
const lookEveryMilliseconds = 100;
const mebibyte = 2 ** 20;
/** A process that was taken over by what it reads shall not take the memory of the service. */
const mostBytesAsked = mebibyte;
/** As many dumps as are told of an upload. */
const mostKnown = 20;
/** What the end of a process's last words is kept of, to find out why it died. */
const lastWords = 4_000;

/**
 * Reads an upload in a process of its own, so that a hostile file can harm that process alone. It is killed when it
 * exceeds a limit or the service stops. A process that dies by itself is a fault.
 */
export async function readInProcess(
  order: ReadingOrder,
  limits: ReadingLimits,
  ties: Ties,
): Promise<KeptReading | Stopped> {
  ties.signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), `caserelay-reading-${process.pid}-`));
  try {
    return await new ReadingProcess(order, limits, ties, folder).end;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class ReadingProcess {
  readonly end: Promise<KeptReading | Stopped>;
  private readonly child: ChildProcess;
  private readonly startedAt = performance.now();
  private outcome: KeptReading | Stopped | Error | null = null;
  private words = '';
  /** By member; what comes later knows more. */
  private readonly known = new Map<string | null, KnownDump>();
  private progress: Progress = { stage: 'starting', member: null, bytes: 0, total: null };
  private reads = 0;
  private lifeAt = performance.now();
  private movedAt = performance.now();
  private reportedBytes = 0;
  private unanswered = 0;

  constructor(
    order: ReadingOrder,
    private readonly limits: ReadingLimits,
    private readonly ties: Ties,
    folder: string,
  ) {
    this.child = fork(entry, [], {
      // Where what is unpacked may be put aside; the folder goes with the process. Nothing else of ours is known there.
      env: { TMPDIR: folder, TMP: folder },
      execArgv: [`--max-old-space-size=${Math.ceil(limits.memoryMebibytes * 0.75)}`],
      serialization: 'advanced',
      // Leads a group of its own: programs that it starts to unpack end with it.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.on('data', (text: Buffer) => (this.words = (this.words + text.toString()).slice(-lastWords)));
    this.child.on('message', (message) => this.hear(message as FromReadingProcess));
    void this.dieFirst();
    const looking = setInterval(() => void this.look(), lookEveryMilliseconds);
    const onAbort = (): void => this.finish(new Error('broken off: the service stops'));
    ties.signal.addEventListener('abort', onAbort);
    this.end = new Promise<KeptReading | Stopped>((resolve, reject) => {
      this.child.on('error', (error) => this.finish(error));
      this.child.on('close', (code, signal) => {
        const outcome = this.outcome ?? this.causeOfDeath(code, signal);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      });
    }).finally(() => {
      clearInterval(looking);
      ties.signal.removeEventListener('abort', onAbort);
    });
    this.say({ type: 'read', order });
  }

  private say(message: ToReadingProcess): void {
    // Fails when the process has just died, which `close` tells.
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private hear(message: FromReadingProcess): void {
    this.lifeAt = performance.now();
    switch (message.type) {
      case 'sign-of-life':
        this.reportedBytes = message.residentBytes;
        this.follow(message.progress, message.reads);
        return;
      case 'versions-wanted':
        void this.answer(message);
        return;
      case 'bytes-wanted':
        void this.giveBytes(message);
        return;
      case 'known':
        if (this.known.size < mostKnown) this.known.set(message.known.finding.member, message.known);
        return;
      case 'read':
        this.finish(message.reading);
        return;
      case 'failed':
        this.finish(new Error(message.fault));
        return;
    }
  }

  private follow(progress: Progress, reads: number): void {
    const moved = reads !== this.reads || JSON.stringify(progress) !== JSON.stringify(this.progress);
    if (!moved) return;
    this.movedAt = performance.now();
    this.reads = reads;
    this.progress = progress;
    this.ties.onProgress(progress);
  }

  private async answer({ question, images }: Extract<FromReadingProcess, { type: 'versions-wanted' }>): Promise<void> {
    this.unanswered += 1;
    try {
      this.say({ type: 'versions', question, versions: await this.ties.lookUpVersions(images) });
    } catch (error) {
      this.finish(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.unanswered -= 1;
      this.movedAt = performance.now();
    }
  }

  private async giveBytes({ question, offset, length }: Extract<FromReadingProcess, { type: 'bytes-wanted' }>) {
    try {
      const view = await this.ties.evidence?.read(offset, Math.min(length, mostBytesAsked));
      const bytes = view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array(0);
      this.say({ type: 'bytes', question, bytes });
    } catch (error) {
      this.finish(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async look(): Promise<void> {
    const now = performance.now();
    const { memoryMebibytes, maxSeconds, stallSeconds } = this.limits;
    const used = Math.max(await this.residentBytes(), this.reportedBytes);
    if (used > memoryMebibytes * mebibyte) return this.stop(say('took-memory', { most: memoryMebibytes }));
    if (now - this.startedAt > maxSeconds * 1000) return this.stop(say('took-time', { most: maxSeconds }));
    if (now - this.lifeAt > stallSeconds * 1000) {
      return this.stop(say('stood-still', { most: stallSeconds }));
    }
    // It lives and waits: for a disk or for the network behind it, which is not the file's fault.
    if (this.unanswered === 0 && now - this.movedAt > stallSeconds * 1000) {
      this.finish(new Error(`nothing could be read for ${stallSeconds} seconds ${this.where()}`));
    }
  }

  /** With the programs that it started. On Linux as the system counts it; elsewhere 0, and its own word must do. */
  private async residentBytes(): Promise<number> {
    return this.child.pid === undefined ? 0 : await residentBytesOfGroup(this.child.pid);
  }

  private stop(exceeded: string): void {
    this.finish(this.stoppedBy(exceeded));
  }

  private stoppedBy(exceeded: string): Stopped {
    const stoppedBecause = say('reading-stopped', { exceeded, where: this.where() });
    return { stoppedBecause, known: [...this.known.values()] };
  }

  private where(): string {
    const { stage, member, bytes } = this.progress;
    const words = { stage: say(`stage-${stage}`), bytes };
    return member === null ? say('at-stage', words) : say('at-stage-of', { ...words, member });
  }

  /** The first outcome counts. Whatever it is, the process has nothing left to do. */
  private finish(outcome: KeptReading | Stopped | Error): void {
    this.outcome ??= outcome;
    killGroup(this.child);
  }

  private causeOfDeath(code: number | null, signal: NodeJS.Signals | null): Stopped | Error {
    if (/heap out of memory|Array buffer allocation failed/.test(this.words)) {
      return this.stoppedBy(say('took-memory', { most: this.limits.memoryMebibytes }));
    }
    const words = this.words.trim();
    return new Error(
      `the process that read it ended with ${signal ?? `code ${code}`} ${this.where()}${words === '' ? '' : `: ${words}`}`,
    );
  }

  /** When the machine runs out of memory, Linux shall take the reader and not the service. */
  private async dieFirst(): Promise<void> {
    if (this.child.pid !== undefined) {
      await writeFile(`/proc/${this.child.pid}/oom_score_adj`, '1000').catch(() => undefined);
    }
  }
}

/** Also what it has started; where there are no groups, or it is gone already, at least itself. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
