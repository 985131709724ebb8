import type { OnApplicationBootstrap } from '@nestjs/common';
import { analyseUpload, type Attempt, type Needs } from './analyse-upload.js';

/** Where jobs come from; each is the id of an upload. */
export interface Jobs {
  work(run: (uploadId: string) => Promise<void>, parallel: number): void;
}

/** Takes jobs once the service is wired. */
export class AnalyseUploadJob<Row extends Attempt> implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: Jobs,
    private readonly needs: Needs<Row>,
    private readonly parallel: number,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.work((uploadId) => analyseUpload(uploadId, this.needs), this.parallel);
  }
}
