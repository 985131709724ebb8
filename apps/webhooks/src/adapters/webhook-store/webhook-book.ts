import type { Language, WebhookKind } from '@caserelay/contracts';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import type {
  DeliveryPage,
  DeliveryState,
  KeptDelivery,
  NewWebhook,
  Replay,
  Webhook,
  WebhookChange,
} from '../../features/manage-webhooks/manage-webhooks.js';
import type { WebhookState } from '../../webhook.js';
import type { SecretBox } from '../secret-box/secret-box.js';
import { skipOpen } from './sending-store.js';

interface Row {
  webhook_id: string;
  kind: WebhookKind;
  host: string;
  shown_url: string;
  description: string;
  event_types: string[];
  language: Language;
  state: WebhookState;
  state_reason: string | null;
  state_since: Date;
  failures: number;
  failing_since: Date | null;
  last_success_at: Date | null;
  last_failure_at: Date | null;
  last_error: string | null;
  created_at: Date;
  changed_at: Date;
  secrets: { secretId: string; createdAt: string; expiresAt: string | null }[];
  counts: Partial<Record<DeliveryState, number>> | null;
  oldest: Date | null;
}

const all = `
  select w.*,
    (select coalesce(json_agg(json_build_object('secretId', secret_id, 'createdAt', created_at, 'expiresAt', expires_at)
       order by created_at desc, secret_id desc), '[]')
     from webhook_secret s where s.webhook_id = w.webhook_id and (expires_at is null or expires_at > now())) as secrets,
    (select json_object_agg(state, number) from (
       select state, count(*)::int as number from webhook_delivery d where d.webhook_id = w.webhook_id group by state) as by_state
    ) as counts,
    (select min(kept_at) from webhook_delivery d where d.webhook_id = w.webhook_id and state in ('waiting', 'sending')) as oldest
  from webhook w`;

/** Who gets what, and what became of it, as operators see and change it. Addresses and secrets lie here encrypted. */
export class WebhookBook {
  constructor(
    private readonly database: DataSource,
    private readonly box: SecretBox,
    private readonly most: number,
  ) {}

  async list(): Promise<Webhook[]> {
    return (await this.database.query<Row[]>(`${all} order by w.created_at, w.webhook_id`)).map(asWebhook);
  }

  async find(webhookId: string): Promise<Webhook | null> {
    const [row] = await this.database.query<Row[]>(`${all} where w.webhook_id = $1`, [webhookId]);
    return row ? asWebhook(row) : null;
  }

