import type { Case } from '@caserelay/case-lifecycle';
import type { Hearing } from '@caserelay/messaging';
import { askForKey, CustomerLinks, defineService, type Host } from '@caserelay/service-host';
import type { DynamicModule, MiddlewareConsumer, NestModule, OnApplicationBootstrap } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { advanceCase, lockCases } from './adapters/case-store/advance-case.js';
import { CaseArrivals1763900000000 } from './adapters/case-store/case-arrivals.js';
import { CaseClocks1764300000000 } from './adapters/case-store/case-clocks.js';
import { CaseTables1710000000000 } from './adapters/case-store/case-tables.js';
import { keepReconciliation } from './adapters/case-store/keep-reconciliation.js';
import { readCases } from './adapters/case-store/read-cases.js';
import { readSurvey } from './adapters/case-store/read-survey.js';
import { readHistory } from './adapters/case-store/read-history.js';
import { readPapers } from './adapters/case-store/read-papers.js';
import { readTimers } from './adapters/case-store/read-timers.js';
import { retryTimers } from './adapters/case-store/retry-timers.js';
import { keepFailure, ringOne, ringPage } from './adapters/case-store/ring-cases.js';
import { SurveyIndex1764500000000 } from './adapters/case-store/survey-index.js';
import { TimerTables1764400000000 } from './adapters/case-store/timer-tables.js';
import { CommandStore } from './adapters/command-store/command-store.js';
import { CommandTables1764350000000 } from './adapters/command-store/command-tables.js';
import { applyPage, despiteDeadlocks } from './adapters/policy-store/apply-page.js';
import { beginChange, endChange, keepLatestHolidays, PolicyBook } from './adapters/policy-store/policy-book.js';
import { PolicyTables1764450000000 } from './adapters/policy-store/policy-tables.js';
import { latenessBounds, TimerRecord } from './adapters/timer-record/timer-record.js';
import { bellEvery, bellsAhead, WakeQueue, wakeQueueName } from './adapters/wake-queue/wake-queue.js';
import { config } from './config.js';
import { AskCaseConsumer, HearCommandNeeds } from './features/ask-case/ask-case.consumer.js';
import { AskCaseController, AskNeeds } from './features/ask-case/ask-case.controller.js';
import type { Deed, Needs as AskCaseNeeds } from './features/ask-case/ask-case.js';
import type { HearNeeds } from './features/ask-case/hear-command.js';
import { BrowseCasesController, BrowseNeeds } from './features/browse-cases/browse-cases.controller.js';
import type { Needs as BrowseCasesNeeds } from './features/browse-cases/browse-cases.js';
import { finishChange, type Change, type Needs as ChangeNeeds } from './features/change-policies/change-policies.js';
import {
  ChangePoliciesController,
  ChangePoliciesNeeds,
} from './features/change-policies/change-policies.controller.js';
import { ImportHolidaysController } from './features/change-policies/import-holidays.controller.js';
import { ExportHistoryController, ExportNeeds } from './features/export-history/export-history.controller.js';
import { FollowCaseConsumer, FollowNeeds } from './features/follow-case/follow-case.consumer.js';
import type { Needs as FollowCaseNeeds } from './features/follow-case/follow-case.js';
import { ReportSurveyController, ReportSurveyNeeds } from './features/report-survey/report-survey.controller.js';
import { RetryTimersController, RetryTimersNeeds } from './features/retry-timers/retry-timers.controller.js';
import { retryStuckTimers, type Needs as RetryNeeds } from './features/retry-timers/retry-timers.js';
import { RefusedLinks } from './features/serve-customer/refused-links.js';
import { ServeCustomerController, ServingNeeds } from './features/serve-customer/serve-customer.controller.js';
import { PapersNeeds, ShowPapersController } from './features/show-papers/show-papers.controller.js';
import type { Needs as ShowPapersNeeds } from './features/show-papers/show-papers.js';
import { ShowTimersController, ShowTimersNeeds } from './features/show-timers/show-timers.controller.js';
import { showTimers, type Needs as ShowNeeds } from './features/show-timers/show-timers.js';
import { BellKeeper, type Needs as BellNeeds } from './features/watch-deadlines/keep-bells.js';
import type { Needs as RingNeeds, Rung } from './features/watch-deadlines/ring-due.js';
import { answerBells } from './features/watch-deadlines/watch-deadlines.job.js';
import { watchBells } from './features/watch-deadlines/watch-deadlines.timer.js';

