import type { Case, Known, Rest } from './case.js';
import type { ClockName } from './clock.js';
import { clockOfRest, dueOnly, withClock } from './keep-clocks.js';

/** How cases were kept before their clocks were data: the phase held the one instant that mattered. */
interface KeptPhase {
  readonly phase: Case['phase'];
  readonly nextAt?: string;
  readonly checkAt?: string;
  readonly until?: string;
  readonly dueAt?: string | null;
  readonly closesAt?: string | null;
  readonly purgesAt?: string | null;
  readonly rest?: KeptPhase;
  readonly known?: Omit<Known, 'priority' | 'cycle' | 'clocks' | 'pastClocks'>;
}

/**
 * A case as it is kept now, whenever it was kept. Clocks of before have only their due time; what lies behind it was
 * not kept and is not made up: they have no goal, and `startedAt` is the opening of the case.
 */
export function upgradeCase(kept: Case): Case {
  const old: KeptPhase = kept;
  if (!old.known || 'clocks' in old.known) return kept;
  const { nextAt: _, checkAt: __, until: ___, dueAt, closesAt, purgesAt, ...phase } = old;
  const fresh: Known = { ...old.known, priority: 'p3', cycle: 1, clocks: [], pastClocks: [] };
  const rest = restOnly(old.rest ?? old);
  const { nextAt, checkAt, until } = old.rest ?? old;
  const dues: [ClockName | null, string | null | undefined][] = [
    [rest && clockOfRest(rest), nextAt ?? checkAt ?? until],
    ['analysis', dueAt],
    ['grace', closesAt],
    ['retention', purgesAt],
  ];
  const known = dues.reduce((before, [clock, due]) => withDue(before, clock, due), fresh);
  return { ...phase, known, ...(old.rest && { rest }) } as Case;
}

function withDue(known: Known, clock: ClockName | null, due: string | null | undefined): Known {
  if (!clock || !due) return known;
  return { ...known, ...withClock(known, dueOnly(known, clock, due, known.openedAt), known.openedAt) };
}

/** Null for a phase without a rest. */
function restOnly({ nextAt: _, checkAt: __, until: ___, dueAt: ____, known: _____, ...rest }: KeptPhase): Rest | null {
  const isRest = rest.phase !== 'archived' && rest.phase !== 'unopened' && rest.phase !== 'analysing';
  return isRest ? (rest as Rest) : null;
}
