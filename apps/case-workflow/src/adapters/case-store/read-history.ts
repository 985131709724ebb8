import type { HistoryEvent } from '@caserelay/contracts';
import type { DataSource } from 'typeorm';
import type { ExportNeeds } from '../../features/export-history/export-history.controller.js';

interface Row extends Omit<HistoryEvent, 'at' | 'caseNumber'> {
  at: Date;
}

/** Reads history page by page. Links that show a password are no history and are left out. */
export function readHistory(database: Pick<DataSource, 'query'>): Omit<ExportNeeds, 'failed'> {
  return {
    async isKnown(caseId) {
      const rows: unknown[] = await database.query('select 1 from cases where id = $1', [caseId]);
      return rows.length > 0;
    },

    async cases({ caseId, phase, policy, openedFrom, openedBefore }, from, limit) {
      return await database.query(
        `select id as "caseId", case_number as "caseNumber" from cases
         where ($1::uuid is null or id = $1) and ($2::uuid is null or id >= $2) and ($3::text is null or phase = $3)
           and ($4::text is null or policy_version = $4 or regexp_replace(policy_version, '-[0-9]+$', '') = $4)
           and ($5::timestamptz is null or opened_at >= $5) and ($6::timestamptz is null or opened_at < $6)
         order by id limit $7`,
        [caseId, from, phase, policy, openedFrom, openedBefore, limit],
      );
    },

    async events(cases, after, limit) {
      const numbers = new Map(cases.map(({ caseId, caseNumber }) => [caseId, caseNumber]));
      const rows: Row[] = await database.query(
        `select case_id as "caseId", position, sequence, type, at, causation_id as "causationId",
           data #- '{space,link}' as data
         from case_history where case_id = any($1::uuid[]) and ($2::uuid is null or (case_id, position) > ($2, $3))
         order by case_id, position limit $4`,
        [[...numbers.keys()], after?.caseId ?? null, after?.position ?? 0, limit],
      );
      return rows.map((row) => ({
        ...{ caseId: row.caseId, caseNumber: numbers.get(row.caseId) ?? '', position: row.position },
        ...{ sequence: row.sequence, type: row.type, at: row.at.toISOString(), causationId: row.causationId },
        data: row.data,
      }));
    },
  };
}
