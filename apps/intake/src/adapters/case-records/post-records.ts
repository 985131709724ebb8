import type { EntityManager } from 'typeorm';

interface Post {
  source: string;
  id: string;
  idempotencyKey: string | null;
  contentSha256: string;
}

/** What was answered to an event that was posted before. */
export interface EarlierPost {
  contentSha256: string;
  caseId: string;
  caseNumber: string;
  trackingToken: string;
}

/** The events that were posted, inside one transaction. */
export class PostRecords {
  constructor(private readonly tx: EntityManager) {}

  /** Notes an event; answers with the earlier one when its id or its Idempotency-Key was seen before. */
  async note(post: Post, postedAt: Date): Promise<EarlierPost | null> {
    const rows: unknown[] = await this.tx.query(
      `insert into posted_event (source, event_id, idempotency_key, content_sha256, posted_at)
       values ($1, $2, $3, $4, $5) on conflict do nothing returning event_id`,
      [post.source, post.id, post.idempotencyKey, post.contentSha256, postedAt],
    );
    if (rows.length > 0) return null;
    const earlier: EarlierPost[] = await this.tx.query(
      `select content_sha256 as "contentSha256", case_id as "caseId", case_number as "caseNumber",
              tracking_token as "trackingToken"
       from posted_event join known_case using (case_id)
       where source = $1 and (event_id = $2 or idempotency_key = $3)
       order by event_id = $2 desc limit 1`,
      [post.source, post.id, post.idempotencyKey],
    );
    if (earlier[0] === undefined) throw new Error(`the earlier post of ${post.id} by ${post.source} names no case`);
    return earlier[0];
  }

  async nameCase({ source, id }: Post, caseId: string): Promise<void> {
    await this.tx.query('update posted_event set case_id = $3 where source = $1 and event_id = $2', [
      source,
      id,
      caseId,
    ]);
  }
}
