import { definePolicy, standardPolicy, standardPolicyDocument, type Policy } from '@caserelay/case-lifecycle';
import { holidaysOfMainlandChina } from '@caserelay/business-calendar';
import type { Hearing } from '@caserelay/messaging';
import { defineService, type Host } from '@caserelay/service-host';
import type { DynamicModule, OnApplicationBootstrap } from '@nestjs/common';
import { advanceCase } from './adapters/case-store/advance-case.js';
import { CaseArrivals1763900000000 } from './adapters/case-store/case-arrivals.js';
import { CaseClocks1764300000000 } from './adapters/case-store/case-clocks.js';
import { CaseTables1710000000000 } from './adapters/case-store/case-tables.js';
import { readCases } from './adapters/case-store/read-cases.js';
import { WakeQueue, wakeQueueName } from './adapters/wake-queue/wake-queue.js';
import { config } from './config.js';
import { BrowseCasesController, BrowseNeeds } from './features/browse-cases/browse-cases.controller.js';
import { FollowCaseConsumer, FollowNeeds } from './features/follow-case/follow-case.consumer.js';
import type { Needs as FollowCaseNeeds } from './features/follow-case/follow-case.js';
import { answerTimers } from './features/watch-deadlines/watch-deadlines.job.js';
import { sweepRegularly } from './features/watch-deadlines/watch-deadlines.timer.js';
import type { Needs as WatchNeeds } from './features/watch-deadlines/watch-deadlines.js';

type WorkflowHost = Host<typeof config>;

/** Owns the life of every case: its rules, its clocks, its history. */
export const caseWorkflow = defineService({
  name: 'case-workflow',
  config,
  migrations: [CaseTables1710000000000, CaseArrivals1763900000000, CaseClocks1764300000000],
  module: (host): DynamicModule => {
    const policy = policyOf(host);
    const timers = timersOf(host);
    const watching = [answerTimers(wakeQueueName, watchNeedsOf(host, policy, timers), timers, host)];
    watching.push(sweepRegularly(host.config.SWEEP_SECONDS, watchNeedsOf(host, policy, timers), host));
    host.onStop(async () => {
      await Promise.all(watching.map((each) => each.stop()));
      await timers.close();
    });
    return {
      module: class CaseWorkflowModule implements OnApplicationBootstrap {
        onApplicationBootstrap(): void {
          for (const each of watching) each.start();
        }
      },
      controllers: [FollowCaseConsumer, BrowseCasesController],
      providers: [
        { provide: FollowNeeds, useValue: (hearing: Hearing) => followNeedsOf(hearing, host, policy, timers) },
        { provide: BrowseNeeds, useValue: readCases(host.database) },
      ],
    };
  },
});

function policyOf({ config: settings, clock }: WorkflowHost): Policy {
  return definePolicy(standardPolicyDocument, {
    version: standardPolicy.version,
    holidays: { cn: holidaysOfMainlandChina },
    retention: { readOnlyDays: settings.SPACE_READ_ONLY_DAYS, evidenceDays: settings.EVIDENCE_DAYS },
    seniorEngineer: settings.SENIOR_ENGINEER,
    duty: settings.DUTY_ENGINEER,
    wrongDumpGraceSeconds: settings.WRONG_DUMP_GRACE_SECONDS,
    speed: clock.speed,
  });
}

function timersOf({ bull, clock, log, checkReadiness }: WorkflowHost): WakeQueue {
  const timers = new WakeQueue({
    ...bull,
    realMillisecondsUntil: (instant) => clock.realMillisecondsUntil(instant),
    lost: (error) => log.warn({ error: error.message }, 'a timer could not be set; the next sweep will'),
  });
  checkReadiness('redis', () => timers.ready());
  return timers;
}

function followNeedsOf(hearing: Hearing, host: WorkflowHost, policy: Policy, timers: WakeQueue): FollowCaseNeeds {
  return {
    now: host.clock.now(),
    policy,
    advance: (caseId, next, causationId) => advanceCase(hearing.tx, caseId, next, causationId),
    // Not waited for: while Redis is away the next messages shall not wait for a hint.
    wakeLater: (caseId, wakeAt) => hearing.afterCommit(() => void timers.set([{ caseId, wakeAt }])),
  };
}

function watchNeedsOf({ clock, outbox, database }: WorkflowHost, policy: Policy, timers: WakeQueue): WatchNeeds {
  return {
    now: () => clock.now(),
    policy,
    inAnHour: () => new Date(clock.now().getTime() + 3_600_000 * clock.speed),
    dueBefore: (instant, limit) => readCases(database).dueBefore(instant, limit),
    advance: (caseId, next) =>
      outbox.transaction(async (tx) => {
        const { tells, wakeAt } = await advanceCase(tx, caseId, next);
        return { result: wakeAt, tells };
      }),
    timers,
  };
}
