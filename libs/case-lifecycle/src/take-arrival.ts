import type { EventOf, RecognisedDump } from '@caserelay/contracts';
import { startClockAnew } from './ask-for-evidence.js';
import type { ArrivingUpload } from './case.js';
import type { Turn } from './turn.js';

type Kind = RecognisedDump['kind'];

/** From the one that says least to the one that says all; an archive may hold several. */
const worth: Record<Kind, number> = { 'header-only': 0, user: 1, triage: 2, kernel: 3, active: 4, full: 5 };

/** A file that begins to come in is a sign of life, and is looked at while it arrives. */
export function takeArrival(turn: Turn, { uploadId, name, location }: EventOf<'upload.started'>['data']): void {
  const { arriving, uploads } = turn.known;
  const isKnown = [...arriving, ...uploads].some((upload) => upload.uploadId === uploadId);
  if (isKnown || turn.state.phase === 'archived') return;
  turn.say({ type: 'arrival.kept', data: { uploadId, name } });
  startClockAnew(turn);
  if (location === undefined) return;
  turn.say({ type: 'case.recognition-requested', data: { uploadId, name, location } });
}

/**
 * What the first bytes say is kept. Of several dumps in one archive the one that says most counts: it may come last.
 * The wrong kind is not told at once: a small file that is received and read in moments brings one letter, not two.
 */
export function takeRecognition(
  turn: Turn,
  { uploadId, name: _, ...dump }: EventOf<'upload.recognised'>['data'],
): void {
  const upload = turn.known.arriving.find((each) => each.uploadId === uploadId);
  if (upload === undefined || !saysMore(dump, upload.dump)) return;
  turn.say({ type: 'recognition.kept', data: { uploadId, dump, noticeAt: noticeAtOf(turn, upload, dump.kind) } });
}

function saysMore(dump: RecognisedDump, known: RecognisedDump | null): boolean {
  return known === null || worth[dump.kind] > worth[known.kind];
}

function noticeAtOf({ now, policy }: Turn, { noticeAt, noticedAt }: ArrivingUpload, kind: Kind): string | null {
  if (kind === 'full' || kind === 'active' || noticedAt !== null) return null;
  return noticeAt ?? new Date(Date.parse(now) + policy.wrongDump.graceSeconds * 1000).toISOString();
}
