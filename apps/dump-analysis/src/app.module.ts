import { openArchive } from '@caserelay/dump-archive';
import { causeOf, type Tell } from '@caserelay/messaging';
import { defineService, type Host } from '@caserelay/service-host';
import type { DynamicModule } from '@nestjs/common';
import { AnalysisQueue } from './adapters/analysis-queue/analysis-queue.js';
import { AnalysisStore, keepRequest, markTold, type AnalysisRow } from './adapters/analysis-store/analysis-store.js';
import { AnalysisTable1720000000000 } from './adapters/analysis-store/analysis-table.js';
import { EvidenceStore } from './adapters/evidence-store/evidence-store.js';
import { config } from './config.js';
import { AnalyseUploadJob } from './features/analyse-upload/analyse-upload.job.js';
import type { Needs as AnalyseNeeds } from './features/analyse-upload/analyse-upload.js';
import { readUpload, type Needs as ReadNeeds } from './features/analyse-upload/read-upload.js';
import { planNextSteps } from './features/plan-next-steps/plan-next-steps.js';
import { RequestAnalysisConsumer, RequestNeeds } from './features/request-analysis/request-analysis.consumer.js';
import { ResumeAnalysesTimer } from './features/resume-analyses/resume-analyses.timer.js';

type AnalysisHost = Host<typeof config>;

/** Reads evidence where it lies and tells what crashed. */
export const dumpAnalysis = defineService({
  name: 'dump-analysis',
  config,
  migrations: [AnalysisTable1720000000000],
  module: (host): DynamicModule => {
    const store = new AnalysisStore(host.database);
    const stopping = new AbortController();
    const queue = new AnalysisQueue({
      ...host.bull,
      onTrouble: (error) =>
        host.log.warn({ err: error }, 'hints in Redis have trouble; the database is asked again later'),
    });
    host.checkReadiness('redis', () => queue.ready());
    const timer = timerOf(host, store, queue);
    const job = new AnalyseUploadJob(queue, needsOf(host, store, stopping.signal), host.config.ANALYSIS_PARALLEL);
    host.onStop(async () => {
      timer.stop();
      stopping.abort();
      await queue.close();
    });
    return {
      module: class DumpAnalysisModule {},
      controllers: [RequestAnalysisConsumer],
      providers: [
        { provide: RequestNeeds, useValue: requestNeedsOf(host, queue) },
        { provide: ResumeAnalysesTimer, useValue: timer },
        { provide: AnalyseUploadJob, useValue: job },
      ],
    };
  },
});

function requestNeedsOf(host: AnalysisHost, queue: AnalysisQueue): RequestNeeds {
  return (hearing) => ({
    keep: (event) =>
      keepRequest(hearing.tx, {
        uploadId: event.data.uploadId,
        caseId: event.subject,
        name: event.data.name,
        location: event.data.location,
        cause: causeOf(event),
      }),
    // Not waited for: Redis may be away, and hearing goes on without it.
    hint: (uploadId) =>
      hearing.afterCommit(() => {
        queue
          .hint([uploadId])
          .catch((error: unknown) => host.log.warn({ err: error, uploadId }, 'no hint could be given'));
      }),
  });
}

function timerOf(host: AnalysisHost, store: AnalysisStore, queue: AnalysisQueue): ResumeAnalysesTimer {
  return new ResumeAnalysesTimer(
    {
      due: (limit) => store.due(limit),
      hint: (uploadIds) => queue.renewHints(uploadIds),
      failed: (error) => host.log.warn({ err: error }, 'waiting uploads could not be looked up'),
    },
    host.config.ANALYSIS_LOOK_SECONDS * 1000,
  );
}

function needsOf(host: AnalysisHost, store: AnalysisStore, signal: AbortSignal): AnalyseNeeds<AnalysisRow> {
  const reading = readingNeedsOf(host, signal);
  return {
    begin: (uploadId) => store.begin(uploadId),
    read: (upload) => readUpload(upload, reading),
    tell: (upload, outcome) => tellOnce(host, upload, outcome),
    postpone: ({ uploadId }, fault, pauseSeconds) => store.postpone(uploadId, fault, pauseSeconds),
    giveBack: ({ uploadId }) => store.giveBack(uploadId),
    isStopping: () => signal.aborted,
    logFault: ({ uploadId, attempts, cause }, error) =>
      host.log.error({ err: error, uploadId, attempts, caseId: cause.caseId }, 'an upload could not be read'),
    maxAttempts: host.config.ANALYSIS_ATTEMPTS,
    firstPauseSeconds: host.config.ANALYSIS_PAUSE_SECONDS,
  };
}

function readingNeedsOf({ config: settings }: AnalysisHost, signal: AbortSignal): ReadNeeds {
  const evidence = new EvidenceStore(settings.EVIDENCE_DIR);
  return {
    open: (location) => evidence.open(location),
    readArchive: (path, needsWhole) =>
      openArchive(path, {
        needsWhole,
        signal,
        maxMembers: settings.ARCHIVE_MAX_MEMBERS,
        headBytes: Math.round(settings.ARCHIVE_HEAD_MEBIBYTES * 2 ** 20),
        maxBytes: Math.round(settings.ARCHIVE_MAX_GIBIBYTES * 2 ** 30),
      }),
    planNextSteps,
  };
}

/** The row decides: of two workers that read the same upload, the first one tells. */
async function tellOnce(host: AnalysisHost, { uploadId, cause }: AnalysisRow, outcome: Tell): Promise<void> {
  const told = await host.outbox.transaction(async (tx) => {
    const isFirst = await markTold(tx, uploadId, outcome);
    return { result: isFirst, tells: isFirst ? [outcome] : [] };
  }, cause);
  if (told) host.log.info({ uploadId, caseId: cause.caseId, told: outcome.type }, 'an upload was read');
}
