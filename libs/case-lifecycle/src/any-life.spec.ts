import { eventSchemas, Refusal } from '@caserelay/contracts';
import { holidaysOfMainlandChina } from '@caserelay/business-calendar';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unopened } from './case.js';
import { contact, finding, GivenCase, id, truncated } from './given-case.js';
import { evolve } from './evolve.js';
import { goesOnIn, handedOver } from './merge.js';
import { explainClock } from './explain-clock.js';
import { definePolicy, standardPolicy } from './policy.js';
import { standardPolicyDocument } from './standard-policy.data.js';
import { taskListOf } from './task-list.js';
import { wakeAt } from './wake-at.js';

type Step = (given: GivenCase) => GivenCase;

const upload = fc.integer({ min: 1, max: 5 });
const mailId = fc.integer({ min: 1, max: 12 }).map(id);
const kinds = fc.constantFrom(
  'problem' as const,
  'upload-notice' as const,
  'question' as const,
  'update' as const,
  'acknowledgement' as const,
  'upload-space-request' as const,
  'answer' as const,
  'colleague-note' as const,
  'automatic-reply' as const,
);

const dumpKinds = fc.constantFrom('full' as const, 'kernel' as const, 'triage' as const, 'user' as const);

/** Another version of the contract, under which everything is measured otherwise, and the standard one. */
const policies = [
  standardPolicy,
  definePolicy(
    {
      ...(standardPolicyDocument as object),
      clocks: {
        'first-response': { goals: '30min', levels: [{ at: '100%', tell: ['duty'], every: '12h' }] },
        'upload-space': { goals: '2d', levels: [{ at: '50%', tell: ['owner', 'duty'], every: '1d' }] },
        analysis: { calendar: 'office', goals: '6h', levels: [{ at: '150%', tell: ['owner'], every: '3h' }] },
        'follow-up': { calendar: 'office', ladder: ['1d', '2d'], lastWait: '20h' },
        'plan-check': { calendar: 'office', goals: '2d' },
        engineer: { calendar: 'office', goals: { p1: '1h', p2: '3h', p3: '1d', p4: '2d' } },
        observation: { goals: '10d' },
      },
      survey: { after: 'with-summary', closes: '12h', low: { grade: 4, tell: ['duty', 'owner'] } },
    },
    {
      version: 'standard-2',
      holidays: { cn: holidaysOfMainlandChina },
      ...{ seniorEngineer: contact, duty: contact, wrongDumpGraceSeconds: 20 },
      retention: { readOnlyDays: 3, evidenceDays: 30 },
    },
  ),
];

type Asked = Parameters<GivenCase['person']>[0];

const planId = id(500);
const questionId = id(500);

/** What people ask; some of it breaks a rule, depending on the case. */
const personCommand: fc.Arbitrary<(now: string) => Asked> = fc.oneof(
  fc
    .constantFrom<Asked>(
      { type: 'resume' },
      { type: 'escalate', reason: 'spec' },
      { type: 'archive', summary: null },
      { type: 'reopen', reason: 'spec' },
      { type: 'answer', text: 'spec' },
      { type: 'ask-question', text: 'spec?' },
      { type: 'close-question', questionId, answer: null },
      { type: 'write-plan', items: ['one', 'two'] },
      { type: 'assign-owner', to: contact, note: null },
      { type: 'note', text: 'spec' },
      { type: 'place-legal-hold', reason: 'spec' },
      { type: 'lift-legal-hold', reason: 'spec' },
    )
    .map((asked) => () => asked),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.boolean())
    .map(([item, isDone]) => (): Asked => ({ type: 'tick-item', planId, item, isDone })),
  fc.integer({ min: 1, max: 400 }).map((hours) => (now: string): Asked => ({
    ...{ type: 'hold', reason: 'spec' },
    until: new Date(Date.parse(now) + hours * 3_600_000).toISOString(),
  })),
);

