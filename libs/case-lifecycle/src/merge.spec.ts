import { describe, expect, it } from '@jest/globals';
import { engineer, finding, GivenCase, id, contact } from './given-case.js';
import { handedOver } from './merge.js';
import { wakeAt } from './wake-at.js';

const now = '2020-06-01T10:00:00+08:00';
const sourceId = id(800);
const targetId = id(801);

/** The same problem, reported twice. */
function twoCases(): { source: GivenCase; target: GivenCase } {
  const source = GivenCase.awaitingEvidence(now);
  const target = new GivenCase(now)
    .report({ caseNumber: 'CAS-02230-D4E5F6', trackingToken: 'CMIT:0001412', contact, owner: engineer })
    .takeSpace({ spaceId: id(901) });
  return { source, target };
}

function opened({ state }: GivenCase) {
  if (state.phase === 'unopened') throw new Error('nobody opened the case');
  return state;
}

/** As the caller does it: both are asked, the one with what the other had. */
function merge(source: GivenCase, target: GivenCase): void {
  const [own, other] = [opened(source), opened(target)];
  const goesOnIn = other.phase === 'merged' ? other.into.file.caseNumber : null;
  const into = { caseId: targetId, file: other.known.file, phase: other.phase, goesOnIn };
  const why = { by: engineer, reason: 'the same machine' };
  const merged = { caseId: sourceId, file: own.known.file };
  const handed = handedOver(own);
  source.ask({ type: 'merge', now: source.instant, into, ...why });
  target.ask({ type: 'take-merged-case', now: target.instant, merged, handed, ...why });
}

describe('a merge', () => {
  it('ends one case with one word to its customer, and the other one knows of it', () => {
    const { source, target } = twoCases();
    merge(source, target);
    expect(source.types).toEqual(['case.merged']);
    expect(target.types).toEqual(['case.merge-taken']);
    expect(source.state).toMatchObject({ phase: 'merged', into: { caseId: targetId }, known: { clocks: [] } });
    expect(wakeAt(source.state)).toBeNull();
    expect(opened(target).known.merged).toEqual([
      {
        ...{ caseId: sourceId, caseNumber: 'CAS-02227-X4W1B1', trackingToken: 'CMIT:0001409' },
        ...{ contact, at: source.instant, by: engineer },
      },
    ]);
  });

  it('hands over mails, uploads, findings, questions and what was answered', () => {
    const { source, target } = twoCases();
    source.mail('update', { text: 'it is Windows 10' });
    source.person({ type: 'ask-question', text: 'since when?' });
    source
      .arrive(3)
      .upload(1)
      .analysed(1, { findings: [finding()], holdsFullDump: true, nextSteps: ['update-windows'] });
    merge(source, target);
    expect(opened(target).known).toMatchObject({
      ...{ mailIds: [id(101)], customerWords: [{ text: 'it is Windows 10' }] },
      ...{ uploads: [{ uploadId: id(1), settled: true }], arriving: [{ uploadId: id(3) }] },
      ...{ findings: [{ uploadId: id(1) }], questions: [{ text: 'since when?' }] },
      ...{ counts: { uploads: 1, customerMails: 1 } },
    });
    expect(opened(target).known.answered?.map(({ evidence }) => evidence)).toContain('full-dump');
    expect(opened(target).phase).toBe('awaiting-evidence');
  });

  it('lets the other case wait for what is still being read, and tell its result', () => {
    const { source, target } = twoCases();
    source.upload(1);
    merge(source, target);
    expect(target.state).toMatchObject({ phase: 'analysing', pending: [id(1)] });
    target.clock('analysis');
    target.analysed(1, { findings: [finding()], holdsFullDump: true, nextSteps: ['update-windows'] });
    expect(target.types).toEqual(['case.analysis-reported', 'case.action-planned']);
    expect(target.state.phase).toBe('action-planned');
  });

  it('gives the other case what it did not know: whom to write to, and so what to ask', () => {
    const { source } = twoCases();
    const target = new GivenCase(now).report({ caseNumber: 'CAS-2' }).takeSpace({ spaceId: id(901) });
    merge(source, target);
    expect(target.types).toEqual(['case.merge-taken', 'case.details-completed', 'case.evidence-requested']);
    expect(opened(target).known.file).toMatchObject({ caseNumber: 'CAS-2', contact, owner: engineer });
  });

  it('takes a hold off, whose end would wake a case that is no more', () => {
    const { source, target } = twoCases();
    source.person({ type: 'hold', reason: 'x', until: '2020-07-01T00:00:00.000Z' });
    merge(source, target);
    expect(wakeAt(source.state)).toBeNull();
  });

  it('keeps what is still to be read when there is more than a case remembers', () => {
    const { source, target } = twoCases();
    source.upload(99);
    for (let number = 200; number < 300; number += 1) target.upload(number).recognised(number);
    merge(source, target);
    const uploads = opened(target).known.uploads;
    expect(uploads).toHaveLength(100);
    expect(uploads[0]).toMatchObject({ uploadId: id(99), settled: false });
  });
});

