/** How many links an address may try that are refused: so many at once, and one more each so many milliseconds. */
export interface RefusalLimit {
  readonly atOnce: number;
  readonly milliseconds: number;
  /** Addresses that are remembered; the one that was quiet longest is forgotten first. */
  readonly addresses: number;
}

/** Counts links that were refused, by address. What it keeps is bounded. */
export class RefusedLinks {
  private readonly tried = new Map<string, { left: number; at: number }>();

  constructor(private readonly limit: RefusalLimit) {}

  /** Whether an address has tried so many that it is to wait. */
  isTooMany(address: string, now: number): boolean {
    return this.leftOf(address, now) < 1;
  }

  note(address: string, now: number): void {
    const left = Math.max(0, this.leftOf(address, now) - 1);
    const key = networkOf(address);
    this.tried.delete(key);
    this.tried.set(key, { left, at: now });
    if (this.tried.size > this.limit.addresses) this.tried.delete([...this.tried.keys()][0] ?? '');
  }

  get remembered(): number {
    return this.tried.size;
  }

  private leftOf(address: string, now: number): number {
    const found = this.tried.get(networkOf(address));
    if (!found) return this.limit.atOnce;
    return Math.min(this.limit.atOnce, found.left + Math.max(0, now - found.at) / this.limit.milliseconds);
  }
}

/** Whoever has one address of IPv6 has a whole /64 of them. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain.slice(0, 50);
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':').slice(0, 50);
}
