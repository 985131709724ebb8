import 'reflect-metadata';
import {
  CaseRelayTransport,
  MessagingTables1700000000000,
  Outbox,
  Publisher,
  Relay,
  topologyOf,
  within,
} from '@caserelay/messaging';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { Clock } from './clock.js';
import { parseConfig, type HostConfig } from './config.js';
import { openDatabase, schemaOf } from './database.js';
import { HealthController, METRICS, ReadinessChecks } from './health.controller.js';
import { NestLog, openLog } from './log.js';
import { ProblemFilter } from './problem.filter.js';
import type { Host, Service } from './service.js';

/** A service that is up. */
export interface RunningService<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  /** Where its HTTP doors are. */
  readonly url: string;
  readonly host: Host<Shape>;
  /** Takes nothing new, ends what is in hand, lets go of everything. */
  stop(): Promise<void>;
}

/** Brings the tables of a service up to date and does nothing else. */
export async function migrateService(service: Service, environment: Record<string, string | undefined>): Promise<void> {
  const config = parseConfig(service.config, environment);
  const database = await openServiceDatabase(service, config);
  await database.destroy();
}

/**
 * Starts a service: settings, tables, broker, doors. What is open is closed again when a later step fails. The relay
 * starts last and the listener with the doors, so that nothing is heard before it can be answered.
 */
export async function runService<Shape extends z.ZodRawShape>(
  service: Service<Shape>,
  environment: Record<string, string | undefined>,
): Promise<RunningService<Shape>> {
  const config = parseConfig(service.config, environment);
  const log = openLog(service.name, config.LOG_LEVEL);
  const releases: Release[] = [];
  const release = (): Promise<void> => releaseAll(releases.splice(0).reverse(), config.STOP_SECONDS * 1000, log);
  try {
    return await start(service, { config, log, releases, release });
  } catch (error) {
    await release();
    throw error;
  }
}

interface Release {
  what: string;
  run: () => Promise<unknown>;
}

/** Lets go of one thing after the other; one that hangs (a stuck handler, an open request) or fails keeps nobody up. */
async function releaseAll(releases: readonly Release[], limit: number, log: Logger): Promise<void> {
  const end = Date.now() + limit;
  for (const { what, run } of releases)
    try {
      await within(Math.max(end - Date.now(), 200), what, run());
    } catch (error) {
      log.error({ err: error }, `${what} did not go well; it is left as it is`);
    }
}

