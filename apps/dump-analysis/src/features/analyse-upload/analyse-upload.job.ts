import type { OnApplicationBootstrap } from '@nestjs/common';
import { analyseUpload, type Attempt, type Needs } from './analyse-upload.js';
import { readInTurn, type Needs as TurnNeeds } from './read-in-turn.js';
import { ReadingPlaces } from './reading-places.js';

export interface Room {
  /** Uploads that are read side by side. */
  parallel: number;
  /** From which size on an upload is a large one. */
  largeFromBytes: number;
  bytesOf: TurnNeeds['bytesOf'];
}

/** Where jobs come from; each is the id of an upload. */
export interface Jobs {
  work(run: (uploadId: string) => Promise<void>, parallel: number): void;
}

/** Takes jobs once the service is wired. */
export class AnalyseUploadJob<Row extends Attempt> implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: Jobs,
    private readonly needs: Needs<Row>,
    private readonly room: Room,
  ) {}

  onApplicationBootstrap(): void {
    const { parallel, largeFromBytes, bytesOf } = this.room;
    const places = new ReadingPlaces(parallel, largeFromBytes);
    const analyse = (uploadId: string): Promise<void> => analyseUpload(uploadId, this.needs);
    this.jobs.work((uploadId) => readInTurn(uploadId, { places, bytesOf, analyse }), parallel);
  }
}
