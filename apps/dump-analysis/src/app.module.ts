import type { StoredReport } from '@caserelay/contracts';
import { causeOf, type Tell } from '@caserelay/messaging';
import { openEvidenceStore } from '@caserelay/evidence-store';
import { askForKey, defineService, LookWhenWoken, type Host } from '@caserelay/service-host';
import type { DynamicModule, MiddlewareConsumer, NestModule } from '@nestjs/common';
import { AnalysisQueue } from './adapters/analysis-queue/analysis-queue.js';
import {
  AnalysisStore,
  keepRequest,
  markTold,
  noteOutcome,
  type AnalysisRow,
} from './adapters/analysis-store/analysis-store.js';
import { AnalysisTable1720000000000 } from './adapters/analysis-store/analysis-table.js';
import { ProgressColumns1720000300000 } from './adapters/analysis-store/progress-columns.js';
import { keepDumpOfCase } from './adapters/case-dumps/case-dumps.js';
import { CaseDumpsTable1720000300001 } from './adapters/case-dumps/case-dumps-table.js';
import { UploadedEvidence } from './adapters/evidence-store/evidence-store.js';
import { PurgeStore } from './adapters/purge-store/purge-store.js';
import { LegalHolds1722000100000 } from './adapters/purge-store/legal-holds.js';
import { PurgeTables1722000000000 } from './adapters/purge-store/purge-tables.js';
import { readInProcess, type ReadingLimits } from './adapters/reading-process/read-in-process.js';
import {
  keepRecognition,
  markRecognised,
  RecognitionStore,
  type RecognitionRow,
} from './adapters/recognition-store/recognition-store.js';
import { RecognitionTable1721000000000 } from './adapters/recognition-store/recognition-table.js';
import { ReportStore } from './adapters/report-store/report-store.js';
import { KnownVersionTable1720000300002 } from './adapters/version-store/known-version-table.js';
import { learnVersions, VersionStore } from './adapters/version-store/version-store.js';
import { config } from './config.js';
import { AnalyseUploadJob, type Room } from './features/analyse-upload/analyse-upload.job.js';
import type { Needs as AnalyseNeeds } from './features/analyse-upload/analyse-upload.js';
import type { KeptReading } from './features/analyse-upload/keep-reading.js';
import { ShowProgress } from './features/analyse-upload/show-progress.js';
import { compareDumps } from './features/compare-dumps/compare-dumps.js';
import { BoundedMap } from './features/follow-upload/bounded-map.js';
import { FollowUploadConsumer, RecognitionNeeds } from './features/follow-upload/follow-upload.consumer.js';
import { FollowUploadTimer } from './features/follow-upload/follow-upload.timer.js';
import { planNextSteps } from './features/plan-next-steps/plan-next-steps.js';
import { ListPurged, ListPurgedController } from './features/purge-reports/list-purged.controller.js';
import { PurgeNeeds, PurgeReportsConsumer } from './features/purge-reports/purge-reports.consumer.js';
import { purgeReports } from './features/purge-reports/purge-reports.js';
import { RequestAnalysisConsumer, RequestNeeds } from './features/request-analysis/request-analysis.consumer.js';
import { ResumeAnalysesTimer } from './features/resume-analyses/resume-analyses.timer.js';

type AnalysisHost = Host<typeof config>;

