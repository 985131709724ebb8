import type { EventOf } from '@caserelay/contracts';
import { startClockAnew } from './ask-for-evidence.js';
import { reopen } from './reopen.js';
import type { Turn } from './turn.js';

/** A file of the customer is confirmed and read. It ends a watch and wakes an archived case. */
export function takeUpload(turn: Turn, upload: EventOf<'upload.received'>['data']): void {
  const { uploadId, name, bytes, sha256, location } = upload;
  const file = { uploadId, name, bytes, sha256 };
  if (turn.known.uploads.some((known) => known.uploadId === uploadId)) return;
  if (turn.state.phase === 'archived') reopen(turn, 'new-upload');
  turn.say({ type: 'upload.kept', data: file });
  turn.say({ type: 'case.customer-heard', data: { mailId: null, uploadId } });
  startClockAnew(turn);
  if (turn.known.file.contact !== null) {
    turn.say({ type: 'case.upload-acknowledged', data: { file: turn.known.file, ...file } });
  }
  turn.say({ type: 'case.analysis-requested', data: { ...file, location } });
  if (turn.state.phase === 'analysing' && turn.state.dueAt === null) {
    const dueAt = new Date(Date.parse(turn.now) + turn.policy.analysisGoalHours * 3_600_000).toISOString();
    turn.say({ type: 'analysis.awaited', data: { dueAt } });
  }
}
