import type { LetterTopic } from '@caserelay/contracts';
import { isHandWritten, type Thread, type ThreadMail } from './thread.js';

/** A letter that the mail catcher holds, with what the product said about it. */
export interface CaughtLetter {
  messageId: string;
  to: string;
  topics: LetterTopic[];
  text: string;
  /** Real time at which the mail server took it. */
  caughtAt: Date;
}

/** What must be true of a letter so that a person need not write this mail. */
interface Replacement {
  topic: LetterTopic;
  to: 'customer' | 'engineer' | 'senior';
  /** Facts of the hand-written mail that the letter has to name as well. */
  names: RegExp[];
}

/** Mails that were answers to free questions stay with people; so does the first one, which asks for the account. */
const stillWritten = new Set(['sftp-account-request', 'answer']);

const replacements: Record<string, Omit<Replacement, 'names'>> = {
  'sftp-account-created': { topic: 'upload-space-announcement', to: 'engineer' },
  'initial-response': { topic: 'first-response', to: 'customer' },
  'data-request-with-credentials': { topic: 'upload-credentials', to: 'customer' },
  'upload-acknowledgement': { topic: 'upload-acknowledgement', to: 'customer' },
  escalation: { topic: 'escalation-package', to: 'senior' },
  'analysis-report': { topic: 'analysis-report', to: 'customer' },
  'follow-up': { topic: 'reminder', to: 'customer' },
  'observation-notice': { topic: 'observation-notice', to: 'customer' },
  'closure-summary': { topic: 'case-summary', to: 'customer' },
};

const facts: Record<number, RegExp[]> = {
  10: [/log/i],
  15: [/0x0*1e\b/i, /陕西省煤田地质集团有限公司/],
  16: [/KERNEL_SECURITY_CHECK_FAILURE/, /LIST_ENTRY/, /appwiz\.cpl/],
  20: [/full dump|完全内存转储|完整内存转储/i],
  27: [/ntfs\.sys/i, /10\.0\.17763\.592/],
  34: [/观察/, /复现|再次出现|再出现|蓝屏/, /回复/],
  35: [/KERNEL_SECURITY_CHECK_FAILURE/],
};

/** The hand-written mails that people still send when CaseRelay does the rest. */
export function isStillWritten(mail: ThreadMail): boolean {
  return isHandWritten(mail) && stillWritten.has(mail.label);
}

/** What could make a hand-written mail needless; null when nothing but a person can. */
export function replacementOf(mail: ThreadMail): Replacement | null {
  const rule = replacements[mail.label];
  return rule ? { ...rule, names: facts[mail.n] ?? [] } : null;
}

/** True when a letter does what the mail did, the facts that it has to name left aside. */
export function doesTheSame(letter: CaughtLetter, mail: ThreadMail): boolean {
  const rule = replacementOf(mail);
  return rule !== null && letter.topics.includes(rule.topic) && letter.to === addressOf(rule.to);
}

export interface Verdict {
  mail: ThreadMail;
  /** How it became needless; null when people still have to write it. */
  by: string | null;
  /** The letter that did it, if it was one. */
  letter?: CaughtLetter;
}

/**
 * Goes through the hand-written mails and says which were made needless by what the run really sent. A letter counts
 * only between the moment after which the person wrote (`from`) and the next thing that people did (`to`), and each
 * topic of a letter counts once.
 */
export function judge(
  thread: Thread,
  letters: readonly CaughtLetter[],
  windowOf: (mail: ThreadMail) => { from: Date; to: Date },
): Verdict[] {
  const used = new Set<string>();
  const handWritten = thread.mails.filter(isHandWritten);
  const verdicts = handWritten.map((mail): Verdict => {
    if (isStillWritten(mail)) return { mail, by: null };
    const rule = replacementOf(mail);
    if (!rule) return { mail, by: null };
    const { from, to } = windowOf(mail);
    const letter = letters.find(
      (candidate) =>
        candidate.caughtAt >= from &&
        candidate.caughtAt < to &&
        !used.has(`${candidate.messageId} ${rule.topic}`) &&
        doesTheSame(candidate, mail) &&
        rule.names.every((name) => name.test(candidate.text)),
    );
    if (!letter) return { mail, by: null };
    used.add(`${letter.messageId} ${rule.topic}`);
    return { mail, by: `letter: ${rule.topic}`, letter };
  });
  // A thank-you between colleagues is needless once nobody had to do the favour.
  const accountCameByItself = verdicts.some(({ mail, by }) => mail.label === 'sftp-account-created' && by !== null);
  return verdicts.map((verdict) =>
    verdict.mail.label === 'acknowledgement' && accountCameByItself
      ? { ...verdict, by: 'nobody had to be thanked' }
      : verdict,
  );
}

function addressOf(role: Replacement['to']): string {
  return { customer: 'contact@partner.example', engineer: 'l1@support.example', senior: 'l2@support.example' }[role];
}
