import type { EventOf } from '@caserelay/contracts';
import { unopened, decide, evolve, standardPolicy, type Case } from '@caserelay/case-lifecycle';
import { randomUUID } from 'node:crypto';
import type { System } from './system.js';

/** A case that waits for an instant, as it lies in the database of case-workflow. */
export interface SleepingCase {
  caseId: string;
  wakeAt: Date;
  state: Case;
}

const report: EventOf<'problem.reported'>['data'] = {
  caseNumber: 'CAS-1',
  trackingToken: 'CMIT:1',
  topic: '蓝屏',
  partner: null,
  endCustomer: null,
  problem: null,
  contact: { name: '合作伙伴联系人', address: 'contact@partner.example' },
  owner: null,
  language: 'zh-CN',
  channel: 'mail',
};
const space: EventOf<'upload-space.opened'>['data'] = {
  spaceId: randomUUID(),
  account: 'sxmtdzjt',
  host: 'sftp.support.example',
  port: 22222,
  folder: '/upload',
  link: 'https://support.example/spaces/1',
  linkExpiresAt: '2099-06-30T00:00:00Z',
  hostKeyFingerprint: 'SHA256:abc',
};

/** A case that was asked for its dump; at `wakeAt` its customer is to be reminded. */
export function aSleepingCase(wakeAt: Date): SleepingCase {
  const now = new Date(wakeAt.getTime() - 3 * 86_400_000).toISOString();
  const asked = (['report', 'take-upload-space'] as const).reduce<Case>((state, type) => {
    const command = type === 'report' ? { type, now, report } : { type, now, space };
    return decide(state, command, standardPolicy).reduce(evolve, state);
  }, unopened);
  if (asked.phase !== 'awaiting-evidence') throw new Error(`the case is ${asked.phase}; expected awaiting-evidence`);
  const clocks = asked.known.clocks.flatMap((clock) =>
    clock.clock === 'follow-up' ? { ...clock, dueAt: wakeAt.toISOString(), levels: [] } : [],
  );
  return { caseId: randomUUID(), wakeAt, state: { ...asked, known: { ...asked.known, clocks } } };
}

/** Keeps cases as case-workflow would. */
export async function keepCases(system: System, cases: readonly SleepingCase[]): Promise<void> {
  await system.query(
    `insert into ${system.schema('case-workflow')}.cases (id, case_number, tracking_token, phase, state, wake_at,
       policy_version, opened_at, changed_at, positions, told)
     select id, 'CAS-1', 'CMIT:1', 'awaiting-evidence', state, wake_at, 'standard-1', now(), now(), 5, 3
     from unnest($1::uuid[], $2::jsonb[], $3::timestamptz[]) as kept (id, state, wake_at)`,
    [
      cases.map(({ caseId }) => caseId),
      cases.map(({ state }) => JSON.stringify(state)),
      cases.map(({ wakeAt }) => wakeAt),
    ],
  );
}

/** How often each of some cases has reminded its customer. */
export async function remindersOf(system: System, cases: readonly SleepingCase[]): Promise<Map<string, number>> {
  const rows = await system.query<{ caseId: string; times: number }>(
    `select case_id as "caseId", count(*)::int as times from ${system.schema('case-workflow')}.case_history
     where type = 'case.customer-reminded' and case_id = any($1) group by case_id`,
    [cases.map(({ caseId }) => caseId)],
  );
  return new Map(rows.map(({ caseId, times }) => [caseId, times]));
}
