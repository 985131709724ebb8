import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './repository.js';

/** One mail of the real thread. */
export interface ThreadMail {
  n: number;
  /** What the mail was for, as a person who read the whole thread named it. */
  label: string;
  from: { name: string; address: string };
  to: { name: string; address: string }[];
  sentAt: Date;
  text: string;
}

/** The real case that CaseRelay is measured by: 35 mails in 41 days, 22 of them written by hand at the support centre. */
export interface Thread {
  subject: string;
  caseNumber: string;
  trackingToken: string;
  partner: string;
  endCustomer: string;
  mails: ThreadMail[];
}

/** Reads the thread of case CAS-02227. */
export function readThread(): Thread {
  const file = join(repository, 'tests/fixtures/thread-CAS-02227-X4W1B1.json');
  const { mails, ...thread } = JSON.parse(readFileSync(file, 'utf8')) as Omit<Thread, 'mails'> & {
    mails: (Omit<ThreadMail, 'sentAt' | 'text'> & { sentAt: string; body: string })[];
  };
  return {
    ...thread,
    mails: mails.map(({ body, sentAt, ...mail }) => ({ ...mail, sentAt: new Date(sentAt), text: body })),
  };
}

/** True for mails that people of the support centre wrote by hand. */
export function isHandWritten(mail: ThreadMail): boolean {
  return mail.from.address.endsWith('@support.example');
}
