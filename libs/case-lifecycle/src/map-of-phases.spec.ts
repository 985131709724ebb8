import { expect, it } from '@jest/globals';
import type { Case } from './case.js';
import { contact, engineer, finding, GivenCase, id, truncated } from './given-case.js';
import { handedOver } from './merge.js';
import { silenceEndsAt, wakeAt } from './wake-at.js';

type Phase = Case['phase'];

/** Where one command can lead from each phase. */
const map: Record<Phase, Phase[]> = {
  unopened: ['reported', 'awaiting-evidence', 'archived'],
  reported: ['reported', 'awaiting-evidence', 'analysing', 'escalated', 'action-planned', 'archived', 'merged'],
  'awaiting-evidence': [
    'awaiting-evidence',
    'analysing',
    'escalated',
    'action-planned',
    'observing',
    'archived',
    'merged',
  ],
  analysing: [
    'analysing',
    'reported',
    'awaiting-evidence',
    'escalated',
    'action-planned',
    'observing',
    'archived',
    'merged',
  ],
  escalated: ['escalated', 'analysing', 'action-planned', 'observing', 'archived', 'merged'],
  'action-planned': ['action-planned', 'analysing', 'escalated', 'observing', 'archived', 'merged'],
  observing: ['observing', 'analysing', 'escalated', 'action-planned', 'archived', 'merged'],
  archived: ['archived', 'awaiting-evidence', 'reported', 'analysing'],
  merged: ['merged'],
};

const pendingOf = ({ state }: GivenCase): number => {
  const last = state.phase === 'analysing' ? state.pending.at(-1) : undefined;
  return last === undefined ? 0 : Number(last.slice(-12));
};
const uploadsOf = ({ state }: GivenCase): number => (state.phase === 'unopened' ? 0 : state.known.uploads.length);

const steps: ((given: GivenCase) => GivenCase)[] = [
  (given) => given.report(),
  (given) => given.report({ contact }),
  (given) => (given.state.phase === 'unopened' ? given.import() : given),
  (given) => (given.state.phase === 'unopened' ? given.import({ standing: 'archived' }) : given),
  (given) => given.takeSpace(),
  (given) => given.mail('question'),
  (given) => given.mail('acknowledgement'),
  (given) => given.mail('answer'),
  (given) => given.mail('closure-summary'),
  (given) => given.arrive(uploadsOf(given) + 1),
  (given) => given.recognise(uploadsOf(given) + 1, 'kernel'),
  (given) => given.receive(uploadsOf(given) + 1),
  (given) => given.complete(uploadsOf(given)),
  (given) => given.complete(uploadsOf(given) + 1),
  (given) => given.analysed(pendingOf(given)),
  (given) => given.analysed(pendingOf(given), { findings: [truncated] }),
  (given) => given.analysed(pendingOf(given), { findings: [finding()], holdsFullDump: true }),
  (given) => given.analysed(pendingOf(given), { holdsFullDump: true, nextSteps: ['update-windows'] }),
  (given) => given.unreadable(pendingOf(given)),
  (given) => given.recognised(pendingOf(given)),
  (given) => (given.state.phase === 'archived' ? given : given.acknowledge('first-response')),
  (given) => (given.state.phase === 'archived' ? given : given.changePriority('p1')),
  (given) => (given.state.phase === 'archived' ? given : given.person({ type: 'escalate', reason: 'spec' })),
  (given) => (hasContact(given) ? given.person({ type: 'write-plan', items: ['do it'] }) : given),
  (given) => (hasContact(given) ? given.person({ type: 'ask-question', text: 'since when?' }) : given),
  (given) => (planOf(given) ? given.person({ type: 'tick-item', planId: id(500), item: 1, isDone: true }) : given),
  (given) => (given.state.phase === 'archived' ? given.person({ type: 'reopen', reason: 'spec' }) : given),
  (given) => given.ring(),
];

/** What one merged into another is asked, and what only that is asked. */
const mergeSteps: ((given: GivenCase) => GivenCase)[] = [
  (given) => given.ask({ type: 'take-merge-target', now: given.instant, target, isOpen: false }),
  (given) => given.takeSpace({ account: 'another' }),
  (given) => given.ring(),
];

const target = { caseId: id(801), file: { ...openFile(), caseNumber: 'CAS-2' } };

function openFile() {
  const { state } = new GivenCase().report();
  if (state.phase === 'unopened') throw new Error('nobody opened the case');
  return state.known.file;
}

function mergeAway(given: GivenCase): GivenCase {
  const into = { ...target, phase: 'reported' as const, goesOnIn: null };
  return given.ask({ type: 'merge', now: given.instant, into, by: engineer, reason: 'spec' });
}

/** Another case, in which something is being read, goes on in this one. */
function takeMerged(given: GivenCase): GivenCase {
  const { state } = given;
  if (state.phase === 'unopened' || state.phase === 'archived' || (state.known.merged?.length ?? 0) > 0) return given;
  const other = new GivenCase(given.now).report({ contact }).takeSpace().upload(900);
  if (other.state.phase === 'unopened') return given;
  const merged = { caseId: id(802), file: other.state.known.file };
  const ask = { type: 'take-merged-case' as const, now: given.instant, by: engineer, reason: 'spec' };
  return given.ask({ ...ask, merged, handed: handedOver(other.state) });
}

function stepsFrom({ phase }: Case): ((given: GivenCase) => GivenCase)[] {
  if (phase === 'unopened') return steps.slice(0, 4);
  if (phase === 'merged') return mergeSteps;
  return phase === 'archived' ? steps : [...steps, mergeAway, takeMerged];
}

function hasContact({ state }: GivenCase): boolean {
  return state.phase !== 'unopened' && state.phase !== 'archived' && state.known.file.contact !== null;
}

function planOf({ state }: GivenCase): boolean {
  return state.phase !== 'unopened' && state.phase !== 'archived' && state.known.plan !== undefined;
}

it('walks exactly the ways that are drawn on the map', () => {
  const walked = new Set<string>();
  const seen = new Set<string>();
  const explore = (from: GivenCase): void => {
    if (seen.has(sketch(from.state))) return;
    seen.add(sketch(from.state));
    for (const step of stepsFrom(from.state)) {
      const to = step(copyOf(from));
      if (to.state.phase !== 'unopened') walked.add(`${from.state.phase} > ${to.state.phase}`);
      explore(to);
    }
  };
  explore(new GivenCase());
  const drawn = Object.entries(map).flatMap(([from, to]) => to.map((phase) => `${from} > ${phase}`));
  expect([...walked].sort()).toEqual(drawn.sort());
});

/** The same case at the same time, to go another way. */
function copyOf(given: GivenCase): GivenCase {
  return Object.assign(new GivenCase(), given, { history: [] });
}

/** What decides where a state can go, leaving out everything that only grows. */
function sketch(state: Case): string {
  if (state.phase === 'unopened') return 'unopened';
  const rest = state.phase === 'analysing' ? state.rest : state;
  const { file, space } = state.known;
  return JSON.stringify([
    state.phase,
    state.phase === 'analysing' ? Math.min(state.pending.length, 2) : 0,
    wakeAt(state) === null,
    wakeAt(state) === silenceEndsAt(state),
    state.known.clocks.map(({ clock, acknowledged }) => [clock, acknowledged !== null]).sort(),
    rest.phase,
    rest.phase === 'awaiting-evidence' ? rest.step : null,
    rest.phase === 'escalated' ? rest.answered : null,
    file.contact !== null,
    space !== null,
    state.known.imported !== undefined,
  ]);
}