type WorkflowHost = Host<typeof config>;

/** Owns the life of every case: its rules, its clocks, its history. */
export const caseWorkflow = defineService({
  name: 'case-workflow',
  config,
  migrations: [
    CaseTables1710000000000,
    CaseArrivals1763900000000,
    CaseClocks1764300000000,
    CommandTables1764350000000,
    TimerTables1764400000000,
    PolicyTables1764450000000,
    SurveyIndex1764500000000,
  ],
  module: (host): DynamicModule => {
    const policies = policiesOf(host);
    const bells = bellsOf(host);
    const changing = changeNeedsOf(host, policies, bells);
    const retryNeeds = retryNeedsOf(host, bells);
    const watching = watchingOf(host, policies, bells, retryNeeds);
    return {
      module: class CaseWorkflowModule implements NestModule, OnApplicationBootstrap {
        configure(consumer: MiddlewareConsumer): void {
          const ask = askForKey(host.config.CASES_API_KEY, 'CASES_API_KEY');
          consumer
            .apply(ask)
            // A route of a middleware covers what lies below it.
            .exclude('v1/cases/:id/package/page')
            .forRoutes(
              'v1/cases/:id/commands',
              'v1/policies{/*path}',
              'v1/holidays{/*path}',
              'v1/survey',
              'v1/timers/:id/retry',
              'v1/timers/retry-stuck',
              'v1/cases/:id/package',
              'v1/cases/:id/summary-draft',
              'v1/cases/:id/history',
              'v1/history',
            );
          const askPeople = askForKey(host.config.CASES_API_KEY, 'CASES_API_KEY', { browsers: true });
          consumer.apply(askPeople).forRoutes('v1/cases/:id/package/page');
        }

        onApplicationBootstrap(): void {
          for (const each of watching) each.start();
          endChanges(changing, policies, host).catch((error: unknown) => {
            host.log.error({ err: error }, 'a change of policy could not go on; the next start tries again');
          });
        }
      },
      controllers: [
        FollowCaseConsumer,
        BrowseCasesController,
        AskCaseController,
        AskCaseConsumer,
        ShowPapersController,
        ExportHistoryController,
        ChangePoliciesController,
        ImportHolidaysController,
        ShowTimersController,
        RetryTimersController,
        ServeCustomerController,
        ReportSurveyController,
      ],
      providers: [
        { provide: FollowNeeds, useValue: (hearing: Hearing) => followNeedsOf(hearing, host, policies, bells) },
        { provide: HearCommandNeeds, useValue: (hearing: Hearing) => hearNeedsOf(hearing, host, policies, bells) },
        { provide: AskNeeds, useValue: askNeedsOf(host, policies, bells) },
        {
          provide: BrowseNeeds,
          useValue: {
            ...readCases(host.database),
            now: () => host.clock.now(),
            policy: (version: string) => policies.find(version),
          } satisfies BrowseCasesNeeds,
        },
        {
          provide: PapersNeeds,
          useValue: {
            read: readPapers(host.database),
            now: () => host.clock.now(),
            policy: (version: string) => policies.find(version),
          } satisfies ShowPapersNeeds,
        },
        {
          provide: ExportNeeds,
          useValue: {
            ...readHistory(host.database),
            failed: (error) => host.log.error({ err: error }, 'an export of history broke off'),
          } satisfies ExportNeeds,
        },
        { provide: ChangePoliciesNeeds, useValue: changing },
        { provide: ShowTimersNeeds, useValue: showNeedsOf(host, bells) },
        { provide: RetryTimersNeeds, useValue: retryNeeds },
        { provide: ServingNeeds, useValue: servingNeedsOf(host, policies, bells) },
        {
          provide: ReportSurveyNeeds,
          useValue: { ...readSurvey(host.database), now: () => host.clock.now() } satisfies ReportSurveyNeeds,
        },
      ],
    };
  },
});

