import type { EventType } from './any-event.js';

/** The services, in the order in which a case usually meets them. */
export const services = [
  'intake',
  'case-workflow',
  'sftp-provisioning',
  'dump-analysis',
  'notification',
  'ops-console',
] as const;
export type ServiceName = (typeof services)[number];

/**
 * Which service hears which events. Every service declares all of these bindings at start, so that no event is told
 * before its listener has a queue. A service refuses to start when its doors differ from this table.
 * `*` hears everything.
 */
export const hears: Record<ServiceName, readonly EventType[] | '*'> = {
  intake: [],
  'case-workflow': [
    'problem.reported',
    'mail.received',
    'upload-space.opened',
    'upload.started',
    'upload.recognised',
    'upload.received',
    'upload.completed',
    'upload.cut-short',
    'dump.analysed',
    'dump.unreadable',
    'evidence.recognised',
    'evidence.purged',
    'mails.purged',
    'reports.purged',
    // Its own: linked cases have to know whether a case is open.
    'case.archived',
    'case.reopened',
  ],
  'sftp-provisioning': [
    'case.upload-space-requested',
    'case.archived',
    'case.reopened',
    'case.upload-space-retired',
    'case.evidence-purge-requested',
  ],
  'dump-analysis': ['case.recognition-requested', 'case.analysis-requested'],
  notification: [
    'case.upload-space-announced',
    'case.evidence-requested',
    'case.collection-suggested',
    'case.wrong-dump-noticed',
    'case.upload-acknowledged',
    'case.analysis-reported',
    'case.escalated',
    'case.customer-forwarded',
    'case.answer-forwarded',
    'case.customer-reminded',
    'case.observation-started',
    'case.archived',
    'case.level-reached',
    'case.owner-changed',
    'case.resumed',
    'case.question-asked',
    'case.plan-written',
  ],
  'ops-console': '*',
};

/** Which service tells which events. Every event has one teller: the one that owns the fact. */
export const tells: Record<ServiceName, readonly EventType[]> = {
  intake: ['problem.reported', 'mail.received', 'mails.purged'],
  'case-workflow': [
    'case.opened',
    'case.details-completed',
    'case.upload-space-requested',
    'case.upload-space-announced',
    'case.evidence-requested',
    'case.collection-suggested',
    'case.customer-heard',
    'case.recognition-requested',
    'case.wrong-dump-noticed',
    'case.upload-acknowledged',
    'case.analysis-requested',
    'case.analysis-reported',
    'case.escalated',
    'case.action-planned',
    'case.customer-forwarded',
    'case.answer-forwarded',
    'case.customer-reminded',
    'case.observation-started',
    'case.archived',
    'case.reopened',
    'case.upload-space-retired',
    'case.evidence-purge-requested',
    'case.evidence-purged',
    'case.level-reached',
    'case.clock-acknowledged',
    'case.priority-changed',
    'case.policy-applied',
    'case.owner-changed',
    'case.held',
    'case.resumed',
    'case.question-asked',
    'case.plan-written',
    'case.linked',
    'case.unlinked',
  ],
  'sftp-provisioning': [
    'upload-space.opened',
    'upload-space.made-read-only',
    'upload-space.closed',
    'upload.started',
    'upload.progressed',
    'upload.interrupted',
    'upload.received',
    'upload.completed',
    'upload.cut-short',
    'evidence.purged',
  ],
  'dump-analysis': ['upload.recognised', 'dump.analysed', 'dump.unreadable', 'evidence.recognised', 'reports.purged'],
  notification: ['letter.sent', 'letter.failed'],
  'ops-console': [],
};
