import type { Tell } from '@caserelay/messaging';

/** A closed upload as operators see it, with what the malware scanner said. */
export interface ScanView {
  readonly uploadId: string;
  readonly spaceId: string;
  readonly caseId: string;
  readonly account: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly receivedAt: Date;
  /** `not-due` until it is known whether all of it is here. */
  readonly scan: 'not-due' | 'waiting' | 'clean' | 'infected' | 'not-scanned';
  readonly isInQuarantine: boolean;
  readonly signature: string | null;
  readonly reason: string | null;
  /** The program and the version and date of its signatures. */
  readonly scanner: string | null;
  readonly scannedAt: Date | null;
  /** How often the scanner failed on it, what was wrong last, and when it is tried next. */
  readonly failures: number;
  readonly lastFailure: string | null;
  readonly nextAt: Date | null;
  readonly releasedAt: Date | null;
  readonly releasedBecause: string | null;
}

export interface Wanted {
  readonly scan: 'waiting' | 'quarantine' | 'clean' | 'infected' | 'not-scanned' | null;
  readonly caseId: string | null;
  readonly spaceId: string | null;
  readonly uploadId: string | null;
  readonly after: string | null;
  readonly limit: number;
}

export interface ScanDesk {
  list(wanted: Wanted): Promise<ScanView[]>;
  /** False when it is not in quarantine. */
  release(uploadId: string, because: string, at: Date): Promise<boolean>;
  /** False when it is not `not-scanned`. */
  scanAgain(uploadId: string): Promise<boolean>;
}

/** What overseeing scans needs from around it. */
export interface Needs {
  scans: ScanDesk;
  transaction<Result>(work: (scans: ScanDesk) => Promise<{ result: Result; tells: Tell[] }>): Promise<Result>;
  /** Lets the scanner look; false where none is set up. */
  wakeScanner(): boolean;
  note(what: {
    action: 'release-upload' | 'scan-upload';
    upload: ScanView;
    reason: string;
    address: string | undefined;
  }): void;
  now(): Date;
}

export async function findUpload(uploadId: string, { scans }: Pick<Needs, 'scans'>): Promise<ScanView | null> {
  const [upload] = await scans.list({ scan: null, caseId: null, spaceId: null, uploadId, after: null, limit: 1 });
  return upload ?? null;
}

/** Lets an upload out of quarantine, for a reason that is kept and told; false when it is not in it. */
export async function releaseUpload(upload: ScanView, because: string, needs: Needs): Promise<boolean> {
  const { uploadId, spaceId, caseId, name, signature } = upload;
  return needs.transaction(async (scans) => {
    if (!(await scans.release(uploadId, because, needs.now()))) return { result: false, tells: [] };
    const data = { uploadId, spaceId, name, signature: signature ?? '', because };
    return { result: true, tells: [{ type: 'upload.released', caseId, data }] };
  });
}
