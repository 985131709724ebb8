/** An upload space as operators see it. */
export interface SpaceView {
  readonly spaceId: string;
  readonly caseId: string;
  readonly account: string;
  readonly state: 'open' | 'closed';
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  /** Since when an open space can only be read from, because its case is archived. */
  readonly readOnlyAt: Date | null;
  /** When its evidence was removed last. */
  readonly purgedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly disabledAt: Date | null;
  readonly disabledBecause: string | null;
  readonly allowedAddresses: readonly string[];
  /** Null where the default of the settings holds. */
  readonly mostSessions: number | null;
  readonly mostBytes: number | null;
  readonly mostFiles: number | null;
  /** False when only a new link lets somebody in by password. */
  readonly hasPassword: boolean;
  readonly usage: { readonly bytes: number; readonly files: number; readonly sessions: number };
}

export interface LinkView {
  readonly linkId: string;
  readonly madeAt: Date;
  readonly expiresAt: Date;
  readonly openings: number;
  readonly maxOpenings: number;
  readonly revokedAt: Date | null;
}

/** What operators may set of a space; what is not named stays. */
export interface SpaceChange {
  readonly expiresAt?: Date | null | undefined;
  readonly disabledAt?: Date | null | undefined;
  readonly disabledBecause?: string | null | undefined;
  readonly allowedAddresses?: readonly string[] | undefined;
  readonly mostSessions?: number | null | undefined;
  readonly mostBytes?: number | null | undefined;
  readonly mostFiles?: number | null | undefined;
}

/** A public key that opens an account. */
export interface AccessKey {
  readonly keyId: string;
  readonly algorithm: string;
  readonly fingerprint: string;
  readonly comment: string;
  readonly addedBy: 'operator' | 'customer';
  readonly addedAt: Date;
  readonly usedAt: Date | null;
}

/** Somebody who is logged in. */
export interface Session {
  readonly sessionId: string;
  readonly spaceId: string;
  readonly address: string;
  readonly client: string;
  readonly method: string;
  readonly beganAt: Date;
}

/** What overseeing spaces needs from around it. */
export interface Needs {
  list(wanted: {
    state: 'open' | 'closed' | null;
    account: string | null;
    after: string | null;
    limit: number;
  }): Promise<SpaceView[]>;
  find(spaceId: string): Promise<SpaceView | null>;
  linksOf(spaceId: string): Promise<LinkView[]>;
  keysOf(spaceId: string): Promise<AccessKey[]>;
  sessionsOf(spaceId: string): Promise<Session[]>;
  change(spaceId: string, change: SpaceChange): Promise<void>;
  /** Tells how many sessions were asked to end. */
  endSessions(spaceId: string, sessionId: string | null): Promise<number>;
  note(what: {
    action: 'change-space' | 'end-sessions';
    space: SpaceView;
    reason: string;
    address: string | undefined;
  }): void;
  now(): Date;
}
