import type { AnyEvent, CaseFile } from '@caserelay/contracts';
import { findingText, recognisedText } from '@caserelay/event-headlines';
import type { CaseSummary } from '../../case-story.js';
import { phaseAfter, type Standing } from './phase-after.js';

/** A summary together with how far the case's own events were told in it, so that a late one cannot turn it back. */
export interface ToldSummary extends CaseSummary, Standing {
  /** Sequence of the last event of the case that moved its standing. */
  phaseSequence: number;
  /** Sequence of the last event of the case that told its file; 0 while only reports did. */
  fileSequence: number;
}

/** What is known of a case before anything was told. */
export function nothingTold(caseId: string, at: string): ToldSummary {
  return {
    caseId,
    caseNumber: null,
    trackingToken: null,
    topic: null,
    endCustomer: null,
    partner: null,
    problem: null,
    owner: null,
    phase: null,
    rest: null,
    reading: [],
    openedAt: null,
    lastEventAt: at,
    uploads: 0,
    letters: 0,
    failedLetters: 0,
    reminders: 0,
    lastFinding: null,
    phaseSequence: 0,
    fileSequence: 0,
  };
}

/** The summary once one more event was heard. Each event may be given once; their order does not matter for facts. */
export function summaryAfter(before: ToldSummary, event: AnyEvent): ToldSummary {
  const after = { ...before };
  if (Date.parse(event.time) > Date.parse(before.lastEventAt)) after.lastEventAt = event.time;
  move(after, event);
  takeFile(after, event);
  if (event.type === 'case.opened') after.openedAt = event.data.imported?.firstMailAt ?? event.time;
  if (event.type === 'upload.received') after.uploads += 1;
  if (event.type === 'letter.sent') after.letters += 1;
  if (event.type === 'letter.failed') after.failedLetters += 1;
  if (event.type === 'case.customer-reminded') after.reminders += 1;
  if (event.type === 'upload.recognised') after.lastFinding = recognisedText(event.data);
  if (event.type === 'dump.analysed') after.lastFinding = event.data.findings.map(findingText)[0] ?? before.lastFinding;
  if (event.type === 'dump.unreadable') after.lastFinding = event.data.reason.slice(0, 200);
  return after;
}

/** Facts of other services carry no sequence and always count; of the case's own events a late one moves nothing. */
function move(after: ToldSummary, event: AnyEvent): void {
  const { phase, rest, reading } = phaseAfter(event, after);
  const moves = phase !== after.phase || rest !== after.rest || reading !== after.reading;
  if (!moves || (event.sequence ?? after.phaseSequence) < after.phaseSequence) return;
  Object.assign(after, { phase, rest, reading });
  after.phaseSequence = event.sequence ?? after.phaseSequence;
}

function takeFile(after: ToldSummary, event: AnyEvent): void {
  if (event.type === 'problem.reported') {
    if (after.fileSequence > 0) return;
    Object.assign(after, known(after, event.data));
    return;
  }
  if (!('file' in event.data)) return;
  const sequence = event.sequence ?? 1;
  if (sequence < after.fileSequence) return;
  Object.assign(after, known(after, event.data.file));
  after.fileSequence = sequence;
}

type Told = Pick<CaseFile, 'caseNumber' | 'trackingToken' | 'topic' | 'endCustomer' | 'partner' | 'problem' | 'owner'>;

function known(before: CaseSummary, told: Told): Partial<CaseSummary> {
  return {
    caseNumber: told.caseNumber,
    trackingToken: told.trackingToken,
    topic: told.topic,
    endCustomer: told.endCustomer ?? before.endCustomer,
    partner: told.partner ?? before.partner,
    problem: told.problem ?? before.problem,
    owner: told.owner?.name ?? before.owner,
  };
}
