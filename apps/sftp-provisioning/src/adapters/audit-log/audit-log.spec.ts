import { describe, expect, it } from '@jest/globals';
import { AuditLog, type AuditEntry } from './audit-log.js';

const done = { action: 'list', outcome: 'done', actor: 'customer' } as const;
const named = (path: string): Omit<AuditEntry, 'at'> => ({ ...done, path });

describe('the audit log', () => {
  it('is written in the order in which things were done, each once, in batches', async () => {
    const { log, written, batches } = aLog();
    for (let entry = 0; entry < 1_201; entry += 1) log.note(named(`/upload/${entry}`));
    await log.flush();
    expect(written()).toEqual(Array.from({ length: 1_201 }, (_, entry) => `/upload/${entry}`));
    expect(batches()).toEqual([500, 500, 201]);
  });

  it('waits while the database is away, and loses and doubles nothing', async () => {
    const { log, database, written, warnings } = aLog();
    database.isAway = true;
    for (let entry = 0; entry < 3; entry += 1) log.note(named(`/upload/${entry}`));
    await log.flush();
    expect(written()).toEqual([]);
    expect(warnings).toEqual([{ waiting: 3, dropped: 0 }]);
    database.isAway = false;
    log.note(named('/upload/3'));
    await log.flush();
    expect(written()).toEqual(['/upload/0', '/upload/1', '/upload/2', '/upload/3']);
  });

  it('is bounded: what comes when too many wait is dropped, and how many is written down once', async () => {
    const { log, database, written, rows } = aLog({ mostWaiting: 2 });
    database.isAway = true;
    for (let entry = 0; entry < 7; entry += 1) log.note(named(`/upload/${entry}`));
    await log.flush();
    database.isAway = false;
    await log.flush();
    log.note(named('/upload/later'));
    await log.flush();
    expect(written()).toEqual(['/upload/0', '/upload/1', null, '/upload/later']);
    expect(rows().filter(([action]) => action === 'drop-entries')).toEqual([
      ['drop-entries', 'failed', '5 entries before this one were dropped, since the database was away'],
    ]);
  });

  it('writes words of strangers without signs that steer a terminal, and not without end', async () => {
    const { log, written } = aLog();
    log.note(named('a\u001b[2Jb\u202ec\0'));
    log.note(named('x'.repeat(5_000)));
    await log.flush();
    expect(written()).toEqual(['a\uFFFD[2Jb\uFFFDc\uFFFD', 'x'.repeat(1_000)]);
  });
});

/** Columns as they are inserted: action, outcome, reason and path are looked at. */
function aLog(options: { mostWaiting?: number } = {}) {
  const database = { isAway: false };
  const inserted: unknown[][][] = [];
  const warnings: object[] = [];
  const log = new AuditLog({
    database: {
      query: <Result>(_: string, values: unknown[] = []): Promise<Result> => {
        if (database.isAway) return Promise.reject(new Error('the database is away'));
        inserted.push(values as unknown[][]);
        return Promise.resolve([] as Result);
      },
    },
    now: () => new Date(0),
    warn: (details) => {
      const { waiting, dropped } = details as { waiting: number; dropped: number };
      warnings.push({ waiting, dropped });
    },
    ...options,
  });
  const column = (index: number): unknown[] => inserted.flatMap((batch) => batch[index] ?? []);
  const rows = (): unknown[][] => column(1).map((action, row) => [action, column(2)[row], column(3)[row]]);
  return {
    log,
    database,
    warnings,
    rows,
    written: () => column(11),
    batches: () => inserted.map(([at]) => at?.length),
  };
}
