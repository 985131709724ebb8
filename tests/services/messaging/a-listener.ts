import {
  AnalysisRequested,
  CaseReopened,
  EvidencePurgeRequested,
  LegalHoldPlaced,
  RecognitionRequested,
  type EventOf,
} from '@caserelay/contracts';
import { DeadLetterTable1700000000001, Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { defineService } from '@caserelay/service-host';
import { Controller, Inject } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export type Request = EventOf<'case.analysis-requested'>;

/** What the test's own service does with an event; each test says. */
export class Behaviour {
  answer: (event: Request, hearing: Hearing) => Promise<Tell[]> = () => Promise.resolve([]);
}

@Controller()
class Door {
  constructor(@Inject(Behaviour) private readonly behaviour: Behaviour) {}

  @Hears(AnalysisRequested)
  async on(event: Request, hearing: Hearing): Promise<Tell[]> {
    await hearing.tx.query('insert into seen (event_id, case_id, name) values ($1, $2, $3)', [
      event.id,
      event.subject,
      event.data.name,
    ]);
    return await this.behaviour.answer(event, hearing);
  }

  /** A service opens a door for everything that its name hears. */
  @Hears(RecognitionRequested)
  ignore(): Promise<Tell[]> {
    return Promise.resolve([]);
  }

  @Hears(CaseReopened)
  ignoreReopening(): Promise<Tell[]> {
    return Promise.resolve([]);
  }

  @Hears(EvidencePurgeRequested)
  ignorePurge(): Promise<Tell[]> {
    return Promise.resolve([]);
  }

  @Hears(LegalHoldPlaced)
  ignoreLegalHold(): Promise<Tell[]> {
    return Promise.resolve([]);
  }
}

class SeenTable1800000000000 implements MigrationInterface {
  name = 'SeenTable1800000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table seen (position bigserial, event_id uuid, case_id uuid, name text)');
  }
  down(): Promise<void> {
    return Promise.resolve();
  }
}

/** A service that notes what it hears in the table `seen` of the schema of dump-analysis. */
export const listenerOf = (behaviour: Behaviour) =>
  defineService({
    name: 'dump-analysis',
    config: {},
    migrations: [DeadLetterTable1700000000001, SeenTable1800000000000],
    module: () => ({
      module: class ListenerModule {},
      controllers: [Door],
      providers: [{ provide: Behaviour, useValue: behaviour }],
    }),
  });

export function request(name: string, caseId: string = randomUUID()): Request {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/test',
    type: 'case.analysis-requested',
    subject: caseId,
    time: new Date(0).toISOString(),
    data: { uploadId: randomUUID(), name, bytes: 1, sha256: 'a'.repeat(64), location: `uploads/${name}` },
  };
}
