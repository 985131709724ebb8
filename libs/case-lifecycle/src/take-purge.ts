import type { PurgedPart } from '@caserelay/contracts';
import type { PurgePart, Purging } from './case.js';
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
      file: turn.known.file,
      ...{ account, requestedAt, filesInAll, bytesInAll, kept },
      files: [...files],
      keptBecause: [...keptBecause],
    },
  });
}
