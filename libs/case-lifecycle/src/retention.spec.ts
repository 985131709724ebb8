import { describe, expect, it } from '@jest/globals';
import { GivenCase } from './given-case.js';
import { givenPolicy } from './given-policy.js';

/** Nobody is asked for their opinion here: each ring is one of these clocks. */
function archived(): GivenCase {
  const given = GivenCase.awaitingEvidence('2020-05-28T10:00:00+08:00');
  given.policy = givenPolicy({ survey: undefined });
  return given.mail('closure-summary');
}
const purged = (): GivenCase => archived().ring().ring();
const purgingOf = ({ state }: GivenCase) => (state.phase === 'unopened' ? undefined : state.known.purging);

describe('the account of an archived case', () => {
  it('can be read from for the days of grace, which the archive tells, and is retired then, once', () => {
    const given = archived();
    expect(given.told[0]?.data).toMatchObject({
      retention: { readOnlyUntil: '2020-06-04T01:00:00.000Z', evidenceUntil: '2020-11-24T01:00:00.000Z' },
    });
    expect(given.wakesAt).toBe('2020-06-04T09:00:00+08:00');
    expect(given.letTimePass('2020-06-04T08:59:00+08:00').told).toEqual([]);
    expect(given.ring().types).toEqual(['case.upload-space-retired']);
    expect(given.letTimePass().told).toEqual([]);
  });

  it('is not retired when the case is opened again in the grace', () => {
    const given = archived().mail('update');
    expect(given.types).toContain('case.reopened');
    expect(given.letTimePass('2020-06-04T09:00:00+08:00').types).not.toContain('case.upload-space-retired');
  });
});

describe('the evidence of an archived case', () => {
  it('is asked to be removed when retention is over, once, and by then the account is retired', () => {
    const given = archived().ring();
    expect(given.wakesAt).toBe('2020-11-24T09:00:00+08:00');
    expect(given.ring().told).toMatchObject([
      { type: 'case.evidence-purge-requested', data: { requestedAt: '2020-11-24T01:00:00.000Z' } },
    ]);
    expect(given.wakesAt).toBeNull();
    expect(given.letTimePass('2022-01-01T00:00:00Z').told).toEqual([]);
    const late = archived().letTimePass('2021-01-01T00:00:00Z');
    expect(late.types).toEqual(['case.upload-space-retired', 'case.evidence-purge-requested']);
  });

  it('is kept when the case is opened again before', () => {
    const given = archived().ring().mail('update');
    expect(given.state.phase).toBe('awaiting-evidence');
    expect(given.letTimePass('2020-11-24T09:00:00+08:00').types).not.toContain('case.evidence-purge-requested');
  });

  it('has a new clock when the case is archived again', () => {
    const given = archived().ring().mail('update').at('2020-07-01T10:00:00+08:00').mail('closure-summary');
    expect(given.wakesAt).toBe('2020-07-08T09:00:00+08:00');
    expect(given.ring().ring().types).toEqual(['case.evidence-purge-requested']);
    expect(given.now).toBe('2020-12-28T01:00:00.000Z');
  });

  it('of a case that was archived when there were no such clocks is left alone', () => {
    const given = archived();
    const { state } = given;
    if (state.phase !== 'archived') throw new Error(`the case is ${state.phase}`);
    given.state = { ...state, known: { ...state.known, clocks: [] } };
    expect(given.wakesAt).toBeNull();
    expect(given.letTimePass('2030-01-01T00:00:00Z').told).toEqual([]);
  });
});

describe('the proof of deletion', () => {
  it('is told once all who hold evidence have answered, uploads first', () => {
    const given = purged().purged('reports').purged('mails', { kept: 2, keptBecause: 'in-other-cases' });
    expect(given.told).toEqual([]);
    given.purged('uploads', { account: 'sxmtdzjt' });
    expect(given.told).toMatchObject([
      {
        type: 'case.evidence-purged',
        data: {
          ...{ account: 'sxmtdzjt', filesInAll: 3, bytesInAll: 30, kept: 2, keptBecause: ['in-other-cases'] },
          files: [{ kind: 'upload' }, { kind: 'report' }, { kind: 'mail' }],
        },
      },
    ]);
    expect(given.state.phase).toBe('archived');
    expect(purgingOf(given)).toBeUndefined();
  });

  it('is told also when the case was opened again meanwhile', () => {
    const given = purged().purged('mails').mail('update').purged('reports');
    given.purged('uploads', { files: [], filesInAll: 0, bytesInAll: 0, kept: 3, keptBecause: 'reopened' });
    expect(given.told).toMatchObject([{ data: { filesInAll: 2, kept: 3, keptBecause: ['reopened'] } }]);
    expect(given.state.phase).toBe('awaiting-evidence');
  });

  it('counts an answer once', () => {
    const given = purged().purged('mails').purged('mails');
    expect(purgingOf(given)).toMatchObject({ awaited: ['uploads', 'reports'], filesInAll: 1 });
  });

  it('of an answer that nobody waits for is told by itself', () => {
    const given = purged().purged('mails', { requestedAt: '2020-10-01T00:00:00.000Z' });
    expect(given.told).toMatchObject([{ data: { requestedAt: '2020-10-01T00:00:00.000Z', filesInAll: 1 } }]);
    expect(purgingOf(given)?.awaited).toHaveLength(3);
  });
});