  /** Keeps a new receiver; null when there are too many already. */
  async add({ secret, ...webhook }: NewWebhook): Promise<string | null> {
    const webhookId = newId();
    return await this.database.transaction(async (tx) => {
      // Two that come at once are counted one after the other.
      await tx.query(`lock table webhook in share row exclusive mode`);
      const [counted] = await tx.query<{ number: number }[]>(`select count(*)::int as number from webhook`);
      if ((counted?.number ?? 0) >= this.most) return null;
      const { kind, url, host, shownUrl, description, eventTypes, language, state } = webhook;
      await tx.query(
        `insert into webhook (webhook_id, kind, sealed_url, host, shown_url, description, event_types, language, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          ...[webhookId, kind, this.box.seal(url, `${webhookId}|url`), host, shownUrl, description],
          ...[eventTypes, language, state],
        ],
      );
      if (secret !== null) await this.addSecret(tx, webhookId, secret);
      return webhookId;
    });
  }

  /** False when there is no such receiver. One that is disabled gets nothing more of what waited by itself. */
  async change(webhookId: string, { url, state, ...change }: WebhookChange): Promise<boolean> {
    return await this.database.transaction(async (tx) => {
      const [before] = await tx.query<{ state: WebhookState }[]>(
        `select state from webhook where webhook_id = $1 for no key update`,
        [webhookId],
      );
      if (!before) return false;
      const { description, eventTypes, language, reason } = change;
      await tx.query(
        `update webhook set changed_at = now(), description = coalesce($2, description),
           event_types = coalesce($3, event_types), language = coalesce($4, language),
           sealed_url = coalesce($5, sealed_url), host = coalesce($6, host), shown_url = coalesce($7, shown_url)
         where webhook_id = $1`,
        [
          ...[webhookId, description ?? null, eventTypes ?? null, language ?? null],
          ...[url ? this.box.seal(url.url, `${webhookId}|url`) : null, url?.host ?? null, url?.shownUrl ?? null],
        ],
      );
      if (state === undefined || state === before.state) return true;
      await tx.query(`update webhook set state = $2, state_reason = $3, state_since = now() where webhook_id = $1`, [
        webhookId,
        state,
        reason ?? null,
      ]);
      if (state === 'disabled') await skipOpen(tx, webhookId);
      // Whoever lets it go on believes that it works: it begins anew, and at once.
      if (state === 'active')
        await tx.query(
          `update webhook set failures = 0, failing_since = null, not_before = now() where webhook_id = $1`,
          [webhookId],
        );
      return true;
    });
  }

  async remove(webhookId: string): Promise<boolean> {
    const [, removed] = await this.database.query<[unknown[], number]>(`delete from webhook where webhook_id = $1`, [
      webhookId,
    ]);
    // What nobody is to get any more is not kept.
    await this.database.query(
      `delete from webhook_message m where not exists (select 1 from webhook_delivery d where d.event_id = m.event_id)`,
    );
    return removed > 0;
  }

  /** Signs with a new secret from now on, and with the ones before until then. */
  async rotate(webhookId: string, secret: string, overlapSeconds: number): Promise<Date> {
    return await this.database.transaction(async (tx) => {
      await tx.query(`select 1 from webhook where webhook_id = $1 for no key update`, [webhookId]);
      await tx.query(
        `update webhook_secret set expires_at = least(expires_at, now() + $2::float8 * interval '1 second')
         where webhook_id = $1 and (expires_at is null or expires_at > now())`,
        [webhookId, overlapSeconds],
      );
      // A third one would only be there because somebody rotated twice at once: the two newest stay.
      await tx.query(
        `delete from webhook_secret where webhook_id = $1 and secret_id not in (
           select secret_id from webhook_secret where webhook_id = $1 order by created_at desc, secret_id desc limit 1)`,
        [webhookId],
      );
      await this.addSecret(tx, webhookId, secret);
      await tx.query(`update webhook set changed_at = now() where webhook_id = $1`, [webhookId]);
      const [row] = await tx.query<{ until: Date }[]>(`select now() + $1::float8 * interval '1 second' as until`, [
        overlapSeconds,
      ]);
      return row?.until ?? new Date();
    });
  }

  private async addSecret(tx: EntityManager, webhookId: string, secret: string): Promise<void> {
    await tx.query(
      `insert into webhook_secret (secret_id, webhook_id, sealed, created_at) values ($1, $2, $3, clock_timestamp())`,
      [...[newId(), webhookId, this.box.seal(secret, `${webhookId}|secret`)]],
    );
  }

  /** Deliveries of one receiver with their attempts, the latest first. */
  async deliveries(webhookId: string, { state, before, limit }: DeliveryPage): Promise<KeptDelivery[]> {
    return await this.readDeliveries(
      `d.webhook_id = $1 and ($2::text is null or d.state = $2) and ($3::bigint is null or d.position < $3)`,
      [webhookId, state ?? null, before ?? null],
      limit,
    );
  }

  private async readDeliveries(condition: string, values: unknown[], limit: number): Promise<KeptDelivery[]> {
    return await this.database.query<KeptDelivery[]>(
      `select d.delivery_id as "deliveryId", d.position, d.event_id as "eventId", m.type, d.case_id as "caseId", d.state,
         d.attempts, d.replays, d.kept_at as "keptAt", d.settled_at as "settledAt",
         case when d.state = 'waiting' then d.not_before end as "nextAttemptAt",
         (select coalesce(json_agg(json_build_object('at', at, 'milliseconds', milliseconds, 'status', status, 'error', error)
            order by attempt_id), '[]')
          from (select * from webhook_attempt a where a.position = d.position order by attempt_id desc limit 50) as latest
         ) as "lastAttempts"
       from webhook_delivery d join webhook_message m on m.event_id = d.event_id
       where ${condition} order by d.position desc limit ${Math.trunc(limit)}`,
      values,
    );
  }

  /** Lets one event be sent again, under its id; null when there is none, false while it is under way. */
  async replayOne(webhookId: string, deliveryId: string): Promise<boolean | null> {
    const [rows] = await this.database.query<[unknown[], number]>(
      `update webhook_delivery set ${asNew} where webhook_id = $1 and delivery_id = $2
         and state in ('delivered', 'failed', 'skipped') returning position`,
      [webhookId, deliveryId],
    );
    if (rows.length > 0) return true;
    const found = await this.database.query<unknown[]>(
      `select 1 from webhook_delivery where webhook_id = $1 and delivery_id = $2`,
      [webhookId, deliveryId],
    );
    return found.length > 0 ? false : null;
  }

  /** Lets all be sent again that came within a time and ended so; answers how many. */
  async replaySince(webhookId: string, { since, until, states }: Replay): Promise<number> {
    const [rows] = await this.database.query<[unknown[], number]>(
      `update webhook_delivery set ${asNew} where webhook_id = $1 and kept_at >= $2
         and ($3::timestamptz is null or kept_at < $3) and state = any($4::text[]) returning position`,
      [webhookId, since, until ?? null, states],
    );
    return rows.length;
  }
}

const asNew = `state = 'waiting', attempts = 0, replays = replays + 1, not_before = now(), settled_at = null`;

function asWebhook(row: Row): Webhook {
  const counts = { waiting: 0, sending: 0, delivered: 0, failed: 0, skipped: 0, ...row.counts };
  return {
    webhookId: row.webhook_id,
    kind: row.kind,
    url: row.shown_url,
    description: row.description,
    eventTypes: row.event_types,
    language: row.language,
    state: row.state,
    stateReason: row.state_reason,
    stateSince: row.state_since.toISOString(),
    secrets: row.secrets,
    health: {
      failures: row.failures,
      failingSince: row.failing_since?.toISOString() ?? null,
      lastSuccessAt: row.last_success_at?.toISOString() ?? null,
      lastFailureAt: row.last_failure_at?.toISOString() ?? null,
      lastError: row.last_error,
      oldestWaitingSince: row.oldest?.toISOString() ?? null,
      counts,
    },
    createdAt: row.created_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
  };
}
