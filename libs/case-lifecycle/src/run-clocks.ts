import {
  isStandingStill,
  type CaseClock,
  type ClockLevel,
  type ClockName,
  type Goal,
  type PauseReason,
} from './clock.js';
import { limits } from './case.js';
import { restOf } from './evolve.js';
import { pausesClosed } from './keep-clocks.js';
import { instantOf } from './measure.js';
import type { Policy } from './policy.js';
import { longestInDays, type Span } from './span.js';
import type { Turn } from './turn.js';

/** Starts a clock by the policy; one of the same name ends. Returns when it is due. */
export function startClock(turn: Turn, clock: ClockName): string {
  const { known, now, policy } = turn;
  const goal = goalOf(turn, clock);
  const fresh = { clock, cycle: known.cycle, startedAt: now, pauses: [], acknowledged: null, levels: [] };
  const started = { ...fresh, policy: policy.version, goal, ...timesOf(turn, { ...fresh, goal }) };
  turn.say({ type: 'clock.started', data: { clock: started } });
  return started.dueAt;
}

/** When a clock would be due if it started now. */
export function dueIfStarted(turn: Turn, clock: ClockName): string {
  return instantOf(goalOf(turn, clock), 100, { startedAt: turn.now, pauses: [] }, turn.policy.calendars);
}

/** When a span that begins now is over, in plain time. */
export function instantAfter({ policy, now }: Turn, span: Span): string {
  return instantOf(goalFrom(policy, span), 100, { startedAt: now, pauses: [] }, policy.calendars);
}

export function runningClock({ known }: Turn, name: ClockName): CaseClock | undefined {
  return known.clocks.find(({ clock }) => clock === name);
}

export function endClock(turn: Turn, name: ClockName): void {
  if (runningClock(turn, name)) turn.say({ type: 'clock.ended', data: { clock: name } });
}

/** Stops a clock until it is resumed, or until an instant. One that was stopped too often, or of which only the due time is known, runs on. */
export function pauseClock(turn: Turn, name: ClockName, because: PauseReason, until: string | null): void {
  const clock = runningClock(turn, name);
  if (!clock?.goal || isStandingStill(clock) || clock.pauses.length >= limits.pauses) return;
  turn.say({ type: 'clock.paused', data: { clock: name, because, until } });
}

export function resumeClock(turn: Turn, name: ClockName, because: PauseReason): void {
  const clock = runningClock(turn, name);
  if (!clock || !isStandingStill(clock)) return;
  if (clock.pauses.at(-1)?.because !== because) return;
  reckon(turn, { ...clock, pauses: pausesClosed(clock.pauses, turn.now) });
}

/** Lets the clocks go on whose pause was to last until now. */
export function endPauses(turn: Turn): void {
  for (const { clock, pauses } of turn.known.clocks) {
    const pause = pauses.at(-1);
    if (pause?.to === null && pause.until !== null && Date.parse(pause.until) <= Date.parse(turn.now))
      resumeClock(turn, clock, pause.because);
  }
}

/** Every running clock by the present policy and priority, from its own start. */
export function reckonAnew(turn: Turn): void {
  for (const clock of turn.known.clocks)
    if (clock.goal !== null) reckon(turn, { ...clock, goal: goalOf(turn, clock.clock) });
}

function reckon(turn: Turn, clock: CaseClock & { goal: Goal | null }): void {
  const { goal, pauses, levels } = clock;
  if (goal === null) return;
  const times = isStandingStill(clock) ? { dueAt: null, levels } : timesOf(turn, { ...clock, goal });
  const reckoning = { clock: clock.clock, policy: turn.policy.version, goal, pauses, ...times };
  turn.say({ type: 'clock.reckoned', data: reckoning });
}

/** How much time a clock has by the policy, for the priority and the step of the case. */
function goalOf({ known, state, policy }: Turn, clock: ClockName): Goal {
  const rules = policy.document.clocks;
  if (clock === 'grace') return goalFrom(policy, policy.retention.grace);
  if (clock === 'retention') return goalFrom(policy, policy.retention.evidence ?? { days: longestInDays });
  if (clock === 'survey') return inCustomerHours(policy, goalFrom(policy, surveySpan(policy, clock)));
  if (clock === 'survey-answer') return goalFrom(policy, surveySpan(policy, clock));
  if (clock === 'follow-up') {
    const { ladder, lastWait, calendar } = rules[clock];
    const rest = restOf(state);
    const step = rest?.phase === 'awaiting-evidence' ? rest.step : 0;
    return inCustomerHours(policy, goalFrom(policy, ladder[step] ?? lastWait, calendar));
  }
  const { goals, calendar } = rules[clock];
  const goal = goalFrom(policy, 'p1' in goals ? goals[known.priority] : goals, calendar);
  return clock === 'plan-check' || clock === 'observation' ? inCustomerHours(policy, goal) : goal;
}

function surveySpan({ document: { survey }, version }: Policy, clock: 'survey' | 'survey-answer'): Span {
  const span = clock === 'survey' ? survey?.after : survey?.closes;
  if (span === undefined || span === 'with-summary')
    throw new RangeError(`the policy ${version} has no time for the clock ${clock}; expected a survey that has`);
  return span;
}

function goalFrom({ document }: Policy, span: Span, calendar: string | null = null): Goal {
  return { ...span, calendar, ...('days' in span && document.mornings) } as Goal;
}

/** Of clocks that write to the customer when they are due. */
function inCustomerHours({ document: { customerHours } }: Policy, goal: Goal): Goal {
  return customerHours === undefined ? goal : { ...goal, within: customerHours };
}

type Reckoned = Pick<CaseClock, 'clock' | 'startedAt' | 'pauses' | 'levels'> & { readonly goal: Goal };

function timesOf({ policy, now }: Turn, clock: Reckoned): { dueAt: string; levels: ClockLevel[] } {
  const at = (percent: number): string => instantOf(clock.goal, percent, clock, policy.calendars);
  const rule = levelsOf(policy, clock.clock);
  // What was told once is not told again because a level became another.
  const toldUpTo = Math.max(0, ...clock.levels.filter(({ told }) => told > 0).map(({ percent }) => percent));
  const levels = rule.levels.map(({ at: percent, every, ...level }): ClockLevel => {
    const before = clock.levels.find((one) => one.percent === percent);
    const again = every ? goalFrom(policy, every, rule.calendar) : null;
    const told = before?.told ?? (percent <= toldUpTo ? 1 : 0);
    const next = told === 0 ? at(percent) : again && (before?.at ?? nextAfter(again, now, policy));
    return { percent, ...level, every: again, at: next, told };
  });
  return { dueAt: at(100), levels };
}

/** The clocks of a phase have no levels: what they lead to is the phase's own. */
function levelsOf({ document: { clocks } }: Policy, clock: ClockName): Pick<Watched, 'levels' | 'calendar'> {
  switch (clock) {
    case 'first-response':
    case 'upload-space':
    case 'analysis':
      return clocks[clock];
    case 'follow-up':
    case 'plan-check':
    case 'engineer':
    case 'observation':
    case 'grace':
    case 'retention':
    case 'survey':
    case 'survey-answer':
      return { levels: [] };
  }
}

type Watched = Policy['document']['clocks']['first-response' | 'upload-space' | 'analysis'];

/** When a level tells again. */
export function nextAfter(every: Goal, now: string, { calendars }: Policy): string {
  return instantOf(every, 100, { startedAt: now, pauses: [] }, calendars);
}
