import type { OnApplicationBootstrap } from '@nestjs/common';
import { followUpload, type FollowedUpload, type Needs } from './follow-upload.js';

/** Where it stands which uploads are followed, and whose turn it is. */
export interface Turns<Upload extends FollowedUpload> {
  /** Takes uploads whose turn it is, those that wait longest first; nobody else takes them meanwhile. */
  take(limit: number): Promise<Upload[]>;
  /** Notes a fault; the upload is looked at again later, and given up after too many. */
  noteFault(upload: Upload, error: unknown): Promise<void>;
  failed(error: unknown): void;
}

/**
 * Looks at growing uploads again and again, a few at a time, each for one portion. The database says whose turn it is, so
 * that any instance goes on with what another one left; Redis has no part in it.
 */
export class FollowUploadTimer<Upload extends FollowedUpload> implements OnApplicationBootstrap {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;
  private isWoken = false;
  private isStopped = false;

  constructor(
    private readonly needs: Needs<Upload> & Turns<Upload>,
    private readonly everyMilliseconds: number,
    private readonly parallel: number,
  ) {}

  onApplicationBootstrap(): void {
    this.wake();
  }

  /** Looks at once, or once more when a look is under way. */
  wake(): void {
    this.isWoken = true;
    if (this.looking || this.isStopped) return;
    clearTimeout(this.timer);
    this.looking = this.look().finally(() => {
      this.looking = null;
      if (!this.isStopped) this.timer = setTimeout(() => this.wake(), this.everyMilliseconds);
    });
  }

  /** Ends the look in hand; the rest is left to the next start. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    while (this.isWoken && !this.isStopped) {
      this.isWoken = false;
      try {
        const uploads = await this.needs.take(this.parallel);
        await Promise.all(uploads.map((upload) => this.follow(upload)));
        // As many as were asked for: more may wait.
        this.isWoken ||= uploads.length === this.parallel;
      } catch (error) {
        this.needs.failed(error);
      }
    }
  }

  private async follow(upload: Upload): Promise<void> {
    try {
      await followUpload(upload, this.needs);
    } catch (error) {
      await this.needs.noteFault(upload, error);
    }
  }
}
