import type { OnApplicationBootstrap } from '@nestjs/common';
import { resumeAnalyses, type Needs } from './resume-analyses.js';

/** Looks at start and then again and again; a look that takes long is not overtaken by the next. */
export class ResumeAnalysesTimer implements OnApplicationBootstrap {
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly needs: Needs & { failed(error: unknown): void },
    private readonly everyMilliseconds: number,
  ) {}

  onApplicationBootstrap(): void {
    this.look();
    this.timer = setInterval(() => this.look(), this.everyMilliseconds);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    if (this.looking) return;
    this.looking = true;
    resumeAnalyses(this.needs)
      .catch((error: unknown) => this.needs.failed(error))
      .finally(() => (this.looking = false));
  }
}
