/** A case that waits for an instant. */
export interface WaitingTimer {
  caseId: string;
  caseNumber: string;
  trackingToken: string;
  phase: string;
  /** What the case wants. */
  wakeAt: Date;
  /** When it is asked: later than it wants after a failure, null when it is stuck. */
  dueAt: Date | null;
}

export interface FailingTimer extends WaitingTimer {
  failures: number;
  error: string;
  failedAt: Date;
  /** Null when nobody asks it again by itself. */
  retryAt: Date | null;
  isStuck: boolean;
}

interface Minute {
  minute: Date;
  rung: number;
  /** Real seconds. */
  longest: number;
  /** By upper bound of lateness, one more for what was later still. */
  counts: number[];
}

/** What showing timers needs from around it. */
export interface Needs {
  now(): Date;
  speed: number;
  due(now: Date, limit: number): Promise<WaitingTimer[]>;
  next(now: Date, limit: number): Promise<WaitingTimer[]>;
  countDue(now: Date, most: number): Promise<number>;
  countStuck(most: number): Promise<number>;
  failing(limit: number): Promise<FailingTimer[]>;
  lastReconciliation(): Promise<{
    number: number;
    at: Date;
    milliseconds: number;
    bells: number;
    because: string;
  } | null>;
  rungLastHour(): Promise<Minute[]>;
  /** Upper bounds of lateness in real seconds. */
  latenessBounds: readonly number[];
  redisIsReachable(): Promise<boolean>;
}

export interface TimersView {
  now: Date;
  speed: number;
  redis: 'reachable' | 'out of reach';
  /** Due and not rung yet; `count` stops at `countedTo`. */
  due: { count: number; countedTo: number; late: (WaitingTimer & { lateSeconds: number })[] };
  next: WaitingTimer[];
  stuck: { count: number; countedTo: number };
  failing: FailingTimer[];
  reconciliation: Awaited<ReturnType<Needs['lastReconciliation']>>;
  /** How late the timers rang that rang in the last hour, in real seconds. */
  lateness: Lateness;
}

export interface Lateness {
  rung: number;
  /** Upper bounds, for half and for 99 of 100 of them; null: later than the last bound, or nothing rang. */
  p50: number | null;
  p99: number | null;
  longest: number;
  histogram: { upTo: number | null; count: number }[];
}

const mostCounted = 100_000;

/** The timers as they stand: what is due, what comes next, what fails, and how late the last ones were. */
export async function showTimers(limit: number, needs: Needs): Promise<TimersView> {
  const now = needs.now();
  const [late, next, due, stuck, failing, reconciliation, minutes, isReachable] = await Promise.all([
    needs.due(now, limit),
    needs.next(now, limit),
    needs.countDue(now, mostCounted),
    needs.countStuck(mostCounted),
    needs.failing(limit),
    needs.lastReconciliation(),
    needs.rungLastHour(),
    needs.redisIsReachable(),
  ]);
  return {
    now,
    speed: needs.speed,
    redis: isReachable ? 'reachable' : 'out of reach',
    due: {
      count: due,
      countedTo: mostCounted,
      late: late.map((timer) => ({
        ...timer,
        lateSeconds: (now.getTime() - timer.wakeAt.getTime()) / 1000 / needs.speed,
      })),
    },
    next,
    stuck: { count: stuck, countedTo: mostCounted },
    failing,
    reconciliation,
    lateness: latenessOf(minutes, needs.latenessBounds),
  };
}

function latenessOf(minutes: readonly Minute[], bounds: readonly number[]): Lateness {
  const histogram = [...bounds, null].map((upTo, place) => ({
    upTo,
    count: minutes.reduce((sum, { counts }) => sum + (counts[place] ?? 0), 0),
  }));
  const rung = minutes.reduce((sum, minute) => sum + minute.rung, 0);
  const boundOf = (share: number): number | null => {
    let below = 0;
    return histogram.find(({ count }) => (below += count) >= rung * share && rung > 0)?.upTo ?? null;
  };
  return {
    rung,
    p50: boundOf(0.5),
    p99: boundOf(0.99),
    longest: minutes.reduce((most, { longest }) => Math.max(most, longest), 0),
    histogram,
  };
}
