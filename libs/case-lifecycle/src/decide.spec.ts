import { NotYet, Refusal } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { limits, type Case, type CaseEvent, type Known } from './case.js';
import { evolve } from './evolve.js';
import { contact, engineer, finding, GivenCase, id, space, truncated } from './given-case.js';
import { standardPolicy } from './index.js';

const monday = '2020-06-01T10:00:00+08:00';

describe('a report', () => {
  it('opens the case and asks for an upload space', () => {
    const given = new GivenCase().report();
    expect(given.types).toEqual(['case.opened', 'case.upload-space-requested']);
    expect(given.told[0]?.data).toMatchObject({ policy: standardPolicy.version, file: { lastMessageId: null } });
  });

  it('that tells nothing new is quiet', () => {
    expect(new GivenCase().report({ contact }).report({ contact, topic: 'other' }).told).toEqual([]);
  });

  it('completes what is missing and never overwrites what is known', () => {
    const given = new GivenCase()
      .report({ partner: 'A', topic: '' })
      .report({ partner: 'B', problem: 'P', topic: 'T' });
    expect(given.types).toEqual(['case.details-completed']);
    expect(given.told[0]?.data).toMatchObject({ file: { partner: 'A', problem: 'P', topic: 'T' } });
  });

  it('of a ticket tells the problem better than the subject of a mail, and no mail tells it better than a ticket', () => {
    const given = new GivenCase().report({ channel: 'mail', problem: '电脑蓝屏问题' });
    given.report({ channel: 'ticket', problem: '财务的电脑装机后出现蓝屏问题' });
    expect(given.told[0]?.data).toMatchObject({ file: { problem: '财务的电脑装机后出现蓝屏问题' } });
    expect(given.report({ channel: 'mail', problem: '电脑蓝屏问题' }).told).toEqual([]);
    expect(given.report({ channel: 'ticket', problem: null }).told).toEqual([]);
  });

  it('that brings the contact lets the customer be asked, once the space is there', () => {
    const given = new GivenCase().report().takeSpace();
    expect(given.told).toEqual([]);
    expect(given.report({ contact }).types).toEqual(['case.details-completed', 'case.evidence-requested']);
    expect(given.told[1]?.data).toMatchObject({
      because: 'first-response',
      wanted: ['full-dump', 'os-version', 'reproduction-steps'],
      space,
    });
    expect(given.wakesAt).toBe('2020-05-01T09:00:00+08:00');
  });

  it('must come before anything else', () => {
    expect(() => new GivenCase().takeSpace()).toThrow(NotYet);
    expect(() => new GivenCase().upload(1)).toThrow(NotYet);
    expect(() => new GivenCase().mail('question')).toThrow(NotYet);
    expect(() => new GivenCase().letTimePass()).toThrow(Refusal);
  });
});

describe('an upload space', () => {
  it('is announced to the colleague who asked before, then to the customer', () => {
    const given = new GivenCase().report({ contact }).mail('upload-space-request');
    expect(given.types).toEqual(['case.details-completed']);
    expect(given.told[0]?.data).toMatchObject({ file: { owner: engineer } });
    expect(given.takeSpace().types).toEqual(['case.upload-space-announced', 'case.evidence-requested']);
    expect(given.told[0]?.data).toMatchObject({ to: engineer });
  });

  it('is announced at once to a colleague who asks later', () => {
    const given = GivenCase.awaitingEvidence().mail('upload-space-request', { mailId: id(7) });
    expect(given.types).toEqual(['case.upload-space-announced']);
    expect(given.mail('upload-space-request', { mailId: id(7) }).types).toEqual([]);
  });

  it('that is told twice is quiet', () => {
    const given = GivenCase.awaitingEvidence();
    const lines = given.history.length;
    expect(given.takeSpace().history).toHaveLength(lines);
  });

  it('with a new link is kept, and nobody is asked a second time', () => {
    const given = GivenCase.awaitingEvidence().takeSpace({ link: 'https://support.example/spaces/2' });
    expect(given.told).toEqual([]);
    expect(given.state).toMatchObject({ known: { space: { link: 'https://support.example/spaces/2' } } });
  });
});

