import type { RecognisedDump } from '@caserelay/contracts';
import { asksForFullDump, startClockAnew } from './ask-for-evidence.js';
import type { ArrivingUpload } from './case.js';
import { howToSendFullDump } from './take-analysis.js';
import type { Turn } from './turn.js';

/** Tells the customer of files that still arrive and are the wrong kind of dump, once for each whose time has come. */
export function tellNotices(turn: Turn): void {
  for (const upload of turn.known.arriving) {
    const { dump, noticeAt } = upload;
    if (dump === null || noticeAt === null || Date.parse(turn.now) < Date.parse(noticeAt)) continue;
    const told = toldBefore(turn, upload.startedAt, dump.kind);
    if (told === null && mayTell(turn)) notice(turn, upload, dump);
    else turn.say({ type: 'notice.spared', data: { uploadId: upload.uploadId, noticedAt: told } });
  }
}

function notice(turn: Turn, { uploadId, name }: ArrivingUpload, dump: RecognisedDump): void {
  const { file, space } = turn.known;
  turn.say({
    type: 'case.wrong-dump-noticed',
    data: { file, space, uploadId, name, dump, nextSteps: howToSendFullDump },
  });
  startClockAnew(turn);
}

function mayTell(turn: Turn): boolean {
  return turn.known.file.contact !== null && asksForFullDump(turn);
}

/** Five small dumps in a row bring one notice: whoever began an upload so soon after it had no time to act on it. */
function toldBefore({ known, policy }: Turn, startedAt: string, kind: RecognisedDump['kind']): string | null {
  const last = known.notices.find((notice) => notice.kind === kind);
  if (last === undefined) return null;
  const quietUntil = Date.parse(last.at) + policy.wrongDump.quiet;
  return Date.parse(startedAt) < quietUntil ? last.at : null;
}
