/** What admitting a customer needs from around it. */
export interface Needs {
  findByAccount(
    account: string,
  ): Promise<{ spaceId: string; caseId: string; passwordHash: string | null; state: 'open' | 'closed' } | null>;
  /** Must take as long without a hash as with one. */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
}

/** Who logs in with an account and password; null for a wrong one, an unknown and a closed account alike. */
export async function admitCustomer(
  account: string,
  password: string,
  needs: Needs,
): Promise<{ spaceId: string; caseId: string } | null> {
  const space = /^[a-z0-9]{1,32}$/.test(account) ? await needs.findByAccount(account) : null;
  const mayEnter = space?.state === 'open';
  const isRight = await needs.verify(mayEnter ? space.passwordHash : null, password);
  return mayEnter && isRight ? { spaceId: space.spaceId, caseId: space.caseId } : null;
}
