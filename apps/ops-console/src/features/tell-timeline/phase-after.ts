import type { AnyEvent, Phase } from '@caserelay/contracts';

/** Where a case stands, as far as its events tell. */
export interface Standing {
  phase: Phase | null;
  /** The phase that an analysing case returns to once its uploads are read. */
  rest: Phase | null;
  /** Uploads that are being read. */
  reading: string[];
}

const mostReading = 100;

/** Where a case stands after one more of its events. The owner of cases decides; this only follows what it told. */
export function phaseAfter(event: AnyEvent, before: Standing): Standing {
  switch (event.type) {
    case 'case.opened':
      return opened(event.data.imported?.phase ?? 'reported');
    case 'case.reopened':
      return { phase: 'reported', rest: 'reported', reading: before.reading };
    case 'case.evidence-requested':
      return resting('awaiting-evidence', before);
    case 'case.escalated':
      // A damaged dump or a late analysis is looked at by somebody while the case goes on.
      return ['no-known-plan', 'asked-by-person'].includes(event.data.because) ? resting('escalated', before) : before;
    case 'case.analysis-reported':
      // The report itself asks for a better dump, but undoes no plan and no escalation, and opens no archived case.
      return event.data.verdict === 'full-dump' || isNotUndone(before.rest)
        ? before
        : resting('awaiting-evidence', before);
    case 'case.action-planned':
    case 'case.plan-written':
    case 'case.observation-interrupted':
      return resting('action-planned', before);
    case 'case.observation-started':
      return resting('observing', before);
    case 'case.archived':
      return { phase: 'archived', rest: 'archived', reading: [] };
    case 'case.merged':
      return { phase: 'merged', rest: 'merged', reading: [] };
    case 'case.analysis-requested':
      // What is still read of an archived case does not open it again.
      if (before.phase === 'archived' || before.phase === 'merged') return before;
      return {
        phase: 'analysing',
        rest: before.phase === 'analysing' ? before.rest : before.phase,
        reading: [...before.reading, event.data.uploadId].slice(-mostReading),
      };
    case 'dump.analysed':
    case 'dump.unreadable':
    case 'evidence.recognised':
      return read(event.data.uploadId, before);
    case 'case.details-completed':
    case 'case.upload-space-requested':
    case 'case.upload-space-announced':
    case 'case.collection-suggested':
    case 'case.customer-heard':
    case 'case.recognition-requested':
    case 'case.wrong-dump-noticed':
    case 'case.upload-acknowledged':
    case 'case.upload-quarantined':
    case 'case.customer-forwarded':
    case 'case.answer-forwarded':
    case 'case.customer-reminded':
    case 'case.upload-space-retired':
    case 'case.evidence-purge-requested':
    case 'case.evidence-purged':
    case 'case.legal-hold-placed':
    case 'case.legal-hold-lifted':
    case 'case.purge-overdue':
    case 'evidence.purged':
    case 'mails.purged':
    case 'reports.purged':
    case 'upload-space.made-read-only':
    case 'case.level-reached':
    case 'case.clock-acknowledged':
    case 'case.priority-changed':
    case 'case.policy-applied':
    case 'case.owner-changed':
    case 'case.held':
    case 'case.resumed':
    case 'case.question-asked':
    case 'case.linked':
    case 'case.unlinked':
    case 'case.plan-ticked':
    case 'case.survey-asked':
    case 'case.survey-answered':
    case 'case.low-grade-given':
    case 'case.merge-taken':
    case 'command.received':
    case 'case.command-carried-out':
    case 'case.command-refused':
    case 'problem.reported':
    case 'mail.received':
    case 'thread.imported':
    case 'mail.imported':
    case 'upload-space.opened':
    case 'upload-space.closed':
    case 'upload.started':
    case 'upload.progressed':
    case 'upload.interrupted':
    case 'upload.received':
    case 'upload.completed':
    case 'upload.cut-short':
    case 'upload.scanned':
    case 'upload.released':
    case 'upload.recognised':
    case 'letter.sent':
    case 'letter.failed':
    case 'webhook.disabled':
      return before;
  }
}

function opened(phase: Phase): Standing {
  return { phase, rest: phase, reading: [] };
}

function isNotUndone(rest: Phase | null): boolean {
  return rest === 'action-planned' || rest === 'escalated' || rest === 'archived' || rest === 'merged';
}

/** A case that is still reading keeps doing so and rests in the new phase afterwards. */
function resting(phase: Phase, { reading }: Standing): Standing {
  return { phase: reading.length > 0 ? 'analysing' : phase, rest: phase, reading };
}

function read(uploadId: string, before: Standing): Standing {
  const reading = before.reading.filter((other) => other !== uploadId);
  const done = before.phase === 'analysing' && reading.length === 0;
  return { phase: done ? before.rest : before.phase, rest: before.rest, reading };
}
