import { Refusal } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import type { Known } from './case.js';
import { contact, engineer, GivenCase, id } from './given-case.js';
import { taskListOf, type TaskList } from './task-list.js';

const monday = '2020-06-01T10:00:00+08:00';

const planned = (): GivenCase =>
  GivenCase.awaitingEvidence(monday).person({ type: 'write-plan', items: ['update ntfs.sys', 'special pool'] });
const byPlaybook = (): GivenCase =>
  GivenCase.awaitingEvidence(monday)
    .upload(1)
    .analysed(1, { holdsFullDump: true, nextSteps: ['update-windows', 'enable-special-pool'] });

function knownOf({ state }: GivenCase): Known {
  if (state.phase === 'unopened') throw new Error('the case is not opened');
  return state.known;
}

function listOf(given: GivenCase): TaskList {
  const list = taskListOf(knownOf(given));
  if (!list) throw new Error('the case has no plan');
  return list;
}

describe('an item that the customer ticks', () => {
  it('is told with their words, and the wait begins anew', () => {
    const given = planned().at('2020-06-03T10:00:00+08:00').tick([1, true, '已更新，重启过']);
    expect(given.told).toMatchObject([
      {
        type: 'case.plan-ticked',
        data: {
          items: [{ item: 1, text: 'update ntfs.sys', step: null, isDone: true, words: '已更新，重启过' }],
          ...{ planId: id(500), openItems: 1, ofItems: 2, by: contact },
        },
      },
    ]);
    expect(given.wakesAt).toBe('2020-06-06T09:00:00+08:00');
    expect(listOf(given).tasks[0]).toMatchObject({ doneBy: contact, words: '已更新，重启过' });
    expect(knownOf(given).customerWords.at(-1)?.text).toBe('1. update ntfs.sys: 已更新，重启过');
  });

  it('is said once, however often it is sent', () => {
    const given = planned().tick([1, true, 'done']);
    expect(given.tick([1, true, 'done']).history).toHaveLength(given.history.length);
    expect(given.told).toEqual([]);
    expect(given.tick([1, null, 'done']).told).toEqual([]);
  });

  it('can be taken back, and words can be said without a tick', () => {
    const given = planned().tick([1, true, null]).tick([1, false, '其实没有成功']);
    expect(given.told[0]?.data).toMatchObject({ items: [{ isDone: false }], openItems: 2 });
    expect(given.tick([2, null, '不会操作']).told[0]?.data).toMatchObject({
      items: [{ item: 2, isDone: false, words: '不会操作' }],
    });
    expect(given.state.phase).toBe('action-planned');
  });

  it('keeps who did it first and when', () => {
    const given = planned().person({ type: 'tick-item', planId: id(500), item: 1, isDone: true });
    given.at('2020-06-03T10:00:00+08:00').tick([1, true, 'yes']);
    expect(listOf(given).tasks[0]).toMatchObject({ doneBy: engineer, words: 'yes' });
  });

  it('being the last one, the case is watched', () => {
    const given = planned().tick([1, true, null], [2, true, null]);
    expect(given.types).toEqual(['case.plan-ticked', 'case.observation-started']);
    expect(given.told[1]?.data).toMatchObject({ because: 'plan-carried-out' });
    expect(given.told[1]?.data).not.toHaveProperty('openItems');
  });

  it('leaves a case that waits for something else where it is, and resets its reminder', () => {
    const given = planned().upload(1).analysed(1).at('2020-06-02T10:00:00+08:00');
    given.person({ type: 'escalate', reason: 'x' }).tick([1, true, null], [2, true, null]);
    expect(given.types).toEqual(['case.plan-ticked']);
    expect(given.state.phase).toBe('escalated');
  });

  it('lets an analysis go on that waited for the customer', () => {
    const given = planned().upload(1).person({ type: 'ask-question', text: 'which user?' });
    expect(given.clock('analysis').dueAt).toBeNull();
    expect(given.at('2020-06-01T12:00:00+08:00').tick([1, true, null]).clock('analysis').dueAt).not.toBeNull();
  });

  it('may be a step of a playbook', () => {
    const given = byPlaybook();
    expect(listOf(given)).toMatchObject({ planId: null, by: null });
    given.tick([2, true, null]);
    expect(given.told[0]?.data).toMatchObject({
      items: [{ item: 2, text: null, step: 'enable-special-pool' }],
      ...{ planId: null, openItems: 1 },
    });
    expect(given.tick([1, true, null]).types).toEqual(['case.plan-ticked', 'case.observation-started']);
  });
});

describe('the plan that a customer sees', () => {
  it('is what was decided last', () => {
    const given = byPlaybook().at('2020-06-02T10:00:00+08:00');
    given.person({ type: 'write-plan', items: ['other'] });
    expect(listOf(given).tasks).toMatchObject([{ text: 'other' }]);
    given.at('2020-06-03T10:00:00+08:00').upload(2);
    given.analysed(2, { holdsFullDump: true, nextSteps: ['update-windows'] });
    expect(listOf(given).tasks).toMatchObject([{ step: 'update-windows' }]);
  });

  it('belongs to its cycle', () => {
    const given = planned().mail('closure-summary').mail('update');
    expect(taskListOf(knownOf(given))).toBeNull();
    expect(() => given.tick([1, true, null])).toThrow('there is none');
  });

  it('is refused when it is no longer the present one, or has no such item', () => {
    const given = planned();
    const { listId } = listOf(given);
    given.person({ type: 'write-plan', items: ['other'] }, 501);
    expect(() => given.tickOf(listId, [1, true, null])).toThrow(Refusal);
    expect(() => given.tick([2, true, null])).toThrow('expected one from 1 to 1');
    expect(() => planned().mail('closure-summary').tick([1, true, null])).toThrow('archived');
  });

  it('is reminded of by what is still open', () => {
    const watched = planned().tick([1, true, null]).ring();
    expect(watched.told[0]).toMatchObject({
      type: 'case.observation-started',
      data: { openItems: ['special pool'], because: 'plan-carried-out' },
    });
    expect(byPlaybook().tick([1, true, null]).ring().told[0]?.data).toMatchObject({
      openSteps: ['enable-special-pool'],
    });
  });
});
