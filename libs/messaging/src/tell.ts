import { eventSchemas, type AnyEvent, type Told } from '@caserelay/contracts';
import { v7 as newId } from 'uuid';

/**
 * What a feature has to tell. Without `caseId` it is about the case of the event being heard. `sequence` counts the
 * events that a case itself tells; only the owner of cases gives it.
 */
export type Tell = Told & { caseId?: string; sequence?: number };

/** Where an event comes from: the event that led to it, and the chain it belongs to. All absent for a person or a clock. */
export interface Cause {
  caseId?: string;
  causationId?: string;
  correlationId?: string;
  traceparent?: string;
}

/** The cause that an event is for what it leads to. */
export function causeOf(event: AnyEvent): Cause {
  return {
    caseId: event.subject,
    causationId: event.id,
    correlationId: event.correlationid ?? event.id,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
}

/** Puts the envelope around what a feature tells. Throws a ZodError when the feature broke the event's schema. */
export function stamp(tell: Tell, cause: Cause, { source, now }: { source: string; now: Date }): AnyEvent {
  const schema = eventSchemas.get(tell.type);
  if (!schema) throw new Error(`nobody declared an event ${tell.type}; add it to libs/contracts`);
  const id = newId();
  return schema.parse({
    specversion: '1.0',
    id,
    source: `/caserelay/${source}`,
    type: tell.type,
    subject: tell.caseId ?? cause.caseId,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    causationid: cause.causationId,
    correlationid: cause.correlationId ?? id,
    traceparent: nextTraceparent(cause.traceparent),
    sequence: tell.sequence,
    data: tell.data,
  });
}

/** The next span of a W3C trace, or the first span of a new one (https://www.w3.org/TR/trace-context/). */
function nextTraceparent(previous: string | undefined): string {
  const trace = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(previous ?? '')?.[1] ?? newId().replaceAll('-', '');
  return `00-${trace}-${newId().replaceAll('-', '').slice(16)}-01`;
}