describe('a merge is refused', () => {
  it('of an archived case, and into one', () => {
    const { source, target } = twoCases();
    target.person({ type: 'archive', summary: null });
    expect(() => merge(source, target)).toThrow('CAS-02230-D4E5F6 is archived; expected an open case');
    source.person({ type: 'archive', summary: null });
    target.person({ type: 'reopen', reason: 'x' });
    expect(() => merge(source, target)).toThrow('the case is archived, found merge');
  });

  it('of a merged case, and into one, so that there is no circle', () => {
    const { source, target } = twoCases();
    merge(source, target);
    expect(() => merge(source, target)).toThrow('was merged into CAS-02230-D4E5F6, found merge');
    expect(() => merge(target, source)).toThrow('was merged itself; expected the case that it goes on in: CAS-02230');
  });

  it('between parent and child, and while a child is open', () => {
    const { source, target } = twoCases();
    const { caseNumber } = opened(target).known.file;
    const other = { caseId: targetId, caseNumber, isOpen: true };
    for (const as of ['parent', 'child'] as const) {
      source.ask({ type: 'link', now: source.instant, other, as, by: engineer });
      expect(() => merge(source, target)).toThrow(`is the ${as} of the case`);
      source.ask({ type: 'unlink', now: source.instant, from: targetId, by: engineer });
    }
    const child = { caseId: id(803), caseNumber: 'CAS-3', isOpen: true };
    source.ask({ type: 'link', now: source.instant, other: child, as: 'child', by: engineer });
    expect(() => merge(source, target)).toThrow('children of the case are open: CAS-3');
  });

  it('of more than fifty into one', () => {
    const { source, target } = twoCases();
    for (let number = 0; number < 50; number += 1) merge(GivenCase.awaitingEvidence(now), target);
    expect(() => merge(source, target)).toThrow('51 cases would be merged into one; expected at most 50');
  });
});

describe('a merged case', () => {
  const mergedCase = () => {
    const { source, target } = twoCases();
    merge(source, target);
    return source;
  };
  const tell = (given: GivenCase, isOpen: boolean, caseNumber = 'CAS-02230-D4E5F6') => {
    const { into } = opened(given) as { into?: { file: object } };
    const file = { ...(into?.file as ReturnType<typeof opened>['known']['file']), caseNumber };
    return given.ask({ type: 'take-merge-target', now: given.instant, target: { caseId: targetId, file }, isOpen });
  };

  it('refuses what people ask and says where to ask it; a note it takes', () => {
    const given = mergedCase();
    expect(() => given.person({ type: 'reopen', reason: 'x' })).toThrow(
      'was merged into CAS-02230-D4E5F6, found reopen; expected it to be asked of that one',
    );
    given.person({ type: 'note', text: 'x' });
    expect(given.history.at(-1)).toMatchObject({ type: 'note.kept' });
  });

  it('keeps an account that is opened only now, and tells nobody', () => {
    const source = new GivenCase(now).report({ contact });
    merge(source, twoCases().target);
    expect(source.takeSpace().told).toEqual([]);
    expect(opened(source).known.space).not.toBeNull();
  });

  it('leaves every other fact to the case that it goes on in: asked itself it is a fault', () => {
    const given = mergedCase();
    expect(() => given.mail('question')).toThrow(`expected ${targetId} to be asked`);
    expect(() => given.receive(1)).toThrow(`expected ${targetId} to be asked`);
  });

  it('ends with the other one: its account is closed after the grace, its evidence goes after retention, with proof', () => {
    const given = tell(mergedCase(), false);
    expect(given.told).toEqual([]);
    expect(given.ring().types).toEqual(['case.upload-space-retired']);
    expect(given.ring().types).toEqual(['case.evidence-purge-requested']);
    given.purged('uploads').purged('mails').purged('reports');
    expect(given.types).toEqual(['case.evidence-purged']);
    // The proof goes into the thread of the case that it went on in.
    expect(given.told[0]?.data).toMatchObject({ file: { caseNumber: 'CAS-02230-D4E5F6' }, filesInAll: 3 });
    expect(wakeAt(given.state)).toBeNull();
  });

  it('keeps its evidence when the other one is opened again', () => {
    const given = tell(tell(mergedCase(), false), true);
    expect(wakeAt(given.state)).toBeNull();
    expect(opened(given).phase).toBe('merged');
  });

  it('follows the other one when that is merged as well', () => {
    const given = mergedCase();
    tell(given, true, 'CAS-3');
    expect(given.state).toMatchObject({ into: { file: { caseNumber: 'CAS-3' } } });
    expect(wakeAt(given.state)).toBeNull();
  });
});
