/** What may be found in one mail; what is over is left out and named as damage. */
export interface Limits {
  /** Bytes of the mail that are read. */
  bytes: number;
  /** Parts of all levels. */
  parts: number;
  /** How deep multiparts lie in each other. */
  depth: number;
  /** Bytes of one block of headers. */
  headerBytes: number;
  /** Fields of one block of headers. */
  headerFields: number;
  /** Addresses of one header. */
  recipients: number;
  attachments: number;
  /** Characters of the text. */
  textLength: number;
  /** Characters of HTML that are turned into text. */
  htmlLength: number;
  milliseconds: number;
}

export const defaultLimits: Limits = {
  bytes: 64 * 1024 * 1024,
  parts: 1_000,
  depth: 30,
  headerBytes: 512 * 1024,
  headerFields: 2_000,
  recipients: 1_000,
  attachments: 200,
  textLength: 2_000_000,
  htmlLength: 2_000_000,
  milliseconds: 10_000,
};

/**
 * One thing that is wrong with a mail. `limit`: more was there than is read (`found` of `allowed`, in the unit of the
 * limit; `found` is a lower bound where counting on would cost what the limit saves). The others say what was found where
 * something else belongs.
 */
export type Damage =
  | { kind: 'limit'; limit: keyof Limits; found: number; allowed: number }
  | { kind: 'no-header'; found: string }
  | { kind: 'stray-header-line'; found: string }
  | { kind: 'no-boundary' | 'wrong-boundary' | 'not-closed'; found: string }
  | { kind: 'wrong-charset'; found: string; allowed: string }
  | { kind: 'several-from' | 'no-from' | 'bad-date'; found: string }
  | { kind: 'unreadable-tnef'; found: string };

const mostNoted = 50;

/** Collects damage, each thing once. */
export class DamageNotes {
  readonly all: Damage[] = [];

  note(damage: Damage): void {
    const same = this.all.find(
      (known) =>
        known.kind === damage.kind &&
        (known.kind === 'limit' && damage.kind === 'limit'
          ? known.limit === damage.limit
          : known.found === damage.found),
    );
    if (same?.kind === 'limit' && damage.kind === 'limit') same.found = Math.max(same.found, damage.found);
    else if (same === undefined && this.all.length < mostNoted) this.all.push(damage);
  }

  /** Notes what is over a limit. */
  over(limit: keyof Limits, found: number, allowed: number): void {
    this.note({ kind: 'limit', limit, found, allowed });
  }
}

/** A piece of a mail for a person to look at. */
export function excerpt(text: string): string {
  const line = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}
