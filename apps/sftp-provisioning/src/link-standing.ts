import { createHash } from 'node:crypto';

/** A link and its space, as far as they say whether it is good. */
export interface StandingLink {
  readonly space: {
    readonly state: 'open' | 'closed';
    readonly disabledAt: Date | null;
    readonly expiresAt: Date | null;
  };
  readonly expiresAt: Date;
  /** An operator revoked it, or a newer link has a newer password. */
  readonly isRevoked: boolean;
}

/** Why a link opens nothing; null when it does. */
export function obstacleOfLink(
  { space, expiresAt, isRevoked }: StandingLink,
  now: Date,
): 'closed' | 'suspended' | 'replaced' | 'expired' | null {
  if (space.state === 'closed') return 'closed';
  if (space.disabledAt || (space.expiresAt && space.expiresAt <= now)) return 'suspended';
  if (isRevoked) return 'replaced';
  return expiresAt <= now ? 'expired' : null;
}

/** Whether a text can be the token of a link, or a pass: 32 random bytes in base64url. */
export function isSecret(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

/** What is kept of a token or pass, and looked up by. */
export function hashOfSecret(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
