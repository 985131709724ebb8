import { defineHolidays, holidaysOfMainlandChina, mergeHolidays } from '@caserelay/business-calendar';
import { Refusal } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { limits, unopened, type Case, type CaseEvent } from './case.js';
import { evolve } from './evolve.js';
import { contact, engineer, GivenCase, id } from './given-case.js';
import { clocksWith, givenPolicy } from './given-policy.js';
import { explainClock } from './explain-clock.js';
import { standardPolicy } from './policy.js';
import { upgradeCase } from './upgrade-case.js';

/** A Tuesday; the office is open from 9 to 12 and from 13:30 to 18. */
const tuesday = '2020-04-28T10:00:00+08:00';
const duty = standardPolicy.duty;
const senior = standardPolicy.seniorEngineer;

const inBeijing = (instant: string | null): string | null =>
  instant && new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16);
const dueOf = (given: GivenCase, clock: Parameters<GivenCase['clock']>[0]) => inBeijing(given.clock(clock).dueAt);
const pastOf = ({ state }: GivenCase) =>
  'known' in state ? state.known.pastClocks.map(({ clock, cycle }) => `${cycle} ${clock}`) : [];
const toldTo = ({ told }: GivenCase) =>
  told.flatMap((event) => (event.type === 'case.level-reached' ? [event.data.to] : []));

describe('the clock of the first response', () => {
  it('starts with the report and counts working time', () => {
    const given = new GivenCase(tuesday).report();
    expect(dueOf(given, 'first-response')).toBe('2020-04-29T10:30');
    expect(given.clock('first-response')).toMatchObject({ cycle: 1, policy: 'standard-1', startedAt: given.instant });
  });

  it('leaves out holidays and counts make-up days', () => {
    const given = new GivenCase('2020-04-30T17:00:00+08:00').report();
    expect(dueOf(given, 'first-response')).toBe('2020-05-06T17:30');
    expect(dueOf(new GivenCase('2020-05-09T10:00:00+08:00').report(), 'first-response')).toBe('2020-05-11T10:30');
  });

  it('ends with the first request, or an engineer’s answer, not with a receipt', () => {
    expect(pastOf(GivenCase.awaitingEvidence(tuesday))).toEqual([]);
    const asked = new GivenCase(tuesday).report({ contact }).at('2020-04-28T10:20:00+08:00').takeSpace();
    expect(pastOf(asked)).toEqual(['1 upload-space', '1 first-response']);
    const answered = new GivenCase(tuesday).report({ contact }).at('2020-04-28T10:20:00+08:00').mail('answer');
    expect(pastOf(answered)).toEqual(['1 first-response']);
    const received = new GivenCase(tuesday).report({ contact }).at('2020-04-28T10:20:00+08:00').upload(1);
    expect(received.types).toContain('case.upload-acknowledged');
    expect(pastOf(received)).toEqual([]);
  });

  it('warns the owner at 75 %, then tells of the breach, then goes on until a person acknowledges it', () => {
    const given = new GivenCase(tuesday).report({ owner: contact }).takeSpace().ring();
    expect(inBeijing(given.now)).toBe('2020-04-28T17:30');
    expect(given.told).toMatchObject([
      {
        type: 'case.level-reached',
        data: { to: contact, clock: 'first-response', level: 1, ofLevels: 3, percent: 75, kind: 'warning', time: 1 },
      },
    ]);
    expect(given.told[0]?.data).toMatchObject({
      ...{ startedAt: new Date(tuesday).toISOString(), dueAt: given.clock('first-response').dueAt, againAt: null },
      ...{ goal: { milliseconds: 28_800_000, calendar: 'office' }, policy: 'standard-1', priority: 'p3' },
    });
    expect(toldTo(given.letTimePass())).toEqual([]);
    expect(toldTo(given.ring())).toEqual([contact, senior]);
    expect(toldTo(given.ring())).toEqual([contact, duty]);
    expect(given.told).toMatchObject([{ data: { time: 1 } }, { data: { time: 1 } }]);
    const againAt = (given.told[0]?.data as { againAt: string }).againAt;
    expect(inBeijing(againAt)).toBe('2020-05-06T09:00');
    expect(given.wakesAt).toBe('2020-05-06T09:00:00+08:00');
    expect(given.ring().told).toMatchObject([{ data: { time: 2, level: 3 } }, { data: { time: 2, level: 3 } }]);
    given.acknowledge('first-response');
    expect(given.types).toEqual(['case.clock-acknowledged']);
    expect(given.wakesAt).toBeNull();
    expect(given.letTimePass('2020-06-30T00:00:00+08:00').told).toEqual([]);
    expect(given.acknowledge('first-response').told).toEqual([]);
  });

  it('tells all levels that came due while nobody looked, in their order, each once', () => {
    const given = new GivenCase(tuesday)
      .report({ owner: contact })
      .takeSpace()
      .letTimePass('2020-05-07T10:00:00+08:00');
    const levels = given.told.map(({ data }) => (data as { level: number }).level);
    expect(levels).toEqual([1, 2, 2, 3, 3]);
    expect(given.letTimePass().told).toEqual([]);
  });

  it('tells duty where there is no owner; who acknowledges it becomes the owner', () => {
    const given = new GivenCase(tuesday).report().takeSpace().ring();
    expect(toldTo(given)).toEqual([duty]);
    expect(given.acknowledge('first-response').types).toEqual(['case.details-completed', 'case.clock-acknowledged']);
    expect(given.state).toMatchObject({ known: { file: { owner: engineer } } });
  });

  it('tells somebody once at a level, however often it names them', () => {
    const given = new GivenCase(tuesday).report({ owner: senior }).takeSpace().ring().ring();
    expect(toldTo(given)).toEqual([senior]);
  });

  it('starts anew with a new cycle, which keeps the clocks of the old one', () => {
    const given = GivenCase.awaitingEvidence(tuesday).at('2020-05-06T10:00:00+08:00').mail('closure-summary');
    given.at('2020-05-08T10:00:00+08:00').mail('update');
    expect(given.clock('first-response')).toMatchObject({ cycle: 2, startedAt: given.instant });
    expect(given.clock('follow-up')).toMatchObject({ cycle: 2 });
    expect(pastOf(given)).toEqual(['1 follow-up', '1 grace', '1 retention', '1 survey']);
  });
});