function policiesOf({ config: settings, clock, database }: WorkflowHost): PolicyBook {
  return new PolicyBook({
    database,
    year: () => clock.now().getUTCFullYear(),
    grounds: {
      seniorEngineer: settings.SENIOR_ENGINEER,
      duty: settings.DUTY_ENGINEER,
      wrongDumpGraceSeconds: settings.WRONG_DUMP_GRACE_SECONDS,
      retention: { readOnlyDays: settings.SPACE_READ_ONLY_DAYS, evidenceDays: settings.EVIDENCE_DAYS },
      speed: clock.speed,
    },
  });
}

/** Ends what a change of policy had begun when the service was stopped or killed. */
async function endChanges(needs: ChangeNeeds, policies: PolicyBook, { log }: WorkflowHost): Promise<void> {
  for (const change of await policies.unfinishedChanges()) {
    log.info({ change: change.id, version: change.version }, 'a change of policy goes on');
    await finishChange(change, needs);
  }
}

function changeNeedsOf(host: WorkflowHost, policies: PolicyBook, bells: WakeQueue): ChangePoliciesNeeds {
  const { clock, database, outbox, log } = host;
  return {
    now: () => clock.now(),
    head: (name) => policies.head(name),
    heads: () => policies.refresh(),
    version: (name, number) => policies.version(name, number),
    versions: (name, limit) => policies.versions(name, limit),
    changes: (name, limit) => policies.changes(name, limit),
    define: (text, number, holidays) => policies.define(text, number, holidays),
    countriesIn: (text) => policies.countriesIn(text),
    holidaysOf: (country) => policies.holidaysOf(country),
    inRelease: (country) => policies.inRelease(country),
    keep: async (drafts, holidays, changes) =>
      await database.transaction(async (tx) => {
        if (holidays) await keepLatestHolidays(tx, holidays);
        if (!(await policies.keep(tx, drafts))) return null;
        const begun: Change[] = [];
        for (const change of changes) begun.push(await beginChange(tx, change));
        return begun;
      }),
    openCases: (version, page) => policies.openCases(version, page),
    applyPage: async (change, page) => {
      const policy = await policies.find(change.version);
      const failed = (caseId: string, error: unknown): void =>
        log.error({ caseId, version: change.version, error: String(error) }, 'a case cannot live by another policy');
      const { last, instants } = await despiteDeadlocks(() =>
        outbox.transaction((tx) => applyPage(tx, { change, policy, page, now: clock.now(), policies, failed })),
      );
      if (instants.length > 0) bells.ringLater(instants);
      return { last };
    },
    endChange: (id) => endChange(database, id),
  };
}

function bellsOf({ bull, clock, log, checkReadiness }: WorkflowHost): WakeQueue {
  const bells = new WakeQueue({
    ...bull,
    clock,
    lost: (error) => log.warn({ error: error.message }, 'a bell could not be set; what is due is found without it'),
  });
  checkReadiness('redis', () => bells.ready());
  return bells;
}

