import type { Tell } from '@caserelay/messaging';

/** By then the first bytes say what a file is, so somebody should hear of it. */
const soonBytes = 64 * 1024;
/** A small file that is closed sooner is told as started and received by one transaction. */
const soonMilliseconds = 250;

/** What is kept of it, within one transaction. */
interface Starts {
  /** True the first time. */
  markStarted(uploadId: string): Promise<boolean>;
}

interface Needs {
  transaction<Result>(work: (uploads: Starts) => Promise<{ result: Result; tells: Tell[] }>): Promise<Result>;
  warn(message: string, details: Record<string, unknown>): void;
}

interface Starting {
  readonly uploadId: string;
  readonly spaceId: string;
  readonly caseId: string;
  readonly location: string;
}

/** Tells once that an upload has started: when it has some bytes, a moment after its first ones, or with what is told next. */
export class StartNotice {
  private timer: NodeJS.Timeout | null = null;
  private telling: Promise<void> | null = null;

  constructor(
    private readonly upload: Starting,
    /** The path below /upload, as it is shown. */
    private readonly path: string,
    private readonly needs: Needs,
  ) {}

  /** Resolves when nothing has to be waited for: it was told, or will be. */
  async bytesCame(bytes: number): Promise<void> {
    if (bytes >= soonBytes) return await this.tell();
    this.timer ??= setTimeout(() => {
      const { uploadId } = this.upload;
      this.tell().catch((error: unknown) =>
        this.needs.warn('the start of an upload could not be told; it is told with its end', { uploadId, error }),
      );
    }, soonMilliseconds);
  }

  /** Tells it by a transaction of its own, unless it was told. */
  async tell(): Promise<void> {
    this.telling ??= this.needs.transaction(async (uploads) => ({
      result: undefined,
      tells: await this.tellsWithin(uploads),
    }));
    try {
      await this.telling;
    } catch (error) {
      this.telling = null;
      throw error;
    }
  }

  /** What is to be told in a transaction that tells something else of the upload; nothing when it was told before. */
  async tellsWithin(uploads: Starts): Promise<Tell[]> {
    this.stop();
    if (!(await uploads.markStarted(this.upload.uploadId))) return [];
    return [startOf(this.upload, this.path)];
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }
}

/** What is told of an upload that has started. */
export function startOf({ uploadId, spaceId, caseId, location }: Starting, path: string): Tell {
  return { type: 'upload.started', caseId, data: { uploadId, spaceId, name: path, location } };
}