function unlessRefused(given: GivenCase, ask: () => GivenCase): GivenCase {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    given.told = [];
    return given;
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.boolean().map(
    (named): Step =>
      (given) =>
        given.report(named ? { contact } : {}),
  ),
  fc.boolean().map(
    (isOpen): Step =>
      (given) =>
        given.import({ standing: isOpen ? 'open' : 'archived' }),
  ),
  fc.integer({ min: 1, max: 5 }).map(
    (number): Step =>
      (given) =>
        given.importMail(number),
  ),
  fc.constant<Step>((given) => given.takeSpace()),
  fc.tuple(kinds, mailId, fc.boolean()).map(
    ([kind, mailId, waitsForCrash]): Step =>
      (given) =>
        given.mail(kind, { mailId, waitsForCrash }),
  ),
  mailId.map(
    (mailId): Step =>
      (given) =>
        given.mail('closure-summary', { mailId }),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.arrive(number),
  ),
  fc.tuple(upload, dumpKinds).map(
    ([number, kind]): Step =>
      (given) =>
        given.recognise(number, kind),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.receive(number),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.complete(number),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.cutShort(number),
  ),
  fc.tuple(upload, fc.boolean()).map(
    ([number, isInfected]): Step =>
      (given) =>
        given.scan(number, {
          outcome: isInfected ? 'infected' : 'clean',
          signature: isInfected ? 'Test' : null,
          reason: null,
        }),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.analysed(number),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.analysed(number, { findings: [truncated] }),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.analysed(number, { findings: [finding()], holdsFullDump: true }),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.analysed(number, { holdsFullDump: true, nextSteps: ['update-windows'] }),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.unreadable(number),
  ),
  upload.map(
    (number): Step =>
      (given) =>
        given.recognised(number),
  ),
  fc.constantFrom('uploads' as const, 'mails' as const, 'reports' as const).map(
    (part): Step =>
      (given) =>
        given.purged(part),
  ),
  fc.constant<Step>((given) => given.ring()),
  fc.constantFrom('p1' as const, 'p2' as const, 'p3' as const, 'p4' as const).map(
    (priority): Step =>
      (given) =>
        given.state.phase === 'archived' ? given : given.changePriority(priority),
  ),
  fc.constantFrom('first-response' as const, 'upload-space' as const, 'analysis' as const).map(
    (clock): Step =>
      (given) =>
        unlessRefused(given, () => given.acknowledge(clock)),
  ),
  fc.tuple(personCommand, fc.integer({ min: 500, max: 504 })).map(
    ([command, number]): Step =>
      (given) =>
        unlessRefused(given, () => given.person(command(given.now), number)),
  ),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(true, false, null), fc.constantFrom(null, 'a', 'b')).map(
    ([item, isDone, words]): Step =>
      (given) =>
        unlessRefused(given, () => given.tick([item, isDone, words])),
  ),
  fc.integer({ min: 1, max: 5 }).map(
    (grade): Step =>
      (given) =>
        unlessRefused(given, () => given.surveyed(grade)),
  ),
  mailId.map(
    (mailId): Step =>
      (given) =>
        given.mail('acknowledgement', { mailId, text: '3 分，谢谢' }),
  ),
  fc.constantFrom(...policies).map(
    (policy): Step =>
      (given) =>
        given.apply(policy),
  ),
  fc.integer({ min: 0, max: 240 }).map(
    (hours): Step =>
      (given) =>
        given.letTimePass(new Date(Date.parse(given.now) + hours * 3_600_000).toISOString()),
  ),
);

const life = fc.array(step, { maxLength: 60 });

/** Lives a whole random life, looking at the case before and after each step. */
function always(look: (given: GivenCase, before: GivenCase['state']) => void): void {
  fc.assert(
    fc.property(life, (steps) => {
      const given = new GivenCase().report();
      for (const step of steps) {
        const before = given.state;
        step(given);
        look(given, before);
      }
    }),
    { numRuns: Number(process.env['ANY_LIFE_RUNS'] ?? 300) },
  );
}

const eachOnce = [
  'case.recognition-requested',
  'case.analysis-requested',
  'case.analysis-reported',
  'case.upload-acknowledged',
] as const;