/** Reads evidence where it lies and tells what crashed. */
export const dumpAnalysis = defineService({
  name: 'dump-analysis',
  config,
  migrations: [
    AnalysisTable1720000000000,
    ProgressColumns1720000300000,
    CaseDumpsTable1720000300001,
    KnownVersionTable1720000300002,
    RecognitionTable1721000000000,
    PurgeTables1722000000000,
    LegalHolds1722000100000,
  ],
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
    const job = new AnalyseUploadJob(queue, needsOf(host, store, queue, stopping.signal), roomOf(host, store));
    const follower = followerOf(host);
    host.onStop(() => follower.stop());
    host.onStop(async () => {
      timer.stop();
      stopping.abort();
      await queue.close();
    });
    return {
      module: class DumpAnalysisModule implements NestModule {
        configure(consumer: MiddlewareConsumer): void {
          consumer.apply(askForKey(host.config.CASES_API_KEY, 'CASES_API_KEY')).forRoutes('v1/purged-files');
        }
      },
      controllers: [RequestAnalysisConsumer, FollowUploadConsumer, PurgeReportsConsumer, ListPurgedController],
      providers: [
        { provide: RequestNeeds, useValue: requestNeedsOf(host, queue) },
        { provide: ResumeAnalysesTimer, useValue: timer },
        { provide: AnalyseUploadJob, useValue: job },
        { provide: RecognitionNeeds, useValue: recognitionNeedsOf(follower) },
        { provide: FollowUploadTimer, useValue: follower },
        { provide: PurgeNeeds, useFactory: () => purgeNeedsOf(host) },
        {
          provide: ListPurged,
          useValue: ((wish) => new PurgeStore(host.database.manager, host.clock).listPurged(wish)) satisfies ListPurged,
        },
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

function needsOf(
  host: AnalysisHost,
  store: AnalysisStore,
  queue: AnalysisQueue,
  signal: AbortSignal,
): AnalyseNeeds<AnalysisRow> {
  const versions = new VersionStore(host.database);
  const evidence = openEvidenceStore(host.config);
  const reports = new ReportStore(evidence);
  const uploads = new UploadedEvidence(evidence);
  const progress = progressOf(host, store, queue);
  return {
    begin: (uploadId) => store.begin(uploadId),
    read: async ({ uploadId, name, location }, onProgress) => {
      const { pass, open } = await uploads.passFor(location);
      try {
        return await readInProcess(
          { upload: { uploadId, name, location }, evidence: pass, ...orderOf(host) },
          limitsOf(host),
          {
            signal,
            onProgress,
            lookUpVersions: (images) => versions.lookUp(images),
            evidence: open?.source ?? null,
          },
        );
      } finally {
        await open?.close();
        progress.end(uploadId);
      }
    },
    planNextSteps,
    show: ({ uploadId }, news) => progress.note(uploadId, news),
    tell: async (upload, reading) => {
      const isFirst = await tellOnce(host, upload, reading, await keepReport(host, reports, upload, reading));
      if (!isFirst) await forgetIfPurged(host, reports, upload);
    },
    postpone: ({ uploadId }, fault, pauseSeconds) => store.postpone(uploadId, fault, pauseSeconds),
    giveBack: ({ uploadId }) => store.giveBack(uploadId),
    isStopping: () => signal.aborted,
    logFault: ({ uploadId, attempts, cause }, error) =>
      host.log.error({ err: error, uploadId, attempts, caseId: cause.caseId }, 'an upload could not be read'),
    maxAttempts: host.config.ANALYSIS_ATTEMPTS,
    firstPauseSeconds: host.config.ANALYSIS_PAUSE_SECONDS,
  };
}

function roomOf({ config: settings }: AnalysisHost, store: AnalysisStore): Room {
  const evidence = new UploadedEvidence(openEvidenceStore(settings));
  return {
    parallel: settings.ANALYSIS_PARALLEL,
    largeFromBytes: Math.round(settings.ANALYSIS_LARGE_GIBIBYTES * 2 ** 30),
    bytesOf: async (uploadId) => {
      const location = await store.locationOf(uploadId);
      // One that cannot be opened takes no time; reading it says why.
      return location === null ? null : await evidence.bytesOf(location).catch(() => 0);
    },
  };
}

function progressOf(host: AnalysisHost, store: AnalysisStore, queue: AnalysisQueue): ShowProgress {
  return new ShowProgress({
    show: (uploadId, progress) => queue.show(uploadId, progress),
    keep: (uploadId, progress) => store.noteProgress(uploadId, progress),
    failed: (error) => host.log.warn({ err: error }, 'how far a reading has come could not be noted'),
    now: () => performance.now(),
    showEvery: 500,
    keepEvery: 5_000,
  });
}

/** Of the memory of a reading, for 7-Zip: three quarters, so that 256 of the usual 1024 MiB are left for the reader. */
const shareOfPrograms = 0.75;

function orderOf({ config: settings }: AnalysisHost) {
  return {
    archive: {
      maxMembers: settings.ARCHIVE_MAX_MEMBERS,
      headBytes: Math.round(settings.ARCHIVE_HEAD_MEBIBYTES * 2 ** 20),
      maxBytes: Math.round(settings.ARCHIVE_MAX_GIBIBYTES * 2 ** 30),
      maxRatio: settings.ARCHIVE_MAX_RATIO,
      maxDepth: settings.ARCHIVE_MAX_DEPTH,
      maxProgramBytes: settings.ANALYSIS_MEMORY_MEBIBYTES * 2 ** 20 * shareOfPrograms,
      maxSpillBytes: Math.round(settings.ARCHIVE_MAX_SPILL_GIBIBYTES * 2 ** 30),
    },
  };
}

function limitsOf({ config: settings }: AnalysisHost): ReadingLimits {
  return {
    memoryMebibytes: settings.ANALYSIS_MEMORY_MEBIBYTES,
    maxSeconds: settings.ANALYSIS_MAX_SECONDS,
    stallSeconds: settings.ANALYSIS_STALL_SECONDS,
  };
}

/** A full disk must not keep from the customer what was found: then the analysis is told without its report. */
async function keepReport(
  host: AnalysisHost,
  reports: ReportStore,
  { caseId, uploadId }: AnalysisRow,
  { report }: KeptReading,
): Promise<StoredReport | null> {
  if (report === null) return null;
  try {
    return await reports.keep(caseId, uploadId, report);
  } catch (error) {
    host.log.error({ err: error, caseId, uploadId }, 'a whole report could not be kept');
    return null;
  }
}

/** The row decides: of two workers that read the same upload, the first one tells, compares and learns. */
async function tellOnce(
  host: AnalysisHost,
  { uploadId, caseId, name, cause }: AnalysisRow,
  { outcome, traits, versions }: KeptReading,
  report: StoredReport | null,
): Promise<boolean> {
  const told = await host.outbox.transaction(async (tx) => {
    const isFirst = await markTold(tx, uploadId, outcome);
    if (!isFirst) return { result: false, tells: [] };
    await learnVersions(tx, uploadId, versions, host.config.KNOWN_VERSIONS_MAX);
    const dump = traits && { ...traits, uploadId, name };
    const earlier = dump ? await keepDumpOfCase(tx, caseId, { ...dump, happenedAt: dump.crashedAt }) : [];
    const whole = complete(outcome, report, dump && compareDumps(dump, earlier));
    await noteOutcome(tx, uploadId, whole);
    return { result: true, tells: [whole] };
  }, cause);
  if (told) host.log.info({ uploadId, caseId: cause.caseId, told: outcome.type }, 'an upload was read');
  return told;
}

/** A reading that was in hand when its evidence was removed leaves no report behind. */
async function forgetIfPurged(
  host: AnalysisHost,
  reports: ReportStore,
  { caseId, uploadId }: AnalysisRow,
): Promise<void> {
  if (!(await new PurgeStore(host.database.manager, host.clock).isPurged(caseId))) return;
  for (const { location } of await reports.reportsOf(caseId, uploadId)) await reports.remove(location);
}

const lookForPurgesMilliseconds = 30_000;

function purgeNeedsOf(host: AnalysisHost): PurgeNeeds {
  const { clock, config: settings, database, log, outbox } = host;
  const reports = new ReportStore(openEvidenceStore(settings));
  const watch: LookWhenWoken = new LookWhenWoken(
    () =>
      purgeReports({
        listUnended: () => new PurgeStore(database.manager, clock).listUnended(),
        transaction: (work, cause) => outbox.transaction((tx) => work(new PurgeStore(tx, clock)), cause),
        reportsOf: (caseId, uploadId) => reports.reportsOf(caseId, uploadId),
        remove: (location) => reports.remove(location),
        isStopping: () => watch.isStopping,
        failed: ({ caseId }, error) =>
          log.warn({ err: error, caseId }, 'reports could not be removed; it is tried again'),
      }),
    lookForPurgesMilliseconds,
    (error) => log.warn({ err: error }, 'could not look for reports to remove'),
  );
  host.onStop(() => watch.stop());
  watch.wake();
  return ({ tx, event, afterCommit }) => {
    const store = new PurgeStore(tx, clock);
    return {
      follow: (caseId, sequence) => store.follow(caseId, sequence),
      keep: (purge) => store.keep({ ...purge, cause: causeOf(event) }),
      noteLegalHold: (caseId, sequence) => store.noteLegalHold(caseId, sequence),
      isHeld: (caseId, sequence) => store.isHeld(caseId, sequence),
      stopReading: (caseId) => store.stopReading(caseId),
      countReports: (caseId) => store.countReports(caseId),
      wake: () => afterCommit(() => watch.wake()),
    };
  };
}

/** The outcome with what only the service knows: where the whole report lies, and what earlier dumps said. */
function complete(outcome: Tell, report: StoredReport | null, comparison: ReturnType<typeof compareDumps>): Tell {
  if (outcome.type !== 'dump.analysed') return outcome;
  const data = { ...outcome.data, ...(report && { report }), ...(comparison && { comparison }) };
  return { type: outcome.type, data };
}

/** As many growing uploads are kept in mind; each costs up to 2 MiB. Others are read from their beginning each time. */
const mostFollowed = 64;
const portionBytes = 2 * 2 ** 20;

function followerOf(host: AnalysisHost): FollowUploadTimer<RecognitionRow> {
  const { database, config: settings, log } = host;
  const store = new RecognitionStore(database, {
    shortSeconds: settings.RECOGNITION_LOOK_SECONDS / 2,
    longSeconds: settings.RECOGNITION_PAUSE_SECONDS,
    idleSeconds: settings.RECOGNITION_IDLE_HOURS * 3600,
  });
  const evidence = new UploadedEvidence(openEvidenceStore(settings));
  return new FollowUploadTimer(
    {
      take: (limit) => store.take(limit),
      open: (location) => evidence.openIfThere(location),
      followers: new BoundedMap(mostFollowed),
      tell: (upload, outcome) => tellRecognised(host, upload, outcome),
      giveUp: async ({ uploadId, cause }, why) => {
        await store.giveUp(uploadId, why);
        log.info({ uploadId, caseId: cause.caseId, why }, 'an upload is followed no more');
      },
      lookAgain: ({ uploadId }, grew) => store.lookAgain(uploadId, grew),
      noteFault: async ({ uploadId, cause }, error) => {
        log.error({ err: error, uploadId, caseId: cause.caseId }, 'a growing upload could not be read');
        await store.noteFault(uploadId, error instanceof Error ? error.message : String(error));
      },
      failed: (error) => log.warn({ err: error }, 'growing uploads could not be looked at'),
      portionBytes,
      mostBytes: Math.round(settings.RECOGNITION_MAX_GIBIBYTES * 2 ** 30),
    },
    settings.RECOGNITION_LOOK_SECONDS * 1000,
    settings.RECOGNITION_PARALLEL,
  );
}

function recognitionNeedsOf(follower: FollowUploadTimer<RecognitionRow>): RecognitionNeeds {
  return (hearing) => ({
    keep: (event) =>
      keepRecognition(hearing.tx, {
        uploadId: event.data.uploadId,
        caseId: event.subject,
        name: event.data.name,
        location: event.data.location,
        cause: causeOf(event),
      }),
    wake: () => hearing.afterCommit(() => follower.wake()),
  });
}

async function tellRecognised(host: AnalysisHost, { uploadId, cause }: RecognitionRow, outcome: Tell): Promise<void> {
  const told = await host.outbox.transaction(async (tx) => {
    const isFirst = await markRecognised(tx, uploadId, outcome);
    return { result: isFirst, tells: isFirst ? [outcome] : [] };
  }, cause);
  if (told) host.log.info({ uploadId, caseId: cause.caseId }, 'an upload was recognised while it arrives');
}
