import {
  decide,
  surveyStanding,
  taskListOf,
  type Case,
  type CaseCommand,
  type CaseEvent,
  type Policy,
  type SurveyStanding,
  type TaskList,
} from '@caserelay/case-lifecycle';
import { Refusal, type DumpFinding, type Language, type Phase } from '@caserelay/contracts';
import type { CustomerLink } from '@caserelay/service-host';
import type { PlanForm, SurveyForm } from './read-form.js';

/** What a customer sees of their case. */
export interface CaseOnPage {
  readonly caseId: string;
  readonly caseNumber: string;
  readonly topic: string;
  readonly language: Language;
  readonly phase: Phase;
  readonly plan: TaskList | null;
  readonly findings: readonly DumpFinding[];
  readonly survey: SurveyStanding | null;
  /** Zone of the times on the page, which is that of the policy. */
  readonly zone: string;
}

/** What became of a form. */
export type Outcome =
  | 'ticked'
  | 'answered'
  /** Somebody answered before; the first answer counts. */
  | 'answered-before'
  | 'closed'
  /** The plan, or the case itself, is another one than when the page was opened. */
  | 'changed';

/** A link that is refused is told apart from a good one alone. */
export type Visit = { kind: 'refused' } | { kind: 'case'; page: CaseOnPage };
export type Said = { kind: 'refused' } | { kind: 'said'; outcome: Outcome };

/** What serving a customer needs from around it. */
export interface Needs {
  links: {
    read(token: string): CustomerLink | null;
    isFor(link: CustomerLink, address: string): boolean;
  };
  now(): Date;
  find(caseId: string): Promise<{ state: Case } | null>;
  policyOf(state: Case): Promise<Policy>;
  /** Loads, changes and keeps one case in one transaction, and sees to it that it is woken. */
  advance(caseId: string, next: (state: Case) => Promise<CaseEvent[]>): Promise<void>;
}

/** What the page of a link shows. Looking changes nothing, whoever follows the link. */
export async function visit(token: string, needs: Needs): Promise<Visit> {
  const link = needs.links.read(token);
  const found = link && (await needs.find(link.caseId));
  if (!found || !isForContact(found.state, link, needs)) return { kind: 'refused' };
  const { state } = found;
  const { known, phase } = state;
  const { file, findings } = known;
  const policy = await needs.policyOf(state);
  return {
    kind: 'case',
    page: {
      ...{ caseId: link.caseId, caseNumber: file.caseNumber, topic: file.topic, language: file.language, phase },
      plan: phase === 'archived' || phase === 'merged' ? null : taskListOf(known),
      findings: findings.map(({ finding }) => finding),
      survey: phase === 'archived' ? surveyStanding(known, needs.now().toISOString()) : null,
      zone: policy.document.mornings.zone,
    },
  };
}

export async function tick(token: string, form: PlanForm, needs: Needs): Promise<Said> {
  const { listId, ticks } = form;
  return await say(token, { type: 'take-ticks', listId, ticks }, needs, () => 'changed');
}

/** A second answer is no fault of who gives it: they learn that the first counts. One that says the same was sent twice. */
export async function answerSurvey(token: string, form: SurveyForm, needs: Needs): Promise<Said> {
  const { grade, solved, words } = form;
  return await say(token, { type: 'take-survey-answer', grade, solved, words }, needs, (state) => {
    const standing = state.phase === 'archived' ? surveyStanding(state.known, needs.now().toISOString()) : null;
    if (standing?.is !== 'answered') return standing?.is === 'closed' ? 'closed' : 'changed';
    const { answer } = standing;
    const isSame = answer.grade === grade && answer.solved === solved && answer.words === words;
    return isSame ? 'answered' : 'answered-before';
  });
}

type Without<Key extends string, Each> = Each extends unknown ? Omit<Each, Key> : never;
type Ask = Without<'now', Extract<CaseCommand, { type: 'take-ticks' | 'take-survey-answer' }>>;

/** The link is looked at again under the lock of the case: its contact may have changed since the page was opened. */
async function say(token: string, ask: Ask, needs: Needs, whyRefused: (state: Opened) => Outcome): Promise<Said> {
  const link = needs.links.read(token);
  if (!link) return { kind: 'refused' };
  let said: Said = { kind: 'refused' };
  await needs.advance(link.caseId, async (state) => {
    if (!isForContact(state, link, needs)) return [];
    said = { kind: 'said', outcome: ask.type === 'take-ticks' ? 'ticked' : 'answered' };
    try {
      return decide(state, { ...ask, now: needs.now().toISOString() }, await needs.policyOf(state));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      said = { kind: 'said', outcome: whyRefused(state) };
      return [];
    }
  });
  return said;
}

type Opened = Exclude<Case, { phase: 'unopened' }>;

function isForContact(state: Case, link: CustomerLink, { links }: Needs): state is Opened {
  if (state.phase === 'unopened') return false;
  const { contact } = state.known.file;
  return contact !== null && links.isFor(link, contact.address);
}