describe('whatever happens to a case', () => {
  it('its history gives the same state when it is read again', () =>
    always(({ history, state }) => expect(history.reduce(evolve, unopened)).toEqual(state)));

  it('what it tells fits the schema of the event', () =>
    always(({ told }) => {
      for (const { type, data } of told)
        expect(eventSchemas.get(type)?.shape.data.safeParse(data).error).toBeUndefined();
    }));

  it('nobody is reminded while it is archived', () =>
    always(({ types }, before) => {
      if (before.phase === 'archived') expect(types).not.toContain('case.customer-reminded');
    }));

  it('nobody is reminded twice by one ring of the clock', () =>
    always(({ types }) => {
      expect(types.filter((type) => type === 'case.customer-reminded').length).toBeLessThanOrEqual(1);
    }));

  it('each upload is reported and read at most once', () =>
    always(({ history }) => {
      for (const type of eachOnce) {
        const ids = history.flatMap((event) => (event.type === type ? [event.data.uploadId] : []));
        expect(ids).toHaveLength(new Set(ids).size);
      }
    }));

  it('an upload is noticed once, while it arrives, to a customer who is to bring a full dump', () =>
    always(({ told, history }, before) => {
      const ids = history.flatMap((event) => (event.type === 'case.wrong-dump-noticed' ? [event.data.uploadId] : []));
      expect(ids).toHaveLength(new Set(ids).size);
      for (const { type, data } of told) {
        if (type !== 'case.wrong-dump-noticed' || before.phase === 'unopened') continue;
        expect(['full', 'active']).not.toContain(data.dump.kind);
        expect(data.file.contact).not.toBeNull();
        expect(before.known.arriving.map(({ uploadId }) => uploadId)).toContain(data.uploadId);
        expect(before.phase === 'analysing' ? before.rest.phase : before.phase).toMatch(
          /^(reported|awaiting-evidence|observing)$/,
        );
      }
    }));

  it('a colleague’s and a customer’s mail leads to at most one letter of a kind', () =>
    always(({ history }) => {
      const ids = history.flatMap((event) => (event.type === 'case.customer-forwarded' ? [event.data.mailId] : []));
      expect(ids).toHaveLength(new Set(ids).size);
    }));

  it('it wants to be looked at again while it is open, or has an owner', () =>
    always(({ state }) => {
      if (state.phase === 'unopened' || state.phase === 'archived') return;
      if (state.known.file.owner === null) expect(wakeAt(state)).not.toBeNull();
    }));

  it('nobody is told of a clock that a person has taken on', () =>
    always(({ told }, before) => {
      if (before.phase === 'unopened') return;
      const taken = before.known.clocks.filter(({ acknowledged }) => acknowledged).map(({ clock }) => clock as string);
      for (const { type, data } of told) if (type === 'case.level-reached') expect(taken).not.toContain(data.clock);
    }));

  it('silence leads to nothing while it is on hold, and every hold ends', () =>
    always(({ state, types, told }, before) => {
      if (state.phase === 'unopened' || !state.known.hold) return;
      expect(Date.parse(wakeAt(state) ?? '')).toBeLessThanOrEqual(Date.parse(state.known.hold.until));
      if (before.phase === 'unopened' || before.known.hold?.since !== state.known.hold.since) return;
      expect(types).not.toContain('case.customer-reminded');
      expect(types).not.toContain('case.level-reached');
      for (const event of told)
        if (event.type === 'case.archived') expect(event.data.because).toBe('closed-by-engineer');
    }));

  it('no clock is negative, and each runs once', () =>
    always(({ state, now, policy }) => {
      if (state.phase === 'unopened') return;
      const { clocks, pastClocks } = state.known;
      const names = clocks.map(({ clock }) => clock);
      expect(names).toHaveLength(new Set(names).size);
      for (const clock of [...clocks, ...pastClocks]) {
        const { counted, intervals, dueAt, startedAt } = explainClock(clock, policy, new Date(now).toISOString());
        expect(counted).toBeGreaterThanOrEqual(0);
        if (dueAt !== null && startedAt !== null) expect(Date.parse(dueAt)).toBeGreaterThan(Date.parse(startedAt));
        for (const { from, to } of intervals) expect(Date.parse(to)).toBeGreaterThan(Date.parse(from));
      }
    }));

  it('an archived case has no clock but those of its grace, its retention and its survey', () =>
    always(({ state }) => {
      if (state.phase !== 'archived') return;
      const ofArchive = ['grace', 'retention', 'survey', 'survey-answer'];
      for (const { clock } of state.known.clocks) expect(ofArchive).toContain(clock);
    }));

  it('evidence is asked to be removed only of an archived case, and its account is retired before', () =>
    always(({ types, history }, before) => {
      if (!types.includes('case.evidence-purge-requested')) return;
      expect(before.phase).toBe('archived');
      const last = history.map(({ type }) => type).lastIndexOf('case.archived');
      expect(history.slice(last).map(({ type }) => type)).toContain('case.upload-space-retired');
    }));

  it('whatever was removed is told to the customer', () =>
    always(({ history, state }) => {
      const sum = (type: 'purge.kept' | 'case.evidence-purged'): number =>
        history.reduce((files, event) => (event.type === type ? files + event.data.filesInAll : files), 0);
      const waiting = state.phase === 'unopened' ? 0 : (state.known.purging?.filesInAll ?? 0);
      expect(sum('case.evidence-purged') + waiting).toBe(sum('purge.kept'));
    }));

  it('nobody is asked for their opinion, nor answers, while it is open; and both happen once in a cycle at the most', () =>
    always(({ history, types }, before) => {
      const isAsked = types.includes('case.survey-asked');
      if (isAsked && !types.includes('case.archived')) expect(before.phase).toBe('archived');
      if (types.includes('case.survey-answered')) expect(before.phase).toBe('archived');
      for (const wanted of ['case.survey-asked', 'case.survey-answered'] as const) {
        const cycles = history.flatMap((event) => (event.type === wanted ? [event.data.cycle] : []));
        expect(cycles).toHaveLength(new Set(cycles).size);
      }
    }));

  it('who is asked for their opinion got a letter for the case in that cycle', () =>
    always(({ history, types }) => {
      if (!types.includes('case.survey-asked')) return;
      const kinds = history.map(({ type }) => type);
      const cycle = kinds.slice(Math.max(0, kinds.lastIndexOf('case.reopened')));
      const letters = ['evidence-requested', 'analysis-reported', 'answer-forwarded', 'question-asked', 'plan-written'];
      expect(cycle.some((type) => letters.some((letter) => type === `case.${letter}`))).toBe(true);
    }));

  it('what the customer has ticked is open or done, and once all is done nobody waits for the plan', () =>
    always(({ state, types }) => {
      if (state.phase !== 'action-planned' || !types.includes('case.plan-ticked')) return;
      expect(taskListOf(state.known)?.tasks.some(({ doneAt }) => doneAt === null)).toBe(true);
    }));

  it('a clock that rang is not left due', () =>
    always((given) => {
      given.letTimePass();
      const due = wakeAt(given.state);
      if (due !== null) expect(Date.parse(due)).toBeGreaterThan(Date.parse(given.now));
    }));
});

