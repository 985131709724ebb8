import type { DumpComparison, DumpFinding, EventOf, Evidence, NextStep } from '@caserelay/contracts';
import { askForEvidence, asksForFullDump, awaitEvidence } from './ask-for-evidence.js';
import type { UploadReading } from './case.js';
import { answeredByDump, answeredByFile, noteAnswered } from './checklist.js';
import { escalate } from './escalate.js';
import { dueIfStarted, startClock } from './run-clocks.js';
import type { Turn } from './turn.js';

type Analysis = EventOf<'dump.analysed'>['data'];
type Verdict = EventOf<'case.analysis-reported'>['data']['verdict'];

/** What a customer is told to do who sent another dump than a full one. */
export const howToSendFullDump: NextStep[] = ['configure-full-dump', 'collect-full-dump', 'compress-before-upload'];

/** What a dump said goes to the customer; a plan, or the lack of one, decides what follows. */
export function takeAnalysis(turn: Turn, analysis: Analysis): void {
  const { uploadId, name, findings, holdsFullDump, signature, nextSteps, comparison } = analysis;
  const reading: UploadReading = { as: 'dump', signature };
  if (!isUnsettled(turn, uploadId)) return;
  noteAnswered(turn, answeredByDump(findings, holdsFullDump), { uploadId });
  const cut = findings.find(isCutFullDump);
  if (holdsFullDump) {
    settle(turn, { uploadId, name, findings, verdict: 'full-dump', reason: '', nextSteps }, reading, comparison);
    if (!isArchived(turn)) planOrEscalate(turn, findings, nextSteps);
    return;
  }
  const steps = nextSteps.length > 0 ? nextSteps : howToSendFullDump;
  const reason = (cut ?? findings[0])?.completeness.reason ?? '';
  const verdict = cut ? 'dump-truncated' : 'not-a-full-dump';
  settle(turn, { uploadId, name, findings, verdict, reason, nextSteps: steps }, reading, comparison);
  if (isArchived(turn)) return;
  if (cut) escalate(turn, 'dump-damaged', `${name}: ${reason}`);
  askForBetterDump(turn, steps);
}

/** Sending it again helps; of a lesser dump that is cut short it brings a lesser dump again. */
function isCutFullDump({ kind, completeness }: DumpFinding): boolean {
  return (kind === 'full' || kind === 'active') && completeness.verdict === 'truncated';
}

/** A dump that cannot be read is told to the customer, who is asked for another. */
export function takeUnreadableDump(turn: Turn, { uploadId, name, reason }: EventOf<'dump.unreadable'>['data']): void {
  if (!isUnsettled(turn, uploadId)) return;
  settle(
    turn,
    { uploadId, name, findings: [], verdict: 'dump-unreadable', reason, nextSteps: howToSendFullDump },
    { as: 'unreadable', reason },
  );
  if (!isArchived(turn)) askForBetterDump(turn, howToSendFullDump);
}

/** A picture or a text is kept; the case goes on where it was. */
export function takeOtherEvidence(turn: Turn, evidence: EventOf<'evidence.recognised'>['data']): void {
  const { uploadId, name, kind, description } = evidence;
  if (!isUnsettled(turn, uploadId)) return;
  noteAnswered(turn, answeredByFile(name, kind), { uploadId });
  turn.say({ type: 'upload.settled', data: { uploadId, findings: [], reading: { as: 'other', kind, description } } });
  askForEvidence(turn);
}

/** Read once, even when the case was archived, or opened again, while its file was being read. */
function isUnsettled({ known }: Turn, uploadId: string): boolean {
  return known.uploads.some((upload) => upload.uploadId === uploadId && !upload.settled);
}

/** An archived case owes the result of what was sent before, and nothing more: only the customer opens it again. */
function isArchived({ state }: Turn): boolean {
  return state.phase === 'archived';
}

interface Result {
  uploadId: string;
  name: string;
  findings: DumpFinding[];
  verdict: Verdict;
  reason: string;
  nextSteps: NextStep[];
}

function settle(turn: Turn, result: Result, reading: UploadReading, comparison?: DumpComparison): void {
  const { file, space, findings, uploads } = turn.known;
  const earlierFindings = findings.map(({ finding }) => finding);
  const open = isArchived(turn) ? null : space;
  const { uploadId, findings: found } = result;
  const { noticedAt, cutShort } = uploads.find((upload) => upload.uploadId === uploadId) ?? {};
  const known = { ...(noticedAt && { noticedAt }), ...(cutShort && { cutShort }) };
  const data = { file, space: open, ...result, earlierFindings, ...known };
  turn.say({ type: 'case.analysis-reported', data });
  turn.say({ type: 'upload.settled', data: { uploadId, findings: found, reading, ...(comparison && { comparison }) } });
}

function planOrEscalate(turn: Turn, findings: DumpFinding[], steps: NextStep[]): void {
  const { file } = turn.known;
  if (steps.length > 0) {
    const checkAt = dueIfStarted(turn, 'plan-check');
    turn.say({ type: 'case.action-planned', data: { file, steps, checkAt } });
    startClock(turn, 'plan-check');
    return;
  }
  const cause = findings.find(({ bugcheck }) => bugcheck !== null)?.bugcheck;
  escalate(turn, 'no-known-plan', cause ? `no playbook knows ${cause.code} ${cause.name}` : 'the dump names no cause');
  turn.say({ type: 'engineer.awaited', data: {} });
  startClock(turn, 'engineer');
}

/** The report letter has asked for a better dump, so only the ladder of reminders begins. */
function askForBetterDump(turn: Turn, steps: NextStep[]): void {
  if (!asksForFullDump(turn)) return;
  const wanted: Evidence[] = ['full-dump'];
  if (steps.includes('list-installed-programs')) wanted.push('installed-programs');
  if (steps.includes('run-collection-tool')) wanted.push('collected-logs');
  awaitEvidence(turn, wanted);
}
