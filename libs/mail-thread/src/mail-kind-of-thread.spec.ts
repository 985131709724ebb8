import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { testData } from '../../../tests/support/test-data.js';
import { kindOfMail, type KindOfMail } from './mail-kind.js';
import { newTextOf } from './new-text.js';

interface ThreadMail {
  n: number;
  label: string;
  from: { address: string };
  to: { address: string }[];
  body: string;
}

/** What each label of the thread is for us. The letters that the system writes itself are notes when a person sends them. */
const kindOfLabel: Record<string, KindOfMail['kind'][]> = {
  'sftp-account-request': ['upload-space-request'],
  'sftp-account-created': ['colleague-note'],
  'initial-response': ['colleague-note'],
  'data-request-with-credentials': ['colleague-note'],
  'upload-acknowledgement': ['colleague-note'],
  'observation-notice': ['colleague-note'],
  acknowledgement: ['acknowledgement', 'colleague-note'],
  'customer-update': ['update', 'data'],
  'customer-question': ['question'],
  'upload-notice': ['upload-notice'],
  answer: ['answer'],
  escalation: ['escalation'],
  'analysis-report': ['action-plan'],
  'follow-up': ['reminder'],
  'closure-summary': ['closure-summary'],
};

/** A kind that makes the case do what the mail did not ask for is worse than one that does nothing. */
const acting = new Set<KindOfMail['kind']>([
  'closure-summary',
  'escalation',
  'upload-space-request',
  'automatic-reply',
  'spam',
]);

const path = testData('thread/CAS-02227-X4W1B1.json');

(path === null ? describe.skip : describe)('the real thread (skipped where its file is missing)', () => {
  const thread =
    path === null ? null : (JSON.parse(readFileSync(path, 'utf8')) as { subject: string; mails: ThreadMail[] });
  const isOurs = ({ address }: { address: string }): boolean => address.endsWith('@support.example');
  const judged = (thread?.mails ?? []).map(({ n, label, from, to, body }) => {
    const author = isOurs(from) ? ('colleague' as const) : ('customer' as const);
    const { kind } = kindOfMail({
      author,
      subject: thread?.subject ?? '',
      text: newTextOf(body),
      reachedCustomer: author === 'colleague' && to.some((person) => !isOurs(person)),
    });
    return { n, label, kind };
  });

  test('is judged as its labels say: 33 of 35 or better', () => {
    expect(judged).toHaveLength(35);
    const wrong = judged.filter(({ label, kind }) => !kindOfLabel[label]?.includes(kind));
    expect(wrong.length).toBeLessThanOrEqual(2);
  });

  test('makes no case do what nobody asked for', () => {
    expect(judged.filter(({ label, kind }) => acting.has(kind) && !kindOfLabel[label]?.includes(kind))).toEqual([]);
  });
});
