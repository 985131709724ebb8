import type { Progress } from './read-upload.js';

export interface Needs {
  /** Shows it where people look; cheap. */
  show(uploadId: string, progress: Progress): void;
  /** Keeps it where it outlives Redis and processes. */
  keep(uploadId: string, progress: Progress): Promise<void>;
  failed(error: unknown): void;
  /** Of the machine, in milliseconds. */
  now(): number;
  showEvery: number;
  keepEvery: number;
}

/** Shows and keeps how far readings have come, now and then: a reading moves many times a second. */
export class ShowProgress {
  private readonly last = new Map<string, { shownAt: number; keptAt: number }>();

  constructor(private readonly needs: Needs) {}

  note(uploadId: string, progress: Progress): void {
    const now = this.needs.now();
    const last = this.last.get(uploadId) ?? { shownAt: -Infinity, keptAt: -Infinity };
    this.last.set(uploadId, last);
    if (now - last.shownAt >= this.needs.showEvery) {
      last.shownAt = now;
      this.needs.show(uploadId, progress);
    }
    if (now - last.keptAt >= this.needs.keepEvery) {
      last.keptAt = now;
      this.needs.keep(uploadId, progress).catch((error: unknown) => this.needs.failed(error));
    }
  }

  /** The reading is over. */
  end(uploadId: string): void {
    this.last.delete(uploadId);
  }
}
