import { Refusal } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { contact, engineer, GivenCase, id } from './given-case.js';
import { standardPolicy } from './index.js';

const monday = '2020-06-01T10:00:00+08:00';
const senior = { name: '二线工程师', address: 'l2@support.example' };
const known = ({ state }: GivenCase) => (state.phase === 'unopened' ? undefined : state.known);

function planned(): GivenCase {
  return GivenCase.awaitingEvidence(monday).person({ type: 'write-plan', items: ['update ntfs.sys', 'special pool'] });
}

function archived(): GivenCase {
  return GivenCase.awaitingEvidence(monday).person({ type: 'archive', summary: '案例总结' });
}

describe('a hold', () => {
  const held = (): GivenCase =>
    GivenCase.awaitingEvidence(monday)
      .at('2020-06-02T10:00:00+08:00')
      .person({ type: 'hold', reason: '等待停机窗口', until: '2020-06-20T09:00:00+08:00' });

  it('lets all clocks stand still until its end', () => {
    const given = held();
    expect(given.types).toEqual(['case.held']);
    expect(given.clock('follow-up')).toMatchObject({ dueAt: null });
    expect(given.wakesAt).toBe('2020-06-20T09:00:00+08:00');
    expect(given.letTimePass('2020-06-19T09:00:00+08:00').told).toEqual([]);
  });

  it('ends on its own, tells the owner, and the time before it still counts', () => {
    const given = held().ring();
    expect(given.types).toEqual(['case.resumed']);
    expect(given.told[0]?.data).toMatchObject({
      ...{ because: 'time-over', by: null, to: engineer, reason: '等待停机窗口' },
      heldSince: '2020-06-02T02:00:00.000Z',
    });
    // One of three days had passed.
    expect(given.wakesAt).toBe('2020-06-22T09:00:00+08:00');
  });

  it('is ended by a person, who is known', () => {
    const given = held().at('2020-06-03T10:00:00+08:00').person({ type: 'resume' });
    expect(given.told[0]?.data).toMatchObject({ because: 'asked-by-person', by: engineer });
    expect(known(given)?.hold).toBeUndefined();
    expect(() => given.person({ type: 'resume' })).toThrow('not on hold');
  });

  it('lets what comes be read and answered; the clocks that this starts stand still as well', () => {
    const given = held().mail('question');
    expect(given.types).toEqual(['case.customer-heard', 'case.customer-forwarded']);
    expect(given.clock('follow-up')).toMatchObject({ dueAt: null });
    given.upload(1);
    expect(given.clock('analysis')).toMatchObject({ dueAt: null });
  });

  it('can be changed, and the pause goes on', () => {
    const given = held().person({ type: 'hold', reason: 'other', until: '2020-06-10T09:00:00+08:00' });
    expect(given.types).toEqual(['case.held']);
    expect(given.wakesAt).toBe('2020-06-10T09:00:00+08:00');
    expect(given.person({ type: 'hold', reason: 'other', until: '2020-06-10T01:00:00Z' }).told).toEqual([]);
  });

  it('ends with the case, and does not come back', () => {
    const given = held().person({ type: 'archive', summary: null });
    expect(known(given)?.hold).toBeUndefined();
    expect(known(given.person({ type: 'reopen', reason: 'again' }))?.hold).toBeUndefined();
  });

  it.each([
    ['2020-06-01T10:00:00+08:00', 'is past'],
    ['2022-06-01T10:00:00+08:00', 'expected at most 366, then'],
  ])('until %s is refused', (until, words) => {
    expect(() => GivenCase.awaitingEvidence(monday).person({ type: 'hold', reason: 'x', until })).toThrow(words);
  });
});

describe('an owner', () => {
  it('takes over with what is needed to go on', () => {
    const given = GivenCase.awaitingEvidence(monday).mail('update', { text: 'again last night' });
    given.person({ type: 'ask-question', text: 'which driver?' });
    given.person({ type: 'assign-owner', to: senior, note: 'holiday' });
    expect(given.types).toEqual(['case.owner-changed']);
    expect(given.told[0]?.data).toMatchObject({
      ...{ file: { owner: senior }, from: engineer, by: engineer, note: 'holiday', phase: 'awaiting-evidence' },
      ...{ questions: ['which driver?'], customerWords: [{ text: 'again last night' }] },
    });
    expect(given.mail('question').told[1]?.data).toMatchObject({ file: { owner: senior } });
  });

  it('who has it already is not told again', () => {
    const to = { ...engineer, address: engineer.address.toUpperCase() };
    expect(GivenCase.awaitingEvidence().person({ type: 'assign-owner', to, note: null }).told).toEqual([]);
  });
});

