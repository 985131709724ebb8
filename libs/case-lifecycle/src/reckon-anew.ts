import type { PersonCommand } from '@caserelay/contracts';
import type { CaseCommand } from './case.js';
import { reckonAnew } from './run-clocks.js';
import type { Turn } from './turn.js';

type Asked = Extract<PersonCommand, { type: 'change-priority' }>;
type Ask<Type extends CaseCommand['type']> = Extract<CaseCommand, { type: Type }>;

/** Clocks keep their start; what time they have is that of the new priority. */
export function changePriority(turn: Turn, { priority, by }: Asked): void {
  const { file, priority: from } = turn.known;
  if (priority === from) return;
  turn.say({ type: 'case.priority-changed', data: { file, from, to: priority, by } });
  reckonAnew(turn);
}

/** The case lives by another policy from now on. Clocks keep their start and their pauses; an archived case is left as it is. */
export function applyPolicy(turn: Turn, { because, by }: Ask<'apply-policy'>): void {
  const { policy: from } = turn.known;
  const to = turn.policy.version;
  if (turn.state.phase === 'archived' || from === to) return;
  turn.say({ type: 'case.policy-applied', data: { from, to, because, by } });
  reckonAnew(turn);
}
