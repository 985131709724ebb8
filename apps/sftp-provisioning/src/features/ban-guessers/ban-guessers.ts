import { afterFailure, type BanPolicy, type Standing } from './standing.js';

/** Account of a standing that holds for all accounts of an address. */
export const anyAccount = '';

/** What judging failed logins needs from around it: standings, locked until the transaction ends. */
export interface Needs {
  standings: {
    lock(network: string, account: string): Promise<Standing | null>;
    keep(network: string, account: string, standing: Standing): Promise<void>;
    /** Forgets the standing and tells its points. */
    forget(network: string, account: string): Promise<number>;
    lower(network: string, account: string, points: number): Promise<void>;
  };
  policy: { address: BanPolicy; account: BanPolicy };
  now: Date;
}

export interface Failure {
  readonly network: string;
  readonly account: string;
  /** Whether there is such an account. */
  readonly isKnown: boolean;
}

export interface Ban {
  readonly network: string;
  /** Null when it holds for all accounts. */
  readonly account: string | null;
  readonly until: Date;
}

/** A name that does not exist is a guess far more often than a typing error. */
const weightOfUnknown = 4;

/**
 * Counts a failed login against its address, and against the address with that account when there is one. An office
 * behind one address is not shut out by a colleague's typing errors: those reach the account's ban long before the
 * address's. Names that do not exist are not kept, so that nobody fills the table with them.
 */
export async function countFailure(failure: Failure, needs: Needs): Promise<Ban[]> {
  const { network, account, isKnown } = failure;
  const bans = [await count(network, anyAccount, isKnown ? 1 : weightOfUnknown, needs.policy.address, needs)];
  if (isKnown) bans.push(await count(network, account, 1, needs.policy.account, needs));
  return bans.filter((ban) => ban !== null);
}

/** Whoever logs in after typing errors is forgiven them, also on the account of the address. */
export async function forgiveErrors({ network, account }: Omit<Failure, 'isKnown'>, needs: Needs): Promise<void> {
  const points = await needs.standings.forget(network, account);
  if (points > 0) await needs.standings.lower(network, anyAccount, points);
}

async function count(
  network: string,
  account: string,
  weight: number,
  policy: BanPolicy,
  { standings, now }: Needs,
): Promise<Ban | null> {
  const before = await standings.lock(network, account);
  const after = afterFailure(before, weight, policy, now);
  await standings.keep(network, account, after);
  const isNew = after.bannedUntil !== null && after.bannedUntil !== before?.bannedUntil;
  return isNew && after.bannedUntil
    ? { network, account: account === anyAccount ? null : account, until: after.bannedUntil }
    : null;
}