describe('clocks that have ended', () => {
  it('are kept up to a bound, the last ones', () => {
    const given = GivenCase.awaitingEvidence(tuesday);
    for (let count = 1; count <= limits.pastClocks + 5; count += 1) {
      given.at(new Date(Date.parse(tuesday) + count * 60_000).toISOString()).mail('update');
    }
    const past = 'known' in given.state ? given.state.known.pastClocks : [];
    expect(past).toHaveLength(limits.pastClocks);
    expect(past.at(-1)?.endedAt).toBe(given.instant);
  });
});

describe('the clock of the upload space', () => {
  it('tells duty until the account is there', () => {
    const given = new GivenCase(tuesday).report({ owner: engineer }).ring();
    expect(inBeijing(given.now)).toBe('2020-04-28T10:30');
    expect(given.told).toMatchObject([{ data: { clock: 'upload-space', to: duty, kind: 'breach' } }]);
    expect(given.takeSpace().state).toMatchObject({ known: { clocks: [{ clock: 'first-response' }] } });
  });

  it('ends also when the same account is told again after a reopening', () => {
    const given = GivenCase.awaitingEvidence(tuesday).mail('closure-summary').mail('update').takeSpace();
    expect(() => given.clock('upload-space')).toThrow('does not run');
  });
});

describe('the clock of an analysis', () => {
  const reading = (): GivenCase => GivenCase.awaitingEvidence(tuesday).upload(1);

  it('runs while anything is read', () => {
    const given = reading().at('2020-04-28T12:00:00+08:00').upload(2).analysed(1);
    expect(dueOf(given, 'analysis')).toBe('2020-04-30T10:00');
    expect(() => given.analysed(2).clock('analysis')).toThrow('does not run');
  });

  it('stands still from our word to the customer until theirs', () => {
    const given = reading().at('2020-04-29T10:00:00+08:00').mail('answer');
    expect(given.clock('analysis')).toMatchObject({
      dueAt: null,
      pauses: [{ because: 'awaiting-customer', to: null }],
    });
    expect(given.mail('answer').clock('analysis').pauses).toHaveLength(1);
    given.at('2020-04-29T20:00:00+08:00').mail('acknowledgement');
    expect(given.clock('analysis').dueAt).toBeNull();
    given.at('2020-04-30T10:00:00+08:00').mail('update');
    expect(dueOf(given, 'analysis')).toBe('2020-05-01T10:00');
    expect(given.ring().types).toEqual(['case.escalated']);
    expect(given.told[0]?.data).toMatchObject({ to: senior, reason: 'not read within 48 hours: MEMORY1.zip' });
  });

  it('goes on by itself when the customer stays silent', () => {
    const given = reading().at('2020-04-29T10:00:00+08:00').mail('answer').ring();
    expect(inBeijing(given.now)).toBe('2020-05-02T09:00');
    expect(dueOf(given, 'analysis')).toBe('2020-05-03T09:00');
  });

  it('sends the package once and then tells owner and duty, of each person once', () => {
    const given = reading().ring();
    expect(given.types).toEqual(['case.escalated']);
    expect(given.ring().types).toEqual(['case.level-reached', 'case.level-reached']);
  });
});

