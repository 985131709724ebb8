export { factsForSummary, type SummaryFacts } from './archive.js';
export {
  isTold,
  unopened,
  type Case,
  type CaseCommand,
  type CaseEvent,
  type Known,
  type KnownScan,
  type KnownUpload,
  type UploadReading,
  type PolicyReason,
  type ToldByCase,
} from './case.js';
export type { CaseClock, ClockLevel, ClockName, Goal, PastClock, Pause, PauseReason } from './clock.js';
export { decide } from './decide.js';
export { evolve, restOf } from './evolve.js';
export { isAnswered } from './checklist.js';
export { openQuestions } from './questions.js';
export { explainClock, type ExplainedClock } from './explain-clock.js';
export { mirrored } from './links.js';
export { goesOnIn, handedOver } from './merge.js';
export { goalInWords, spanInWords } from './goal-in-words.js';
export { PolicyDocument, PolicyProblems, readPolicyDocument } from './policy-document.js';
export { movesBetween, movesUnder, type Move } from './moves-under.js';
export {
  choosePolicy,
  countriesOf,
  definePolicy,
  fitOf,
  standardPolicy,
  type Policy,
  type PolicyGrounds,
} from './policy.js';
export { standardPolicyDocument, standardPolicyText } from './standard-policy.data.js';
export { surveyStanding, type SurveyStanding } from './survey.js';
export { taskListOf, type Task, type TaskList } from './task-list.js';
export type { SurveyAnswer, Tick } from './asked-of-customer.js';
export { upgradeCase } from './upgrade-case.js';
export { wakeAt } from './wake-at.js';
