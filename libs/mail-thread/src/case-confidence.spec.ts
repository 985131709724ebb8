import { describe, expect, test } from '@jest/globals';
import { caseAmong, proposalBy, proposalOfLikeness, sureFrom, whyAnswer } from './case-confidence.js';

describe('the case of a mail', () => {
  test.each(['token', 'number', 'own-letter', 'answered-mail', 'token-in-text', 'number-in-text'] as const)(
    'is sure by %s',
    (by) => {
      expect(caseAmong([proposalBy(by, 'one')])).toMatchObject({ sure: { caseId: 'one', by } });
    },
  );

  test('is never sure by likeness', () => {
    for (const [sameTopic, sameSender] of [
      [true, true],
      [true, false],
      [false, true],
    ] as const) {
      const guess = proposalOfLikeness({ caseId: 'one', sameTopic, sameSender });
      expect(guess.confidence).toBeLessThan(sureFrom);
      expect(caseAmong([guess])).toMatchObject({ sure: null });
    }
  });

  test('is left to a person where strong keys name two, not where a text does', () => {
    const two = caseAmong([proposalBy('token', 'one'), proposalBy('answered-mail', 'two')]);
    expect(two.sure).toBeNull();
    expect(two).toHaveProperty('reason', expect.stringContaining('two cases'));
    expect(caseAmong([proposalBy('token', 'one'), proposalBy('own-letter', 'one')]).sure?.by).toBe('token');
    expect(caseAmong([proposalBy('token', 'one'), proposalBy('number-in-text', 'two')]).sure?.caseId).toBe('one');
  });

  test('is missed by answers, not by first mails', () => {
    const mail = { subject: '电脑蓝屏', inReplyTo: '', references: [], kind: 'problem' };
    expect(whyAnswer(mail)).toBeNull();
    for (const subject of ['回复：电脑蓝屏', '答复: x', 'Re: x', 'RE[2]: x', '回覆: x', 'AW: x', 'Re: Fwd: x'])
      expect(whyAnswer({ ...mail, subject })).toContain(':');
    for (const subject of ['转发：电脑蓝屏', 'Fwd: x', 'Report: x']) expect(whyAnswer({ ...mail, subject })).toBeNull();
    expect(whyAnswer({ ...mail, inReplyTo: '<a@b>' })).not.toBeNull();
    expect(whyAnswer({ ...mail, kind: 'acknowledgement' })).not.toBeNull();
  });
});
