import { Language, WebhookKind, eventSchemas } from '@caserelay/contracts';
import { z } from 'zod';
import type { Outcome, WebhookState } from '../../webhook.js';

/** A receiver as operators see it; the address without what may be a secret of it, secrets not at all. */
export interface Webhook {
  webhookId: string;
  kind: WebhookKind;
  url: string;
  description: string;
  eventTypes: string[];
  language: Language;
  state: WebhookState;
  stateReason: string | null;
  stateSince: string;
  secrets: { secretId: string; createdAt: string; expiresAt: string | null }[];
  health: {
    /** In a row, up to now. */
    failures: number;
    failingSince: string | null;
    lastSuccessAt: string | null;
    lastFailureAt: string | null;
    lastError: string | null;
    oldestWaitingSince: string | null;
    counts: Record<DeliveryState, number>;
  };
  createdAt: string;
  changedAt: string;
}

export type DeliveryState = 'waiting' | 'sending' | 'delivered' | 'failed' | 'skipped';

/** One event for one receiver, and what became of it. */
export interface KeptDelivery {
  deliveryId: string;
  position: string;
  eventId: string;
  type: string;
  caseId: string;
  state: DeliveryState;
  attempts: number;
  replays: number;
  keptAt: Date;
  settledAt: Date | null;
  nextAttemptAt: Date | null;
  lastAttempts: { at: string; milliseconds: number; status: number | null; error: string | null }[];
}

const most = { description: 200, types: 100, url: 2_000 };

/** `*`, all types of one kind such as `case.*`, or one type. */
const eventType = z.string().refine(isPattern, {
  error: ({ input }) => `found "${String(input).slice(0, 60)}"; expected *, such as case.*, or the type of an event`,
});
const description = z.string().trim().max(most.description);
const eventTypes = z
  .array(eventType)
  .min(1)
  .max(most.types)
  .transform((types) => [...new Set(types)]);
const url = z.string().max(most.url);
const secret = z.string().min(1).max(200);
const reason = z.string().trim().min(1).max(500);

/** What `POST /v1/webhooks` takes. A system without a `secret` gets one; a robot has one when its maker gave one. */
export const CreateWebhook = z.strictObject({
  kind: WebhookKind.default('webhook'),
  url,
  description: description.default(''),
  eventTypes,
  language: Language.default('zh-CN'),
  state: z.enum(['active', 'paused']).default('active'),
  secret: secret.optional(),
});
export type CreateWebhook = z.infer<typeof CreateWebhook>;

/** What `PATCH /v1/webhooks/{id}` takes; what is not named stays. */
export const ChangeWebhook = z.strictObject({
  url: url.optional(),
  description: description.optional(),
  eventTypes: eventTypes.optional(),
  language: Language.optional(),
  state: z.enum(['active', 'paused', 'disabled']).optional(),
  reason: reason.optional(),
});
export type ChangeWebhook = z.infer<typeof ChangeWebhook>;

/** What `POST /v1/webhooks/{id}/rotate-secret` takes. */
export const RotateSecret = z.strictObject({
  /** How long the secret before stays good beside the new one. */
  overlapSeconds: z.number().int().min(0).max(2_592_000).default(86_400),
  secret: secret.optional(),
});
export type RotateSecret = z.infer<typeof RotateSecret>;

const instant = z.iso.datetime({ offset: true });

/** What `POST /v1/webhooks/{id}/replay` takes. Instants are those at which events came here, on the wall clock. */
export const Replay = z.strictObject({
  since: instant,
  until: instant.optional(),
  states: z
    .array(z.enum(['delivered', 'failed', 'skipped']))
    .min(1)
    .default(['failed', 'skipped']),
});
export type Replay = z.infer<typeof Replay>;