describe('a priority', () => {
  it('is that of the report, else that of the policy', () => {
    expect(new GivenCase(tuesday).report({ priority: 'p1' }).state).toMatchObject({ known: { priority: 'p1' } });
    expect(new GivenCase(tuesday).report().state).toMatchObject({ known: { priority: 'p3' } });
  });

  it('that changes keeps the start and gives another due time', () => {
    const given = new GivenCase(tuesday).report().takeSpace().at('2020-04-28T10:30:00+08:00').changePriority('p1');
    expect(given.types).toEqual(['case.priority-changed']);
    expect(given.clock('first-response').startedAt).toBe(new Date(tuesday).toISOString());
    expect(dueOf(given, 'first-response')).toBe('2020-04-28T11:00');
    expect(given.changePriority('p1').told).toEqual([]);
    expect(dueOf(given.changePriority('p4'), 'first-response')).toBe('2020-04-30T11:00');
  });

  it('that changes tells nobody a second time what they were told', () => {
    const given = new GivenCase(tuesday).report().takeSpace().ring().changePriority('p2');
    const levels = given.letTimePass().told.map(({ data }) => (data as { level: number }).level);
    expect(levels).toEqual([2, 2]);
  });

  it('of an archived case cannot change', () => {
    expect(() => GivenCase.awaitingEvidence().mail('closure-summary').changePriority('p1')).toThrow(Refusal);
  });
});

describe('another policy', () => {
  it('moves what runs, from its own start, and says so', () => {
    const given = GivenCase.awaitingEvidence(tuesday);
    expect(dueOf(given, 'follow-up')).toBe('2020-05-01T09:00');
    const patient = givenPolicy(clocksWith({ 'follow-up': { calendar: 'office', ladder: ['3d'], lastWait: '8d' } }));
    given.at('2020-04-29T10:00:00+08:00').apply(patient);
    expect(given.told).toEqual([
      {
        type: 'case.policy-applied',
        data: { from: 'standard-1', to: 'standard-2', because: 'policy-changed', by: engineer },
      },
    ]);
    expect(dueOf(given, 'follow-up')).toBe('2020-05-06T09:00');
    expect(given.clock('follow-up')).toMatchObject({
      policy: 'standard-2',
      startedAt: new Date(tuesday).toISOString(),
    });
    expect(given.state).toMatchObject({ known: { policy: 'standard-2' } });
    expect(given.apply(patient).told).toEqual([]);
  });

  it('with holidays that were announced late moves working time', () => {
    const { years } = holidaysOfMainlandChina;
    const before = defineHolidays(
      'cn',
      years.filter(({ year }) => year !== 2020),
    );
    const after = mergeHolidays(before, ...years.filter(({ year }) => year === 2020));
    const given = new GivenCase('2020-04-30T17:00:00+08:00', givenPolicy({}, { version: 'standard-1', cn: before }));
    given.report();
    expect(dueOf(given, 'first-response')).toBe('2020-05-01T17:30');
    given.apply(givenPolicy({}, { version: 'standard-2', cn: after }));
    expect(dueOf(given, 'first-response')).toBe('2020-05-06T17:30');
  });

  it('leaves archived cases alone', () => {
    const given = GivenCase.awaitingEvidence().mail('closure-summary');
    const { length } = given.history;
    expect(given.apply(givenPolicy()).history).toHaveLength(length);
  });

  it('does not let a clock go on that stands still', () => {
    const given = GivenCase.awaitingEvidence(tuesday).upload(1).mail('answer');
    given.apply(
      givenPolicy(clocksWith({ analysis: { goals: '1h', levels: [{ at: '100%', tell: ['duty'], every: '1d' }] } })),
    );
    expect(given.clock('analysis')).toMatchObject({
      dueAt: null,
      policy: 'standard-2',
      goal: { milliseconds: 3_600_000 },
    });
    given.mail('update');
    expect(given.clock('analysis').levels).toHaveLength(1);
    expect(dueOf(given, 'analysis')).toBe('2020-04-28T11:00');
  });
});

