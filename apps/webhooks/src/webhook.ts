import type { Language, WebhookKind } from '@caserelay/contracts';
import type { Sentence } from '@caserelay/event-headlines';

/** `disabled` gets nothing and what comes is not sent later by itself; `paused` gets all of it once it goes on. */
export type WebhookState = 'active' | 'paused' | 'disabled';

/** What is needed to send to a receiver. */
export interface Receiver {
  webhookId: string;
  kind: WebhookKind;
  url: string;
  /** Those that are valid now, the newest first; none for a robot without one. */
  secrets: readonly string[];
  language: Language;
}

/** An event on its way to one receiver. */
export interface Delivery {
  deliveryId: string;
  eventId: string;
  caseId: string;
  /** Null as long as no event told it. */
  caseNumber: string | null;
  /** The event as JSON, without what must not leave. */
  body: string;
  headline: Sentence;
  /** Counts from 1; a sender whose lease ran out cannot settle what another one holds by now. */
  attempt: number;
}

/** What is sent in one request: one event to a system, several to a robot. */
export interface Taken {
  receiver: Receiver;
  deliveries: readonly [Delivery, ...Delivery[]];
}

/** What an HTTP request to a receiver is answered with; `body` is cut. */
export interface Reply {
  status: number;
  retryAfter: string | null;
  body: string;
}

/** What became of an attempt. */
export type Outcome =
  | { is: 'delivered'; status: number }
  /** `retryAfterSeconds` is what the receiver asked for, within bounds. */
  | { is: 'failed'; status: number | null; error: string; retryAfterSeconds: number | null }
  /** The receiver says that it is gone for good. */
  | { is: 'gone'; status: number | null; error: string };
