import type { UploadSpace } from '@caserelay/contracts';
import { randomBytes } from 'node:crypto';
import { hashOfSecret } from './link-standing.js';
import { newPassword } from './new-password.js';

/** A new password and the link that shows it, as they are kept. */
export interface NewCredentials {
  readonly spaceId: string;
  readonly passwordHash: string;
  readonly tokenHash: Buffer;
  readonly sealedPassword: string;
  readonly expiresAt: Date;
  readonly maxOpenings: number;
  readonly madeAt: Date;
}

/** What giving out a link needs from around it. */
export interface LinkNeeds {
  spaces: {
    /** Keeps the new password and link; links of before show nothing any more. */
    replaceCredentials(credentials: NewCredentials): Promise<void>;
  };
  hashPassword(password: string): Promise<string>;
  /** Lets the account in at the engine with this password, and with no other. */
  admitAtEngine(account: { spaceId: string; account: string; password: string }): Promise<void>;
  sealUnder(token: string, secret: string, context: string): string;
  server: { host: string; port: number; hostKeyFingerprint: string };
  /** Base of links to the credential page, without a slash at the end. */
  publicUrl: string;
  link: { days: number; maxOpenings: number };
  now: Date;
}

const dayMilliseconds = 86_400_000;

/**
 * A new password and the link that shows it. Only the link holds the token: without it neither the database nor the
 * settings can tell the password, so each link has a password of its own and ends the one before.
 */
export async function issueLink(
  { spaceId, account }: { spaceId: string; account: string },
  needs: LinkNeeds,
): Promise<UploadSpace> {
  const password = newPassword();
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(needs.now.getTime() + needs.link.days * dayMilliseconds);
  await needs.spaces.replaceCredentials({
    spaceId,
    passwordHash: await needs.hashPassword(password),
    tokenHash: hashOfSecret(token),
    sealedPassword: needs.sealUnder(token, password, spaceId),
    expiresAt,
    maxOpenings: needs.link.maxOpenings,
    madeAt: needs.now,
  });
  await needs.admitAtEngine({ spaceId, account, password });
  return {
    spaceId,
    account,
    ...needs.server,
    folder: '/upload',
    link: `${needs.publicUrl}/spaces/${token}`,
    linkExpiresAt: expiresAt.toISOString(),
  };
}
