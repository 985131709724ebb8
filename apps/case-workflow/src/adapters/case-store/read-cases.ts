import { upgradeCase, type Case } from '@caserelay/case-lifecycle';
import type { DataSource } from 'typeorm';
import type { CaseRow, HistoryLine } from '../../features/browse-cases/browse-cases.js';

/** Looks at cases without changing or locking them. */
export function readCases(database: Pick<DataSource, 'query'>) {
  return {
    /** Newest first. */
    async list({ phase, limit }: { phase: string | null; limit: number }): Promise<CaseRow[]> {
      return await database.query(
        `select ${columns} from cases where $1::text is null or phase = $1 order by opened_at desc, id desc limit $2`,
        [phase, limit],
      );
    },

    async find(caseId: string): Promise<(CaseRow & { state: Case }) | null> {
      const rows: (CaseRow & { state: Case })[] = await database.query(
        `select ${columns}, state from cases where id = $1`,
        [caseId],
      );
      const [found] = rows;
      return found ? { ...found, state: upgradeCase(found.state) } : null;
    },

    /** What happened, oldest first. */
    async historyOf(caseId: string, { after, limit }: { after: number; limit: number }): Promise<HistoryLine[]> {
      return await database.query(
        `select position, sequence, type, at, causation_id as "causationId" from case_history
         where case_id = $1 and position > $2 order by position limit $3`,
        [caseId, after, limit],
      );
    },
  };
}

const columns = `id as "caseId", case_number as "caseNumber", tracking_token as "trackingToken", phase,
  wake_at as "wakeAt", policy_version as "policy", opened_at as "openedAt", changed_at as "changedAt"`;
