import type { UploadSpace } from '@caserelay/contracts';
import { askForEvidence } from './ask-for-evidence.js';
import { restOf } from './evolve.js';
import { endClock } from './run-clocks.js';
import type { Turn } from './turn.js';

/** The space is kept; who waited for it gets to know it: first a colleague who asked, then the customer. */
export function takeUploadSpace(turn: Turn, space: UploadSpace): void {
  const known = turn.known.space;
  const isNews =
    known === null || (Object.keys(space) as (keyof UploadSpace)[]).some((key) => space[key] !== known[key]);
  if (!isNews) {
    endClock(turn, 'upload-space');
    return;
  }
  turn.say({ type: 'space.kept', data: { space } });
  if (restOf(turn.state) === null) return;
  const { file, requester } = turn.known;
  if (requester) turn.say({ type: 'case.upload-space-announced', data: { file, space, to: requester } });
  askForEvidence(turn);
}
