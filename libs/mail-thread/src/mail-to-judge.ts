/** What a mail is for, why we think so, and whether its writer waits for the next crash. */
export interface KindOfMail {
  kind:
    | 'problem'
    | 'upload-notice'
    | 'question'
    | 'data'
    | 'update'
    | 'acknowledgement'
    | 'spam'
    | 'upload-space-request'
    | 'answer'
    | 'action-plan'
    | 'reminder'
    | 'escalation'
    | 'closure-summary'
    | 'colleague-note'
    | 'automatic-reply';
  reason: string;
  waitsForCrash: boolean;
}

export interface MailToJudge {
  author: 'customer' | 'colleague';
  subject: string;
  /** Only the new words of the mail. */
  text: string;
  /** Header values by lower-case name. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Why it is automatic, as `automaticMailOf` says; null when it is not. Without it subject, text and headers tell. */
  automatic?: string | null | undefined;
  /** True when no case is known for the mail, so that it would open one. */
  opensCase?: boolean | undefined;
  /** True when the mail went to the customer directly: then it is a word to the customer, whomever it addresses. */
  reachedCustomer?: boolean | undefined;
}

export type Judgement = Pick<KindOfMail, 'kind' | 'reason'>;
