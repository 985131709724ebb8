import type { PurgedPart } from '@caserelay/contracts';
import type { PurgePart, Purging } from './case.js';
import { instantAfter } from './run-clocks.js';
import type { Turn } from './turn.js';

/**
 * One of those who hold evidence has removed it, or says why it stays. When all have answered, the customer gets the proof.
 * Whatever is gone is told, also when the case was opened again meanwhile; an answer to a request that nobody waits for
 * any more is told by itself.
 */
export function takePurge(turn: Turn, part: PurgePart, answer: PurgedPart & { account?: string | null }): void {
  const isAwaited = turn.known.purging?.requestedAt === answer.requestedAt;
  if (isAwaited && !turn.known.purging?.awaited.includes(part)) return;
  const { account = null, requestedAt, files, filesInAll, bytesInAll, kept, keptBecause } = answer;
  turn.say({
    type: 'purge.kept',
    data: { part, account, requestedAt, files, filesInAll, bytesInAll, kept, keptBecause },
  });
  if (isAwaited) {
    const { purging } = turn.known;
    if (purging?.awaited.length === 0) prove(turn, purging);
  } else {
    prove(turn, {
      account,
      requestedAt,
      files,
      filesInAll,
      bytesInAll,
      kept,
      keptBecause: keptBecause === null ? [] : [keptBecause],
    });
  }
}

/** Asks all who hold evidence to remove it; each request has an instant of its own. */
export function askForPurge(turn: Turn): void {
  proveWhatIsGone(turn);
  const before = turn.known.purgeAskedAt;
  const isSameInstant = before !== undefined && Date.parse(before) >= Date.parse(turn.now);
  const requestedAt = isSameInstant ? new Date(Date.parse(before) + 1).toISOString() : turn.now;
  turn.say({ type: 'case.evidence-purge-requested', data: { file: turn.known.file, requestedAt } });
  const alarmAt = instantAfter(turn, turn.policy.retention.answer);
  turn.say({ type: 'purge.awaited', data: { alarmAt } });
}

/** Tells the owner and who is on duty, once, who has not answered in time. */
export function tellOverduePurge(turn: Turn): void {
  const { file, purging } = turn.known;
  if (!purging?.alarmAt || Date.parse(purging.alarmAt) > Date.parse(turn.now)) return;
  const { requestedAt, alarmAt: dueAt, awaited } = purging;
  const { duty } = turn.policy;
  const people = file.owner && file.owner.address !== duty.address ? [file.owner, duty] : [duty];
  for (const to of people)
    turn.say({ type: 'case.purge-overdue', data: { file, to, requestedAt, dueAt, awaited: [...awaited] } });
}

/** An earlier request that was never answered by all is waited for no longer: what it removed is told. */
export function proveWhatIsGone(turn: Turn): void {
  const { purging } = turn.known;
  if (purging && purging.awaited.length < 3) prove(turn, purging);
}

function prove(turn: Turn, purging: Omit<Purging, 'awaited'>): void {
  const { account, requestedAt, files, filesInAll, bytesInAll, kept, keptBecause } = purging;
  turn.say({
    type: 'case.evidence-purged',
    data: {
      // The proof of a merged case goes to the customer of the one that it goes on in, in their thread.
      file: turn.state.phase === 'merged' ? turn.state.into.file : turn.known.file,
      ...{ account, requestedAt, filesInAll, bytesInAll, kept },
      files: [...files],
      keptBecause: [...keptBecause],
    },
  });
}