describe("a customer's mail", () => {
  it('starts the wait anew at the step it had reached', () => {
    const given = GivenCase.awaitingEvidence().ring();
    expect(given.types).toEqual(['case.customer-reminded']);
    expect(given.wakesAt).toBe('2020-05-04T09:00:00+08:00');
    given.at('2020-05-03T14:00:00+08:00').mail('update');
    expect(given.types).toEqual(['case.customer-heard']);
    expect(given.wakesAt).toBe('2020-05-06T09:00:00+08:00');
    expect(given.ring().told[0]?.data).toMatchObject({ step: 2, ofSteps: 3 });
  });

  it('counts once', () => {
    const given = GivenCase.awaitingEvidence().mail('question', { mailId: id(1) });
    expect(given.types).toEqual(['case.customer-heard', 'case.customer-forwarded']);
    expect(given.mail('question', { mailId: id(1) }).told).toEqual([]);
  });

  it('that only acknowledges is remembered and restarts nothing', () => {
    const given = GivenCase.awaitingEvidence();
    const wakesAt = given.wakesAt;
    given.at('2020-04-30T12:00:00+08:00').mail('acknowledgement', { messageId: '<ok@partner.example>' });
    expect(given.told).toEqual([]);
    expect(given.wakesAt).toBe(wakesAt);
    expect(given.state).toMatchObject({ known: { file: { lastMessageId: '<ok@partner.example>' } } });
  });

  it('written by a machine is as if it never came', () => {
    const given = GivenCase.awaitingEvidence();
    const before = given.state;
    expect(given.mail('automatic-reply').state).toBe(before);
  });

  it('that waits for the next crash gets a suggestion what to collect, once', () => {
    const given = GivenCase.awaitingEvidence().mail('update', { waitsForCrash: true });
    expect(given.types).toEqual(['case.customer-heard', 'case.collection-suggested']);
    expect(given.mail('update', { waitsForCrash: true }).types).toEqual(['case.customer-heard']);
  });

  it('with news goes to the owner while a plan runs, and moves the check', () => {
    const given = GivenCase.awaitingEvidence(monday).mail('update');
    expect(given.types).toEqual(['case.customer-heard']);
    given.upload(1).analysed(1, { holdsFullDump: true, nextSteps: ['update-windows'] });
    given.at('2020-06-03T10:00:00+08:00').mail('update');
    expect(given.types).toEqual(['case.customer-heard', 'case.customer-forwarded']);
    expect(given.wakesAt).toBe('2020-06-06T09:00:00+08:00');
  });

  it('names the contact of a case that had none', () => {
    const given = new GivenCase().report().takeSpace().mail('problem');
    expect(given.types).toEqual(['case.details-completed', 'case.evidence-requested', 'case.customer-heard']);
  });

  it('is kept shortened, and only the last thirty', () => {
    const given = GivenCase.awaitingEvidence();
    for (let count = 0; count < 35; count += 1) given.mail('update', { text: 'x'.repeat(5_000) });
    const words = given.state.phase === 'unopened' ? [] : given.state.known.customerWords;
    expect(words).toHaveLength(30);
    expect(words[0]?.text).toHaveLength(2_000);
  });

  it('is never cut in the middle of a character', () => {
    const given = GivenCase.awaitingEvidence().mail('question', { text: `x${'😀'.repeat(15_000)}` });
    const forwarded = given.told.find((event) => event.type === 'case.customer-forwarded');
    expect(forwarded?.data.text).not.toMatch(/\p{Surrogate}/u);
    expect(forwarded?.data.text).toHaveLength(19_999);
  });
});

describe("a colleague's mail", () => {
  it('with an answer goes to the customer and counts as our word', () => {
    const given = GivenCase.awaitingEvidence().at('2020-04-30T12:00:00+08:00').mail('answer');
    expect(given.types).toEqual(['case.answer-forwarded']);
    expect(given.wakesAt).toBe('2020-05-03T09:00:00+08:00');
  });

  it('with an answer ends the watch over a plan for a while: what it says has to be tried first', () => {
    const given = GivenCase.awaitingEvidence().upload(1);
    given.analysed(1, { holdsFullDump: true, nextSteps: ['update-windows'] }).ring();
    expect(given.state.phase).toBe('observing');
    given.at('2020-06-01T16:46:00+08:00').mail('answer');
    expect(given.types).toEqual(['case.answer-forwarded', 'case.observation-interrupted']);
    expect(given.told[1]?.data).toMatchObject({ checkAt: '2020-06-04T01:00:00.000Z' });
    expect(given.state.phase).toBe('action-planned');
    expect(given.ring().types).toEqual(['case.observation-started']);
  });

  it('with an answer starts the watch anew where no evidence came: there is nothing to try', () => {
    const given = GivenCase.awaitingEvidence().ring().ring().ring().ring();
    expect(given.state.phase).toBe('observing');
    given.at('2020-06-01T16:46:00+08:00').mail('answer');
    expect(given.types).toEqual(['case.answer-forwarded']);
    expect(given.wakesAt).toBe('2020-06-08T09:00:00+08:00');
  });

  it('with an answer is quiet while nobody is known to answer to', () => {
    expect(new GivenCase().report().mail('answer').told).toEqual([]);
  });

  it('with a summary archives the case, once', () => {
    const given = GivenCase.awaitingEvidence().mail('closure-summary', { text: '案例总结' });
    expect(given.types).toEqual(['case.archived']);
    expect(given.told[0]?.data).toMatchObject({ because: 'closed-by-engineer', engineerSummary: '案例总结' });
    expect(given.mail('closure-summary').told).toEqual([]);
  });

  it.each(['answer', 'action-plan', 'reminder'] as const)(
    'to the customer (%s) is passed on, unless it went there',
    (kind) => {
      const given = GivenCase.awaitingEvidence().at('2020-04-30T12:00:00+08:00').mail(kind);
      expect(given.types).toEqual(['case.answer-forwarded']);
      const direct = GivenCase.awaitingEvidence().at('2020-04-30T12:00:00+08:00').mail(kind, { reachedCustomer: true });
      expect([direct.types, direct.wakesAt]).toEqual([[], given.wakesAt]);
    },
  );

  it('that hands the case up escalates it, once', () => {
    const given = GivenCase.awaitingEvidence().mail('escalation', { text: '需要升级' });
    expect(given.types).toContain('case.escalated');
    expect(given.told[0]?.data).toMatchObject({ because: 'asked-by-person', reason: '需要升级' });
    expect(given.mail('escalation').types).not.toContain('case.escalated');
    expect(GivenCase.awaitingEvidence().mail('closure-summary').mail('escalation').told).toEqual([]);
  });

  it('that is a note is only remembered', () => {
    expect(GivenCase.awaitingEvidence().mail('colleague-note').told).toEqual([]);
  });
});