/** What rings and what sees to it that it can: ended, in this order, before the connections are closed. */
function watchingOf(host: WorkflowHost, policies: PolicyBook, bells: WakeQueue, retryNeeds: RetryNeeds) {
  let isStopping = false;
  const timers = readTimers(host.database);
  const record = new TimerRecord(host.database, host.metrics, {
    due: () => timers.countDue(host.clock.now(), mostCounted),
    stuck: () => timers.countStuck(mostCounted),
  });
  const needs = ringNeedsOf(host, policies, bells, record, () => isStopping);
  const shown = showNeedsOf(host, bells);
  const watching = [
    answerBells(wakeQueueName, needs, bells, host),
    watchBells(
      host.config.BELL_WATCH_SECONDS,
      {
        keeper: new BellKeeper(
          host.config.RECONCILE_SECONDS,
          bellNeedsOf(host, bells, () => isStopping),
        ),
        needs,
        retryStuck: () => retryStuckTimers(retryNeeds),
        reconciled: (done) => {
          record.reconciled(done);
          host.log[done.because === 'schedule' ? 'debug' : 'info'](done, 'bells were set again from the case rows');
        },
        keepMeasurements: () => record.keep(),
        showTimers: async () => bells.showView(await showTimers(timersShown, shown)),
      },
      host,
    ),
  ];
  host.onStop(async () => {
    isStopping = true;
    await Promise.all(watching.map((each) => each.stop()));
    await record.keep().catch(() => undefined);
    await bells.close();
  });
  return watching;
}

/** Gauges stop counting there. */
const mostCounted = 100_000;

/** How many timers of each kind the console shows. */
const timersShown = 10;

function followNeedsOf(hearing: Hearing, host: WorkflowHost, policies: PolicyBook, bells: WakeQueue): FollowCaseNeeds {
  return {
    now: host.clock.now(),
    policies: {
      of: (state) => policies.of(state, hearing.tx),
      refresh: () => policies.refresh(hearing.tx),
      choose: (facts) => policies.choose(facts),
    },
    advance: (caseId, next, causationId) => advanceCase(hearing.tx, caseId, next, causationId),
    wakeLater: (_, wakeAt) => hearing.afterCommit(() => bells.ringLater([wakeAt])),
  };
}

function askNeedsOf({ clock, outbox }: WorkflowHost, policies: PolicyBook, bells: WakeQueue): AskCaseNeeds {
  return {
    now: () => clock.now(),
    policyOf: (state) => policies.of(state),
    transaction: (work) => outbox.transaction((tx) => work(deedOf(tx, null))),
    ringLater: (instant) => bells.ringLater([instant]),
  };
}

function hearNeedsOf(hearing: Hearing, { clock }: WorkflowHost, policies: PolicyBook, bells: WakeQueue): HearNeeds {
  return {
    now: () => clock.now(),
    policyOf: (state) => policies.of(state, hearing.tx),
    // Within a transaction this is a savepoint.
    undoable: (work) => hearing.tx.transaction((tx) => work(deedOf(tx, hearing.event.id))),
    ringLater: (instant) => hearing.afterCommit(() => bells.ringLater([instant])),
  };
}

function deedOf(tx: EntityManager, causationId: string | null): Deed {
  const commands = new CommandStore(tx);
  return {
    taken: (asked) => commands.taken(asked),
    advance: async (caseId, next) => (await advanceCase(tx, caseId, next, causationId)).tells,
    look: (caseIds) => lockCases(tx, caseIds),
    keep: (asked, answer) => commands.keep(asked, answer),
  };
}

/** How long a form of the page can be sent after it was opened, in milliseconds of the wall. */
const formLife = 24 * 3_600_000;

function servingNeedsOf(
  { clock, config: settings, database, log, outbox }: WorkflowHost,
  policies: PolicyBook,
  bells: WakeQueue,
): ServingNeeds {
  const refused = new RefusedLinks({ atOnce: 20, milliseconds: 6_000, addresses: 10_000 });
  const { CUSTOMER_PAGE_KEY: key } = settings;
  if (!key) return { needs: null, forms: { give: () => '', isGood: () => false }, refused, log };
  const links = new CustomerLinks(key);
  return {
    refused,
    log,
    forms: {
      give: (token) => links.formToken(token, Date.now() + formLife),
      isGood: (token, form) => links.isFormGood(token, form, Date.now()),
    },
    needs: {
      links,
      now: () => clock.now(),
      find: (caseId) => readCases(database).find(caseId),
      policyOf: (state) => policies.of(state),
      advance: async (caseId, next) => {
        const wakeAt = await outbox.transaction(async (tx) => {
          const { tells, wakeAt: due } = await advanceCase(tx, caseId, next);
          return { result: due, tells };
        });
        if (wakeAt) bells.ringLater([wakeAt]);
      },
    },
  };
}

