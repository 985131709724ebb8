import { standardPolicy, unopened, type Case } from '@caserelay/case-lifecycle';
import { describe, expect, it } from '@jest/globals';
import { casesPerPage, ringDue, type Answer, type DueCase, type Needs, type Rung } from './ring-due.js';

const now = new Date('2020-05-10T09:00:00+08:00');
const wakeAt = new Date(now.getTime() - 5_000);
const minutes = (count: number): Date => new Date(now.getTime() + count * 60_000);

/** An archived case waits for nothing, whoever asks; nobody can ask one that was never opened. */
const archived = { phase: 'archived', known: { arriving: [] } } as unknown as Case;
const due = (caseId: string, news: Partial<DueCase> = {}): DueCase => ({
  ...{ caseId, wakeAt, failures: 0, state: archived },
  ...news,
});

/** Cases in memory, of which some cannot be kept. */
function aStore(cases: DueCase[], { unkeepable = [] as string[], isDown = false, wasAsked = false } = {}) {
  const log: string[] = [];
  const asked: string[] = [];
  const failures = new Map<string, NonNullable<Answer['failure']>>();
  const ring = (page: DueCase[], ask: (due: DueCase) => Answer): Rung[] => {
    const rung = page.map((each): Rung => {
      const { failure } = ask(each);
      return { caseId: each.caseId, wakeAt: each.wakeAt, next: failure ? each.wakeAt : minutes(60), failure };
    });
    const unkept = page.find(({ caseId }) => unkeepable.includes(caseId));
    if (unkept) throw new Error(`${unkept.caseId} cannot be kept`);
    asked.push(...rung.map(({ caseId }) => caseId));
    cases.splice(0, cases.length, ...cases.filter(({ caseId }) => !rung.some((each) => each.caseId === caseId)));
    for (const { caseId, failure } of rung) if (failure) failures.set(caseId, failure);
    return rung;
  };
  const needs: Needs = {
    now: () => now,
    policyOf: () => standardPolicy,
    retryPauses: [60_000, 600_000],
    ringPage: async ({ limit }, ask) => {
      if (isDown) throw new Error('connection refused');
      const page = cases.slice(0, limit);
      const rung = ring(page, ask);
      const last = rung.at(-1);
      return { rung, last: last ? { due: last.wakeAt, caseId: last.caseId } : null };
    },
    ringOne: async (caseId, _, ask) =>
      ring(
        cases.filter((each) => each.caseId === caseId),
        ask,
      ),
    keepFailure: async (caseId, failure) => {
      if (!wasAsked) failures.set(caseId, failure);
      cases.splice(0, cases.length, ...cases.filter((each) => each.caseId !== caseId));
      return !wasAsked;
    },
    ringLater: (instants) => void log.push(...instants.map((instant) => `bell ${instant.toISOString()}`)),
    callOthers: async () => void log.push('call'),
    observe: (rung) => void log.push(`rang ${rung.length}`),
    failed: (caseId, { retryAt }) => void log.push(`failed ${caseId} ${retryAt?.toISOString() ?? 'stuck'}`),
    isStopping: () => false,
  };
  return { needs, log, asked, failures };
}

describe('a bell', () => {
  it('asks every case that is due, once, and sets the bells for what they wait for next', async () => {
    const { needs, log, asked } = aStore([due('a'), due('b')]);
    expect(await ringDue(needs)).toBe(2);
    expect(asked).toEqual(['a', 'b']);
    expect(log).toEqual(['rang 2', ...[1, 2].map(() => `bell ${minutes(60).toISOString()}`)]);
  });

  it('that rings when nothing is due does nothing', async () => {
    const { needs, log } = aStore([]);
    expect(await ringDue(needs)).toBe(0);
    expect(log).toEqual([]);
  });

  it('goes on page by page until nothing is due, and calls others once', async () => {
    const many = Array.from({ length: casesPerPage * 2 + 1 }, (_, index) => due(`case ${index}`));
    const { needs, log, asked } = aStore(many);
    expect(await ringDue(needs)).toBe(casesPerPage * 2 + 1);
    expect(new Set(asked).size).toBe(casesPerPage * 2 + 1);
    expect(log.filter((line) => line === 'call')).toHaveLength(1);
  });

  it('leaves the rest when the service stops', async () => {
    const { needs, asked } = aStore(Array.from({ length: casesPerPage * 3 }, (_, index) => due(`case ${index}`)));
    await ringDue({ ...needs, isStopping: () => asked.length > 0 });
    expect(asked).toHaveLength(casesPerPage);
  });
});

describe('a case that cannot be asked', () => {
  const broken = (failures: number) => due('broken', { state: unopened, failures });

  it('keeps no other one waiting', async () => {
    const { needs, asked, failures } = aStore([due('a'), broken(0), due('b')]);
    await ringDue(needs);
    expect(asked).toEqual(['a', 'broken', 'b']);
    expect([...failures.keys()]).toEqual(['broken']);
  });

  it('is asked again after a pause that grows', async () => {
    const retryOf = async (before: number) => {
      const { needs, failures } = aStore([broken(before)]);
      await ringDue(needs);
      return failures.get('broken');
    };
    expect(await retryOf(0)).toMatchObject({ failures: 1, retryAt: minutes(1), failedAt: now });
    expect(await retryOf(1)).toMatchObject({ failures: 2, retryAt: minutes(10) });
  });

  it('has a bell for its next try', async () => {
    const { needs, log } = aStore([broken(0)]);
    await ringDue(needs);
    expect(log).toContain(`bell ${minutes(1).toISOString()}`);
  });

  it('is stuck after the last pause, with what was wrong, and has no bell', async () => {
    const { needs, log, failures } = aStore([broken(2)]);
    await ringDue(needs);
    expect(failures.get('broken')).toMatchObject({ failures: 3, retryAt: null });
    expect(failures.get('broken')?.error).toContain('nobody opened this case');
    expect(log).toEqual(['rang 1', 'failed broken stuck']);
  });
});

describe('a case that cannot be kept', () => {
  it('fails alone, and the page behind it goes on', async () => {
    const many = Array.from({ length: casesPerPage + 5 }, (_, index) => due(`case ${index}`));
    const { needs, asked, failures } = aStore(many, { unkeepable: ['case 3'] });
    await ringDue(needs);
    expect(asked).toHaveLength(casesPerPage + 4);
    expect([...failures]).toMatchObject([['case 3', { failures: 1, error: 'Error: case 3 cannot be kept' }]]);
  });

  it('is not blamed when somebody else has asked it in the meantime', async () => {
    const { needs, log } = aStore([due('a')], { unkeepable: ['a'], wasAsked: true });
    await ringDue(needs);
    expect(log).toEqual([]);
  });

  it('is not blamed when the database cannot be reached', async () => {
    const { needs, failures } = aStore([due('a')], { isDown: true });
    await expect(ringDue(needs)).rejects.toThrow('connection refused');
    expect(failures.size).toBe(0);
  });
});

it('a case that stays due though it was asked is put off, instead of being asked for ever', async () => {
  const observing = { phase: 'observing', known: { arriving: [{ noticeAt: wakeAt.toISOString(), dump: null }] } };
  const state = { ...observing, until: minutes(60).toISOString() } as unknown as Case;
  const { needs, failures } = aStore([due('a', { state })]);
  await ringDue(needs);
  expect(failures.get('a')).toMatchObject({ failures: 1, retryAt: minutes(1) });
  expect(failures.get('a')?.error).toContain('the case stays due');
});
