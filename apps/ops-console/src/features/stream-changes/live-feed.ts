import type { CaseSummary, TimelineEntry } from '../../case-story.js';

export interface Needs {
  lastPosition(): Promise<string>;
  findHeardAfter(position: string, limit: number): Promise<TimelineEntry[]>;
  findSummaries(caseIds: string[]): Promise<CaseSummary[]>;
  /** Tells of a look at the table that failed; the next one comes anyway. */
  lookFailed(error: unknown): void;
}

/** Somebody who watches all cases, or one. `send` answers false when the listener is too slow; it is then forgotten. */
export interface Listener {
  caseId: string | null;
  send(message: Message): boolean;
}

export type Message =
  | { kind: 'entry'; entry: TimelineEntry }
  | { kind: 'case'; summary: CaseSummary }
  /** What was missed is too much to be told; the listener shall read the page again. */
  | { kind: 'reload'; position: string };

interface Follower {
  listener: Listener;
  position: string;
}

interface News {
  entries: TimelineEntry[];
  summaries: CaseSummary[];
}

const pageSize = 500;
const mostMissed = 5_000n;

/**
 * Tells every listener what is new. Listeners that are up to date stand at the same position and share one look at
 * the table; one that resumes catches up by looks of its own. Nobody looks while nobody listens.
 */
export class LiveFeed {
  private readonly followers = new Set<Follower>();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly needs: Needs,
    private readonly settings: { lookEveryMilliseconds: number },
  ) {}

  get listeners(): number {
    return this.followers.size;
  }

  /** Follows from a position (null: from now on) until the function that it answers with is called. */
  async follow(listener: Listener, from: string | null): Promise<() => void> {
    const newest = await this.needs.lastPosition();
    const follower: Follower = { listener, position: from === null || BigInt(from) > BigInt(newest) ? newest : from };
    this.followers.add(follower);
    if (BigInt(newest) - BigInt(follower.position) > mostMissed) {
      follower.position = newest;
      this.tell(follower, { kind: 'reload', position: newest });
    }
    this.lookSoon(0);
    return () => {
      this.followers.delete(follower);
    };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.followers.clear();
    await this.looking;
  }

  /** Looks once for everybody; true when there may be more at once. */
  private async look(): Promise<boolean> {
    const newsByPosition = new Map<string, Promise<News>>();
    const told = await Promise.all(
      [...this.followers].map(async (follower) => {
        const news = newsByPosition.get(follower.position) ?? this.newsAfter(follower.position);
        newsByPosition.set(follower.position, news);
        return this.tellNews(follower, await news);
      }),
    );
    return told.some((entries) => entries === pageSize);
  }

  private async newsAfter(position: string): Promise<News> {
    const entries = await this.needs.findHeardAfter(position, pageSize);
    const caseIds = [...new Set(entries.map((entry) => entry.caseId))];
    return { entries, summaries: caseIds.length === 0 ? [] : await this.needs.findSummaries(caseIds) };
  }

  private tellNews(follower: Follower, { entries, summaries }: News): number {
    const watched = ({ caseId }: { caseId: string }): boolean =>
      follower.listener.caseId === null || follower.listener.caseId === caseId;
    for (const entry of entries.filter(watched)) this.tell(follower, { kind: 'entry', entry });
    for (const summary of summaries.filter(watched)) this.tell(follower, { kind: 'case', summary });
    follower.position = entries.at(-1)?.id ?? follower.position;
    return entries.length;
  }

  private tell(follower: Follower, message: Message): void {
    if (this.followers.has(follower) && !follower.listener.send(message)) this.followers.delete(follower);
  }

  private lookSoon(pause: number): void {
    if (this.timer || this.looking || this.stopped || this.followers.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.looking = this.look()
        .catch((error: unknown) => {
          this.needs.lookFailed(error);
          return false;
        })
        .then((more) => {
          this.looking = null;
          this.lookSoon(more ? 0 : this.settings.lookEveryMilliseconds);
        });
    }, pause);
  }
}
