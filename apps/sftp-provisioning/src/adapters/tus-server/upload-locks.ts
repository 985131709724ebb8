import type { Lock, Locker, RequestRelease } from '@tus/utils';

interface Holder {
  askToLeave: RequestRelease;
  left: Promise<void>;
  leave(): void;
}

/**
 * One request at a time works on an upload. A newer one asks the older to end, since that one is often a connection
 * that broke without our hearing of it. The locker that comes with the library waits by asking without pause, which
 * would let one customer keep a processor busy.
 */
export class UploadLocks implements Locker {
  private readonly holders = new Map<string, Holder>();
  private readonly waiting = new Set<string>();

  constructor(private readonly mostMilliseconds = 10_000) {}

  newLock(id: string): Lock {
    let mine: Holder | null = null;
    return {
      lock: async (_signal, askToLeave) => {
        const before = this.holders.get(id);
        if (before) await this.waitFor(id, before);
        mine = this.hold(id, askToLeave);
      },
      unlock: async () => {
        if (mine && this.holders.get(id) === mine) this.holders.delete(id);
        mine?.leave();
      },
    };
  }

  private async waitFor(id: string, holder: Holder): Promise<void> {
    if (this.waiting.has(id)) throw new UploadBusy();
    this.waiting.add(id);
    let timer: NodeJS.Timeout | undefined;
    try {
      await holder.askToLeave();
      const tooLate = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new UploadBusy()), this.mostMilliseconds);
      });
      await Promise.race([holder.left, tooLate]);
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }

  private hold(id: string, askToLeave: RequestRelease): Holder {
    let leave = (): void => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const holder = { askToLeave, left, leave };
    this.holders.set(id, holder);
    return holder;
  }
}

/** The library answers with status and words of what is thrown; clients try again after 423. */
class UploadBusy extends Error {
  override readonly name = 'UploadBusy';
  readonly status_code = 423;
  readonly body = JSON.stringify({ because: 'busy' });
}
