import type { DataSource } from 'typeorm';
import type { Needs } from '../../features/watch-deadlines/keep-bells.js';

interface Row {
  number: string;
  secondsAgo: number;
}

/** Holds the one record of the last reconciliation; instances that find it taken leave the work to the one that has it. */
export function keepReconciliation(database: DataSource): Needs['withRecord'] {
  return (work) =>
    database.transaction(async (tx) => {
      const rows: Row[] = await tx.query(
        `select number, extract(epoch from clock_timestamp() - at)::float as "secondsAgo" from reconciliation
         for update skip locked`,
      );
      if (!rows[0]) return null;
      const next = await work({ number: Number(rows[0].number), secondsAgo: rows[0].secondsAgo });
      if (next === null) return null;
      const { number, milliseconds, bells, because } = next;
      const kept: [{ at: Date }[], number] = await tx.query(
        `update reconciliation set number = $1, at = clock_timestamp(), milliseconds = $2, bells = $3, because = $4
         returning at`,
        [number, milliseconds, bells, because],
      );
      await tx.query(`delete from ring_minute where minute < now() - interval '24 hours'`);
      return { ...next, at: kept[0][0]?.at ?? new Date() };
    });
}
