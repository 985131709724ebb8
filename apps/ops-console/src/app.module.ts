import { services } from '@caserelay/contracts';
import { DeadLetterTable1700000000001, DeadLetters, type Topology } from '@caserelay/messaging';
import { openEvidenceStore } from '@caserelay/evidence-store';
import { defineService, type Host } from '@caserelay/service-host';
import type { DynamicModule, MiddlewareConsumer, NestModule } from '@nestjs/common';
import { lengthOfFile } from './adapters/arriving-files/arriving-files.js';
import { BrokerQueues } from './adapters/broker-queues/broker-queues.js';
import { BullQueues } from './adapters/bull-queues/bull-queues.js';
import { PageFiles } from './adapters/page-files/page-files.js';
import { readTimeline } from './adapters/timeline-store/read-timeline.js';
import { TimerViews } from './adapters/timer-view/timer-view.js';
import { WaitingViews } from './adapters/waiting-view/waiting-view.js';
import { TimelineTables1710000000000 } from './adapters/timeline-store/timeline-tables.js';
import { ReportFiles } from './adapters/report-files/report-files.js';
import { config } from './config.js';
import { askForPassword } from './features/admit-engineer/admit-engineer.middleware.js';
import { ListCasesController, ListCasesNeeds } from './features/list-cases/list-cases.controller.js';
import {
  Engineer,
  RepairDeadLettersController,
  RepairNeeds,
} from './features/repair-dead-letters/repair-dead-letters.controller.js';
import { ServePageController } from './features/serve-page/serve-page.controller.js';
import { ShowAnalysisController, ShowAnalysisNeeds } from './features/show-analysis/show-analysis.controller.js';
import { ShowArrivingController, ShowArrivingNeeds } from './features/show-arriving/show-arriving.controller.js';
import { ShowCaseController, ShowCaseNeeds } from './features/show-case/show-case.controller.js';
import { ShowQueuesController, ShowQueuesNeeds } from './features/show-queues/show-queues.controller.js';
import type { Needs as QueuesNeeds, QueueName } from './features/show-queues/show-queues.js';
import {
  ShowTimersController,
  ShowTimersNeeds,
  type Needs as TimersNeeds,
} from './features/show-timers/show-timers.controller.js';
import {
  ShowWaitingController,
  ShowWaitingNeeds,
  type Needs as WaitingNeeds,
} from './features/show-waiting/show-waiting.controller.js';
import { LiveFeed } from './features/stream-changes/live-feed.js';
import { StreamChangesController } from './features/stream-changes/stream-changes.controller.js';
import { TellTimelineConsumer } from './features/tell-timeline/tell-timeline.consumer.js';

type ConsoleHost = Host<typeof config>;

/** Queues of BullMQ in which other services keep their timers and long work. */
const bullQueues = ['case-workflow', 'dump-analysis'] as const;

/** Shows people what happens: every case with its timeline, every queue, every dead letter, live. */
export const opsConsole = defineService({
  name: 'ops-console',
  config,
  migrations: [DeadLetterTable1700000000001, TimelineTables1710000000000],
  module: (host): DynamicModule => ({
    module: class OpsConsoleModule implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        const { CONSOLE_USER: user, CONSOLE_PASSWORD: password } = host.config;
        consumer.apply(askForPassword({ user, password })).forRoutes('{*path}');
      }
    },
    controllers: [
      TellTimelineConsumer,
      ListCasesController,
      ShowCaseController,
      ShowArrivingController,
      ShowAnalysisController,
      ShowQueuesController,
      ShowTimersController,
      ShowWaitingController,
      RepairDeadLettersController,
      StreamChangesController,
      ServePageController,
    ],
    providers: providersOf(host),
  }),
});

function providersOf(host: ConsoleHost) {
  const timeline = readTimeline(host.database);
  const timers = timersOf(host);
  const evidence = openEvidenceStore(host.config);
  return [
    { provide: ListCasesNeeds, useValue: timeline },
    { provide: ShowCaseNeeds, useValue: timeline },
    {
      provide: ShowArrivingNeeds,
      useValue: { ...timeline, lengthOf: (location: string) => lengthOfFile(evidence, location) },
    },
    { provide: ShowQueuesNeeds, useValue: queuesOf(host) },
    { provide: ShowTimersNeeds, useValue: timersNeedsOf(host, timers) },
    { provide: ShowWaitingNeeds, useValue: waitingNeedsOf(host) },
    { provide: ShowAnalysisNeeds, useValue: timers },
    { provide: ReportFiles, useValue: new ReportFiles(evidence) },
    { provide: RepairNeeds, useValue: deadLettersOf(host) },
    { provide: Engineer, useValue: host.config.CONSOLE_USER },
    { provide: LiveFeed, useValue: liveFeedOf(host, timeline) },
    { provide: PageFiles, useValue: new PageFiles() },
  ];
}

function queuesOf(host: ConsoleHost): QueuesNeeds {
  const queues = new BrokerQueues({
    url: host.config.AMQP_URL,
    connectionName: `${host.config.NAMESPACE} queue depths`,
  });
  host.onStop(() => queues.close());
  return { names: queueNames(host.topology, retryPausesOf(host)), look: (names) => queues.look(names) };
}

function queueNames(topology: Topology, retryPauses: readonly number[]): QueueName[] {
  return [
    ...services.map((of) => ({ name: topology.queueOf(of), role: 'work' as const, of })),
    ...services.map((of) => ({ name: topology.deadLetterQueueOf(of), role: 'dead-letter' as const, of })),
    ...retryPauses.map((pause) => ({ name: topology.rungQueueOf(pause), role: 'retry' as const, of: String(pause) })),
    { name: topology.unrouted, role: 'unrouted', of: '' },
    { name: topology.inbox, role: 'inbox', of: 'intake' },
  ];
}

function waitingNeedsOf(host: ConsoleHost): WaitingNeeds {
  const views = new WaitingViews(host.bull);
  host.onStop(() => views.close());
  return { waitingMails: () => views.read() };
}

function timersNeedsOf(host: ConsoleHost, queues: BullQueues): TimersNeeds {
  const views = new TimerViews(host.bull);
  host.onStop(() => views.close());
  return { countJobs: () => queues.countJobs(), timersOfCases: () => views.read() };
}

function timersOf(host: ConsoleHost): BullQueues {
  const timers = new BullQueues(bullQueues, host.bull);
  host.onStop(() => timers.close());
  return timers;
}

function deadLettersOf(host: ConsoleHost): DeadLetters {
  const deadLetters = new DeadLetters({
    url: host.config.AMQP_URL,
    database: host.database,
    topology: host.topology,
    wakeRelay: () => host.wakeRelay(),
    log: host.log,
    retryPauses: retryPausesOf(host),
  });
  deadLetters.collect();
  host.onStop(() => deadLetters.stop());
  return deadLetters;
}

function liveFeedOf(host: ConsoleHost, timeline: ReturnType<typeof readTimeline>): LiveFeed {
  return new LiveFeed(
    { ...timeline, lookFailed: (error) => host.log.warn({ err: error }, 'the timeline could not be looked at') },
    { lookEveryMilliseconds: 300 },
  );
}

function retryPausesOf(host: ConsoleHost): number[] {
  return host.config.RETRY_PAUSES_SECONDS.map((seconds) => Math.round(seconds * 1000));
}
