import { followAccount, type AccountFollower } from './follow-account.js';
import type { Needs } from './needs.js';

/**
 * Takes what customers upload to another program into our own evidence while it arrives, as if the program were a
 * session of the customer with us: so everything is told, bounded and hashed as for uploads that we receive ourselves.
 * What the program tells says when; its folder says what, also when something was never told.
 */
export class EngineFollower {
  private readonly accounts = new Map<string, AccountFollower>();
  private readonly busy = new Map<string, Promise<void>>();
  private grownAt = -Infinity;
  private reconciledAt = -Infinity;

  constructor(private readonly needs: Needs) {}

  get transfers(): number {
    return [...this.accounts.values()].reduce((sum, { transfers }) => sum + transfers, 0);
  }

  /** Begins with what is new, each account for itself: one that takes long keeps no other waiting. */
  async look(): Promise<void> {
    const now = performance.now();
    const growthIsDue = now - this.grownAt >= this.needs.growthMilliseconds;
    const allIsDue = now - this.reconciledAt >= this.needs.reconcileMilliseconds;
    const names = new Set(await this.needs.news.accounts());
    if (growthIsDue) for (const [name, { isLively }] of this.accounts) if (isLively) names.add(name);
    if (allIsDue) for (const { account } of await this.needs.spaces.listOpen()) names.add(account);
    if (growthIsDue) this.grownAt = now;
    if (allIsDue) this.reconciledAt = now;
    const free = [...names].filter((name) => !this.busy.has(name));
    if (free.length === 0) return;
    const loggedIn = growthIsDue || allIsDue ? await this.needs.accountsLoggedIn() : null;
    for (const name of free) this.begin(name, loggedIn, allIsDue);
  }

  /** Waits until nothing is in work. What is followed stays as it is: whoever looks next goes on with it. */
  async idle(): Promise<void> {
    await Promise.all(this.busy.values());
  }

  private begin(name: string, loggedIn: ReadonlySet<string> | null, all: boolean): void {
    const work = this.serve(name, loggedIn, all)
      .catch((error: unknown) =>
        this.needs.warn('an account of the engine could not be followed', { account: name, error }),
      )
      .finally(() => this.busy.delete(name));
    this.busy.set(name, work);
  }

  private async serve(name: string, loggedIn: ReadonlySet<string> | null, all: boolean): Promise<void> {
    const space = await this.needs.spaces.find(name);
    if (!space) return await this.refuseStranger(name);
    const follower = this.accounts.get(name) ?? followAccount(space, this.needs);
    this.accounts.set(name, follower);
    await follower.takeNews();
    if (loggedIn) await follower.takeGrowth(loggedIn.has(name));
    if (loggedIn && all) await follower.reconcile(loggedIn.has(name));
    if (follower.isForgettable) this.accounts.delete(name);
  }

  private async refuseStranger(account: string): Promise<void> {
    this.needs.warn('the engine told of an account that is not ours', { account });
    for (const { newsId } of await this.needs.news.of(account)) await this.needs.news.forget(newsId);
  }
}
