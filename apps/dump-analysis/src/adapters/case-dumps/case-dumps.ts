import type { EntityManager } from 'typeorm';
import type { ComparedDump, EarlierDump } from '../../features/compare-dumps/compare-dumps.js';

/** More than a machine crashes while a case is open. */
const mostDumps = 200;

interface Row {
  upload_id: string;
  name: string;
  signature: string | null;
  crash_signature: string | null;
  os_build: number | null;
}

/**
 * The other dumps of a case that happened before this one, latest first, and keeps this one. Of two dumps of a case at
 * once, the second waits for the first, so that it is compared with it.
 */
export async function keepDumpOfCase(
  tx: EntityManager,
  caseId: string,
  dump: ComparedDump & { happenedAt: string | null },
): Promise<EarlierDump[]> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`dumps of ${caseId}`]);
  const [kept] = await tx.query<{ happened_at: Date }[]>(
    `insert into case_dump (upload_id, case_id, name, signature, crash_signature, os_build, modules, happened_at)
     values ($1, $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, now()))
     on conflict (upload_id) do update set upload_id = excluded.upload_id returning happened_at`,
    [
      ...[dump.uploadId, caseId, dump.name, dump.signature, dump.crashSignature, dump.osBuild],
      ...[JSON.stringify(dump.modules), dump.happenedAt],
    ],
  );
  const rows = await tx.query<Row[]>(
    `select upload_id, name, signature, crash_signature, os_build from case_dump
     where case_id = $1 and upload_id <> $2 and happened_at <= $3 order by happened_at desc, upload_id limit ${mostDumps}`,
    [caseId, dump.uploadId, kept?.happened_at],
  );
  // Only the latest is compared module by module.
  const modules = rows[0] ? await modulesOf(tx, rows[0].upload_id) : [];
  return rows.map((row, index) => ({
    ...{ uploadId: row.upload_id, name: row.name, signature: row.signature, crashSignature: row.crash_signature },
    ...{ osBuild: row.os_build, modules: index === 0 ? modules : [] },
  }));
}

async function modulesOf(tx: EntityManager, uploadId: string): Promise<EarlierDump['modules']> {
  const [row] = await tx.query<{ modules: EarlierDump['modules'] }[]>(
    `select modules from case_dump where upload_id = $1`,
    [uploadId],
  );
  return row?.modules ?? [];
}
