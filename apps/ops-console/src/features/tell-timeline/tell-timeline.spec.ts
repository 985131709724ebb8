import { AnyEvent } from '@caserelay/contracts';
import { describe, expect, test } from '@jest/globals';
import type { ToldSummary } from './summary-after.js';
import { tellTimeline, type Needs } from './tell-timeline.js';

const sent = (id: number, caseId: number): AnyEvent =>
  AnyEvent.parse({
    specversion: '1.0',
    id: `019390a0-0000-7000-8000-${String(id).padStart(12, '0')}`,
    source: '/caserelay/notification',
    subject: `019390a0-0000-7000-8000-1${String(caseId).padStart(11, '0')}`,
    time: '2019-12-24T00:00:00Z',
    type: 'letter.sent',
    data: {
      letterId: '019390a0-0000-7000-8000-0000000000bb',
      to: { name: 'Wang', address: 'wang@example.com' },
      audience: 'customer',
      topics: ['reminder'],
      subject: 'Reminder',
      messageId: '<1@x>',
      language: 'en',
    },
  });

function memory(): Needs & { summaries: Map<string, ToldSummary> } {
  const entries = new Set<string>();
  const summaries = new Map<string, ToldSummary>();
  return {
    summaries,
    addEntries: (added) => {
      const fresh = added.map(({ event }) => event.id).filter((id) => !entries.has(id));
      fresh.forEach((id) => entries.add(id));
      return Promise.resolve(new Set(fresh));
    },
    holdSummaries: (beginnings) => Promise.resolve(beginnings.map((each) => summaries.get(each.caseId) ?? each)),
    keepSummaries: (kept) => {
      kept.forEach((summary) => summaries.set(summary.caseId, summary));
      return Promise.resolve();
    },
  };
}

describe('tellTimeline', () => {
  test('counts every event of every case once, however often it is heard', async () => {
    const needs = memory();

    await tellTimeline([sent(1, 1), sent(2, 1), sent(3, 2)], needs);
    await tellTimeline([sent(2, 1), sent(4, 1)], needs);

    expect([...needs.summaries.values()].map(({ letters }) => letters)).toEqual([3, 1]);
  });

  test('touches no summary when everything was heard before', async () => {
    const needs = memory();
    await tellTimeline([sent(1, 1)], needs);

    await tellTimeline([sent(1, 1)], { ...needs, holdSummaries: () => Promise.reject(new Error('touched')) });
  });
});
