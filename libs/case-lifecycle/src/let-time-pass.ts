import { archive } from './archive.js';
import { daysBeforeStep } from './ask-for-evidence.js';
import type { Case } from './case.js';
import { escalate } from './escalate.js';
import { proveWhatIsGone } from './take-purge.js';
import { tellNotices } from './tell-notices.js';
import type { Turn } from './turn.js';
import { phaseClockOf } from './wake-at.js';

type In<Phase extends Case['phase']> = Extract<Case, { phase: Phase }>;

/** What a due notice and silence bring. One step at a time, however late the clock rings; the next one is counted from now. */
export function letTimePass(turn: Turn): void {
  tellNotices(turn);
  const { state } = turn;
  const due = phaseClockOf(state);
  if (due === null || Date.parse(turn.now) < Date.parse(due)) return;
  switch (state.phase) {
    case 'awaiting-evidence':
      remindOrObserve(turn, state);
      break;
    case 'analysing':
      escalate(turn, 'analysis-overdue', overdueReason(turn, state));
      break;
    case 'escalated':
      if (state.answered) observe(turn, 'plan-carried-out');
      else askEngineerAgain(turn);
      break;
    case 'action-planned':
      observe(turn, 'plan-carried-out');
      break;
    case 'observing':
      archive(turn, 'observed-without-news', null);
      break;
    case 'archived':
      endRetention(turn, state);
      break;
    case 'unopened':
    case 'reported':
      break;
  }
}

/** The account goes first, so that nobody reads from it while its evidence is removed. */
function endRetention(turn: Turn, { closesAt, purgesAt, known: { file } }: In<'archived'>): void {
  if (isDue(turn, closesAt)) turn.say({ type: 'case.upload-space-retired', data: { file } });
  if (!isDue(turn, purgesAt)) return;
  proveWhatIsGone(turn);
  turn.say({ type: 'case.evidence-purge-requested', data: { file, requestedAt: turn.now } });
}

function isDue(turn: Turn, instant: string | null | undefined): boolean {
  return typeof instant === 'string' && Date.parse(instant) <= Date.parse(turn.now);
}

function remindOrObserve(turn: Turn, { step, wanted, known }: In<'awaiting-evidence'>): void {
  const ofSteps = turn.policy.followUp.stepsInDays.length;
  if (step >= ofSteps) {
    observe(turn, 'no-evidence');
    return;
  }
  const { file, space, steps } = known;
  turn.say({
    type: 'case.customer-reminded',
    data: { file, space, step: step + 1, ofSteps, wanted: [...wanted], planSteps: [...steps] },
  });
  turn.say({ type: 'clock.moved', data: { to: turn.morningIn(daysBeforeStep(turn, step + 1)) } });
}

function observe(turn: Turn, because: 'no-evidence' | 'plan-carried-out'): void {
  const { file, space } = turn.known;
  const until = turn.morningIn(turn.policy.observationDays);
  turn.say({ type: 'case.observation-started', data: { file, space, until, because } });
}

function askEngineerAgain(turn: Turn): void {
  escalate(turn, 'no-known-plan', `nobody has answered for ${turn.policy.engineerDays} days`);
  turn.say({ type: 'clock.moved', data: { to: turn.morningIn(turn.policy.engineerDays) } });
}

function overdueReason({ policy }: Turn, { pending, known }: In<'analysing'>): string {
  const names = known.uploads.filter(({ uploadId }) => pending.includes(uploadId)).map(({ name }) => name);
  return `not read within ${policy.analysisGoalHours} hours: ${names.join(', ')}`;
}