function ringNeedsOf(
  { clock, outbox, database, log, config: settings }: WorkflowHost,
  policies: PolicyBook,
  bells: WakeQueue,
  record: TimerRecord,
  isStopping: () => boolean,
): RingNeeds {
  const learn = (tx: EntityManager, states: readonly Case[]): Promise<void> => policies.learn(states, tx);
  return {
    now: () => clock.now(),
    policyOf: (state) => policies.learnt(state),
    retryPauses: settings.WAKE_RETRY_PAUSES_SECONDS.map((seconds) => seconds * 1000 * clock.speed),
    ringPage: (page, ask) =>
      outbox.transaction(async (tx) => {
        const { tells, ...result } = await ringPage(tx, page, learn, ask);
        return { result, tells };
      }),
    ringOne: (caseId, now, ask) =>
      outbox.transaction(async (tx) => {
        const { tells, rung } = await ringOne(tx, caseId, now, learn, ask);
        return { result: rung, tells };
      }),
    keepFailure: (caseId, failure) => keepFailure(database.manager, caseId, failure),
    ringLater: (instants) => bells.ringLater(instants),
    callOthers: () => bells.callOthers(),
    observe: (rung) => {
      const now = Date.now();
      const late = (each: Rung): number => Math.max(0, now - clock.realTimeOf(each.wakeAt)) / 1000;
      record.rang(rung.map(late));
      const [latest] = rung
        .filter((each) => late(each) >= settings.LATE_SECONDS)
        .sort((one, other) => late(other) - late(one));
      if (!latest) return;
      const { caseId, wakeAt } = latest;
      const count = rung.filter((each) => late(each) >= settings.LATE_SECONDS).length;
      log.warn({ count, caseId, wakeAt, lateSeconds: late(latest) }, 'timers rang late; the latest of them is named');
    },
    failed: (caseId, { failures, error, retryAt }) => {
      record.failed();
      if (retryAt) log.warn({ caseId, failures, error, retryAt }, 'waking a case failed; it is tried again');
      else log.error({ caseId, failures, error }, 'waking a case failed too often; it is stuck until it is retried');
    },
    isStopping,
  };
}

function bellNeedsOf({ clock, database }: WorkflowHost, bells: WakeQueue, isStopping: () => boolean): BellNeeds {
  const timers = readTimers(database);
  const now = (): Date => clock.now();
  return {
    withRecord: keepReconciliation(database),
    instantsAhead: (page) =>
      timers.instantsAhead(page, {
        origin: clock.at(Math.floor(Date.now() / bellEvery) * bellEvery),
        seconds: (bellEvery / 1000) * clock.speed,
      }),
    now,
    horizon: () => clock.at(Date.now() + bellsAhead),
    stopwatch: () => performance.now(),
    bells,
    isStopping,
  };
}

function showNeedsOf({ clock, database }: WorkflowHost, bells: WakeQueue): ShowNeeds {
  return {
    ...readTimers(database),
    now: () => clock.now(),
    speed: clock.speed,
    latenessBounds,
    redisIsReachable: () => bells.isReachable(),
  };
}

function retryNeedsOf({ clock, database }: WorkflowHost, bells: WakeQueue): RetryNeeds {
  const timers = retryTimers(database);
  return {
    now: () => clock.now(),
    retryOne: (caseId, now) => timers.one(caseId, now),
    retryStuck: (now, limit) => timers.stuck(now, limit),
    ringLater: (instants) => bells.ringLater(instants),
  };
}
