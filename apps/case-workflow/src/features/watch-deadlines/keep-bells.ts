/** Why bells are set again from the case rows. */
export type Reason = 'start' | 'redis was away' | 'redis was emptied or is of an earlier time' | 'schedule';

export interface Reconciliation {
  /** Counts up; Redis holds the same number as long as it holds the bells that were set then. */
  number: number;
  at: Date;
  milliseconds: number;
  bells: number;
  because: string;
}

/** What keeping bells needs from around it. */
export interface Needs {
  /**
   * Holds the record of the last reconciliation for one instance alone: what `work` answers is the next record. Answers
   * null when another instance holds it, or when `work` does.
   */
  withRecord(
    work: (last: { number: number; secondsAgo: number }) => Promise<Omit<Reconciliation, 'at'> | null>,
  ): Promise<Reconciliation | null>;
  /** Instants up to `until` at which something is due, in order and at most one for each bell; after one of them. */
  instantsAhead(page: { after: Date; until: Date; limit: number }): Promise<Date[]>;
  now(): Date;
  /** The end of the time for which bells are kept in Redis. */
  horizon(): Date;
  /** Milliseconds of a clock that never jumps. */
  stopwatch(): number;
  bells: {
    /** Sets bells, each once however often it is asked for. Throws when Redis is out of reach. */
    set(instants: readonly Date[]): Promise<void>;
    /** The number that the last reconciliation left; null when there is none. Throws when Redis is out of reach. */
    numberKept(): Promise<number | null>;
    keepNumber(number: number): Promise<void>;
    /** Whether a bell was lost since this was asked last. */
    lostAny(): boolean;
  };
  isStopping(): boolean;
}

/** How many bells are set at a time. */
export const bellsPerPage = 1_000;

/** Looks now and then whether Redis still holds the bells, and sets them again when it does not or when it is time. */
export class BellKeeper {
  private isFirst = true;
  private wasAway = false;

  constructor(
    private readonly scheduleSeconds: number,
    private readonly needs: Needs,
  ) {}

  /** Answers what was reconciled, or null. Throws when Redis or Postgres is out of reach. */
  async look(): Promise<Reconciliation | null> {
    if (this.needs.bells.lostAny()) this.wasAway = true;
    try {
      const done = await this.needs.withRecord(async ({ number, secondsAgo }) => {
        const because = this.reasonFor(number, await this.needs.bells.numberKept(), secondsAgo);
        return because === null ? null : await this.reconcile(number + 1, because);
      });
      if (done) this.isFirst = this.wasAway = false;
      return done;
    } catch (error) {
      this.wasAway = true;
      throw error;
    }
  }

  private reasonFor(number: number, kept: number | null, secondsAgo: number): Reason | null {
    if (this.isFirst) return 'start';
    if (kept !== number) return 'redis was emptied or is of an earlier time';
    if (this.wasAway) return 'redis was away';
    // A clock that was set back makes it negative: then, too, it is time.
    if (secondsAgo < 0 || secondsAgo >= this.scheduleSeconds) return 'schedule';
    return null;
  }

  private async reconcile(number: number, because: Reason): Promise<Omit<Reconciliation, 'at'>> {
    const { needs } = this;
    const started = needs.stopwatch();
    const until = needs.horizon();
    let after = needs.now();
    let bells = 0;
    while (!needs.isStopping()) {
      const instants = await needs.instantsAhead({ after, until, limit: bellsPerPage });
      await needs.bells.set(instants);
      bells += instants.length;
      after = instants.at(-1) ?? after;
      if (instants.length < bellsPerPage) break;
    }
    await needs.bells.keepNumber(number);
    return { number, milliseconds: needs.stopwatch() - started, bells, because };
  }
}
