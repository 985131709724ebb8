import { isAllowed } from '../../address-rules.js';

/** What an account allows, as it stands when somebody logs in. */
export interface Account {
  readonly spaceId: string;
  readonly caseId: string;
  readonly passwordHash: string | null;
  readonly state: 'open' | 'closed';
  readonly disabledAt: Date | null;
  readonly expiresAt: Date | null;
  readonly allowedAddresses: readonly string[];
}

export interface Attempt {
  readonly account: string;
  readonly address: string;
  /** What the client says that it is, such as `WinSCP_release_6.3`. */
  readonly client: string;
  readonly proof:
    | { readonly kind: 'password'; readonly password: string }
    /** Without `isSigned` the client only asks whether the key would do. */
    | { readonly kind: 'key'; readonly blob: Buffer; readonly isSigned: (() => boolean) | null };
}

export interface Principal {
  readonly spaceId: string;
  readonly caseId: string;
  readonly account: string;
  readonly sessionId: string;
}

export type Reason =
  | 'banned'
  | 'unknown-account'
  | 'wrong-password'
  | 'unknown-key'
  | 'bad-signature'
  | 'closed'
  | 'disabled'
  | 'expired'
  | 'address-not-allowed'
  | 'too-many-sessions';

export type Admission =
  | { kind: 'admitted'; principal: Principal }
  /** The key is one of the account's; the client may sign with it. */
  | { kind: 'key-known' }
  | { kind: 'refused'; because: Reason; space: { spaceId: string; caseId: string } | null };

/** What admitting a customer needs from around it. */
export interface Needs {
  isBanned(address: string, account: string): Promise<boolean>;
  findByAccount(account: string): Promise<Account | null>;
  /** Must take as long without a hash as with one. */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
  hasKey(spaceId: string, blob: Buffer): Promise<boolean>;
  /** Null when the account has as many sessions as it may. */
  beginSession(spaceId: string, attempt: Attempt): Promise<string | null>;
  countFailure(address: string, account: string, isKnown: boolean): Promise<void>;
  forgiveErrors(address: string, account: string): Promise<void>;
  now: Date;
}

/**
 * Who logs in. The client hears no reason for a refusal, and a wrong name takes as long as a wrong password. Only a
 * proof that is wrong counts as a guess: whoever knows the password of a disabled account guesses nothing.
 */
export async function admitCustomer(attempt: Attempt, needs: Needs): Promise<Admission> {
  if (await needs.isBanned(attempt.address, attempt.account)) return refused('banned', null);
  const account = /^[a-z0-9]{1,32}$/.test(attempt.account) ? await needs.findByAccount(attempt.account) : null;
  const flaw = await flawOfProof(attempt, account, needs);
  if (flaw === 'only-asks') return { kind: 'key-known' };
  if (flaw !== null || account === null) {
    const because = account === null ? 'unknown-account' : (flaw ?? 'wrong-password');
    // Programs offer every key that they have: that is no guess. One that is signed with and wrong is.
    if (flaw !== 'unknown-key') await needs.countFailure(attempt.address, attempt.account, account !== null);
    return refused(because, account);
  }
  const obstacle = obstacleOf(account, attempt.address, needs.now);
  if (obstacle) return refused(obstacle, account);
  const sessionId = await needs.beginSession(account.spaceId, attempt);
  if (sessionId === null) return refused('too-many-sessions', account);
  await needs.forgiveErrors(attempt.address, attempt.account);
  const { spaceId, caseId } = account;
  return { kind: 'admitted', principal: { spaceId, caseId, account: attempt.account, sessionId } };
}

/** Why an account lets nobody in, or nobody from there; null when it does. */
export function obstacleOf(
  account: Pick<Account, 'state' | 'disabledAt' | 'expiresAt' | 'allowedAddresses'>,
  address: string,
  now: Date,
): 'closed' | 'disabled' | 'expired' | 'address-not-allowed' | null {
  if (account.state === 'closed') return 'closed';
  if (account.disabledAt) return 'disabled';
  if (account.expiresAt && account.expiresAt <= now) return 'expired';
  return isAllowed(address, account.allowedAddresses) ? null : 'address-not-allowed';
}

async function flawOfProof(
  { proof }: Attempt,
  account: Account | null,
  needs: Needs,
): Promise<'wrong-password' | 'unknown-key' | 'bad-signature' | 'only-asks' | null> {
  if (proof.kind === 'password')
    return (await needs.verify(account?.passwordHash ?? null, proof.password)) ? null : 'wrong-password';
  if (account === null || !(await needs.hasKey(account.spaceId, proof.blob))) return 'unknown-key';
  if (proof.isSigned === null) return 'only-asks';
  return proof.isSigned() ? null : 'bad-signature';
}

function refused(because: Reason, account: Account | null): Admission {
  return { kind: 'refused', because, space: account && { spaceId: account.spaceId, caseId: account.caseId } };
}