describe('a question', () => {
  const asked = (): GivenCase =>
    GivenCase.awaitingEvidence(monday)
      .at('2020-06-02T10:00:00+08:00')
      .person({ type: 'ask-question', text: '重装过系统吗?' });

  it('is told to the customer, and their silence is reminded of it', () => {
    const given = asked();
    expect(given.types).toEqual(['case.question-asked']);
    expect(given.told[0]?.data).toMatchObject({ questionId: id(500), text: '重装过系统吗?', by: engineer });
    expect(given.wakesAt).toBe('2020-06-05T09:00:00+08:00');
    expect(given.ring().told[0]?.data).toMatchObject({ questions: ['重装过系统吗?'] });
  });

  it('is a first response', () => {
    const given = new GivenCase().report({ contact, owner: engineer });
    expect(given.clock('first-response').dueAt).not.toBeNull();
    given.person({ type: 'ask-question', text: 'since when?' });
    expect(() => given.clock('first-response')).toThrow('does not run');
  });

  it('lets the customer’s next words go to the owner, once, and is no longer reminded of', () => {
    const given = asked().mail('update');
    expect(given.types).toEqual(['case.customer-heard', 'case.customer-forwarded']);
    expect(given.told[1]?.data).toMatchObject({ kind: 'answer' });
    expect(given.mail('update').types).toEqual(['case.customer-heard']);
    expect(given.ring().told[0]?.data).toMatchObject({ questions: [] });
  });

  it('is not answered by an acknowledgement', () => {
    expect(asked().mail('acknowledgement').told).toEqual([]);
  });

  it('stays open until an engineer closes it, also after the archive', () => {
    const given = asked().mail('update');
    const answer = '是的';
    given.person({ type: 'archive', summary: null }).person({ type: 'close-question', questionId: id(500), answer });
    expect(known(given)?.questions).toMatchObject([{ closed: { by: engineer, answer } }]);
    expect(() => given.person({ type: 'close-question', questionId: id(7), answer })).toThrow('has no question');
  });

  it('needs somebody to ask', () => {
    const given = new GivenCase().report();
    expect(() => given.person({ type: 'ask-question', text: 'x' })).toThrow('expected a contact');
  });

  it('is one of twenty at the most', () => {
    const given = GivenCase.awaitingEvidence();
    for (let number = 1; number <= 20; number += 1) given.person({ type: 'ask-question', text: 'x' }, number);
    expect(() => given.person({ type: 'ask-question', text: 'x' }, 21)).toThrow('20 questions are open');
  });
});

describe('a written plan', () => {
  it('goes to the customer, and its check begins', () => {
    const given = planned();
    expect(given.types).toEqual(['case.plan-written']);
    expect(given.state.phase).toBe('action-planned');
    expect(given.told[0]?.data).toMatchObject({ planId: id(500), items: ['update ntfs.sys', 'special pool'] });
    expect(given.wakesAt).toBe('2020-06-04T09:00:00+08:00');
  });

  it('is watched once its last item is done', () => {
    const given = planned().at('2020-06-03T10:00:00+08:00');
    given.person({ type: 'tick-item', planId: id(500), item: 1, isDone: true });
    expect(given.told).toEqual([]);
    expect(given.wakesAt).toBe('2020-06-06T09:00:00+08:00');
    given.person({ type: 'tick-item', planId: id(500), item: 2, isDone: true });
    expect(given.types).toEqual(['case.observation-started']);
    expect(known(given)?.plan?.items).toMatchObject([{ doneBy: engineer }, { doneBy: engineer }]);
  });

  it('whose item turns out not to be done goes on', () => {
    const given = planned().person({ type: 'tick-item', planId: id(500), item: 1, isDone: true });
    given.person({ type: 'tick-item', planId: id(500), item: 1, isDone: false });
    given.person({ type: 'tick-item', planId: id(500), item: 2, isDone: true });
    expect(given.state.phase).toBe('action-planned');
  });

  it.each([
    [id(7), 1, 'expected one of'],
    [id(500), 3, 'expected one from 1 to 2'],
  ])('has no item %s/%s', (planId, item, words) => {
    expect(() => planned().person({ type: 'tick-item', planId, item, isDone: true })).toThrow(words);
  });
});

describe('a person', () => {
  it('escalates with the whole package', () => {
    const given = GivenCase.awaitingEvidence(monday).person({ type: 'escalate', reason: '客户催促' });
    expect(given.types).toEqual(['case.escalated']);
    expect(given.told[0]?.data).toMatchObject({
      ...{ because: 'asked-by-person', reason: '客户催促', to: standardPolicy.seniorEngineer },
    });
    expect(given.state.phase).toBe('escalated');
    expect(given.wakesAt).toBe('2020-06-03T09:00:00+08:00');
  });

  it('answers the customer; whoever it was escalated to has then answered', () => {
    const given = GivenCase.awaitingEvidence(monday).person({ type: 'escalate', reason: 'x' });
    given.person({ type: 'answer', text: '请升级 ntfs.sys' });
    expect(given.types).toEqual(['case.answer-forwarded']);
    expect(given.state).toMatchObject({ phase: 'escalated', answered: true });
  });

  it('archives with a summary and opens again', () => {
    const given = archived();
    expect(given.told[0]?.data).toMatchObject({ because: 'closed-by-engineer', engineerSummary: '案例总结' });
    expect(given.person({ type: 'reopen', reason: 'again' }).types[0]).toBe('case.reopened');
    expect(given.told[0]?.data).toMatchObject({ because: 'asked-by-person' });
    expect(() => given.person({ type: 'reopen', reason: 'again' })).toThrow('expected an archived case');
  });

  it.each([
    { type: 'hold' as const, reason: 'x', until: '2020-06-20T09:00:00+08:00' },
    { type: 'escalate' as const, reason: 'x' },
    { type: 'archive' as const, summary: null },
    { type: 'answer' as const, text: 'x' },
    { type: 'write-plan' as const, items: ['x'] },
  ])('may not ask an archived case to $type', (command) => {
    expect(() => archived().person(command)).toThrow(Refusal);
    expect(() => archived().person(command)).toThrow('reopen it first');
  });

  it('leaves a note that only the history knows', () => {
    const given = GivenCase.awaitingEvidence().person({ type: 'note', text: 'called, nobody there' });
    expect(given.told).toEqual([]);
    expect(given.history.at(-1)).toMatchObject({ type: 'note.kept', data: { by: engineer } });
  });
});
