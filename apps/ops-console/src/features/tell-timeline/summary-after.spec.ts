import { AnyEvent, type Told } from '@caserelay/contracts';
import { describe, expect, test } from '@jest/globals';
import { nothingTold, summaryAfter, type ToldSummary } from './summary-after.js';

const caseId = '019390a0-0000-7000-8000-0000000000aa';
const uploadId = '019390a0-0000-7000-8000-0000000000bb';
const file = {
  caseNumber: 'CAS-02227-X4W1B1',
  trackingToken: 'CMIT:0001409',
  topic: 'Blue screen',
  partner: 'Partner',
  endCustomer: null,
  problem: null,
  contact: null,
  owner: { name: 'Lin', address: 'lin@example.com' },
  language: 'zh-CN' as const,
  lastMessageId: null,
};
const upload = { uploadId, name: 'MEMORY.DMP', bytes: 10, sha256: 'a'.repeat(64) };
const opened: Told = { type: 'case.opened', data: { file, policy: 'p1' } };
const analysisRequested: Told = { type: 'case.analysis-requested', data: { ...upload, location: 'uploads/x' } };
const picture: Told = {
  type: 'evidence.recognised',
  data: { uploadId, name: 'screen.png', kind: 'image', description: 'PNG' },
};
const observing: Told = {
  type: 'case.observation-started',
  data: { file, space: null, until: '2020-01-02T01:00:00Z', because: 'no-evidence' },
};
const reported = (verdict: 'full-dump' | 'not-a-full-dump'): Told => ({
  type: 'case.analysis-reported',
  data: {
    file,
    space: null,
    uploadId,
    name: 'a',
    findings: [],
    earlierFindings: [],
    verdict,
    reason: '',
    nextSteps: [],
  },
});
const unreadable: Told = { type: 'dump.unreadable', data: { uploadId, name: 'MEMORY.DMP', reason: 'found "ABCD"' } };

let clock = 0;
function event(
  told: Told,
  sequence?: number,
  time = new Date(1_577_000_000_000 + (clock += 1000)).toISOString(),
): AnyEvent {
  const id = `019390a0-0000-7000-8000-${String((clock += 1)).padStart(12, '0')}`;
  return AnyEvent.parse({ specversion: '1.0', id, source: '/caserelay/x', subject: caseId, time, sequence, ...told });
}

function after(...events: AnyEvent[]): ToldSummary {
  return events.reduce(summaryAfter, nothingTold(caseId, events[0]?.time ?? ''));
}

describe('summaryAfter', () => {
  test('an opened case has its names, owner and phase', () => {
    const first = event(opened, 1);

    expect(after(first)).toMatchObject({
      caseNumber: 'CAS-02227-X4W1B1',
      owner: 'Lin',
      partner: 'Partner',
      phase: 'reported',
      openedAt: first.time,
      lastEventAt: first.time,
    });
  });

  test('a case returns to where it rested once a picture is recognised', () => {
    expect(after(event(opened, 1), event(observing, 2), event(analysisRequested, 3)).phase).toBe('analysing');
    expect(after(event(opened, 1), event(observing, 2), event(analysisRequested, 3), event(picture)).phase).toBe(
      'observing',
    );
  });

  test('an analysis without a full dump leaves the case awaiting evidence', () => {
    const summary = after(
      event(opened, 1),
      event(analysisRequested, 2),
      event(unreadable),
      event(reported('not-a-full-dump'), 3),
    );

    expect(summary).toMatchObject({ phase: 'awaiting-evidence', lastFinding: 'found "ABCD"' });
  });

  test('the last finding is what an upload is recognised as, until its analysis says more', () => {
    const dump = {
      ...{ member: null, format: 'kernel-dump-64' as const, kind: 'kernel' as const, exception: null },
      bugcheck: { code: '0x139', name: 'KERNEL_SECURITY_CHECK_FAILURE', parameters: [] },
      ...{ machine: 'AMD64', osBuild: 17763, osName: null, crashedAt: null, uptimeSeconds: null },
    };
    const arrival = { uploadId, name: 'MEMORY.DMP', ...dump, expectedBytes: 10, arrivedBytes: 9 };
    const completeness = { verdict: 'complete' as const, foundBytes: 10, expectedBytes: 10, reason: '' };
    const findings = [{ ...dump, processors: null, completeness }];
    const analysis = { uploadId, name: 'MEMORY.DMP', findings, holdsFullDump: false, signature: null, nextSteps: [] };
    const recognised = after(event(opened, 1), event({ type: 'upload.recognised', data: arrival }));

    expect(recognised.lastFinding).toBe('0x139 KERNEL_SECURITY_CHECK_FAILURE · kernel · build 17763');
    expect(summaryAfter(recognised, event({ type: 'dump.analysed', data: analysis })).lastFinding).toBe(
      '0x139 KERNEL_SECURITY_CHECK_FAILURE · kernel · build 17763 · complete',
    );
  });

  test('a poorer dump undoes no plan', () => {
    const planned: Told = {
      type: 'case.action-planned',
      data: { file, steps: ['update-windows'], checkAt: '2020-01-02T01:00:00Z' },
    };

    expect(after(event(opened, 1), event(planned, 2), event(reported('not-a-full-dump'), 3)).phase).toBe(
      'action-planned',
    );
  });

  test('a result that is told after the archive opens nothing', () => {
    const archived: Told = {
      type: 'case.archived',
      data: {
        file,
        because: 'closed-by-engineer',
        openedAt: '2020-01-01T01:00:00Z',
        findings: [],
        steps: [],
        engineerSummary: 'done',
        counts: { uploads: 1, customerMails: 1, reminders: 0 },
      },
    };

    expect(after(event(opened, 1), event(archived, 2), event(reported('not-a-full-dump'), 3)).phase).toBe('archived');
  });

  test('an event of the case that comes late does not turn the phase back', () => {
    const late = event(analysisRequested, 2);

    expect(after(event(opened, 1), event(observing, 3), late).phase).toBe('observing');
  });

  test('a report completes what is not known yet, but the case has the last word', () => {
    const report: Told = {
      type: 'problem.reported',
      data: {
        caseNumber: 'CAS-02227-X4W1B1',
        trackingToken: 'CMIT:0001409',
        topic: 'Other topic',
        partner: null,
        endCustomer: 'Customer',
        problem: null,
        contact: null,
        owner: null,
        language: 'zh-CN',
        channel: 'mail',
      },
    };

    expect(after(event(report))).toMatchObject({ topic: 'Other topic', endCustomer: 'Customer', phase: null });
    expect(after(event(report), event(opened, 1))).toMatchObject({ topic: 'Blue screen', endCustomer: 'Customer' });
    expect(after(event(opened, 1), event(report)).topic).toBe('Blue screen');
  });

  test('the last activity never goes back', () => {
    const summary = after(event(opened, 1, '2019-12-24T00:00:00Z'), event(picture, undefined, '2019-12-23T00:00:00Z'));

    expect(summary.lastEventAt).toBe('2019-12-24T00:00:00Z');
  });
});
