import { hashOfSecret, isSecret, obstacleOfLink, type StandingLink } from '../../link-standing.js';

/** What somebody needs to know to log in, but for the password. */
export interface Account {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly folder: string;
  readonly fingerprint: string;
  /** As it stands in `known_hosts`: kind and base64. */
  readonly hostKey: string;
}

export interface Credentials extends Account {
  readonly password: string;
}

interface Opening {
  readonly openingsLeft: number;
  readonly expiresAt: Date;
  /** Its case is archived: nothing more is taken. */
  readonly isReadOnly: boolean;
}

/** `hidden` asks first; `open` knows by its pass that somebody pressed the button before, but shows no password. */
export type Answer =
  | { kind: 'hidden' }
  | ({ kind: 'open'; account: Account } & Opening)
  | ({ kind: 'shown'; credentials: Credentials; pass: string; caseId: string } & Opening)
  | { kind: 'unknown' }
  | { kind: 'gone'; caseId: string; because: 'expired' | 'used-up' | 'closed' | 'suspended' | 'replaced' };

/** What showing credentials needs from around it. */
export interface Needs {
  spaces: {
    findLink(tokenHash: Buffer): Promise<
      | (StandingLink & {
          space: { spaceId: string; caseId: string; account: string; readOnlyAt: Date | null };
          openingsLeft: number;
          sealedPassword: string | null;
        })
      | null
    >;
    /** False when no opening is left. */
    countOpening(tokenHash: Buffer): Promise<boolean>;
  };
  unsealWith(token: string, sealedPassword: string, spaceId: string): string;
  passes: {
    /** Lets a browser upload until the pass ends. */
    give(tokenHash: Buffer): Promise<string>;
    isGood(tokenHash: Buffer, passHash: Buffer): Promise<boolean>;
  };
  server: { host: string; port: number; hostKeyFingerprint: string };
  hostKey: string;
  now: Date;
}

/**
 * Says whether a link is good, and shows the credentials only when asked to reveal them: programs that look through
 * mails follow links, but do not press buttons. Each reveal counts, and gives a pass to upload by the browser.
 */
export async function showCredentials(
  token: string,
  { reveal, pass }: { reveal: boolean; pass: string | null },
  needs: Needs,
): Promise<Answer> {
  if (!isSecret(token)) return { kind: 'unknown' };
  const tokenHash = hashOfSecret(token);
  const link = await needs.spaces.findLink(tokenHash);
  if (!link) return { kind: 'unknown' };
  const { space, openingsLeft, expiresAt } = link;
  const isReadOnly = space.readOnlyAt !== null;
  const obstacle = obstacleOfLink(link, needs.now);
  if (obstacle) return { kind: 'gone', caseId: space.caseId, because: obstacle };
  const account = accountOf(space.account, needs);
  if (!reveal && pass !== null && (await needs.passes.isGood(tokenHash, hashOfSecret(pass))))
    return { kind: 'open', account, openingsLeft, expiresAt, isReadOnly };
  if (openingsLeft <= 0 || link.sealedPassword === null)
    return { kind: 'gone', caseId: space.caseId, because: 'used-up' };
  if (!reveal) return { kind: 'hidden' };
  if (!(await needs.spaces.countOpening(tokenHash))) return { kind: 'gone', caseId: space.caseId, because: 'used-up' };
  const password = needs.unsealWith(token, link.sealedPassword, space.spaceId);
  return {
    kind: 'shown',
    caseId: space.caseId,
    openingsLeft: openingsLeft - 1,
    expiresAt,
    isReadOnly,
    pass: await needs.passes.give(tokenHash),
    credentials: { ...account, password },
  };
}

function accountOf(user: string, { server, hostKey }: Needs): Account {
  const { host, port, hostKeyFingerprint } = server;
  return { host, port, user, folder: '/upload', fingerprint: hostKeyFingerprint, hostKey };
}
