import { z } from 'zod';
import { defineEvent } from './define-event.js';

/** What kind of receiver a webhook has: a system that checks signatures, or the robot of a chat group. */
export const WebhookKind = z.enum(['webhook', 'wecom', 'dingtalk', 'feishu']);
export type WebhookKind = z.infer<typeof WebhookKind>;

/** A receiver gets no more events, because it said so or failed for days; told of the case whose event it got last. */
export const WebhookDisabled = defineEvent('webhook.disabled', {
  webhookId: z.uuid(),
  kind: WebhookKind,
  description: z.string(),
  /** Host and port of the receiver; its path may be a secret. */
  host: z.string(),
  /** It answered that it is gone for good; or all attempts of many days failed. */
  because: z.enum(['gone', 'failing']),
  /** Since when nothing but failures came; null when it had not failed before. */
  failingSince: z.iso.datetime({ offset: true }).nullable(),
  /** What the last attempt ended with. */
  lastError: z.string(),
  /** How many events wait for it and are not sent until somebody lets it go on and replays them. */
  undelivered: z.number().int().nonnegative(),
});
export type WebhookDisabled = z.infer<typeof WebhookDisabled>;