describe('the hours in which customers are written to', () => {
  const waiting = (): GivenCase =>
    new GivenCase('2020-04-29T10:00:00+08:00', standardPolicy).report({ contact, owner: engineer }).takeSpace();

  it('put off what silence brings them to the next opening, not into a holiday or a weekend', () => {
    const given = waiting();
    expect(dueOf(given, 'follow-up')).toBe('2020-05-06T09:00');
    expect(given.ring().types).toEqual(['case.customer-reminded']);
    // A Saturday that is worked in place of the holiday.
    expect(dueOf(given, 'follow-up')).toBe('2020-05-09T09:00');
    expect(dueOf(given.ring(), 'follow-up')).toBe('2020-05-13T09:00');
  });

  it('hold for the check of a plan and the end of an observation, and leave an hour that is open as it is', () => {
    const hours = clocksWith({ 'plan-check': { goals: '30h' }, observation: { goals: '80h' } });
    const given = waiting().apply(givenPolicy({ ...hours, customerHours: 'office' }));
    given.at('2020-05-07T12:15:00+08:00').person({ type: 'write-plan', items: ['do it'] });
    expect(dueOf(given, 'plan-check')).toBe('2020-05-09T09:00');
    expect(given.ring().types).toEqual(['case.observation-started']);
    expect(dueOf(given, 'observation')).toBe('2020-05-12T17:00');
  });

  it('do not hold for colleagues, nor for what happens to an archived case', () => {
    const given = waiting().at('2020-04-30T10:00:00+08:00').person({ type: 'escalate', reason: 'spec' });
    expect(dueOf(given, 'engineer')).toBe('2020-05-02T09:00');
    given.mail('closure-summary');
    expect(dueOf(given, 'grace')).toBe('2020-05-07T09:00');
    expect(given.clock('retention').goal).not.toHaveProperty('within');
  });
});

