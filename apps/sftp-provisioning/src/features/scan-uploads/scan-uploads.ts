import type { EventOf } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';

/** An upload that nobody has looked into yet, taken by this process for a while. */
export interface UnscannedUpload {
  readonly uploadId: string;
  readonly spaceId: string;
  readonly caseId: string;
  /** Path below /upload as it is shown. */
  readonly name: string;
  readonly location: string;
  readonly bytes: number;
  readonly sha256: string;
  /** How often the scanner has failed on it. */
  readonly failures: number;
}

/** What a scan has come to. */
export type Outcome = Pick<EventOf<'upload.scanned'>['data'], 'outcome' | 'signature' | 'reason'>;

/** Keeps track of scans. A row is taken for some seconds, so that what a killed process had in hand is taken again. */
export interface Scans {
  /** The newest that waits; null when none does or others have them all. */
  take(takenMilliseconds: number): Promise<UnscannedUpload | null>;
  /** Goes on being taken. */
  keepTaken(uploadId: string, takenMilliseconds: number): Promise<void>;
  /** Lets it wait: nothing was found out about it, and nothing is held against it. */
  letGo(uploadId: string, because: string | null, pauseMilliseconds: number): Promise<void>;
  noteFailure(uploadId: string, failure: string, pauseMilliseconds: number): Promise<void>;
  /** False when its outcome is known already, or the upload is gone. */
  keepOutcome(uploadId: string, outcome: Outcome, scanner: string, at: Date): Promise<boolean>;
}

/** What a scanner says of a stream of bytes. */
export type Verdict =
  | { readonly kind: 'clean' }
  | { readonly kind: 'found'; readonly signature: string }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'failed'; readonly answer: string };

/** What scanning uploads needs from around it. */
export interface Needs {
  scans: Scans;
  /** Changes and what they tell, kept together or not at all. */
  transaction(work: (scans: Scans) => Promise<Tell[]>): Promise<void>;
  evidence: {
    openForReading(
      location: string,
    ): Promise<{ read(offset: number, length: number): Promise<Buffer>; close(): Promise<void> }>;
  };
  scanner: {
    /** What it is and which signatures it knows; rejects while it is not there. */
    version(): Promise<string>;
    scan(content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Verdict>;
  };
  limits: {
    readonly mostBytes: number;
    readonly mostAtOnce: number;
    /** How often the scanner may fail on a file while it answers otherwise. */
    readonly mostFailures: number;
    readonly firstPauseMilliseconds: number;
    readonly longestPauseMilliseconds: number;
  };
  now(): Date;
  /** Lets somebody look again, for a place became free. */
  wake(): void;
  observe(outcome: Outcome['outcome']): void;
  log: Record<'info' | 'warn', (details: object, message: string) => void>;
}

const takenMilliseconds = 20_000;
const pieceBytes = 256 * 1024;

/**
 * Lets a scanner look into each upload once it is closed, a bounded number at once. While the scanner is not there all
 * wait and it is asked again after growing pauses, for good. One file on which it fails while it answers otherwise is tried
 * a few times and is then told as not scanned.
 */
export class UploadScanning {
  private readonly inHand = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private away: { since: Date; because: string; times: number; until: number } | null = null;
  /** What the scanner said it is, when it was asked last. */
  private scanner: string | null = null;

  constructor(private readonly needs: Needs) {}

  /** For people: what scans, or since when it is not there and why. */
  get state(): string {
    if (this.away) return `away since ${this.away.since.toISOString()}: ${this.away.because}`;
    return this.scanner ?? 'not asked yet';
  }

  /** Takes as many uploads in hand as there are places. */
  async look(): Promise<void> {
    if (this.away && performance.now() < this.away.until) return;
    await this.ask();
    const { mostAtOnce } = this.needs.limits;
    while (!this.away && !this.stopping.signal.aborted && this.inHand.size < mostAtOnce) {
      const upload = await this.needs.scans.take(takenMilliseconds);
      if (!upload) return;
      const work = this.scan(upload)
        .catch((error: unknown) =>
          this.needs.log.warn({ uploadId: upload.uploadId, error }, 'a scan could not be ended; it is tried again'),
        )
        .finally(() => {
          this.inHand.delete(work);
          this.needs.wake();
        });
      this.inHand.add(work);
    }
  }

