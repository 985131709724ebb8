import type { Outcome } from './take-mail.js';

/** What the sender's mail server is told about each outcome. */
export function replyToSender(outcome: Outcome, maxBytes: number): { code: 250 | 552 | 554; reason: string } {
  switch (outcome.outcome) {
    case 'taken':
      return { code: 250, reason: outcome.caseId === null ? 'kept' : `taken for case ${outcome.caseId}` };
    case 'waiting':
      return { code: 250, reason: 'kept; a person finds its case' };
    case 'repeated':
      return { code: 250, reason: 'this mail was taken before' };
    case 'too-large':
      return { code: 552, reason: `the mail is larger than ${maxBytes} bytes; upload large files instead` };
    case 'rejected':
      return { code: 554, reason: outcome.reason };
  }
}