describe('a clock explains itself', () => {
  it('by the intervals that counted, the special dates, the goal and the policy', () => {
    const given = new GivenCase('2020-04-30T17:00:00+08:00').report();
    const found = explainClock(given.clock('first-response'), standardPolicy, '2020-05-06T10:00:00+08:00');
    expect(found.intervals.map(({ from, to }) => `${inBeijing(from)} ${inBeijing(to)}`)).toEqual([
      '2020-04-30T17:00 2020-04-30T18:00',
      '2020-05-06T09:00 2020-05-06T12:00',
      '2020-05-06T13:30 2020-05-06T17:30',
    ]);
    expect(found).toMatchObject({ state: 'running', policy: 'standard-1', counted: 7_200_000 });
    expect(found.calendar).toMatchObject({ name: 'office', zone: 'Asia/Shanghai', unannouncedYears: [] });
    expect(found.days.map(({ date, name }) => `${date} ${name}`)).toEqual(
      ['05-01', '05-02', '05-03', '05-04', '05-05'].map((date) => `2020-${date} 劳动节`),
    );
    expect(found.words.en).toMatch(
      /^Started 2020-04-30 17:00 \+08:00; 8 hours of working time by policy standard-1\. Calendar office \(Asia\/Shanghai, holidays cn-2026-\S+\)\. Special dates: 2020-05-01 holiday 劳动节, .*\. 2 hours have counted\. Due 2020-05-06 17:30 \+08:00\.$/,
    );
    expect(found.words['zh-CN']).toMatch(
      /^2020-04-30 17:00 \+08:00 开始；按策略 standard-1 时限为 8 小时工作时间。.*已计 2 小时。2020-05-06 17:30 \+08:00 到期。$/,
    );
  });

  it('with its pauses, which are in no interval', () => {
    const given = GivenCase.awaitingEvidence(tuesday).upload(1).at('2020-04-29T10:00:00+08:00').mail('answer');
    const standing = explainClock(given.clock('analysis'), standardPolicy, '2020-04-29T12:00:00+08:00');
    expect(standing).toMatchObject({ state: 'paused', dueAt: null, counted: 86_400_000 });
    expect(standing.words.en).toContain('Paused from 2020-04-29 10:00 +08:00 on (waiting for the customer).');
    given.at('2020-04-30T10:00:00+08:00').mail('update');
    const running = explainClock(given.clock('analysis'), standardPolicy, '2020-04-30T12:00:00+08:00');
    expect(running.intervals.map(({ from, to }) => `${inBeijing(from)} ${inBeijing(to)}`)).toEqual([
      '2020-04-28T10:00 2020-04-29T10:00',
      '2020-04-30T10:00 2020-05-01T10:00',
    ]);
    expect(running).toMatchObject({ state: 'running', counted: 93_600_000 });
    expect(explainClock(given.clock('analysis'), standardPolicy, '2020-05-02T10:00:00+08:00').state).toBe('breached');
  });

  it('that has ended with what counted until then', () => {
    const given = new GivenCase(tuesday).report({ contact }).at('2020-04-28T12:30:00+08:00').takeSpace();
    const [, past] = 'known' in given.state ? given.state.known.pastClocks : [];
    if (!past) throw new Error('no clock has ended');
    const found = explainClock(past, standardPolicy, '2021-01-01T00:00:00Z');
    expect(found).toMatchObject({ clock: 'first-response', state: 'ended', counted: 7_200_000 });
    expect(found.words.en).toMatch(/Ended 2020-04-28 12:30 \+08:00\.$/);
  });

  it('and says when its time had passed, where it waits for the hours in which customers are written to', () => {
    const given = new GivenCase('2020-04-29T10:00:00+08:00', standardPolicy).report({ contact }).takeSpace();
    const found = explainClock(given.clock('follow-up'), standardPolicy, tuesday);
    expect(found).toMatchObject({
      waited: { since: '2020-05-02T01:00:00.000Z', within: 'office' },
      dueAt: '2020-05-06T01:00:00.000Z',
    });
    expect(found.words.en).toBe(
      'Started 2020-04-29 10:00 +08:00; 3 days by policy standard-1. That was 2020-05-02 09:00 +08:00, outside of the ' +
        'hours of office; it waits for their next opening. Due 2020-05-06 09:00 +08:00.',
    );
    expect(found.words['zh-CN']).toContain('2020-05-02 09:00 +08:00 届满，不在 office 的时段内');
  });

  it('in days names no hours', () => {
    const found = explainClock(GivenCase.awaitingEvidence(tuesday).clock('follow-up'), standardPolicy, tuesday);
    expect(found.words.en).toBe(
      'Started 2020-04-28 10:00 +08:00; 3 days by policy standard-1. Due 2020-05-01 09:00 +08:00.',
    );
  });
});

