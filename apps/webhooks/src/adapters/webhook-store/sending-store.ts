import type { DataSource, EntityManager } from 'typeorm';
import type { Delivery, Outcome, Receiver, Taken } from '../../webhook.js';
import type { Disabling } from '../../features/deliver-events/deliver-events.js';
import type { Pauses } from '../../features/deliver-events/pauses.js';
import type { SecretBox } from '../secret-box/secret-box.js';

interface Settings {
  leaseSeconds: number;
  /** Attempts at one receiver side by side. */
  parallel: number;
  /** Events that may go to a robot in one message. */
  robotBatch: number;
  /** Least time between two messages to one robot. */
  robotPauseSeconds: number;
  disableDays: number;
}

interface WebhookRow {
  webhook_id: string;
  kind: Receiver['kind'];
  sealed_url: string;
  language: Receiver['language'];
  failures: number;
}

interface DeliveryRow {
  position: string;
  delivery_id: string;
  event_id: string;
  case_id: string;
  case_number: string | null;
  body: string;
  headline: Delivery['headline'];
  attempts: number;
}

const isDue = `(d.state = 'waiting' and d.not_before <= now() or d.state = 'sending' and d.lease_until <= now())`;
const isFirstOfCase = `not exists (
  select 1 from webhook_delivery earlier
  where earlier.webhook_id = d.webhook_id and earlier.case_id = d.case_id and earlier.position < d.position
    and earlier.state in ('waiting', 'sending'))`;
/** From so many failures in a row on only one attempt at a time is made at a receiver, with growing pauses. */
const failuresOfTrouble = 3;
const leastFailures = 10;

/** Hands events to senders, each to one at a time. Leases and pauses are of the database's clock, the same for all. */
export class SendingStore {
  constructor(
    private readonly database: DataSource,
    private readonly box: SecretBox,
    private readonly settings: Settings,
  ) {}

  /** Receivers for which something is due, whoever may be sending to them already. */
  async due(): Promise<string[]> {
    const rows = await this.database.query<{ webhook_id: string }[]>(
      `select w.webhook_id from webhook w where w.state = 'active' and w.not_before <= now()
         and exists (select 1 from webhook_delivery d where d.webhook_id = w.webhook_id and ${isDue})
       order by w.webhook_id`,
    );
    return rows.map((row) => row.webhook_id);
  }

  /**
   * Takes what may be sent to a receiver now: of each case the earliest event, as many as may be under way; for a robot
   * several events as one message, in the order in which they came, and never two messages side by side.
   */
  async take(webhookId: string): Promise<Taken[]> {
    return await this.database.transaction(async (tx) => {
      const [webhook] = await tx.query<WebhookRow[]>(
        `select webhook_id, kind, sealed_url, language, failures from webhook
         where webhook_id = $1 and state = 'active' and not_before <= now() for no key update skip locked`,
        [webhookId],
      );
      if (!webhook) return [];
      const isRobot = webhook.kind !== 'webhook';
      const mostUnderWay = isRobot || webhook.failures >= failuresOfTrouble ? 1 : this.settings.parallel;
      const [counted] = await tx.query<{ under_way: number }[]>(
        `select count(*)::int as under_way from webhook_delivery
         where webhook_id = $1 and state = 'sending' and lease_until > now()`,
        [webhookId],
      );
      const free = mostUnderWay - (counted?.under_way ?? 0);
      if (free <= 0) return [];
      const deliveries = await this.takeDeliveries(tx, webhookId, isRobot ? this.settings.robotBatch : free, isRobot);
      const receiver = await this.receiverOf(tx, webhook);
      if (!isRobot) return deliveries.map((delivery) => ({ receiver, deliveries: [delivery] }));
      const [first, ...others] = deliveries;
      return first ? [{ receiver, deliveries: [first, ...others] }] : [];
    });
  }

  private async takeDeliveries(
    tx: EntityManager,
    webhookId: string,
    limit: number,
    isRobot: boolean,
  ): Promise<Delivery[]> {
    const [rows] = await tx.query<[DeliveryRow[], number]>(
      `update webhook_delivery taken set state = 'sending', attempts = attempts + 1,
         lease_until = now() + $3::float8 * interval '1 second'
       from webhook_message message left join webhook_case known on known.case_id = message.case_id
       where message.event_id = taken.event_id and taken.position in (
         select d.position from webhook_delivery d
         where d.webhook_id = $1 and ${isDue} ${isRobot ? '' : `and ${isFirstOfCase}`}
         order by d.position limit $2 for update)
       returning taken.position, taken.delivery_id, taken.event_id, taken.case_id, taken.attempts,
         known.case_number, message.body, message.headline`,
      [webhookId, limit, this.settings.leaseSeconds],
    );
    return rows
      .sort((one, other) => Number(one.position) - Number(other.position))
      .map((row) => ({
        deliveryId: row.delivery_id,
        eventId: row.event_id,
        caseId: row.case_id,
        caseNumber: row.case_number,
        body: row.body,
        headline: row.headline,
        attempt: row.attempts,
      }));
  }

