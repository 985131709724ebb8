import type { Person } from '@caserelay/contracts';
import { isStandingStill, type CaseClock, type ClockLevel } from './clock.js';
import { escalate } from './escalate.js';
import { goalInWords } from './goal-in-words.js';
import type { Recipient } from './policy-document.js';
import { completeOwner } from './report.js';
import { nextAfter, runningClock } from './run-clocks.js';
import type { Turn } from './turn.js';

/** Tells of every level whose time has come, in their order, until a person has acknowledged the clock. */
export function tellLevels(turn: Turn): void {
  for (const clock of turn.known.clocks) {
    if (clock.acknowledged || isStandingStill(clock)) continue;
    clock.levels.forEach((level, index) => {
      if (level.at !== null && Date.parse(level.at) <= Date.parse(turn.now)) tellLevel(turn, clock, index);
    });
  }
}

function tellLevel(turn: Turn, clock: CaseClock, index: number): void {
  const level = clock.levels[index];
  if (!level) return;
  const againAt = level.every && nextAfter(level.every, turn.now, turn.policy);
  turn.say({ type: 'level.told', data: { clock: clock.clock, level: index + 1, againAt } });
  const to = peopleOf(turn, level);
  if (level.with === 'package') {
    for (const person of to) escalate(turn, 'analysis-overdue', overdueReason(turn, clock), person);
    return;
  }
  const { file, priority } = turn.known;
  const { clock: name, cycle, startedAt, policy, dueAt, goal } = clock;
  if (goal === null || dueAt === null) return;
  const { percent, told } = level;
  const amount = 'days' in goal ? { days: goal.days } : { milliseconds: goal.milliseconds };
  const data = {
    ...{ file, clock: name, cycle, level: index + 1, ofLevels: clock.levels.length, percent },
    ...{ time: told + 1, startedAt, dueAt, againAt, policy, priority },
    kind: percent < 100 ? ('warning' as const) : ('breach' as const),
    goal: { ...amount, calendar: goal.calendar },
  };
  for (const person of to) turn.say({ type: 'case.level-reached', data: { ...data, to: person } });
}

/** Each address once; who is not there is stood in for by duty. */
export function peopleOf({ policy, known }: Turn, { tell }: Pick<ClockLevel, 'tell'>): Person[] {
  const people = tell.map((recipient) => personOf(recipient, known.file.owner ?? policy.duty, policy));
  return people.filter(({ address }, index) => people.findIndex((other) => other.address === address) === index);
}

function personOf(recipient: Recipient, owner: Person, { duty, seniorEngineer }: Turn['policy']): Person {
  switch (recipient) {
    case 'owner':
      return owner;
    case 'duty':
      return duty;
    case 'senior-engineer':
      return seniorEngineer;
    default:
      return recipient;
  }
}

function overdueReason({ state, known }: Turn, { goal }: CaseClock): string {
  const pending = state.phase === 'analysing' ? state.pending : [];
  const names = known.uploads.filter(({ uploadId }) => pending.includes(uploadId)).map(({ name }) => name);
  return `not read within ${goal === null ? 'its time' : goalInWords(goal)}: ${names.join(', ')}`;
}

/** A person has taken on what a clock tells of: nobody is told any more, and a case without an owner has one. */
export function acknowledgeClock(turn: Turn, { clock: name, by }: { clock: CaseClock['clock']; by: Person }): void {
  const clock = runningClock(turn, name);
  if (!clock || clock.acknowledged || clock.levels.length === 0) return;
  completeOwner(turn, by);
  turn.say({ type: 'case.clock-acknowledged', data: { file: turn.known.file, clock: name, cycle: clock.cycle, by } });
}
