import { describe, expect, it } from '@jest/globals';
import { engineer, GivenCase, id } from './given-case.js';

const child = { caseId: id(700), caseNumber: 'CAS-02228-B2C3D4', isOpen: true };

function parent(isOpen = true): GivenCase {
  const given = GivenCase.awaitingEvidence('2020-06-01T10:00:00+08:00');
  return given.ask({ type: 'link', now: given.instant, other: { ...child, isOpen }, as: 'child', by: engineer });
}

function childBecomes(given: GivenCase, isOpen: boolean): GivenCase {
  return given.ask({ type: 'take-linked-case', now: given.instant, caseId: child.caseId, isOpen });
}

const links = ({ state }: GivenCase) => (state.phase === 'unopened' ? [] : (state.known.links ?? []));

describe('a link', () => {
  it('is told once and says what the other case is', () => {
    const given = parent();
    expect(given.types).toEqual(['case.linked']);
    expect(links(given)).toEqual([{ ...child, as: 'child' }]);
    const again = { type: 'link' as const, now: given.instant, other: child, as: 'child' as const, by: engineer };
    expect(given.ask(again).told).toEqual([]);
    expect(() => given.ask({ ...again, as: 'parent' })).toThrow('is linked as child already');
  });

  it('can be taken back', () => {
    const given = parent();
    given.ask({ type: 'unlink', now: given.instant, from: child.caseId, by: engineer });
    expect(given.types).toEqual(['case.unlinked']);
    expect(links(given)).toEqual([]);
    expect(() => given.ask({ type: 'unlink', now: given.instant, from: child.caseId, by: engineer })).toThrow(
      'is not linked with',
    );
  });

  it('is one of fifty at the most', () => {
    const given = GivenCase.awaitingEvidence();
    const ask = (number: number) =>
      given.ask({
        ...{ type: 'link', now: given.instant, as: 'related', by: engineer },
        other: { caseId: id(number), caseNumber: `CAS-${number}`, isOpen: true },
      });
    for (let number = 1; number <= 50; number += 1) ask(number);
    expect(() => ask(51)).toThrow('expected fewer than 50');
  });
});

describe('a parent', () => {
  it('is not closed before its children, unless that is asked for', () => {
    const given = parent();
    expect(() => given.person({ type: 'archive', summary: null })).toThrow('CAS-02228-B2C3D4');
    expect(given.person({ type: 'archive', summary: null, withOpenChildren: true }).state.phase).toBe('archived');
  });

  it('can be closed once its children are, and tells whom it is linked with', () => {
    const given = childBecomes(parent(), false).person({ type: 'archive', summary: null });
    expect(given.told[0]).toMatchObject({ type: 'case.archived', data: { links: [child.caseId] } });
    expect(given.person({ type: 'reopen', reason: 'x' }).told[0]?.data).toMatchObject({ links: [child.caseId] });
  });

  it('linked with a child that is closed already can be closed', () => {
    expect(parent(false).person({ type: 'archive', summary: null }).state.phase).toBe('archived');
  });

  it('that is only watched goes on being watched while a child is open', () => {
    const given = parent();
    for (let ring = 0; ring < 4; ring += 1) given.ring();
    expect(given.state.phase).toBe('observing');
    const until = given.wakesAt;
    expect(given.ring().told).toEqual([]);
    expect(given.state.phase).toBe('observing');
    expect(Date.parse(given.wakesAt ?? '')).toBeGreaterThan(Date.parse(until ?? ''));
    expect(childBecomes(given, false).ring().types).toEqual(['case.archived']);
  });

  it('of a child that opens again waits for it again', () => {
    const given = childBecomes(childBecomes(parent(), false), true);
    expect(() => given.person({ type: 'archive', summary: null })).toThrow('are open');
  });
});
