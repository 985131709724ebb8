import type { EntityManager } from 'typeorm';
import type { OutgoingEvent } from '../../features/keep-deliveries/what-leaves.js';

/**
 * Keeps an event for every receiver that wants its type, in the transaction in which it is heard. What a disabled one
 * would have got is kept as skipped, so that it can be replayed.
 */
export async function keepMessage(tx: EntityManager, event: OutgoingEvent): Promise<void> {
  const patterns = ['*', `${event.type.split('.')[0] ?? ''}.*`, event.type];
  await tx.query(
    `with wanted as (
       select webhook_id, state from webhook where event_types && $1::text[] for key share
     ), message as (
       insert into webhook_message (event_id, type, case_id, body, headline)
       select $2::uuid, $3, $4::uuid, $5, $6::jsonb where exists (select 1 from wanted)
       on conflict do nothing
     )
     insert into webhook_delivery (webhook_id, event_id, case_id, state)
     select webhook_id, $2, $4, case state when 'disabled' then 'skipped' else 'waiting' end from wanted
     on conflict do nothing`,
    [patterns, event.id, event.type, event.caseId, event.body, JSON.stringify(event.headline)],
  );
  if (event.caseNumber !== null)
    await tx.query(
      `insert into webhook_case (case_id, case_number) values ($1, $2)
       on conflict (case_id) do update set heard_at = now(), case_number = excluded.case_number
       where webhook_case.heard_at < now() - interval '1 day' or webhook_case.case_number <> excluded.case_number`,
      [event.caseId, event.caseNumber],
    );
}
