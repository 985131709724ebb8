import { hashOfSecret, isSecret, obstacleOfLink, type StandingLink } from '../../link-standing.js';

/** What admitting somebody who uploads by a browser needs from around it. */
export interface Needs {
  findLink(
    tokenHash: Buffer,
  ): Promise<(StandingLink & { space: { spaceId: string; caseId: string; readOnlyAt: Date | null } }) | null>;
  /** True while the pass that was given for opening this link is good. */
  isPassGood(tokenHash: Buffer, passHash: Buffer): Promise<boolean>;
  now: Date;
}

export type Admission =
  | { kind: 'admitted'; space: { spaceId: string; caseId: string; isReadOnly: boolean } }
  | { kind: 'refused'; because: 'unknown' | 'no-pass' | 'closed' | 'suspended' | 'replaced' | 'expired' };

/**
 * Who has the link and has pressed its button may upload. The link alone is not enough: programs that look through mails
 * have it too. Without a pass nothing is said of the link.
 */
export async function admitUploader(token: string, pass: string | null, needs: Needs): Promise<Admission> {
  if (!isSecret(token)) return { kind: 'refused', because: 'unknown' };
  if (pass === null || !isSecret(pass)) return { kind: 'refused', because: 'no-pass' };
  const tokenHash = hashOfSecret(token);
  const link = await needs.findLink(tokenHash);
  if (!link || !(await needs.isPassGood(tokenHash, hashOfSecret(pass)))) return { kind: 'refused', because: 'no-pass' };
  const obstacle = obstacleOfLink(link, needs.now);
  if (obstacle) return { kind: 'refused', because: obstacle };
  const { spaceId, caseId, readOnlyAt } = link.space;
  return { kind: 'admitted', space: { spaceId, caseId, isReadOnly: readOnlyAt !== null } };
}

/** True when a browser says that the request comes from a page of ours. Programs that are no browsers say nothing. */
export function comesFromOurPage(
  { site, origin, host }: { site: string | undefined; origin: string | undefined; host: string | undefined },
  publicHost: string,
): boolean {
  if (site !== undefined) return site === 'same-origin';
  if (origin === undefined) return true;
  const from = URL.canParse(origin) ? new URL(origin).host : null;
  return from !== null && (from === host || from === publicHost);
}
