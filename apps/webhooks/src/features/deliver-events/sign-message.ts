import { createHmac } from 'node:crypto';

/** What signing secrets of Standard Webhooks begin with; the rest is base64. */
export const secretPrefix = 'whsec_';

/**
 * The headers of Standard Webhooks 1.0 for one attempt: the id stays the same at every attempt, time and signature are
 * new. Each secret that is valid signs `id.timestamp.body` with HMAC-SHA256, so that a receiver may know either while one
 * takes the place of the other.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signedHeaders(
  { id, at, body }: { id: string; at: Date; body: string },
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = (secret: string): string =>
    createHmac('sha256', Buffer.from(secret.slice(secretPrefix.length), 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${signature(secret)}`).join(' '),
  };
}
