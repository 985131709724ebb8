import type { ServiceName } from '@caserelay/contracts';
import type { Outbox, Topology } from '@caserelay/messaging';
import type { DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { DataSource, MigrationInterface } from 'typeorm';
import type { z } from 'zod';
import type { Clock } from './clock.js';
import type { HostConfig } from './config.js';

/** What a service is: its name, its settings, its tables, its wiring. `runService` does the rest. */
export interface Service<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: ServiceName;
  /** The service's own environment variables; those of every service are in `HostConfig`. */
  readonly config: Shape;
  /** Migrations of the service's own schema, oldest first; SQL in them is unqualified (search_path is set). */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** The wiring on one page. Controllers hold the event doors (`@Hears`) and the HTTP doors. */
  module(host: Host<Shape>): DynamicModule;
}

/** What every service is given when it is wired. */
export interface Host<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly config: z.infer<z.ZodObject<Shape>> & HostConfig;
  readonly clock: Clock;
  /** Connections whose search_path is the service's own schema. */
  readonly database: DataSource;
  readonly outbox: Outbox;
  readonly log: Logger;
  /** Names of the exchanges and queues of this system. */
  readonly topology: Topology;
  /** Where the service registers what it measures; shown at /metrics. */
  readonly metrics: Registry;
  wakeRelay(): void;
  /** Redis for BullMQ: pass `connection` and `prefix` to Queue and Worker. */
  readonly bull: { connection: { url: string; maxRetriesPerRequest: null }; prefix: string };
  /** Adds a check to /health/ready; it throws when the part is not usable. */
  checkReadiness(name: string, check: () => Promise<void>): void;
  /** Adds a line to /health/ready that tells people about a part without which the service still does its job. */
  showInHealth(name: string, state: () => string): void;
  /** Runs before connections are closed when the service stops; last added runs first. */
  onStop(run: () => Promise<void>): void;
}

/** Gives a service definition its types. */
export function defineService<Shape extends z.ZodRawShape>(service: Service<Shape>): Service<Shape> {
  return service;
}