describe('an upload', () => {
  it('is confirmed and read, once', () => {
    const given = GivenCase.awaitingEvidence().upload(1);
    expect(given.types).toEqual(['case.customer-heard', 'case.upload-acknowledged', 'case.analysis-requested']);
    expect(given.upload(1).told).toEqual([]);
    expect(given.analysed(1).upload(1).told).toEqual([]);
  });

  it('is confirmed later when nobody is known to confirm it to', () => {
    const given = new GivenCase().report().takeSpace().upload(1);
    expect(given.types).toEqual(['case.customer-heard', 'case.analysis-requested']);
    expect(given.report({ contact }).types).toEqual(['case.details-completed', 'case.upload-acknowledged']);
  });

  it('is read beside others; the case waits for the last one', () => {
    const given = GivenCase.awaitingEvidence().upload(1).upload(2);
    expect(given.analysed(2).state.phase).toBe('analysing');
    expect(given.analysed(1).state.phase).toBe('awaiting-evidence');
  });

  it('that is read too slowly goes to the senior engineer once', () => {
    const given = GivenCase.awaitingEvidence(monday).upload(1);
    expect(given.letTimePass('2020-06-03T09:59:00+08:00').told).toEqual([]);
    expect(given.letTimePass('2020-06-03T10:00:00+08:00').types).toEqual(['case.escalated']);
    expect(given.told[0]?.data).toMatchObject({ because: 'analysis-overdue', to: standardPolicy.seniorEngineer });
    expect(given.letTimePass('2020-06-05T09:59:00+08:00').told).toEqual([]);
    expect(given.analysed(1).types).toEqual(['case.analysis-reported']);
  });

  it('wakes an archived case', () => {
    const given = GivenCase.awaitingEvidence().mail('closure-summary').upload(1);
    expect(given.types[0]).toBe('case.reopened');
    expect(given.told[0]?.data).toMatchObject({ because: 'new-upload' });
    expect(given.types).not.toContain('case.evidence-requested');
    expect(given.state.phase).toBe('analysing');
  });
});