  /** What is needed to send to a receiver, whatever its state; null when there is none. */
  async find(webhookId: string): Promise<Receiver | null> {
    const [webhook] = await this.database.query<WebhookRow[]>(
      `select webhook_id, kind, sealed_url, language, failures from webhook where webhook_id = $1`,
      [webhookId],
    );
    return webhook ? await this.receiverOf(this.database.manager, webhook) : null;
  }

  private async receiverOf(tx: EntityManager, webhook: WebhookRow): Promise<Receiver> {
    const secrets = await tx.query<{ sealed: string }[]>(
      `select sealed from webhook_secret where webhook_id = $1 and (expires_at is null or expires_at > now())
       order by created_at desc, secret_id desc`,
      [webhook.webhook_id],
    );
    const { webhook_id: webhookId, kind, language } = webhook;
    return {
      ...{ webhookId, kind, language },
      url: this.box.open(webhook.sealed_url, `${webhookId}|url`),
      secrets: secrets.map(({ sealed }) => this.box.open(sealed, `${webhookId}|secret`)),
    };
  }

  /** Leaves a receiver alone for a minute. */
  async rest(webhookId: string, why: string): Promise<void> {
    await this.database.query(
      `update webhook set not_before = now() + interval '1 minute', last_error = $2 where webhook_id = $1`,
      [webhookId, why.slice(0, 500)],
    );
  }

  /** Gives back what did not fit into a message; it does not count as an attempt. */
  async giveBack(deliveries: readonly Delivery[]): Promise<void> {
    await this.database.query(
      `update webhook_delivery d set state = 'waiting', attempts = attempts - 1, lease_until = null
       from unnest($1::uuid[], $2::int[]) as back (id, attempt)
       where d.delivery_id = back.id and d.state = 'sending' and d.attempts = back.attempt`,
      idsAndAttempts(deliveries),
    );
  }

  /** Notes that events were taken. After failures all that waits is due at once. */
  async settleDelivered(taken: Taken, outcome: Outcome & { is: 'delivered' }, milliseconds: number): Promise<void> {
    const { receiver } = taken;
    await this.database.transaction(async (tx) => {
      await lockWebhook(tx, receiver.webhookId);
      await this.noteAttempts(tx, taken, { milliseconds, status: outcome.status, error: null });
      await tx.query(
        `update webhook_delivery d set state = 'delivered', settled_at = now(), lease_until = null
         from unnest($1::uuid[], $2::int[]) as done (id, attempt)
         where d.delivery_id = done.id and d.state = 'sending' and d.attempts = done.attempt`,
        idsAndAttempts(taken.deliveries),
      );
      const [recovered] = await tx.query<{ failures: number }[]>(`select failures from webhook where webhook_id = $1`, [
        receiver.webhookId,
      ]);
      await tx.query(
        `update webhook set failures = 0, failing_since = null, last_success_at = now(), last_error = null,
           not_before = now() + $2::float8 * interval '1 second' where webhook_id = $1`,
        [receiver.webhookId, receiver.kind === 'webhook' ? 0 : this.settings.robotPauseSeconds],
      );
      if ((recovered?.failures ?? 0) > 0)
        await tx.query(
          `update webhook_delivery set not_before = now()
           where webhook_id = $1 and state = 'waiting' and not_before > now()`,
          [receiver.webhookId],
        );
    });
  }