const caseIds = [1, 2, 3].map((number) => `ca5e000${number}-0000-4000-8000-000000000000`);

/** One of three cases that may go on in each other; what comes for a merged one is asked where it goes on, as it lives. */
class JoinedCase extends GivenCase {
  constructor(
    readonly caseId: string,
    private readonly others: ReadonlyMap<string, JoinedCase>,
  ) {
    super();
  }

  override ask(command: Parameters<GivenCase['ask']>[0]): this {
    // Ids are unlike over all cases.
    const own = JSON.parse(
      JSON.stringify(command).replaceAll('"00000000-', `"${this.caseId.slice(0, 8)}-`),
    ) as typeof command;
    const next = goesOnIn(this.state, own);
    this.told = [];
    if (next === null) return super.ask(own);
    const other = this.others.get(next);
    if (!other) throw new Error(`${this.caseId} goes on in ${next}, which nobody knows`);
    other.at(this.now).ask(own);
    return this;
  }
}

type Joint = readonly JoinedCase[];
type JointStep = (cases: Joint) => void;

function known({ state }: GivenCase) {
  if (state.phase === 'unopened') throw new Error('nobody opened the case');
  return state.known;
}

/** Both are asked, as one transaction does it: refused by one, neither is changed. */
function mergeInto(source: JoinedCase, target: JoinedCase): void {
  const why = { now: source.instant, by: contact, reason: 'spec' };
  const { state } = target;
  if (state.phase === 'unopened' || source.state.phase === 'unopened') return;
  const goesOn = state.phase === 'merged' ? state.into.file.caseNumber : null;
  const into = { caseId: target.caseId, file: state.known.file, phase: state.phase, goesOnIn: goesOn };
  const merged = { caseId: source.caseId, file: known(source).file };
  const handed = handedOver(source.state);
  source.ask({ type: 'merge', into, ...why });
  target.ask({ type: 'take-merged-case', merged, handed, ...why });
}

/** Those that go on in a case hear what becomes of it. */
function tellMerged(cases: Joint): void {
  for (const { caseId, told } of cases)
    for (const { type, data } of [...told]) {
      if (type !== 'case.archived' && type !== 'case.reopened' && type !== 'case.merged') continue;
      for (const other of cases.filter((each) => data.mergedCases?.includes(each.caseId)))
        other.ask({
          type: 'take-merge-target',
          now: other.instant,
          isOpen: type !== 'case.archived',
          target: type === 'case.merged' ? data.into : { caseId, file: data.file },
        });
    }
}

const which = fc.integer({ min: 0, max: 2 });
const jointStep: fc.Arbitrary<JointStep> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(which, step).map(([number, each]): JointStep => (cases) => {
      const given = cases[number] as JoinedCase;
      unlessRefused(given, () => each(given));
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(which, which).map(([from, to]): JointStep => (cases) => {
      const [source, target] = [cases[from] as JoinedCase, cases[to] as JoinedCase];
      if (from !== to) unlessRefused(source, () => (mergeInto(source, target), source));
    }),
  },
);

