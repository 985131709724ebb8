import { heavyFields, toldTypes, type HistoryLine } from '@caserelay/case-papers';
import { upgradeCase, type Case } from '@caserelay/case-lifecycle';
import type { DataSource } from 'typeorm';
import type { CaseWithLines } from '../../features/show-papers/show-papers.js';

/** More than these a person does not read; the opening is always among them. */
const mostLines = 500;

interface Row {
  type: string;
  at: Date;
  data: unknown;
}

/** Reads a case and what papers need of its history, as both were at one moment. */
export function readPapers(database: DataSource): (caseId: string) => Promise<CaseWithLines | null> {
  return (caseId) =>
    database.transaction('REPEATABLE READ', async (tx) => {
      const cases: { state: Case; positions: number }[] = await tx.query(
        'select state, positions from cases where id = $1',
        [caseId],
      );
      const state = cases[0] && upgradeCase(cases[0].state);
      if (!cases[0] || !state || state.phase === 'unopened') return null;
      const rows: (Row & { all: number })[] = await tx.query(
        `select type, at, data - $3::text[] as data, count(*) over ()::int as all from case_history
         where case_id = $1 and type = any($2) order by position desc limit $4`,
        [caseId, toldTypes, heavyFields, mostLines],
      );
      const opening: Row[] = await tx.query(
        `select type, at, data - $2::text[] as data from case_history where case_id = $1 order by position limit 1`,
        [caseId, heavyFields],
      );
      const all = rows[0]?.all ?? 0;
      const lines = [...(all > mostLines ? opening : []), ...rows.reverse()].map(lineOf);
      return {
        ...{ state, lines, position: cases[0].positions },
        leftOut: all > mostLines ? all - mostLines - 1 : 0,
        lastArchive: lines.findLast((line) => line.type === 'case.archived') ?? null,
      };
    });
}

function lineOf({ type, at, data }: Row): HistoryLine {
  return { type, at: at.toISOString(), data } as HistoryLine;
}
