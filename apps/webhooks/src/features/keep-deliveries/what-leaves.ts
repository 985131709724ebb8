import type { AnyEvent } from '@caserelay/contracts';
import type { Sentence } from '@caserelay/event-headlines';

/** An event as it leaves for other systems. */
export interface OutgoingEvent {
  id: string;
  type: AnyEvent['type'];
  caseId: string;
  caseNumber: string | null;
  /** The CloudEvent as JSON. */
  body: string;
  headline: Sentence;
}

/**
 * What is removed from every event before it leaves, wherever it stands in `data`; the one list of it.
 * `link` and `linkExpiresAt` of an upload space: whoever opens the link gets the account. `location`: where a file lies
 * in the evidence store is nobody's business outside.
 */
export const removedFields: ReadonlySet<string> = new Set(['link', 'linkExpiresAt', 'location']);

/** Links of letters that people quoted in their words: what is behind `/spaces/` and `/customer/` opens the page. */
const quotedLink = /(\/(?:spaces|customer)\/)[A-Za-z0-9_-]{16,}/g;

/** The event without what must not leave. Its schema is no longer met where a removed field is required. */
export function withoutSecrets<Event extends AnyEvent>(event: Event): Event {
  return { ...event, data: cleaned(event.data) };
}

/** What leaves of an event. The headline is made after the cleaning, so that it shows nothing that was removed. */
export function outgoing(event: AnyEvent, headline: (event: AnyEvent) => Sentence): OutgoingEvent {
  const clean = withoutSecrets(event);
  return {
    id: event.id,
    type: event.type,
    caseId: event.subject,
    caseNumber: caseNumberOf(event),
    body: JSON.stringify(clean),
    headline: headline(clean),
  };
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(quotedLink, '$1…');
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !removedFields.has(name))
      .map(([name, part]) => [name, cleaned(part)]),
  );
}

function caseNumberOf({ data }: AnyEvent): string | null {
  if ('file' in data) return data.file.caseNumber;
  return 'caseNumber' in data ? data.caseNumber : null;
}