/** Lives three random lives that may become one, looking at them before and after each step. */
function alwaysJoined(look: (cases: Joint, before: readonly GivenCase['state'][]) => void): void {
  fc.assert(
    fc.property(fc.array(jointStep, { maxLength: 60 }), (steps) => {
      const others = new Map<string, JoinedCase>();
      for (const caseId of caseIds) others.set(caseId, new JoinedCase(caseId, others).report());
      const cases = [...others.values()];
      for (const each of steps) {
        const now = cases
          .map((one) => one.now)
          .reduce((one, other) => (Date.parse(one) > Date.parse(other) ? one : other));
        for (const one of cases) one.at(now).told = [];
        const before = cases.map(({ state }) => state);
        each(cases);
        tellMerged(cases);
        look(cases, before);
      }
    }),
    { numRuns: Number(process.env['ANY_LIFE_RUNS'] ?? 300) },
  );
}

describe('whatever happens to cases that are merged', () => {
  it('the history of each gives the same state when it is read again', () =>
    alwaysJoined((cases) => {
      for (const { history, state } of cases) expect(history.reduce(evolve, unopened)).toEqual(state);
    }));

  it('a merged one stays merged, leads in one step to one that is not, and has no clock but while that is archived', () =>
    alwaysJoined((cases, before) =>
      cases.forEach(({ state }, index) => {
        if (state.phase !== 'merged') {
          expect(before[index]?.phase).not.toBe('merged');
          return;
        }
        const target = cases.find(({ caseId }) => caseId === state.into.caseId);
        expect(target?.state.phase).not.toBe('merged');
        expect(state.known.hold).toBeUndefined();
        for (const { clock } of state.known.clocks) {
          expect(['grace', 'retention']).toContain(clock);
          expect(target?.state.phase).toBe('archived');
        }
      }),
    ));

  it('a merged one says nothing but where it goes on, and that what it held has ended', () =>
    alwaysJoined((cases, before) =>
      cases.forEach(({ state, types }, index) => {
        if (state.phase !== 'merged') return;
        const may = ['case.upload-space-retired', 'case.evidence-purge-requested', 'case.evidence-purged'];
        const mayNow = before[index]?.phase === 'merged' ? may : ['case.merged'];
        expect(types.filter((type) => !mayNow.includes(type))).toEqual([]);
      }),
    ));

  it('what one had is in the one that it goes on in, and waits there for what it waited for', () =>
    alwaysJoined((cases, before) =>
      cases.forEach(({ state }, index) => {
        const was = before[index];
        if (state.phase !== 'merged' || !was || was.phase === 'unopened' || was.phase === 'merged') return;
        const target = cases.find(({ caseId }) => caseId === state.into.caseId) as JoinedCase;
        const has = known(target);
        const ids = (each: { uploadId: string }): string => each.uploadId;
        expect(has.mailIds).toEqual(expect.arrayContaining([...was.known.mailIds]));
        expect(has.uploads.map(ids)).toEqual(expect.arrayContaining(was.known.uploads.map(ids)));
        expect(has.arriving.map(ids)).toEqual(expect.arrayContaining(was.known.arriving.map(ids)));
        expect(has.questions ?? []).toEqual(expect.arrayContaining([...(was.known.questions ?? [])]));
        expect(has.merged?.map(({ caseId }) => caseId)).toContain(caseIds[index]);
        expect(target.state.phase === 'analysing' ? target.state.pending : []).toEqual(
          expect.arrayContaining(was.phase === 'analysing' ? [...was.pending] : []),
        );
      }),
    ));

  it('each upload is read, confirmed and reported once, and each mail counts once, over all of them', () =>
    alwaysJoined((cases) => {
      for (const type of eachOnce) {
        const ids = cases.flatMap(({ history }) =>
          history.flatMap((event) => (event.type === type ? [event.data.uploadId] : [])),
        );
        expect(ids).toHaveLength(new Set(ids).size);
      }
      const mails = cases.flatMap(({ history }) =>
        history.flatMap((event) => (event.type === 'mail.kept' ? [event.data.mailId] : [])),
      );
      expect(mails).toHaveLength(new Set(mails).size);
    }));

  it('what each tells fits the schema of the event', () =>
    alwaysJoined((cases) => {
      for (const { told } of cases)
        for (const { type, data } of told)
          expect(eventSchemas.get(type)?.shape.data.safeParse(data).error).toBeUndefined();
    }));
});
