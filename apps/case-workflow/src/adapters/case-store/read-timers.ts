import type { DataSource } from 'typeorm';
import type { Needs } from '../../features/show-timers/show-timers.js';
import type { Needs as BellNeeds } from '../../features/watch-deadlines/keep-bells.js';
import { dueAt } from './ring-cases.js';

/** What is due, what will be and what fails, read from the case rows without locking them. */
export function readTimers(database: Pick<DataSource, 'query'>) {
  return {
    /**
     * Instants of cases, in order, of which each is the first in its stride of the clock. It goes from stride to stride by
     * the index, so a thousand cases due in one cost as much as one, and those that sleep cost nothing.
     */
    async instantsAhead(
      { after, until, limit }: Parameters<BellNeeds['instantsAhead']>[0],
      stride: { origin: Date; seconds: number },
    ): Promise<Date[]> {
      const next = (from: string): string =>
        `(select ${dueAt} as at from cases where wake_at is not null and ${dueAt} ${from} and ${dueAt} <= $2
          order by ${dueAt} limit 1)`;
      const rows: { at: Date }[] = await database.query(
        `with recursive ahead as (
           select at from ${next('> $1')} as first
           union all
           select following.at from ahead, lateral
             ${next('>= date_bin(make_interval(secs => $4), ahead.at, $3) + make_interval(secs => $4)')} as following
         )
         select at from ahead limit $5`,
        [after, until, stride.origin, stride.seconds, limit],
      );
      return rows.map(({ at }) => at);
    },

    /** Cases whose instant has come, the most urgent first. */
    async due(now: Date, limit: number): ReturnType<Needs['due']> {
      return await database.query(
        `select ${columns} from cases where wake_at is not null and ${dueAt} <= $1 order by ${dueAt}, id limit $2`,
        [now, limit],
      );
    },

    /** Cases whose instant comes next. */
    async next(now: Date, limit: number): ReturnType<Needs['next']> {
      return await database.query(
        `select ${columns} from cases where wake_at is not null and ${dueAt} > $1 and ${dueAt} < 'infinity'
         order by ${dueAt}, id limit $2`,
        [now, limit],
      );
    },

    async countDue(now: Date, most: number): Promise<number> {
      const rows: { due: number }[] = await database.query(
        `select count(*)::int as due from
           (select 1 from cases where wake_at is not null and ${dueAt} <= $1 limit $2) as due`,
        [now, most],
      );
      return rows[0]?.due ?? 0;
    },

    async failing(limit: number): ReturnType<Needs['failing']> {
      return await database.query(
        `select ${columns}, wake_failures as failures, wake_error as error, wake_failed_at as "failedAt",
           nullif(wake_retry_at, 'infinity') as "retryAt", wake_retry_at = 'infinity' as "isStuck"
         from cases where wake_failures > 0 order by wake_failed_at desc, id limit $1`,
        [limit],
      );
    },

    async countStuck(most: number): Promise<number> {
      const rows: { stuck: number }[] = await database.query(
        `select count(*)::int as stuck from
           (select 1 from cases where wake_failures > 0 and wake_retry_at = 'infinity' limit $1) as stuck`,
        [most],
      );
      return rows[0]?.stuck ?? 0;
    },

    async lastReconciliation(): ReturnType<Needs['lastReconciliation']> {
      const rows: { number: string; at: Date; milliseconds: number; bells: number; because: string }[] =
        await database.query(`select number, at, milliseconds, bells, because from reconciliation where number > 0`);
      return rows[0] ? { ...rows[0], number: Number(rows[0].number) } : null;
    },

    /** What all instances rang in the last hour, by minute, the newest first. */
    async rungLastHour(): ReturnType<Needs['rungLastHour']> {
      return await database.query(
        `select minute, sum(rung)::int as rung, max(longest) as longest,
           (select array_agg(total order by place) from (
              select place, sum(count)::int as total
              from ring_minute as part, unnest(part.counts) with ordinality as each (count, place)
              where part.minute = ring_minute.minute group by place) as totals) as counts
         from ring_minute where minute > now() - interval '1 hour' group by minute order by minute desc`,
      );
    },
  };
}

const columns = `id as "caseId", case_number as "caseNumber", tracking_token as "trackingToken", phase,
  wake_at as "wakeAt", nullif(${dueAt}, 'infinity') as "dueAt"`;