  /**
   * Notes a failure: the events wait for another attempt or are given up, and the receiver itself rests when it fails
   * again and again or asked for it. Answers with what is to be told when it was disabled by this.
   */
  async settleFailed(
    tx: EntityManager,
    taken: Taken,
    outcome: Outcome & { is: 'failed' | 'gone' },
    { milliseconds, pauses }: { milliseconds: number; pauses: Pauses },
  ): Promise<Disabling | null> {
    const { webhookId, kind } = taken.receiver;
    await lockWebhook(tx, webhookId);
    const held = await this.noteAttempts(tx, taken, { milliseconds, status: outcome.status, error: outcome.error });
    if (held === 0) return null;
    for (const { deliveryId, attempt } of taken.deliveries) {
      const pause = pauses.afterAttempt(attempt);
      await tx.query(
        `update webhook_delivery set state = $3, lease_until = null,
           settled_at = case when $3 = 'failed' then now() end,
           not_before = now() + $4::float8 * interval '1 second'
         where delivery_id = $1 and state = 'sending' and attempts = $2`,
        // A robot rests as a whole, so that nothing overtakes.
        [deliveryId, attempt, pause === null ? 'failed' : 'waiting', kind === 'webhook' ? (pause ?? 0) : 0],
      );
    }
    const [rows] = await tx.query<
      [{ failures: number; failing_since: Date; host: string; description: string; state: string; since: boolean }[]]
    >(
      `update webhook set failures = failures + 1, failing_since = coalesce(failing_since, now()),
         last_failure_at = now(), last_error = $2 where webhook_id = $1
       returning failures, failing_since, host, description, state,
         failing_since <= now() - $3::float8 * interval '1 day' as since`,
      [webhookId, outcome.error, this.settings.disableDays],
    );
    const [webhook] = rows;
    if (!webhook) return null;
    const rest =
      outcome.is === 'failed'
        ? Math.max(
            outcome.retryAfterSeconds ?? 0,
            webhook.failures >= failuresOfTrouble || kind !== 'webhook' ? pauses.ofReceiver(webhook.failures) : 0,
          )
        : 0;
    await tx.query(
      `update webhook set not_before = greatest(not_before, now() + $2::float8 * interval '1 second') where webhook_id = $1`,
      [webhookId, rest],
    );
    const isOver = outcome.is === 'gone' || (webhook.since && webhook.failures >= leastFailures);
    if (!isOver || webhook.state === 'disabled') return null;
    await tx.query(
      `update webhook set state = 'disabled', state_reason = $2, state_since = now() where webhook_id = $1`,
      [webhookId, outcome.is === 'gone' ? 'gone' : 'failing'],
    );
    const undelivered = await skipOpen(tx, webhookId);
    return {
      ...{ webhookId, kind, description: webhook.description, host: webhook.host, undelivered },
      because: outcome.is === 'gone' ? 'gone' : 'failing',
      failingSince: webhook.failures > 1 ? webhook.failing_since.toISOString() : null,
      lastError: outcome.error,
      caseId: taken.deliveries[0].caseId,
    };
  }

  /** Answers how many of the events this sender still held. */
  private async noteAttempts(
    tx: EntityManager,
    { deliveries }: Taken,
    { milliseconds, status, error }: { milliseconds: number; status: number | null; error: string | null },
  ): Promise<number> {
    const noted = await tx.query<unknown[]>(
      `insert into webhook_attempt (position, at, milliseconds, status, error)
       select d.position, now() - $3::int * interval '1 millisecond', $3, $4, $5
       from webhook_delivery d join unnest($1::uuid[], $2::int[]) as done (id, attempt)
         on d.delivery_id = done.id and d.state = 'sending' and d.attempts = done.attempt
       returning attempt_id`,
      [...idsAndAttempts(deliveries), Math.round(milliseconds), status, error],
    );
    return noted.length;
  }

  /** Forgets events and secrets whose time is over; answers how many events. */
  async forget(keepDays: number): Promise<number> {
    await this.database.query(`delete from webhook_secret where expires_at <= now()`);
    await this.database.query(`delete from webhook_case where heard_at < now() - interval '400 days'`);
    const [, forgotten] = await this.database.query<[unknown[], number]>(
      `delete from webhook_message where event_id in (
         select event_id from webhook_message where kept_at < now() - $1::float8 * interval '1 day'
         order by kept_at limit 2000)`,
      [keepDays],
    );
    return forgotten;
  }

  /** Events that wait, over all receivers that are not disabled, and how long the oldest has. */
  async measure(): Promise<{ waiting: number; oldestSeconds: number; disabled: number }> {
    const [row] = await this.database.query<{ waiting: number; oldest: number | null; disabled: number }[]>(
      `select count(*)::int as waiting, extract(epoch from now() - min(kept_at))::float8 as oldest,
         (select count(*)::int from webhook where state = 'disabled') as disabled
       from webhook_delivery where state in ('waiting', 'sending')`,
    );
    return { waiting: row?.waiting ?? 0, oldestSeconds: row?.oldest ?? 0, disabled: row?.disabled ?? 0 };
  }
}

/** Whatever is under way or waits is not sent any more by itself. Answers how many. */
export async function skipOpen(tx: EntityManager, webhookId: string): Promise<number> {
  const [rows] = await tx.query<[unknown[], number]>(
    `update webhook_delivery set state = 'skipped', settled_at = now(), lease_until = null
     where webhook_id = $1 and state in ('waiting', 'sending') returning position`,
    [webhookId],
  );
  return rows.length;
}

/** Deliveries are locked after their receiver, by everybody, so that nobody waits for each other. */
async function lockWebhook(tx: EntityManager, webhookId: string): Promise<void> {
  await tx.query(`select 1 from webhook where webhook_id = $1 for no key update`, [webhookId]);
}

function idsAndAttempts(deliveries: readonly Delivery[]): [string[], number[]] {
  return [deliveries.map(({ deliveryId }) => deliveryId), deliveries.map(({ attempt }) => attempt)];
}