describe('an upload that still arrives', () => {
  const wakesIn = (given: GivenCase, seconds: number): string =>
    new Date(Date.parse(given.now) + seconds * 1000).toISOString();
  const arriving = (kind: 'full' | 'active' | 'kernel' | 'triage' | 'user' | 'header-only' = 'kernel'): GivenCase =>
    GivenCase.awaitingEvidence(monday).arrive(1).recognise(1, kind);

  it('is looked at once, and is a sign of life', () => {
    const given = GivenCase.awaitingEvidence(monday).at('2020-06-03T10:00:00+08:00').arrive(1);
    expect(given.told).toEqual([
      {
        type: 'case.recognition-requested',
        data: { uploadId: id(1), name: 'MEMORY1.zip', location: 'uploads/1' },
      },
    ]);
    expect(given.wakesAt).toBe('2020-06-06T09:00:00+08:00');
    expect(given.arrive(1).told).toEqual([]);
    expect(given.upload(1).arrive(1).told).toEqual([]);
  });

  it('is not looked at where nobody says where it lies, nor in an archived case', () => {
    expect(GivenCase.awaitingEvidence().arrive(1, { location: undefined }).told).toEqual([]);
    const given = GivenCase.awaitingEvidence().mail('closure-summary').arrive(1);
    expect(given.told).toEqual([]);
    expect(given.state).toMatchObject({ known: { arriving: [] } });
  });

  it('is forgotten first when more have begun than a case keeps', () => {
    const given = GivenCase.awaitingEvidence(monday);
    for (let number = 1; number <= limits.uploads + 2; number += 1) given.arrive(number);
    const { state } = given;
    const kept = 'known' in state ? state.known.arriving.map(({ uploadId }) => uploadId) : [];
    expect(kept).toEqual(Array.from({ length: limits.uploads }, (_, index) => id(index + 3)));
  });

  it('is known by its first bytes, until it was read as a whole', () => {
    const given = arriving('full');
    expect(given.state).toMatchObject({ known: { arriving: [{ name: 'MEMORY1.zip', dump: { kind: 'full' } }] } });
    given.upload(1);
    expect(given.state).toMatchObject({ known: { arriving: [], uploads: [{ dump: { kind: 'full' } }] } });
    given.analysed(1, { holdsFullDump: true, nextSteps: ['update-windows'] });
    expect(given.state).toMatchObject({ known: { uploads: [{ dump: null }] } });
  });

  it.each(['kernel', 'triage', 'user', 'header-only'] as const)('and is a %s dump is told to the customer', (kind) => {
    const given = arriving(kind);
    expect(given.told).toEqual([]);
    expect(given.letTimePass(wakesIn(given, 19)).told).toEqual([]);
    expect(given.letTimePass(wakesIn(given, 1)).types).toEqual(['case.wrong-dump-noticed']);
    expect(given.told[0]?.data).toMatchObject({
      uploadId: id(1),
      name: 'MEMORY1.zip',
      dump: { kind, bugcheck: { code: '0x139' }, osBuild: 17763, arrivedBytes: 4 },
      nextSteps: ['configure-full-dump', 'collect-full-dump', 'compress-before-upload'],
    });
    expect(given.wakesAt).toBe('2020-06-04T09:00:00+08:00');
    expect(given.ring().types).toEqual(['case.customer-reminded']);
  });

  it.each(['full', 'active'] as const)('and is a dump of kind %s brings no letter', (kind) => {
    const given = arriving(kind);
    expect(given.wakesAt).toBe('2020-06-04T09:00:00+08:00');
    expect(given.ring().types).toEqual(['case.customer-reminded']);
  });

  it('brings one letter when it was received within the grace', () => {
    const given = arriving('triage').upload(1);
    expect(given.letTimePass(wakesIn(given, 60)).told).toEqual([]);
    given.analysed(1, { findings: [finding({ kind: 'triage' })] });
    expect(given.types).toEqual(['case.analysis-reported']);
    expect(given.told[0]?.data).not.toHaveProperty('noticedAt');
  });

  it('and was noticed is reported with the time of the notice', () => {
    const given = arriving();
    const noticedAt = wakesIn(given, 20);
    given.ring().at('2020-06-01T18:00:00+08:00').upload(1);
    expect(given.analysed(1, { findings: [finding({ kind: 'kernel' })] }).told[0]?.data).toMatchObject({ noticedAt });
  });

  it('brings nothing when it is recognised twice, too late, or without having begun', () => {
    const given = arriving().ring();
    expect(given.recognise(1, 'kernel').ring().types).toEqual(['case.customer-reminded']);
    expect(given.recognise(2, 'kernel').told).toEqual([]);
    const better = arriving('triage').ring().recognise(1, 'kernel');
    expect(better.letTimePass(wakesIn(better, 60)).told).toEqual([]);
    const received = GivenCase.awaitingEvidence(monday).arrive(1).upload(1).recognise(1, 'kernel');
    expect(received.letTimePass(wakesIn(received, 60)).told).toEqual([]);
  });

  it('with several dumps is what the best of them is, whichever comes first', () => {
    const fullLast = arriving('triage').recognise(1, 'full', { member: 'MEMORY.DMP' });
    const fullFirst = arriving('full').recognise(1, 'triage', { member: '060120-1.dmp' });
    for (const given of [fullLast, fullFirst]) {
      expect(given.letTimePass(wakesIn(given, 60)).told).toEqual([]);
      expect(given.state).toMatchObject({ known: { arriving: [{ dump: { kind: 'full' } }] } });
    }
    const kernelLast = arriving('triage');
    const noticeAt = wakesIn(kernelLast, 20);
    kernelLast.at(wakesIn(kernelLast, 10)).recognise(1, 'kernel');
    expect(kernelLast.letTimePass(noticeAt).told).toMatchObject([{ data: { dump: { kind: 'kernel' } } }]);
  });

  it.each([
    ['header-only', 'user'],
    ['user', 'triage'],
    ['triage', 'kernel'],
    ['kernel', 'active'],
    ['active', 'full'],
  ] as const)('with a dump of kind %s and one of kind %s counts as the latter', (less, more) => {
    for (const given of [arriving(less).recognise(1, more), arriving(more).recognise(1, less)])
      expect(given.state).toMatchObject({ known: { arriving: [{ dump: { kind: more } }] } });
  });

  it('and is told of late begins the clock anew from then on', () => {
    const given = arriving();
    expect(given.letTimePass('2020-06-03T10:00:00+08:00').types).toEqual(['case.wrong-dump-noticed']);
    expect(given.wakesAt).toBe('2020-06-06T09:00:00+08:00');
  });

  it('brings no second letter of its kind when it began soon after one, however late it is recognised', () => {
    const given = arriving('triage').ring().arrive(2);
    given.at('2020-06-01T18:00:00+08:00').recognise(2, 'triage');
    expect(given.letTimePass(wakesIn(given, 20)).told).toEqual([]);
  });

  it('is not told when a full dump has led to a plan meanwhile, or the case was closed', () => {
    const planned = arriving().upload(2);
    planned.analysed(2, { holdsFullDump: true, nextSteps: ['update-windows'] });
    expect(planned.letTimePass(wakesIn(planned, 60)).told).toEqual([]);
    expect(planned.letTimePass(wakesIn(planned, 60)).told).toEqual([]);
    const closed = arriving().mail('closure-summary');
    expect(closed.wakesAt).toBe('2020-06-02T09:00:00+08:00');
    expect(closed.letTimePass(wakesIn(closed, 60)).told).toEqual([]);
  });

  it('is not told while nobody is known to tell', () => {
    const given = new GivenCase(monday).report().takeSpace().arrive(1).recognise(1, 'kernel');
    expect(given.ring().told).toEqual([]);
    expect(given.state).toMatchObject({ known: { arriving: [{ noticeAt: null }] } });
  });

  it('among others of its kind brings one letter for all; the reports of the others refer to it', () => {
    const given = arriving('triage');
    for (const number of [2, 3, 4, 5]) given.arrive(number).recognise(number, 'triage');
    const noticedAt = wakesIn(given, 20);
    expect(given.letTimePass(noticedAt).types).toEqual(['case.wrong-dump-noticed']);
    given.at('2020-06-01T13:59:00+08:00').arrive(6).recognise(6, 'triage');
    expect(given.ring().told).toEqual([]);
    for (const number of [5, 6])
      expect(given.upload(number).analysed(number).told[0]?.data).toMatchObject({ uploadId: id(number), noticedAt });
  });

  it('is told again when it is of another kind, or begun long after the last notice', () => {
    const given = arriving('triage').ring().arrive(2).recognise(2, 'kernel');
    expect(given.letTimePass(wakesIn(given, 20)).types).toEqual(['case.wrong-dump-noticed']);
    given.arrive(4).recognise(4, 'triage');
    expect(given.letTimePass(wakesIn(given, 20)).told).toEqual([]);
    given.at('2020-06-01T14:01:00+08:00').arrive(3).recognise(3, 'triage');
    expect(given.letTimePass(wakesIn(given, 20)).types).toEqual(['case.wrong-dump-noticed']);
    given.arrive(5).recognise(5, 'triage');
    expect(given.letTimePass(wakesIn(given, 20)).told).toEqual([]);
  });
});