  /** Breaks off what is in hand and lets others take it. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the service stops'));
    await Promise.all(this.inHand);
  }

  private async ask(): Promise<string | null> {
    try {
      this.scanner = await this.needs.scanner.version();
      if (this.away) this.needs.log.info({ scanner: this.scanner }, 'the malware scanner answers again');
      this.away = null;
      return this.scanner;
    } catch (error) {
      const because = wordsOf(error);
      if (!this.away) this.needs.log.warn({ because }, 'the malware scanner is away; uploads wait for it');
      const { since, times } = this.away ?? { since: this.needs.now(), times: 0 };
      this.away = { since, because, times: times + 1, until: performance.now() + this.pauseAfter(times + 1) };
      return null;
    }
  }

  private async scan(upload: UnscannedUpload): Promise<void> {
    const { uploadId } = upload;
    const { scans } = this.needs;
    const beat = setInterval(() => {
      scans.keepTaken(uploadId, takenMilliseconds).catch((error: unknown) => this.needs.log.warn({ error }, 'a scan'));
    }, takenMilliseconds / 4);
    try {
      await this.scanTaken(upload);
    } finally {
      clearInterval(beat);
    }
  }

  private async scanTaken(upload: UnscannedUpload): Promise<void> {
    const { uploadId, bytes, failures } = upload;
    const { scans, limits, scanner } = this.needs;
    const version = await this.ask();
    if (version === null) return scans.letGo(uploadId, null, 0);
    if (bytes > limits.mostBytes) return this.keep(upload, notScanned('too-large'), version);
    try {
      const verdict = await scanner.scan(this.contentOf(upload), this.stopping.signal);
      if (verdict.kind !== 'failed') return await this.keep(upload, outcomeOf(verdict), version);
      throw new Error(verdict.answer);
    } catch (error) {
      if (this.stopping.signal.aborted) return scans.letGo(uploadId, null, 0);
      const words = wordsOf(error);
      this.needs.log.warn({ uploadId, error: words }, 'an upload could not be scanned');
      // What we cannot read says nothing of the scanner, and what is away says nothing of the file.
      if (error instanceof UnreadableEvidence || (await this.ask()) === null)
        return scans.letGo(uploadId, words, error instanceof UnreadableEvidence ? limits.longestPauseMilliseconds : 0);
      if (failures + 1 >= limits.mostFailures) return this.keep(upload, notScanned('scanner-failed'), version);
      await scans.noteFailure(uploadId, words, this.pauseAfter(failures + 1));
    }
  }

  private async keep(upload: UnscannedUpload, outcome: Outcome, scanner: string): Promise<void> {
    const { uploadId, spaceId, caseId, name, bytes, sha256 } = upload;
    const scannedAt = this.needs.now();
    let isKept = false;
    await this.needs.transaction(async (scans) => {
      isKept = await scans.keepOutcome(uploadId, outcome, scanner, scannedAt);
      if (!isKept) return [];
      const file = { uploadId, spaceId, name, bytes, sha256 };
      const data = { ...file, ...outcome, scanner, scannedAt: scannedAt.toISOString() };
      return [{ type: 'upload.scanned', caseId, data }];
    });
    if (!isKept) return;
    this.needs.observe(outcome.outcome);
    if (outcome.outcome === 'infected')
      this.needs.log.warn({ uploadId, caseId, ...outcome }, 'an upload holds malware and is in quarantine');
  }

  private async *contentOf({ location, bytes }: UnscannedUpload): AsyncGenerator<Buffer> {
    const file = await this.needs.evidence.openForReading(location).catch(unreadable);
    try {
      for (let at = 0; at < bytes;) {
        const piece = await file.read(at, Math.min(pieceBytes, bytes - at)).catch(unreadable);
        if (piece.length === 0) throw new UnreadableEvidence(`ends at byte ${at}; expected ${bytes} bytes`);
        at += piece.length;
        yield piece;
      }
    } finally {
      await file.close();
    }
  }

  private pauseAfter(times: number): number {
    const { firstPauseMilliseconds, longestPauseMilliseconds } = this.needs.limits;
    return Math.min(firstPauseMilliseconds * 2 ** (times - 1), longestPauseMilliseconds);
  }
}

/** The evidence of an upload cannot be read at the moment. */
class UnreadableEvidence extends Error {
  override readonly name = 'UnreadableEvidence';
}

function unreadable(error: unknown): never {
  throw new UnreadableEvidence(`the evidence cannot be read: ${wordsOf(error)}`, { cause: error });
}

/**
 * What clamd calls a finding may be a limit of its own or an encryption (AlertExceedsMax, AlertEncrypted): then it has not
 * looked into all of the file, and has found nothing.
 */
function outcomeOf(verdict: Exclude<Verdict, { kind: 'failed' }>): Outcome {
  if (verdict.kind === 'clean') return { outcome: 'clean', signature: null, reason: null };
  if (verdict.kind === 'too-large') return notScanned('too-large');
  const { signature } = verdict;
  if (signature.startsWith('Heuristics.Limits.Exceeded')) return notScanned('limits-exceeded');
  if (signature.startsWith('Heuristics.Encrypted')) return notScanned('encrypted');
  return { outcome: 'infected', signature, reason: null };
}

function notScanned(reason: Outcome['reason']): Outcome {
  return { outcome: 'not-scanned', signature: null, reason };
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
