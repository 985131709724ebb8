import { describe, expect, it } from '@jest/globals';
import { engineer, GivenCase } from './given-case.js';
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
    given.purged('uploads').purged('mails').purged('reports');
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

describe('a legal hold', () => {
  const placed = { type: 'place-legal-hold', reason: 'a lawsuit' } as const;
  const lifted = { type: 'lift-legal-hold', reason: 'it is settled' } as const;

  it('keeps evidence from being asked for after its retention, and nothing wakes the case in vain', () => {
    const given = archived().ring().person(placed);
    expect(given.told).toMatchObject([{ type: 'case.legal-hold-placed', data: { reason: 'a lawsuit', by: engineer } }]);
    expect(given.letTimePass('2021-06-01T00:00:00Z').types).not.toContain('case.evidence-purge-requested');
    expect([given.wakesAt, purgingOf(given)]).toEqual([null, undefined]);
    expect(given.person(lifted).types).toEqual(['case.legal-hold-lifted']);
    expect(given.letTimePass().types).toEqual(['case.evidence-purge-requested']);
  });

  it('that is lifted before the retention is over changes nothing', () => {
    const given = archived().ring().person(placed).person(lifted);
    expect(given.wakesAt).toBe('2020-11-24T09:00:00+08:00');
    expect(given.ring().types).toEqual(['case.evidence-purge-requested']);
  });

  it('that comes while evidence is removed asks for the rest again when it is lifted, by a request of its own', () => {
    const given = purged().purged('mails').person(placed);
    const first = purgingOf(given)?.requestedAt;
    given.purged('reports').purged('uploads', { files: [], filesInAll: 0, kept: 3, keptBecause: 'legal-hold' });
    expect(given.told).toMatchObject([{ data: { kept: 3, keptBecause: ['legal-hold'] } }]);
    given.person(lifted);
    expect(given.types).toEqual(['case.legal-hold-lifted', 'case.evidence-purge-requested']);
    expect(purgingOf(given)?.requestedAt).not.toBe(first);
    expect(given.person(placed).person(lifted).types).toContain('case.evidence-purge-requested');
  });

  it('that is lifted before all have answered tells what is gone, and asks anew', () => {
    const given = purged().purged('mails').person(placed).person(lifted);
    expect(given.types).toEqual(['case.legal-hold-lifted', 'case.evidence-purged', 'case.evidence-purge-requested']);
    expect(purgingOf(given)?.awaited).toHaveLength(3);
  });

  it('of a case that is opened and archived again leaves it to the new retention', () => {
    const given = purged().person(placed).mail('update').at('2020-12-01T10:00:00+08:00').mail('closure-summary');
    expect(given.person(lifted).types).toEqual(['case.legal-hold-lifted']);
    expect(given.letTimePass('2021-06-30T00:00:00Z').types).toContain('case.evidence-purge-requested');
  });

  it('is placed on an open case as well, once, and lifted once', () => {
    const given = GivenCase.awaitingEvidence().person(placed);
    expect(() => given.person(placed)).toThrow(/there is a legal hold since .*; expected none/);
    given.person(lifted);
    expect(() => given.person(lifted)).toThrow('there is no legal hold on the case; expected one');
  });
});

describe('a purge that somebody does not answer', () => {
  it('is told to owner and duty after the time of the policy, once, with who has not answered', () => {
    const given = purged().purged('mails');
    given.policy = { ...given.policy, duty: { name: 'Duty', address: 'duty@support.example' } };
    expect(given.wakesAt).toBe('2020-11-25T09:00:00+08:00');
    expect(given.letTimePass('2020-11-25T08:59:00+08:00').told).toEqual([]);
    const data = { awaited: ['uploads', 'reports'], requestedAt: '2020-11-24T01:00:00.000Z' };
    expect(given.ring().told).toMatchObject([
      { type: 'case.purge-overdue', data: { ...data, to: engineer } },
      { type: 'case.purge-overdue', data: { ...data, to: given.policy.duty } },
    ]);
    expect([given.letTimePass('2021-01-01T00:00:00Z').told, given.wakesAt]).toEqual([[], null]);
  });

  it('is told although the case was opened again or is on hold meanwhile', () => {
    const given = purged().mail('update');
    given.person({ type: 'hold', reason: 'x', until: '2021-03-01T00:00:00Z' });
    expect(given.letTimePass('2020-11-25T09:00:00+08:00').types).toContain('case.purge-overdue');
  });

  it('is told to nobody once all have answered', () => {
    const given = purged().purged('mails').purged('reports').purged('uploads');
    expect([given.wakesAt, given.letTimePass('2021-01-01T00:00:00Z').told]).toEqual([null, []]);
  });
});