export const DeliveryPage = z.strictObject({
  state: z.enum(['waiting', 'sending', 'delivered', 'failed', 'skipped']).optional(),
  /** The `next` of an earlier page. */
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type DeliveryPage = z.infer<typeof DeliveryPage>;

/** An address with what is shown of it. */
export interface ReadUrl {
  url: string;
  host: string;
  shownUrl: string;
}

export type NewWebhook = Omit<CreateWebhook, 'url' | 'secret'> & ReadUrl & { secret: string | null };
export type WebhookChange = Omit<ChangeWebhook, 'url'> & { url?: ReadUrl };

export interface Needs {
  /** Reads the address of a receiver; throws with what was found and expected when it must not be spoken to. */
  readUrl(text: string): URL;
  newSecret(): string;
  list(): Promise<Webhook[]>;
  find(webhookId: string): Promise<Webhook | null>;
  /** Null when there are too many already. */
  add(webhook: NewWebhook): Promise<string | null>;
  change(webhookId: string, change: WebhookChange): Promise<boolean>;
  remove(webhookId: string): Promise<boolean>;
  rotate(webhookId: string, secret: string, overlapSeconds: number): Promise<Date>;
  ping(webhookId: string): Promise<Outcome | null>;
  deliveries(webhookId: string, page: DeliveryPage): Promise<KeptDelivery[]>;
  /** Null when there is none, false while it waits or is under way. */
  replayOne(webhookId: string, deliveryId: string): Promise<boolean | null>;
  replaySince(webhookId: string, replay: Replay): Promise<number>;
  wakeSender(): void;
}

/** An order that cannot be carried out as it stands; its message says what was found and expected. */
export class BadOrder extends Error {
  override readonly name = 'BadOrder';
}

/** The signing secret of a system that one was given for; it is 24 to 64 bytes as base64 behind `whsec_`. */
export function readSecret(kind: WebhookKind, given: string | undefined, newSecret: () => string): string | null {
  if (kind === 'wecom' && given !== undefined) throw new BadOrder('secret: robots of WeCom have none');
  if (kind !== 'webhook') return given ?? null;
  if (given === undefined) return newSecret();
  const bytes = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(given)?.[1];
  const length = Buffer.from(bytes ?? '', 'base64').length;
  if (length < 24 || length > 64)
    throw new BadOrder('secret: expected whsec_ and 24 to 64 bytes as base64, or none to be given one');
  return given;
}

/** Of an address that may be a secret itself, what tells it from others. */
export function shownUrl(kind: WebhookKind, url: URL): string {
  const path = kind === 'feishu' ? url.pathname.replace(/[^/]+\/?$/, '***') : url.pathname;
  const query = [...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=***`).join('&');
  return `${url.origin}${path}${query === '' ? '' : `?${query}`}`;
}

/** Makes a receiver; answers with its secret, which is shown this once. */
export async function createWebhook(
  order: CreateWebhook,
  needs: Needs,
): Promise<{ webhook: Webhook; secret: string | null }> {
  const { secret: given, url: address, ...rest } = order;
  const secret = readSecret(order.kind, given, needs.newSecret);
  const webhookId = await needs.add({ ...rest, ...readUrl(order.kind, address, needs), secret });
  if (webhookId === null) throw new BadOrder('there are as many webhooks as WEBHOOKS_MAX allows; delete one first');
  const webhook = await needs.find(webhookId);
  if (!webhook) throw new BadOrder('the webhook was deleted at the same moment');
  return { webhook, secret: order.kind === 'webhook' ? secret : null };
}

/** Changes what is named; null when there is no such receiver. */
export async function changeWebhook(webhookId: string, order: ChangeWebhook, needs: Needs): Promise<Webhook | null> {
  const before = await needs.find(webhookId);
  if (!before) return null;
  if (order.state === 'disabled' && order.reason === undefined)
    throw new BadOrder('reason: expected why the webhook is disabled');
  const { url: address, ...rest } = order;
  const change = address === undefined ? rest : { ...rest, url: readUrl(before.kind, address, needs) };
  if (!(await needs.change(webhookId, change))) return null;
  needs.wakeSender();
  return await needs.find(webhookId);
}

/** Signs with a new secret beside the one before; null when there is no such receiver. */
export async function rotateSecret(
  webhookId: string,
  { overlapSeconds, secret: given }: RotateSecret,
  needs: Needs,
): Promise<{ secret: string | null; oldValidUntil: Date } | null> {
  const webhook = await needs.find(webhookId);
  if (!webhook) return null;
  const secret = readSecret(webhook.kind, given, needs.newSecret);
  if (secret === null) throw new BadOrder('secret: expected the one that the robot was given by its maker');
  // A robot knows one secret at a time.
  const overlap = webhook.kind === 'webhook' ? overlapSeconds : 0;
  const oldValidUntil = await needs.rotate(webhookId, secret, overlap);
  return { secret: webhook.kind === 'webhook' ? secret : null, oldValidUntil };
}

function readUrl(kind: WebhookKind, text: string, needs: Pick<Needs, 'readUrl'>): ReadUrl {
  try {
    const url = needs.readUrl(text);
    return { url: url.href, host: url.host, shownUrl: shownUrl(kind, url) };
  } catch (error) {
    throw new BadOrder(`url: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isPattern(text: string): boolean {
  if (text === '*') return true;
  const types: string[] = [...eventSchemas.keys()];
  return text.endsWith('.*') ? types.some((type) => type.startsWith(text.slice(0, -1))) : types.includes(text);
}
