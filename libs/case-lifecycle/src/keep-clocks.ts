import { limits, type CaseEvent, type Known, type Rest } from './case.js';
import type { CaseClock, ClockName, Pause } from './clock.js';

type Clocks = Pick<Known, 'clocks' | 'pastClocks'>;
type NewsOfClock = Extract<
  CaseEvent,
  { type: 'clock.paused' | 'clock.reckoned' | 'level.told' | 'case.clock-acknowledged' }
>;

/** The clock that runs where a case rests; null before it is asked for anything. */
export function clockOfRest(rest: Rest): ClockName | null {
  switch (rest.phase) {
    case 'reported':
      return null;
    case 'awaiting-evidence':
      return 'follow-up';
    case 'escalated':
      return rest.answered ? 'plan-check' : 'engineer';
    case 'action-planned':
      return 'plan-check';
    case 'observing':
      return 'observation';
  }
}

/** The clocks with one more; one of the same name ends. */
export function withClock(known: Known, clock: CaseClock, at: string): Clocks {
  const { clocks, pastClocks } = withClockEnded(known, clock.clock, at);
  return { clocks: [...clocks, clock], pastClocks };
}

export function withClockEnded(known: Known, name: ClockName, at: string): Clocks {
  return withClocksEnded(known, ({ clock }) => clock === name, at);
}

/** One that ran for no time leaves no trace. */
export function withClocksEnded(
  { clocks, pastClocks }: Known,
  ends: (clock: CaseClock) => boolean,
  at: string,
): Clocks {
  const ended = clocks.filter((clock) => ends(clock) && clock.startedAt !== at);
  if (ended.length === 0) return { clocks: clocks.filter((clock) => !ends(clock)), pastClocks };
  return {
    clocks: clocks.filter((clock) => !ends(clock)),
    pastClocks: [...pastClocks, ...ended.map((clock) => ({ ...closed(clock, at), endedAt: at }))].slice(
      -limits.pastClocks,
    ),
  };
}

/** Of its levels those stay that told somebody. */
function closed(clock: CaseClock, at: string): CaseClock {
  const told = clock.levels.filter((level) => level.told > 0).map((level) => ({ ...level, at: null }));
  return { ...clock, pauses: pausesClosed(clock.pauses, at), levels: told };
}

/** A clock of which only the due time is known: so cases kept them once. An overdue analysis was told of at that time. */
export function dueOnly({ policy, cycle }: Known, clock: ClockName, dueAt: string, startedAt: string): CaseClock {
  const overdue = { percent: 100, tell: ['senior-engineer' as const], with: 'package' as const, every: null, told: 0 };
  return {
    ...{ clock, cycle, startedAt, policy, dueAt, goal: null, pauses: [], acknowledged: null },
    levels: clock === 'analysis' ? [{ ...overdue, at: dueAt }] : [],
  };
}

/** The clocks after something happened to one of them. */
export function withNewsOf({ clocks }: Known, event: NewsOfClock): Pick<Known, 'clocks'> {
  return { clocks: clocks.map((clock) => (clock.clock === event.data.clock ? changed(clock, event) : clock)) };
}

function changed(clock: CaseClock, event: NewsOfClock): CaseClock {
  switch (event.type) {
    case 'clock.paused': {
      const { because, until } = event.data;
      const levels = clock.levels.map((level) => ({ ...level, at: null }));
      return { ...clock, dueAt: null, levels, pauses: [...clock.pauses, { from: event.at, to: null, because, until }] };
    }
    case 'clock.reckoned': {
      const { clock: _, ...reckoning } = event.data;
      return { ...clock, ...reckoning };
    }
    case 'level.told': {
      const { level: told, againAt } = event.data;
      const levels = clock.levels.map((level, index) =>
        index + 1 === told ? { ...level, at: againAt, told: level.told + 1 } : level,
      );
      return { ...clock, levels };
    }
    case 'case.clock-acknowledged':
      return { ...clock, acknowledged: { by: event.data.by, at: event.at } };
  }
}

/** The pauses, none of them open any more. */
export function pausesClosed(pauses: readonly Pause[], at: string): Pause[] {
  return pauses.map((pause) => (pause.to === null ? { ...pause, to: at } : pause));
}
