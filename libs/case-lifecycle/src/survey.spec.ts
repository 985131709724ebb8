import { Refusal } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import type { Known } from './case.js';
import { atAnyHour, contact, engineer, GivenCase, id } from './given-case.js';
import { givenPolicy } from './given-policy.js';
import { standardPolicy } from './policy.js';
import { gradeIn, surveyStanding } from './survey.js';

const thursday = '2020-05-28T10:00:00+08:00';

function archived(policy = atAnyHour): GivenCase {
  const given = GivenCase.awaitingEvidence(thursday);
  given.policy = policy;
  return given.mail('closure-summary');
}
const asked = (): GivenCase => archived().ring();

function knownOf({ state }: GivenCase): Known {
  if (state.phase === 'unopened') throw new Error('the case is not opened');
  return state.known;
}

const withSummary = givenPolicy({ survey: { after: 'with-summary', closes: '10d' } });

describe('the survey of an archived case', () => {
  it('is asked the morning after, in a letter of its own, which says until when an answer counts', () => {
    const given = archived();
    expect(given.told[0]?.data).toMatchObject({ survey: { within: 'letter', closesAt: null } });
    expect(given.wakesAt).toBe('2020-05-29T09:00:00+08:00');
    expect(given.letTimePass('2020-05-29T08:59:00+08:00').told).toEqual([]);
    expect(given.ring().told).toMatchObject([
      {
        type: 'case.survey-asked',
        data: { cycle: 1, within: 'letter', policy: 'standard-1', closesAt: '2020-06-28T01:00:00.000Z' },
      },
    ]);
    expect(given.letTimePass().told).toEqual([]);
  });

  it('is asked in the hours in which customers are written to', () => {
    const given = GivenCase.awaitingEvidence('2020-05-29T10:00:00+08:00');
    given.policy = standardPolicy;
    expect(given.mail('closure-summary').wakesAt).toBe('2020-06-01T09:00:00+08:00');
  });

  it('is asked with the summary where the policy says so', () => {
    const given = archived(withSummary);
    expect(given.types).toEqual(['case.archived', 'case.survey-asked']);
    expect(given.told[0]?.data).toMatchObject({ survey: { within: 'summary', closesAt: '2020-06-07T01:00:00.000Z' } });
    expect(given.told[1]?.data).toMatchObject({ within: 'summary', closesAt: '2020-06-07T01:00:00.000Z' });
  });

  it('is not asked where the policy has none, and the summary says nothing of it', () => {
    const given = archived(givenPolicy({ survey: undefined }));
    expect(given.told[0]?.data).not.toHaveProperty('survey');
    expect(given.wakesAt).toBe('2020-06-04T09:00:00+08:00');
    expect(given.person({ type: 'reopen', reason: 'x' }).types).toContain('case.reopened');
  });

  it('is not asked of who got nothing: no letter for the case, or nobody to write to', () => {
    const early = new GivenCase(thursday).report({ contact, owner: engineer });
    expect(early.person({ type: 'archive', summary: null }).told[0]?.data).toMatchObject({ survey: null });
    const nobody = new GivenCase(thursday).report({ owner: engineer }).takeSpace();
    expect(nobody.person({ type: 'archive', summary: null }).told[0]?.data).toMatchObject({ survey: null });
    for (const given of [early, nobody]) {
      expect(given.letTimePass('2020-05-29T09:00:00+08:00').types).not.toContain('case.survey-asked');
      expect(surveyStanding(knownOf(given), given.now)).toBeNull();
    }
  });

  it('stops when the case is opened again, and is asked anew in the next cycle if the customer got something in it', () => {
    const given = archived().mail('update').letTimePass('2020-05-29T09:00:00+08:00');
    expect(given.types).not.toContain('case.survey-asked');
    expect(() => given.surveyed(5)).toThrow('not asked');
    given.takeSpace({ spaceId: id(901) });
    given.person({ type: 'answer', text: 'x' }).mail('closure-summary');
    expect(given.ring().told[0]).toMatchObject({ type: 'case.survey-asked', data: { cycle: 2 } });
    const again = asked().surveyed(4).mail('update');
    expect(again.types).toContain('case.reopened');
    expect(surveyStanding(knownOf(again), again.now)).toBeNull();
  });

  it('counts one answer, the first', () => {
    const given = asked().surveyed(4, 'partly', '谢谢');
    expect(given.told).toMatchObject([
      {
        type: 'case.survey-answered',
        data: { grade: 4, solved: 'partly', words: '谢谢', by: contact, via: 'page', mailId: null, cycle: 1 },
      },
    ]);
    expect(() => given.surveyed(1)).toThrow(Refusal);
    expect(() => given.surveyed(1)).toThrow('the survey is answered');
    expect(given.mail('acknowledgement', { text: '1分' }).told).toEqual([]);
    expect(surveyStanding(knownOf(given), given.now)).toMatchObject({ is: 'answered', answer: { grade: 4 } });
    expect(given.wakesAt).toBe('2020-06-04T09:00:00+08:00');
  });

  it('is answered also before it was asked; then nobody is asked', () => {
    const given = archived().surveyed(5);
    expect(given.told).toMatchObject([{ type: 'case.survey-answered', data: { askedAt: null } }]);
    expect(given.letTimePass('2020-05-29T09:00:00+08:00').told).toEqual([]);
  });

  it('takes no answer from the very instant on at which it closes, whether its clock rang or not', () => {
    const given = asked().at('2020-06-28T08:59:59+08:00');
    expect(surveyStanding(knownOf(given), given.now)).toMatchObject({ is: 'open' });
    given.at('2020-06-28T09:00:00+08:00');
    expect(() => given.surveyed(5)).toThrow('the survey is closed');
    given.letTimePass();
    expect(given.history.map(({ type }) => type)).toContain('survey.closed');
    expect(() => given.surveyed(5)).toThrow('the survey is closed');
    expect(surveyStanding(knownOf(given), given.now)).toMatchObject({ is: 'closed' });
    expect(given.mail('acknowledgement', { text: '5' }).told).toEqual([]);
  });

  it('is not asked so late that no answer would count any more', () => {
    expect(archived().letTimePass('2020-06-28T08:59:59+08:00').types).toContain('case.survey-asked');
    const late = archived().letTimePass('2020-06-28T09:00:00+08:00');
    expect(late.types).not.toContain('case.survey-asked');
    expect(surveyStanding(knownOf(late), late.now)).toMatchObject({ is: 'closed' });
  });

  it('is answered by a mail with a grade, which opens no case', () => {
    const given = asked().mail('acknowledgement', { text: '4 分，响应很快', mailId: id(77) });
    expect(given.told).toMatchObject([
      {
        type: 'case.survey-answered',
        data: { grade: 4, solved: null, words: '响应很快', via: 'mail', mailId: id(77), by: contact },
      },
    ]);
    expect(given.state.phase).toBe('archived');
    expect(asked().mail('acknowledgement', { text: '谢谢！' }).told).toEqual([]);
    const sender = { is: 'failed' as const, reason: 'DMARC' };
    expect(asked().mail('acknowledgement', { text: '1', sender }).told).toEqual([]);
  });

  it('tells people of a low grade, each once, and of no other', () => {
    const low = asked().surveyed(2, 'no', '等了太久');
    expect(low.told.slice(1)).toMatchObject([
      { type: 'case.low-grade-given', data: { to: engineer, grade: 2, atOrBelow: 2, words: '等了太久', by: contact } },
      { type: 'case.low-grade-given', data: { to: standardPolicy.seniorEngineer } },
    ]);
    expect(asked().surveyed(3).types).toEqual(['case.survey-answered']);
    const silent = archived(givenPolicy({ survey: { after: '1d', closes: '30d' } })).ring();
    expect(silent.surveyed(1).types).toEqual(['case.survey-answered']);
  });

  it('is refused of an open case', () => {
    expect(() => GivenCase.awaitingEvidence(thursday).surveyed(5)).toThrow('not asked');
  });
});

describe('a grade in a mail', () => {
  it.each([
    ['5', 5, null],
    [' 评分：4 ', 4, null],
    ['4/5', 4, null],
    ['score: 3, a bit slow', 3, 'a bit slow'],
    ['5分。非常感谢', 5, '非常感谢'],
  ])('is read of %j', (text, grade, words) => expect(gradeIn(text)).toEqual({ grade, words }));
  it.each(['谢谢', '55', '4.5', '6', 'we gave 5', ''])('is none in %j', (text) => expect(gradeIn(text)).toBeNull());
});
