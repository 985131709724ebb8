/** One parameter of a bugcheck. */
export interface BugcheckParameter {
  /** `0x…` */
  value: string;
  /** What it stands for and, where known, what its value means; null when unknown or not used. */
  meaning: string | null;
}

/** Why Windows stopped. */
export interface BugcheckFacts {
  /** `0x…` */
  code: string;
  name: string;
  parameters: BugcheckParameter[];
}

/** Why a process stopped. */
export interface ExceptionFacts {
  code: string;
  name: string | null;
  address: string;
}

/** Whether the file holds all that its header promises. */
export interface Completeness {
  verdict: 'complete' | 'truncated' | 'unknown';
  foundBytes: number;
  /** Least size of the whole file; null when the header does not tell. */
  expectedBytes: number | null;
  reason: string;
}

/**
 * full: all memory; active: all but idle memory; kernel: kernel memory only; triage: the small dump; header-only: no
 * memory at all; user: one process.
 */
export type DumpKind = 'full' | 'active' | 'kernel' | 'triage' | 'header-only' | 'user';

/** What a dump says about itself. Null: it does not say. */
export interface DumpFacts {
  format: 'kernel-dump-64' | 'user-minidump';
  kind: DumpKind;
  bugcheck: BugcheckFacts | null;
  /** Of a user dump. */
  exception: ExceptionFacts | null;
  machine: string;
  osBuild: number | null;
  osName: string | null;
  processors: number | null;
  /** UTC, ISO 8601. */
  crashedAt: string | null;
  /** Of the system; of a user dump: of the process. */
  uptimeSeconds: number | null;
  completeness: Completeness;
}
