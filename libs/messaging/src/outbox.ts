import type { DataSource, EntityManager } from 'typeorm';
import { stamp, type Cause, type Tell } from './tell.js';

/** Keeps what a service has to tell in its own database until the broker has taken it. */
export class Outbox {
  constructor(
    private readonly database: DataSource,
    private readonly options: { source: string; now: () => Date; wakeRelay: () => void },
  ) {}

  /**
   * Runs work in one transaction and keeps what it tells in the same one. For doors that are no events: HTTP, mail,
   * SFTP, timers, jobs. Every tell needs its `caseId`, unless the cause names one.
   */
  async transaction<Result>(
    work: (tx: EntityManager) => Promise<{ result: Result; tells: Tell[] }>,
    cause: Cause = {},
  ): Promise<Result> {
    const result = await this.database.transaction(async (tx) => {
      const { result, tells } = await work(tx);
      await this.put(tx, tells, cause);
      return result;
    });
    this.options.wakeRelay();
    return result;
  }

  /** Keeps what is told inside a transaction that is already open; call `wake` after its commit. */
  async put(tx: EntityManager, tells: Tell[], cause: Cause = {}): Promise<void> {
    await this.putEach(
      tx,
      tells.map((tell) => ({ tell, cause })),
    );
  }

  /** Like `put`, for tells of several causes at once: one statement for all. */
  async putEach(tx: EntityManager, told: { tell: Tell; cause: Cause }[]): Promise<void> {
    if (told.length === 0) return;
    const now = this.options.now();
    const events = told.map(({ tell, cause }) => stamp(tell, cause, { source: this.options.source, now }));
    await tx.query(
      `insert into outbox (event_id, type, case_id, payload)
       select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])`,
      [
        events.map((event) => event.id),
        events.map((event) => event.type),
        events.map((event) => event.subject),
        events.map((event) => JSON.stringify(event)),
      ],
    );
  }

  /** Lets the relay look at once; it looks on its own as well, only later. */
  wake(): void {
    this.options.wakeRelay();
  }
}
