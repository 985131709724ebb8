import { createHash } from 'node:crypto';

/** What somebody needs to know to log in. */
export interface Credentials {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  readonly fingerprint: string;
}

export type Answer =
  | { kind: 'hidden' }
  | { kind: 'shown'; credentials: Credentials; caseId: string; openingsLeft: number }
  | { kind: 'unknown' }
  | { kind: 'gone'; because: 'expired' | 'used-up' | 'closed' | 'replaced' };

/** What showing credentials needs from around it. */
export interface Needs {
  spaces: {
    findLink(tokenHash: Buffer): Promise<{
      space: { spaceId: string; caseId: string; account: string; state: 'open' | 'closed' };
      expiresAt: Date;
      openingsLeft: number;
      /** An operator revoked it, or a newer link has a newer password. */
      isRevoked: boolean;
      sealedPassword: string | null;
    } | null>;
    /** False when no opening is left. */
    countOpening(tokenHash: Buffer): Promise<boolean>;
  };
  unsealWith(token: string, sealedPassword: string, spaceId: string): string;
  server: { host: string; port: number; hostKeyFingerprint: string };
  now: Date;
}

/**
 * Says whether a link is good, and shows the credentials only when asked to reveal them: programs that look through
 * mails follow links, but do not press buttons. Each reveal counts.
 */
export async function showCredentials(token: string, reveal: boolean, needs: Needs): Promise<Answer> {
  if (!/^[\w-]{43}$/.test(token)) return { kind: 'unknown' };
  const tokenHash = createHash('sha256').update(token).digest();
  const link = await needs.spaces.findLink(tokenHash);
  if (!link) return { kind: 'unknown' };
  const { space } = link;
  if (space.state === 'closed') return { kind: 'gone', because: 'closed' };
  if (link.isRevoked) return { kind: 'gone', because: 'replaced' };
  if (link.expiresAt <= needs.now) return { kind: 'gone', because: 'expired' };
  if (link.openingsLeft <= 0 || link.sealedPassword === null) return { kind: 'gone', because: 'used-up' };
  if (!reveal) return { kind: 'hidden' };
  if (!(await needs.spaces.countOpening(tokenHash))) return { kind: 'gone', because: 'used-up' };
  const { host, port, hostKeyFingerprint } = needs.server;
  const password = needs.unsealWith(token, link.sealedPassword, space.spaceId);
  return {
    kind: 'shown',
    caseId: space.caseId,
    openingsLeft: link.openingsLeft - 1,
    credentials: { host, port, user: space.account, password, folder: '/upload', fingerprint: hostKeyFingerprint },
  };
}
