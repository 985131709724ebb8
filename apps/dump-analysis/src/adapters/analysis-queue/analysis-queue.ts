import { within } from '@caserelay/messaging';
import { Queue, Worker, type ConnectionOptions, type Job, type JobProgress } from 'bullmq';

const name = 'dump-analysis';

interface Options {
  connection: ConnectionOptions;
  prefix: string;
  /** Told of troubles with Redis; the work itself survives them, because the database is asked again. */
  onTrouble(error: Error): void;
}

/** Shares the reading of uploads among processes. A job is only a hint: it carries the id of an upload. */
export class AnalysisQueue {
  private readonly queue: Queue;
  private worker: Worker | null = null;
  private readonly inHand = new Map<string, Job>();

  constructor(private readonly options: Options) {
    this.queue = new Queue(name, {
      connection: options.connection,
      prefix: options.prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    this.queue.on('error', options.onTrouble);
  }

  /** Answers once Redis does. */
  async ready(): Promise<void> {
    await this.queue.getMeta();
  }

  /** Hints that uploads wait to be read; a hint that is there already is not added twice. */
  async hint(uploadIds: readonly string[]): Promise<void> {
    await this.queue.addBulk(uploadIds.map((uploadId) => ({ name: 'analyse', data: {}, opts: { jobId: uploadId } })));
  }

  /**
   * Like `hint`, and mends hints that Redis lost in part: one whose place in the queue is gone while its content is
   * still there would never be worked on, nor let itself be added again.
   */
  async renewHints(uploadIds: readonly string[]): Promise<void> {
    await Promise.all(
      uploadIds.map(async (uploadId) => {
        if ((await this.queue.getJobState(uploadId)) === 'unknown') await this.queue.remove(uploadId);
      }),
    );
    await this.hint(uploadIds);
  }

  /** Reads uploads as hints come in. A process that dies loses its hints to others after a few seconds. */
  work(read: (uploadId: string) => Promise<void>, parallel: number): void {
    this.worker = new Worker(
      name,
      async (job) => {
        if (job.id === undefined) return;
        this.inHand.set(job.id, job);
        try {
          await read(job.id);
        } finally {
          this.inHand.delete(job.id);
        }
      },
      {
        connection: this.options.connection,
        prefix: this.options.prefix,
        concurrency: parallel,
        // Short, because taking a busy process for a dead one does no harm: the database lets only one of two tell.
        lockDuration: 4_000,
        stalledInterval: 1_000,
        maxStalledCount: 5,
      },
    );
    this.worker.on('error', this.options.onTrouble);
    this.worker.on('failed', (_, error) => this.options.onTrouble(error));
  }

  /** Shows in the queue how far the reading of an upload has come; not waited for, as Redis may be away. */
  show(uploadId: string, progress: JobProgress): void {
    this.inHand.get(uploadId)?.updateProgress(progress).catch(this.options.onTrouble);
  }

  /** Ends the work in hand and lets go of Redis, also when Redis does not answer. */
  async close(): Promise<void> {
    await endWithin(5_000, this.worker?.close());
    await endWithin(2_000, this.worker?.disconnect());
    await endWithin(2_000, this.queue.close());
    await endWithin(2_000, this.queue.disconnect());
  }
}

/** Lets go even of what does not end. */
async function endWithin(milliseconds: number, work: Promise<unknown> | undefined): Promise<void> {
  await within(milliseconds, 'letting go of Redis', Promise.resolve(work)).catch(() => undefined);
}
