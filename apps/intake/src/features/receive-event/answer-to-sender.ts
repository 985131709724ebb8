import { problemTypes } from '@caserelay/contracts';
import type { CaseAnswer, Outcome } from './receive-event.js';

/** A problem of RFC 9457; `detail` is one readable line also for whoever finds it among the dead letters. */
export interface SenderProblem {
  status: number;
  title: string;
  detail: string;
  type?: string;
  [more: string]: unknown;
}

/** What the sender of an event is told, the same on every way that it may come. */
export function answerToSender(outcome: Outcome): { answer: CaseAnswer } | { problem: SenderProblem } {
  switch (outcome.outcome) {
    case 'accepted':
      return { answer: outcome.answer };
    case 'broken':
      return {
        problem: {
          ...{ status: 400, title: 'The event breaks its schema' },
          detail: `${outcome.flaws.length} of its fields cannot be used`,
          errors: outcome.flaws,
        },
      };
    case 'unknown-type': {
      const detail = `no event of type "${outcome.found}" is taken; known: ${outcome.known.join(', ')}`;
      return { problem: { status: 422, title: 'Unknown event type', detail } };
    }
    case 'not-allowed': {
      const detail = `${outcome.type} takes the key of CASES_API_KEY, as the commands of case-workflow do; set it and send it`;
      return { problem: { status: 403, title: 'Not allowed', detail } };
    }
    case 'unknown-case': {
      const en = `no case is known by "${outcome.named}"; expected the id, the number or the token of one`;
      const zh = `没有与“${outcome.named}”对应的案例；应为案例的标识、案例号或跟踪号`;
      const reason = { 'zh-CN': zh, en };
      return {
        problem: { type: problemTypes.unknownCase, status: 404, title: 'Unknown case', detail: en, reason },
      };
    }
    case 'conflict':
      return { problem: { status: 409, title: 'Posted before with other content', detail: outcome.reason } };
  }
}

/** The problem in one line, with each fault that was found. */
export function inOneLine({ title, detail, errors }: SenderProblem): string {
  const faults = Array.isArray(errors)
    ? errors.map(
        ({ path, message, found }: { path: string; message: string; found: string }) =>
          `${path || 'event'}: ${message}, found ${found}`,
      )
    : [];
  return [`${title}: ${detail}`, ...faults].join('; ');
}
