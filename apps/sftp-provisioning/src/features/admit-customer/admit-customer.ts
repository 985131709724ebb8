import { createHash, timingSafeEqual } from 'node:crypto';

/** What admitting a customer needs from around it. */
export interface Needs {
  findByAccount(
    account: string,
  ): Promise<{ spaceId: string; caseId: string; sealedPassword: string; state: 'open' | 'closed' } | null>;
  unseal(sealedPassword: string, spaceId: string): string;
}

/** Who logs in with an account and password; null for a wrong one, an unknown and a closed account alike. */
export async function admitCustomer(
  account: string,
  password: string,
  needs: Needs,
): Promise<{ spaceId: string; caseId: string } | null> {
  if (!/^[a-z0-9]{1,32}$/.test(account)) return null;
  const space = await needs.findByAccount(account);
  const expected = space ? needs.unseal(space.sealedPassword, space.spaceId) : '';
  const isRight = timingSafeEqual(digest(password), digest(expected));
  return space?.state === 'open' && isRight ? { spaceId: space.spaceId, caseId: space.caseId } : null;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