describe('an analysis', () => {
  it('of a full dump with a playbook makes a plan', () => {
    const given = GivenCase.awaitingEvidence(monday).upload(1);
    given.analysed(1, { holdsFullDump: true, nextSteps: ['update-windows', 'enable-special-pool'] });
    expect(given.types).toEqual(['case.analysis-reported', 'case.action-planned']);
    expect(given.told[0]?.data).toMatchObject({ verdict: 'full-dump' });
    expect(given.wakesAt).toBe('2020-06-04T09:00:00+08:00');
  });

  it('of a full dump without a playbook goes to the senior engineer with all that is known', () => {
    const given = GivenCase.awaitingEvidence(monday).mail('update', { text: '蓝屏' }).upload(1);
    given.analysed(1, { holdsFullDump: true });
    expect(given.types).toEqual(['case.analysis-reported', 'case.escalated']);
    expect(given.told[1]?.data).toMatchObject({
      because: 'no-known-plan',
      reason: 'no playbook knows 0x139 KERNEL_SECURITY_CHECK_FAILURE',
      uploads: [{ uploadId: id(1) }],
      findings: [{ kind: 'full' }],
      customerWords: [{ text: '蓝屏' }],
    });
    expect(given.state.phase).toBe('escalated');
  });

  it('of a lesser dump asks for a full one in one letter and begins the ladder anew', () => {
    const given = GivenCase.awaitingEvidence(monday).ring().at('2020-06-04T10:00:00+08:00').upload(1);
    given.analysed(1, { findings: [finding({ kind: 'kernel' })], nextSteps: ['list-installed-programs'] });
    expect(given.types).toEqual(['case.analysis-reported']);
    expect(given.told[0]?.data).toMatchObject({ verdict: 'not-a-full-dump', reason: 'all pages are there' });
    expect(given.state).toMatchObject({ step: 0, wanted: ['full-dump', 'installed-programs'] });
    expect(given.wakesAt).toBe('2020-06-07T09:00:00+08:00');
  });

  it('of a dump cut short goes to the customer and to the senior engineer', () => {
    const given = GivenCase.awaitingEvidence(monday)
      .upload(1)
      .analysed(1, { findings: [truncated] });
    expect(given.types).toEqual(['case.analysis-reported', 'case.escalated']);
    expect(given.told[0]?.data).toMatchObject({ verdict: 'dump-truncated', reason: 'ends 6 bytes early' });
    expect(given.told[1]?.data).toMatchObject({ because: 'dump-damaged' });
    expect(given.state).toMatchObject({ phase: 'awaiting-evidence', step: 0 });
  });

  it.each(['kernel', 'triage', 'user'] as const)(
    'a %s dump that is cut short is not asked for again: a full one is',
    (kind) => {
      const given = GivenCase.awaitingEvidence()
        .upload(1)
        .analysed(1, { findings: [{ ...truncated, kind }], nextSteps: [] });
      expect(given.types).toEqual(['case.analysis-reported']);
      expect(given.told[0]?.data).toMatchObject({
        ...{ verdict: 'not-a-full-dump', reason: 'ends 6 bytes early' },
        nextSteps: ['configure-full-dump', 'collect-full-dump', 'compress-before-upload'],
      });
    },
  );

  it('that failed tells the customer why', () => {
    const given = GivenCase.awaitingEvidence(monday).upload(1).unreadable(1);
    expect(given.types).toEqual(['case.analysis-reported']);
    expect(given.told[0]?.data).toMatchObject({ verdict: 'dump-unreadable', reason: 'found ELF, expected PAGE' });
  });

  it('names what earlier uploads said', () => {
    const given = GivenCase.awaitingEvidence(monday)
      .upload(1)
      .analysed(1, { findings: [truncated] });
    given.upload(2).analysed(2);
    expect(given.told[0]?.data).toMatchObject({ earlierFindings: [truncated], findings: [{ kind: 'full' }] });
  });

  it('of something else than a dump says nothing and goes on where the case was', () => {
    const given = GivenCase.awaitingEvidence(monday).ring();
    given.at('2020-06-05T10:00:00+08:00').upload(1).recognised(1);
    expect(given.told).toEqual([]);
    expect(given.state).toMatchObject({ phase: 'awaiting-evidence', step: 1 });
    expect(given.wakesAt).toBe('2020-06-08T09:00:00+08:00');
  });

  it('that nobody asked for, or that came twice, is quiet', () => {
    const given = GivenCase.awaitingEvidence().analysed(1);
    expect(given.told).toEqual([]);
    expect(given.upload(1).analysed(1).analysed(1).told).toEqual([]);
    expect(given.unreadable(1).told).toEqual([]);
    expect(given.recognised(1).told).toEqual([]);
  });

  it('that comes after an engineer closed the case is still told to who sent the file, and opens nothing', () => {
    const late: ((given: GivenCase) => GivenCase)[] = [
      (given) => given.analysed(1),
      (given) => given.analysed(1, { findings: [truncated] }),
      (given) => given.analysed(1, { holdsFullDump: true, nextSteps: ['update-windows'] }),
      (given) => given.unreadable(1),
    ];
    for (const read of late) {
      const given = read(GivenCase.awaitingEvidence().upload(1).mail('closure-summary'));
      expect(given.types).toEqual(['case.analysis-reported']);
      expect(given.told[0]?.data).toMatchObject({ space: null });
      expect(given.state.phase).toBe('archived');
      expect(read(given).told).toEqual([]);
    }
  });

  it('that comes after the case was closed and opened again leads on as ever', () => {
    const given = GivenCase.awaitingEvidence().upload(1).mail('closure-summary').mail('update');
    given.analysed(1, { holdsFullDump: true, nextSteps: ['update-windows'] });
    expect(given.types).toEqual(['case.analysis-reported', 'case.action-planned']);
  });

  it('of a lesser dump does not undo a plan, whichever was read first', () => {
    const plan = { holdsFullDump: true, nextSteps: ['update-windows' as const] };
    const fullFirst = GivenCase.awaitingEvidence().upload(1).upload(2).analysed(1, plan).analysed(2);
    const fullLast = GivenCase.awaitingEvidence().upload(1).upload(2).analysed(2).analysed(1, plan);
    expect([fullFirst.state.phase, fullLast.state.phase]).toEqual(['action-planned', 'action-planned']);
  });
});

