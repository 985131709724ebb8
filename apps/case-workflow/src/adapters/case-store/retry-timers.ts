import type { DataSource } from 'typeorm';

/** Lets cases be asked again at once that are stuck or wait for their next try. Answers which ones; they keep their count of failures, so one more puts them back. */
export function retryTimers(database: Pick<DataSource, 'query'>) {
  return {
    async one(caseId: string, now: Date): Promise<string[]> {
      return idsOf(
        await database.query(
          `update cases set wake_retry_at = $2 where id = $1 and wake_failures > 0 and wake_at is not null
           returning id as "caseId"`,
          [caseId, now],
        ),
      );
    },

    /** The next ones that are stuck, up to a limit. */
    async stuck(now: Date, limit: number): Promise<string[]> {
      return idsOf(
        await database.query(
          `update cases set wake_retry_at = $1 where id in (
             select id from cases where wake_failures > 0 and wake_retry_at = 'infinity' and wake_at is not null
             limit $2 for update skip locked)
           returning id as "caseId"`,
          [now, limit],
        ),
      );
    },
  };
}

function idsOf([rows]: [{ caseId: string }[], number]): string[] {
  return rows.map(({ caseId }) => caseId);
}
