import { standardPolicy, unopened, type Case, type CaseEvent } from '@caserelay/case-lifecycle';
import { Refusal } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { letTimePass, sweepDeadlines, type Needs } from './watch-deadlines.js';

const now = new Date('2020-05-10T09:00:00+08:00');
const wake = (caseId: string, minutes: number) => ({ caseId, wakeAt: new Date(now.getTime() + minutes * 60_000) });

function needs(news: Partial<Needs> = {}) {
  const log: string[] = [];
  const note =
    (what: string): Needs['timers']['set'] =>
    async (wakes) => {
      log.push(...wakes.map(({ caseId }) => `${what} ${caseId}`));
    };
  const given: Needs = {
    now: () => now,
    policy: standardPolicy,
    advance: async () => null,
    dueBefore: async () => [],
    inAnHour: () => new Date(now.getTime() + 3_600_000),
    timers: { set: note('set'), ring: note('ring') },
    ...news,
  };
  return { log, given };
}

describe('a sweep', () => {
  it('rings what is due and sets what will be due', async () => {
    const { log, given } = needs({ dueBefore: async () => [wake('late', -5), wake('now', 0), wake('soon', 5)] });
    await sweepDeadlines(given);
    expect(log).toEqual(['ring late', 'ring now', 'set soon']);
  });

  it('looks an hour ahead and not at everything at once', async () => {
    const asked: unknown[] = [];
    const { given } = needs({ dueBefore: async (...question) => (asked.push(question), []) });
    await sweepDeadlines(given);
    expect(asked).toEqual([[new Date('2020-05-10T10:00:00+08:00'), 5_000]]);
  });
});

describe('a timer that rings', () => {
  it('sets the next one', async () => {
    const { log, given } = needs({ advance: async () => new Date('2020-05-13T09:00:00+08:00') });
    await letTimePass('a', given);
    expect(log).toEqual(['set a']);
  });

  it('sets none where the case waits for nothing', async () => {
    const { log, given } = needs();
    await letTimePass('a', given);
    expect(log).toEqual([]);
  });

  it('for a case that nobody opened is refused', async () => {
    const advance = async (_: string, next: (state: Case) => CaseEvent[]) => (next(unopened), null);
    await expect(letTimePass('a', needs({ advance }).given)).rejects.toThrow(Refusal);
  });
});
