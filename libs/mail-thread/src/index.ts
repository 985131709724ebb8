export { automaticMailOf, type AutomaticMail, type OwnMail } from './automatic-mail.js';
export { bounceOf, type Bounce, type BouncedRecipient } from './bounce.js';
export {
  caseAmong,
  proposalBy,
  proposalOfLikeness,
  sureFrom,
  whyAnswer,
  type CaseOfMail,
  type Likeness,
  type NamedBy,
  type Proposal,
} from './case-confidence.js';
export {
  caseKeysOf,
  defaultPatterns,
  isForward,
  isReply,
  messageIdsIn,
  type CaseKeyPatterns,
  type CaseKeys,
  type MailOfCase,
} from './case-keys.js';
export type { InspectedMail } from './inspected-mail.js';
export { languageOf } from './language.js';
export { kindOfMail, type KindOfMail, type MailToJudge } from './mail-kind.js';
export { newTextOf } from './new-text.js';
export { separateReply, type Cut, type MailBody, type SeparatedReply } from './separate-reply.js';
export { withoutPasswords } from './without-passwords.js';
export { subjectFacts, type SubjectFacts } from './subject-facts.js';