describe('silence', () => {
  it('takes one step at a time, however late the clock rings', () => {
    const given = GivenCase.awaitingEvidence().letTimePass('2021-01-01T12:00:00+08:00');
    expect(given.types).toEqual(['case.customer-reminded']);
    expect(given.wakesAt).toBe('2021-01-04T09:00:00+08:00');
    expect(given.letTimePass().told).toEqual([]);
  });

  it('after a plan lets the case be watched, then archives it', () => {
    const given = GivenCase.awaitingEvidence(monday).upload(1);
    given.analysed(1, { holdsFullDump: true, nextSteps: ['update-windows'] }).ring();
    expect(given.told).toMatchObject([{ type: 'case.observation-started', data: { because: 'plan-carried-out' } }]);
    expect(given.ring().types).toEqual(['case.archived']);
    expect(given.told[0]?.data).toMatchObject({
      because: 'observed-without-news',
      steps: ['update-windows'],
      counts: { uploads: 1, customerMails: 0, reminders: 0 },
    });
  });

  it('of the senior engineer sends the package again', () => {
    const given = GivenCase.awaitingEvidence(monday).upload(1).analysed(1, { holdsFullDump: true }).ring();
    expect(given.types).toEqual(['case.escalated']);
    expect(given.wakesAt).toBe('2020-06-05T09:00:00+08:00');
  });

  it("after an engineer's answer to an escalation is the customer's: the case is watched like after a plan", () => {
    const given = GivenCase.awaitingEvidence(monday).upload(1).analysed(1, { holdsFullDump: true }).mail('answer');
    expect(given.wakesAt).toBe('2020-06-04T09:00:00+08:00');
    expect(given.ring().told).toMatchObject([{ type: 'case.observation-started' }]);
  });

  it('brings no letters in an archived case', () => {
    const given = GivenCase.awaitingEvidence().mail('closure-summary').letTimePass('2030-01-01T00:00:00Z');
    expect(given.types).toEqual(['case.upload-space-retired', 'case.evidence-purge-requested']);
    // A purge that nobody answers is told to colleagues, owner and duty, once.
    expect(given.letTimePass('2040-01-01T00:00:00Z').types).toEqual(['case.purge-overdue', 'case.purge-overdue']);
    expect(given.letTimePass('2050-01-01T00:00:00Z').told).toEqual([]);
  });
});

