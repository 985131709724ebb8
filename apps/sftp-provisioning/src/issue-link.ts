import type { UploadSpace } from '@caserelay/contracts';
import { createHash, randomBytes } from 'node:crypto';
import { newPassword } from './new-password.js';

/** What giving out a link needs from around it. */
export interface LinkNeeds {
  spaces: {
    /** Keeps the new password and link; links of before show nothing any more. */
    replaceCredentials(credentials: {
      spaceId: string;
      passwordHash: string;
      tokenHash: Buffer;
      sealedPassword: string;
      expiresAt: Date;
      maxOpenings: number;
      madeAt: Date;
    }): Promise<void>;
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
    tokenHash: createHash('sha256').update(token).digest(),
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
