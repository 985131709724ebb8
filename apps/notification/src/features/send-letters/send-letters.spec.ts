import { describe, expect, test } from '@jest/globals';
import { LetterFailed, LetterSent } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import { sendLetter, settleUnknownFate, type Fate, type Needs, type WaitingLetter } from './send-letters.js';

const letter: WaitingLetter = {
  letterId: '00000000-0000-4000-8000-000000000001',
  caseId: '00000000-0000-4000-8000-000000000002',
  to: { name: 'Li', address: 'li@partner.example' },
  audience: 'customer',
  topics: ['reminder'],
  subject: 'subject',
  text: 'text',
  html: '<p>text</p>',
  language: 'en',
  messageId: '<a.b@support.example>',
  inReplyTo: null,
  references: [],
  writtenAt: new Date(0),
  attempt: 1,
  cause: {},
};

function needsThat(answers: { fate?: Fate; wasSent?: boolean | null; wait?: 'waits' | 'given-up' }) {
  const did: unknown[] = [];
  const tells: Tell[] = [];
  const needs: Needs = {
    send: async () => {
      did.push('send');
      return answers.fate ?? { is: 'sent' };
    },
    wasSent: async () => answers.wasSent ?? null,
    settle: async (_, as, told) => {
      did.push(as);
      tells.push(...told);
    },
    wait: async (_, { refused }) => {
      did.push(refused ? 'wait refused' : 'wait');
      return answers.wait ?? 'waits';
    },
    note: () => undefined,
  };
  return { needs, did, tells };
}

describe('sending a letter', () => {
  test('a letter that was taken is told as sent', async () => {
    const { needs, did, tells } = needsThat({ fate: { is: 'sent' } });
    await sendLetter(letter, needs);
    expect(did).toEqual(['send', 'sent']);
    expect(tells.map(({ type }) => type)).toEqual(['letter.sent']);
    expect(LetterSent.shape.data.safeParse(tells[0]?.data).success).toBe(true);
  });

  test('a letter refused for good is told as failed, with the reason', async () => {
    const { needs, did, tells } = needsThat({ fate: { is: 'refused-for-good', reason: '550 no such user' } });
    await sendLetter(letter, needs);
    expect(did).toEqual(['send', 'failed']);
    expect(LetterFailed.shape.data.parse(tells[0]?.data).reason).toBe('550 no such user');
  });

  test.each<[Fate, string]>([
    [{ is: 'refused-for-now', reason: '451 later' }, 'wait refused'],
    [{ is: 'not-reached', reason: 'ECONNREFUSED' }, 'wait'],
  ])('%j: it waits and nothing is told', async (fate, deed) => {
    const { needs, did, tells } = needsThat({ fate });
    await sendLetter(letter, needs);
    expect(did).toEqual(['send', deed]);
    expect(tells).toEqual([]);
  });

  test('a letter refused for too long is given up', async () => {
    const { needs, did, tells } = needsThat({ fate: { is: 'refused-for-now', reason: '452 full' }, wait: 'given-up' });
    await sendLetter(letter, needs);
    expect(did).toEqual(['send', 'wait refused', 'failed']);
    expect(tells[0]).toMatchObject({ type: 'letter.failed', data: { reason: expect.stringContaining('452 full') } });
  });

  test('a letter whose answer was lost is left alone until its lease has run out', async () => {
    const { needs, did, tells } = needsThat({ fate: { is: 'unknown', reason: 'connection lost' } });
    await sendLetter(letter, needs);
    expect(did).toEqual(['send']);
    expect(tells).toEqual([]);
  });
});

describe('a letter of unknown fate', () => {
  test('is told as sent, and not sent again, when the mail server has it', async () => {
    const { needs, did, tells } = needsThat({ wasSent: true });
    await settleUnknownFate(letter, needs);
    expect(did).toEqual(['sent']);
    expect(tells.map(({ type }) => type)).toEqual(['letter.sent']);
  });

  test.each([false, null])('waits to be sent again when the answer is %s', async (wasSent) => {
    const { needs, did, tells } = needsThat({ wasSent });
    await settleUnknownFate(letter, needs);
    expect(did).toEqual(['wait refused']);
    expect(tells).toEqual([]);
  });
});
