import { describe, expect, test } from '@jest/globals';
import type { CaseSummary } from '../../case-story.js';
import { CaseQuery, listCases, type Needs } from './list-cases.js';

const summary = (number: number): CaseSummary => ({
  caseId: `019390a0-0000-7000-8000-${String(number).padStart(12, '0')}`,
  lastEventAt: new Date(1_577_000_000_000 + number).toISOString(),
  caseNumber: null,
  trackingToken: null,
  topic: null,
  endCustomer: null,
  partner: null,
  problem: null,
  owner: null,
  phase: null,
  openedAt: null,
  uploads: 0,
  letters: 0,
  failedLetters: 0,
  reminders: 0,
  lastFinding: null,
});

const cases = [5, 4, 3, 2, 1].map(summary);
const needs: Needs = {
  lastPosition: () => Promise.resolve('77'),
  findCases: ({ limit, below }) => {
    const from = below ? cases.findIndex(({ caseId }) => caseId === below.caseId) + 1 : 0;
    return Promise.resolve(cases.slice(from, from + limit));
  },
};

describe('listCases', () => {
  test('pages lead through every case once and end', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await listCases(CaseQuery.parse({ limit: '2', ...(after ? { after } : {}) }), needs);
      seen.push(...page.cases.map(({ caseId }) => caseId));
      after = page.next;
    } while (after);

    expect(seen).toEqual(cases.map(({ caseId }) => caseId));
  });

  test('says from where the live stream takes over', async () => {
    expect((await listCases(CaseQuery.parse({}), needs)).streamFrom).toBe('77');
  });
});

describe('CaseQuery', () => {
  test.each([
    { limit: '0' },
    { limit: '201' },
    { limit: 'many' },
    { after: 'nonsense' },
    { after: Buffer.from('2019-12-24T00:00:00Z not-a-case').toString('base64url') },
    { search: 'x'.repeat(101) },
    { search: ['a', 'b'] },
    { search: 'a\0b' },
  ])('refuses %j', (query) => {
    expect(CaseQuery.safeParse(query).success).toBe(false);
  });
});