describe('a watched case', () => {
  const watched = (): GivenCase => GivenCase.awaitingEvidence(monday).ring().ring().ring().ring();

  it("is watched longer after the customer's real words, not after a thank you", () => {
    const given = watched();
    expect(given.state.phase).toBe('observing');
    const until = given.wakesAt;
    const nextDay = new Date(Date.parse(given.now) + 86_400_000).toISOString();
    expect(given.at(nextDay).mail('acknowledgement').wakesAt).toBe(until);
    expect(given.mail('question').wakesAt).not.toBe(until);
  });

  it('ends its watch with a new dump, and not with a picture', () => {
    expect(watched().upload(1).recognised(1).state.phase).toBe('observing');
    expect(watched().upload(1).analysed(1).state.phase).toBe('awaiting-evidence');
  });
});

describe('an archived case', () => {
  it('lives again when the customer writes, and asks again once the space is open again', () => {
    const given = GivenCase.awaitingEvidence().mail('closure-summary').mail('update');
    expect(given.types).toEqual(['case.reopened', 'case.customer-heard']);
    expect(given.state).toMatchObject({ phase: 'awaiting-evidence', step: 0 });
    expect(given.takeSpace({ link: 'https://support.example/spaces/2' }).types).toEqual(['case.evidence-requested']);
    expect(given.takeSpace({ link: 'https://support.example/spaces/3' }).types).toEqual([]);
  });

  it('stays archived after a thank you or an automatic reply', () => {
    const given = GivenCase.awaitingEvidence().mail('closure-summary').mail('acknowledgement').mail('automatic-reply');
    expect(given.state.phase).toBe('archived');
  });
});

describe('the package of an escalation', () => {
  const comparison = {
    ...{ sameSignatureAs: [id(1)], isNewSignature: false, previous: id(1), previousName: 'MEMORY1.zip' },
    ...{ changedModules: [], moreChangedModules: 0, osBuildChanged: false },
  };

  it('holds how the latest dump compares with the earlier ones, also when it comes later', () => {
    const given = GivenCase.awaitingEvidence()
      .upload(2)
      .analysed(2, { findings: [truncated], comparison });
    const escalated = given.told.find(({ type }) => type === 'case.escalated');
    expect(escalated?.data).toMatchObject({ comparison: { ...comparison, uploadId: id(2) } });
    const later = given.upload(3).analysed(3, { findings: [truncated] });
    expect(later.told.find(({ type }) => type === 'case.escalated')?.data).toMatchObject({
      comparison: { uploadId: id(2) },
    });
  });

  it('holds none while there is one dump alone', () => {
    const given = GivenCase.awaitingEvidence()
      .upload(2)
      .analysed(2, { findings: [truncated] });
    expect(given.told.find(({ type }) => type === 'case.escalated')?.data).not.toHaveProperty('comparison');
  });
});

