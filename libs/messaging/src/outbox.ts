import type { DataSource, EntityManager } from 'typeorm';
import { stamp, type Cause, type Tell } from './tell.js';

const insertion = 'insert into outbox (event_id, type, case_id, payload)';

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

  /**
   * As `transaction`, for a change that is a single statement, so that both are kept by one round trip. `steps` are its
   * common table expressions: it is told if the one that is called `change` has a row. `answer` selects what is given back.
   */
  async statement<Row>(
    { steps, answer, values }: { steps: string; answer: string; values: readonly unknown[] },
    tells: Tell[],
    cause: Cause = {},
  ): Promise<Row[]> {
    const events = this.columnsOf(tells.map((tell) => ({ tell, cause })));
    const places = ['uuid', 'text', 'uuid', 'text'].map((type, place) => `$${values.length + place + 1}::${type}[]`);
    const rows = await this.database.query<Row[]>(
      `with ${steps}, told_of_change as (
         ${insertion} select * from unnest(${places.join(', ')}) where exists (select 1 from change))
       ${answer}`,
      [...values, ...events],
    );
    this.options.wakeRelay();
    return rows;
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
    await tx.query(
      `${insertion} select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])`,
      this.columnsOf(told),
    );
  }

  private columnsOf(told: { tell: Tell; cause: Cause }[]): unknown[][] {
    const now = this.options.now();
    const events = told.map(({ tell, cause }) => stamp(tell, cause, { source: this.options.source, now }));
    return [
      events.map((event) => event.id),
      events.map((event) => event.type),
      events.map((event) => event.subject),
      events.map((event) => JSON.stringify(event)),
    ];
  }

  /** Lets the relay look at once; it looks on its own as well, only later. */
  wake(): void {
    this.options.wakeRelay();
  }
}
