import type { PersonCommand } from '@caserelay/contracts';
import { openQuestions } from './questions.js';
import type { Turn } from './turn.js';

/** Hands a case over with what whoever takes it needs to go on. */
export function assignOwner(turn: Turn, { to, by, note }: Extract<PersonCommand, { type: 'assign-owner' }>): void {
  const { state, known } = turn;
  const { file, findings, customerWords } = known;
  if (state.phase === 'unopened' || file.owner?.address.toLowerCase() === to.address.toLowerCase()) return;
  turn.say({
    type: 'case.owner-changed',
    data: {
      file: { ...file, owner: to },
      ...{ from: file.owner, by, note, phase: state.phase },
      findings: findings.map(({ finding }) => finding),
      questions: openQuestions(known).map(({ text }) => text),
      customerWords: [...customerWords],
    },
  });
}