describe('a file that was closed by its sender', () => {
  it('is noted, but neither confirmed nor read before it is known whether all of it is here', () => {
    const given = GivenCase.awaitingEvidence(monday).receive(1);
    expect(given.types).toEqual(['case.customer-heard']);
    expect(given.state.phase).toBe('awaiting-evidence');
    given.complete(1);
    expect(given.types).toEqual(['case.upload-acknowledged', 'case.analysis-requested']);
    expect(given.told[0]?.data).not.toHaveProperty('cutShort');
    expect(given.complete(1).told).toEqual([]);
    expect(given.cutShort(1).told).toEqual([]);
  });

  it('may be known to be whole before it is known to be closed', () => {
    const given = GivenCase.awaitingEvidence(monday).complete(1);
    expect(given.types).toEqual(['case.customer-heard', 'case.upload-acknowledged', 'case.analysis-requested']);
    expect(given.receive(1).told).toEqual([]);
  });

  it('and cut short is read as well, and the customer learns where to resume', () => {
    const cutShort = { bytes: 10, expectedBytes: 20, reason: '10 of 20 bytes are there' };
    const given = GivenCase.awaitingEvidence(monday).receive(1).cutShort(1);
    expect(given.types).toEqual(['case.upload-acknowledged', 'case.analysis-requested']);
    expect(given.told[0]?.data).toMatchObject({ cutShort, space: { account: space.account } });
    given.analysed(1, { findings: [truncated] });
    expect(given.told[0]?.data).toMatchObject({ verdict: 'dump-truncated', cutShort });
    given.upload(2).analysed(2, { holdsFullDump: true, nextSteps: ['update-windows'] });
    expect(given.told[0]?.data).not.toHaveProperty('cutShort');
  });

  it('without a contact is confirmed as what it is once there is one', () => {
    const given = new GivenCase(monday).report().takeSpace().receive(1).receive(2).cutShort(1);
    expect(given.types).toEqual(['case.analysis-requested']);
    given.report({ contact });
    expect(given.told.filter(({ type }) => type === 'case.upload-acknowledged')).toMatchObject([
      { data: { uploadId: id(1), cutShort: { expectedBytes: 20 } } },
    ]);
  });

  it('before an engineer closed the case is read afterwards, which opens nothing', () => {
    const given = GivenCase.awaitingEvidence(monday).receive(1).mail('closure-summary').complete(1);
    expect(given.types).toEqual(['case.upload-acknowledged', 'case.analysis-requested']);
    expect(given.state.phase).toBe('archived');
    given.analysed(1);
    expect(given.types).toEqual(['case.analysis-reported']);
    expect(given.state.phase).toBe('archived');
  });
});

describe('a case from the time when a file was read as soon as it was received', () => {
  const file = { uploadId: id(1), name: 'MEMORY1.zip', bytes: 10, sha256: 'a'.repeat(64) };
  const old = (): GivenCase => {
    const given = GivenCase.awaitingEvidence(monday);
    const at = given.instant;
    const events: CaseEvent[] = [
      { type: 'upload.kept', data: file, at },
      { type: 'case.customer-heard', data: { mailId: null, uploadId: id(1) }, at },
      { type: 'case.upload-acknowledged', data: { file: knownOf(given).file, ...file }, at },
      { type: 'case.analysis-requested', data: { ...file, location: 'uploads/1' }, at },
    ];
    given.state = events.reduce(evolve, given.state);
    return given;
  };
  /** As such a case was kept: nothing in it says whether a file was asked to be read. */
  const kept = (): GivenCase => {
    const given = old();
    const text = JSON.stringify(given.state, (key, value: unknown) => (key === 'begun' ? undefined : value));
    given.state = JSON.parse(text) as Case;
    return given;
  };

  it.each([
    ['told again from its history', old],
    ['taken from where it was kept', kept],
  ])('%s, reads nothing twice and ends its reading', (_, aCase) => {
    const given = aCase();
    expect(given.state).toMatchObject({ phase: 'analysing', pending: [id(1)] });
    expect(given.complete(1).told).toEqual([]);
    expect(given.cutShort(1).told).toEqual([]);
    given.analysed(1, { holdsFullDump: true, nextSteps: ['update-windows'] });
    expect(given.types).toEqual(['case.analysis-reported', 'case.action-planned']);
  });
});

function knownOf({ state }: GivenCase): Known {
  if (state.phase === 'unopened') throw new Error('the case is not opened');
  return state.known;
}