describe('a case from before clocks were data', () => {
  const at = new Date(tuesday).toISOString();
  /** As it stood in the database: the phase held the one instant that mattered. */
  const kept = (phase: object, owner: typeof contact | null = null): Case => {
    const { state } = GivenCase.awaitingEvidence(tuesday).receive(1);
    const text = JSON.stringify({ ...state, ...phase }, (key, value: unknown) =>
      ['clocks', 'pastClocks', 'priority', 'cycle'].includes(key) ? undefined : key === 'owner' ? owner : value,
    );
    return upgradeCase(JSON.parse(text) as Case);
  };
  const given = (state: Case): GivenCase => Object.assign(new GivenCase(tuesday), { state });

  it.each([
    [{ phase: 'awaiting-evidence', step: 1, nextAt: '2020-05-01T01:00:00.000Z' }, 'case.customer-reminded'],
    [{ phase: 'escalated', answered: false, checkAt: '2020-05-01T01:00:00.000Z' }, 'case.escalated'],
    [{ phase: 'escalated', answered: true, checkAt: '2020-05-01T01:00:00.000Z' }, 'case.observation-started'],
    [{ phase: 'action-planned', checkAt: '2020-05-01T01:00:00.000Z' }, 'case.observation-started'],
    [{ phase: 'observing', because: 'no-evidence', until: '2020-05-01T01:00:00.000Z' }, 'case.archived'],
  ])('goes on where it was: %j leads to %s', (phase, type) => {
    const old = given(kept(phase));
    expect(old.wakesAt).toBe('2020-05-01T09:00:00+08:00');
    expect(JSON.stringify(old.state)).not.toMatch(/"(nextAt|checkAt)"/);
    expect(old.ring().types).toEqual([type]);
    const { state } = old;
    if ('known' in state && state.phase !== 'archived') expect(state.known.clocks[0]?.goal).not.toBeNull();
  });

  it('is retired and loses its evidence when it was to', () => {
    const due = { closesAt: '2020-05-08T01:00:00.000Z', purgesAt: '2020-10-25T01:00:00.000Z' };
    const old = given(kept({ phase: 'archived', archivedAt: at, ...due }));
    expect([old.wakesAt, old.ring().types]).toEqual(['2020-05-08T09:00:00+08:00', ['case.upload-space-retired']]);
    expect([old.wakesAt, old.ring().types]).toEqual(['2020-10-25T09:00:00+08:00', ['case.evidence-purge-requested']]);
    expect(given(kept({ phase: 'archived', archivedAt: at, closesAt: null })).wakesAt).toBeNull();
  });

  it('tells once that an analysis is overdue, and returns to where it was', () => {
    const rest = { phase: 'awaiting-evidence', step: 2, wanted: ['full-dump'], nextAt: '2020-05-02T01:00:00.000Z' };
    const old = given(
      kept({ phase: 'analysing', pending: [id(1)], dueAt: '2020-05-01T01:00:00.000Z', rest }, engineer),
    );
    expect(old.ring().types).toEqual(['case.escalated']);
    expect(old.wakesAt).toBeNull();
    expect(old.apply(givenPolicy()).wakesAt).toBeNull();
    expect(old.recognised(1).state).toMatchObject({ phase: 'awaiting-evidence', step: 2 });
    expect(old.wakesAt).toBe('2020-05-02T09:00:00+08:00');
  });

  it('without owner and without any clock is told of once somebody looks', () => {
    for (const phase of [
      { phase: 'reported' },
      { phase: 'analysing', pending: [id(1)], dueAt: null, rest: { phase: 'reported' } },
    ]) {
      const old = given(kept(phase));
      expect(old.wakesAt).toBeNull();
      expect(old.letTimePass().wakesAt).not.toBeNull();
    }
    expect(given(kept({ phase: 'reported' }, engineer)).letTimePass().wakesAt).toBeNull();
  });

  it('explains what it knows: the due time, and that its start was not kept', () => {
    const old = given(kept({ nextAt: '2020-05-01T01:00:00.000Z' }));
    const found = explainClock(old.clock('follow-up'), standardPolicy, tuesday);
    expect(found).toMatchObject({ goal: null, startedAt: null, counted: null, intervals: [] });
    expect(found.words).toEqual({
      en: 'Due 2020-05-01 09:00 +08:00; its start was not kept.',
      'zh-CN': '2020-05-01 09:00 +08:00 到期；当时未记录开始时间。',
    });
  });

  it('has a history that still gives its state', () => {
    const { state } = GivenCase.awaitingEvidence();
    if (state.phase === 'unopened') throw new Error('the case is not opened');
    const { file } = state.known;
    const events: CaseEvent[] = [
      { type: 'case.opened', at, data: { file, policy: 'standard-1' } },
      { type: 'evidence.awaited', at, data: { wanted: ['full-dump'], nextAt: '2020-05-01T01:00:00.000Z' } },
      { type: 'clock.moved', at, data: { to: '2020-05-04T01:00:00.000Z' } },
    ];
    const old = given(events.reduce(evolve, unopened));
    expect(old.wakesAt).toBe('2020-05-04T09:00:00+08:00');
    expect(old.ring().types).toEqual(['case.customer-reminded']);
    old.state = [
      ...events,
      {
        type: 'case.analysis-requested',
        at,
        data: { uploadId: id(1), name: 'a', bytes: 1, sha256: '', location: 'a' },
      } as CaseEvent,
      { type: 'analysis.awaited', at, data: { dueAt: '2020-05-05T01:00:00.000Z' } } as CaseEvent,
    ].reduce(evolve, unopened);
    expect(old.wakesAt).toBe('2020-05-05T09:00:00+08:00');
  });
});
