/** What an address, or an address with one account, has on its account of failed logins. */
export interface Standing {
  readonly points: number;
  /** How many bans came before, as long as they are not forgiven. */
  readonly level: number;
  readonly failedAt: Date;
  readonly bannedUntil: Date | null;
}

export interface BanPolicy {
  /** Points that lead to a ban. */
  readonly points: number;
  /** The first ban; each next one is four times as long. */
  readonly firstSeconds: number;
}

const growth = 4;
const longestSeconds = 86_400;
const pointsMinutes = 15;
const forgivenDays = 7;

/** The standing after one more failure. Points older than a quarter of an hour do not count any more; bans are forgiven after a week. */
export function afterFailure(before: Standing | null, weight: number, policy: BanPolicy, now: Date): Standing {
  const since = before ? now.getTime() - Math.max(before.failedAt.getTime(), before.bannedUntil?.getTime() ?? 0) : 0;
  const points = (before && since < pointsMinutes * 60_000 ? before.points : 0) + weight;
  const level = before && since < forgivenDays * 86_400_000 ? before.level : 0;
  if (points < policy.points) return { points, level, failedAt: now, bannedUntil: before?.bannedUntil ?? null };
  const seconds = Math.min(policy.firstSeconds * growth ** level, longestSeconds);
  return { points: 0, level: level + 1, failedAt: now, bannedUntil: new Date(now.getTime() + seconds * 1000) };
}