async function start<Shape extends z.ZodRawShape>(
  service: Service<Shape>,
  {
    config,
    log,
    releases,
    release,
  }: { config: Host<Shape>['config']; log: Logger; releases: Release[]; release: () => Promise<void> },
): Promise<RunningService<Shape>> {
  const clock = clockOf(config);
  const topology = topologyOf(config.NAMESPACE);
  const schema = schemaOf(config.NAMESPACE, service.name);
  const checks = new ReadinessChecks();
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  metrics.setDefaultLabels({ service: service.name });

  const database = await openServiceDatabase(service, config);
  releases.push({ what: 'closing the database connections', run: () => database.destroy() });
  checks.add('postgres', async () => {
    await database.query('select 1');
  });

  const retryPauses = config.RETRY_PAUSES_SECONDS.map((seconds) => Math.round(seconds * 1000));
  const publisher = new Publisher({
    url: config.AMQP_URL,
    name: `${config.NAMESPACE} ${service.name}`,
    topology,
    retryPauses,
    log,
  });
  publisher.start();
  releases.push({ what: 'closing the publisher', run: () => publisher.stop() });

  const relay = new Relay({
    databaseUrl: config.DATABASE_URL,
    schema,
    publisher,
    topology,
    log,
    notify: async (channel) => {
      await database.query(`notify ${channel}`);
    },
  });
  const outbox = new Outbox(database, { source: service.name, now: () => clock.now(), wakeRelay: () => relay.wake() });
  // Doors close first, so that nothing new comes in; then the service's own workers; the relay still carries what they told.
  releases.push({ what: 'stopping the relay', run: () => relay.stop() });
  const host: Host<Shape> = {
    config,
    clock,
    database,
    outbox,
    log,
    topology,
    wakeRelay: () => relay.wake(),
    metrics,
    bull: { connection: { url: config.REDIS_URL, maxRetriesPerRequest: null }, prefix: config.NAMESPACE },
    checkReadiness: (name, check) => checks.add(name, check),
    showInHealth: (name, state) => checks.show(name, state),
    onStop: (run) => void releases.push({ what: 'stopping a part of the service', run }),
  };

  const transport = new CaseRelayTransport({
    url: config.AMQP_URL,
    service: service.name,
    topology,
    database,
    outbox,
    publisher,
    log,
    retryPauses,
    attempts: config.ATTEMPTS,
    answerWithin: config.HANDLER_SECONDS * 1000,
    observe: observer(metrics),
  });
  checks.add('rabbitmq', async () => {
    if (!publisher.isConnected || !transport.isListening) throw new Error('not connected');
  });
  measureOutbox(metrics, async () => {
    const rows: { lag: string | null }[] = await database.query(
      `select extract(epoch from now() - min(told_at)) as lag from outbox`,
    );
    return Number(rows[0]?.lag ?? 0);
  });

  const app = await NestFactory.create<NestExpressApplication>(
    {
      module: class HostModule {},
      imports: [service.module(host)],
      controllers: [HealthController],
      providers: [
        { provide: ReadinessChecks, useValue: checks },
        { provide: METRICS, useValue: metrics },
      ],
    },
    { logger: new NestLog(log), bodyParser: false, abortOnError: false },
  );
  app.disable('x-powered-by');
  app.useGlobalFilters(new ProblemFilter(log));
  app.useBodyParser('json', { limit: '256kb', type: ['application/json', 'application/*+json'] });
  // The longest form of the customer's page in Chinese, where a letter takes nine characters.
  app.useBodyParser('urlencoded', { limit: '192kb', extended: false });
  app.connectMicroservice({ strategy: transport }, { inheritAppConfig: true });
  releases.push({ what: 'closing the doors', run: () => app.close() });
  await app.startAllMicroservices();
  await app.listen(config.HTTP_PORT, config.BIND_ADDRESS);
  relay.start();

  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  log.info({ url }, 'service is up');
  let stopping: Promise<void> | null = null;
  return { name: service.name, url, host, stop: () => (stopping ??= release()) };
}

async function openServiceDatabase(service: Pick<Service, 'name' | 'migrations'>, config: HostConfig) {
  return await openDatabase({
    url: config.DATABASE_URL,
    schema: schemaOf(config.NAMESPACE, service.name),
    migrations: [MessagingTables1700000000000, ...service.migrations],
    name: `${config.NAMESPACE} ${service.name}`,
    connections: config.DATABASE_CONNECTIONS,
  });
}

function clockOf(config: HostConfig): Clock {
  if (config.CLOCK_SPEED === 1 && config.CLOCK_STARTS_AT === undefined) return Clock.real();
  const startedAt = new Date(config.CLOCK_STARTED_AT ?? Date.now());
  return new Clock({ speed: config.CLOCK_SPEED, startsAt: new Date(config.CLOCK_STARTS_AT ?? startedAt), startedAt });
}

function observer(metrics: Registry) {
  const duration = new Histogram({
    name: 'caserelay_handler_duration_seconds',
    help: 'Time of the transaction in which an event was heard',
    labelNames: ['type', 'outcome'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [metrics],
  });
  const deadLetters = new Counter({
    name: 'caserelay_dead_letters_total',
    help: 'Events put among the dead letters',
    labelNames: ['type'],
    registers: [metrics],
  });
  return (type: string, outcome: string, seconds: number): void => {
    duration.observe({ type, outcome }, seconds);
    if (outcome === 'dead') deadLetters.inc({ type });
  };
}

function measureOutbox(metrics: Registry, lag: () => Promise<number>): void {
  new Gauge({
    name: 'caserelay_outbox_lag_seconds',
    help: 'Age of the oldest event that the broker has not taken yet',
    registers: [metrics],
    async collect() {
      this.set(await lag());
    },
  });
}
