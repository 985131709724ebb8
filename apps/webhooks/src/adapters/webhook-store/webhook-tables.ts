import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Receivers of events, what is on its way to them, and what came of it. */
export class WebhookTables1764400000000 implements MigrationInterface {
  readonly name = 'WebhookTables1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhook (
        webhook_id uuid primary key,
        kind text not null check (kind in ('webhook', 'wecom', 'dingtalk', 'feishu')),
        sealed_url text not null,
        host text not null,
        shown_url text not null,
        description text not null,
        event_types text[] not null,
        language text not null,
        state text not null check (state in ('active', 'paused', 'disabled')),
        state_reason text,
        state_since timestamptz not null default now(),
        failures integer not null default 0,
        failing_since timestamptz,
        last_success_at timestamptz,
        last_failure_at timestamptz,
        last_error text,
        not_before timestamptz not null default now(),
        created_at timestamptz not null default now(),
        changed_at timestamptz not null default now()
      )`);
    await runner.query(`
      create table webhook_secret (
        secret_id uuid primary key,
        webhook_id uuid not null references webhook on delete cascade,
        sealed text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz
      )`);
    await runner.query(`create index webhook_secret_of on webhook_secret (webhook_id)`);
    await runner.query(`
      create table webhook_message (
        event_id uuid primary key,
        type text not null,
        case_id uuid not null,
        body text not null,
        headline jsonb not null,
        kept_at timestamptz not null default now()
      )`);
    await runner.query(`create index webhook_message_age on webhook_message (kept_at)`);
    await runner.query(`
      create table webhook_delivery (
        position bigserial primary key,
        delivery_id uuid not null unique default gen_random_uuid(),
        webhook_id uuid not null references webhook on delete cascade,
        event_id uuid not null references webhook_message on delete cascade,
        case_id uuid not null,
        state text not null check (state in ('waiting', 'sending', 'delivered', 'failed', 'skipped')),
        attempts integer not null default 0,
        replays integer not null default 0,
        not_before timestamptz not null default now(),
        lease_until timestamptz,
        kept_at timestamptz not null default now(),
        settled_at timestamptz,
        unique (webhook_id, event_id)
      )`);
    await runner.query(
      `create index webhook_delivery_open on webhook_delivery (webhook_id, case_id, position)
       where state in ('waiting', 'sending')`,
    );
    await runner.query(
      `create index webhook_delivery_due on webhook_delivery (webhook_id, not_before) where state = 'waiting'`,
    );
    await runner.query(`create index webhook_delivery_list on webhook_delivery (webhook_id, position desc)`);
    await runner.query(`create index webhook_delivery_event on webhook_delivery (event_id)`);
    await runner.query(`
      create table webhook_attempt (
        attempt_id bigserial primary key,
        position bigint not null references webhook_delivery on delete cascade,
        at timestamptz not null,
        milliseconds integer not null,
        status integer,
        error text
      )`);
    await runner.query(`create index webhook_attempt_of on webhook_attempt (position)`);
    await runner.query(`
      create table webhook_case (
        case_id uuid primary key,
        case_number text not null,
        heard_at timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['case', 'attempt', 'delivery', 'message', 'secret'])
      await runner.query(`drop table webhook_${table}`);
    await runner.query(`drop table webhook`);
  }
}
