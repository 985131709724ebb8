import type { CutShort, EventOf } from '@caserelay/contracts';
import { startClockAnew } from './ask-for-evidence.js';
import type { KnownUpload } from './case.js';
import { reopen } from './reopen.js';
import { resumeClock, runningClock, startClock } from './run-clocks.js';
import type { Turn } from './turn.js';

type Received = EventOf<'upload.received'>['data'];

/**
 * A file of the customer is noted. It ends a watch and wakes an archived case. It is not confirmed and not read before
 * it is known whether all of it is here: a sender who gives up closes a file as one does who is done.
 */
export function takeUpload(turn: Turn, { uploadId, name, bytes, sha256 }: Received): void {
  if (turn.known.uploads.some((known) => known.uploadId === uploadId)) return;
  if (turn.state.phase === 'archived') reopen(turn, 'new-upload');
  turn.say({ type: 'upload.kept', data: { uploadId, name, bytes, sha256 } });
  turn.say({ type: 'case.customer-heard', data: { mailId: null, uploadId } });
  resumeClock(turn, 'analysis', 'awaiting-customer');
  startClockAnew(turn);
}

/** All of a file is here: it is confirmed and read. */
export function takeCompletion(turn: Turn, upload: EventOf<'upload.completed'>['data']): void {
  beginReading(turn, upload, null);
}

/** What is here of a file is read, for even a part of a dump may say what crashed; the customer learns where to resume. */
export function takeCutShort(turn: Turn, upload: EventOf<'upload.cut-short'>['data']): void {
  const { bytes, expectedBytes, reason } = upload;
  beginReading(turn, upload, { bytes, expectedBytes, reason });
}

function beginReading(turn: Turn, upload: Received, cutShort: CutShort | null): void {
  const { uploadId, name, bytes, sha256, location } = upload;
  takeUpload(turn, upload);
  const known = turn.known.uploads.find((each) => each.uploadId === uploadId);
  if (known?.begun !== false) return;
  if (cutShort) turn.say({ type: 'cut-short.kept', data: { uploadId, cutShort } });
  acknowledge(turn, { uploadId, name, bytes, sha256, ...(cutShort && { cutShort }) });
  turn.say({ type: 'case.analysis-requested', data: { uploadId, name, bytes, sha256, location } });
  if (turn.state.phase === 'analysing' && !runningClock(turn, 'analysis')) startClock(turn, 'analysis');
}

/** Confirms a file to the customer, if there is one to write to. */
export function acknowledge(
  turn: Turn,
  { uploadId, name, bytes, sha256, cutShort }: Pick<KnownUpload, 'uploadId' | 'name' | 'bytes' | 'sha256' | 'cutShort'>,
): void {
  const { file, space } = turn.known;
  if (file.contact === null) return;
  turn.say({
    type: 'case.upload-acknowledged',
    data: { file, uploadId, name, bytes, sha256, ...(cutShort && { cutShort, space }) },
  });
}
