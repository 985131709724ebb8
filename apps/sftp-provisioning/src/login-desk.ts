import type { Clock } from '@caserelay/service-host';
import type { DataSource } from 'typeorm';
import { AccessKeyStore } from './adapters/access-key-store/access-key-store.js';
import type { AuditEntry, AuditLog } from './adapters/audit-log/audit-log.js';
import { BanStore } from './adapters/ban-store/ban-store.js';
import type { PasswordHasher } from './adapters/password-hasher/password-hasher.js';
import { ServedSessions } from './adapters/session-store/session-store.js';
import { UploadSpaceStore } from './adapters/upload-space-store/upload-space-store.js';
import { ownNetwork } from './address-rules.js';
import {
  admitCustomer,
  obstacleOf,
  type Admission,
  type Attempt,
  type Principal,
} from './features/admit-customer/admit-customer.js';
import {
  anyAccount,
  countFailure,
  forgiveErrors,
  type Needs as BanNeeds,
} from './features/ban-guessers/ban-guessers.js';

interface Options {
  readonly database: DataSource;
  readonly clock: Clock;
  readonly passwords: PasswordHasher;
  readonly audit: AuditLog;
  readonly mostSessions: number;
  readonly policy: BanNeeds['policy'];
  readonly endSession: (sessionId: string) => void;
  readonly warn: (details: object, message: string) => void;
}

const lookMilliseconds = 1_000;
const tidyEveryLooks = 60;
const mostBansRemembered = 10_000;

/**
 * Decides who comes in and who has to leave. Bans live on the wall clock, because guessing does; accounts expire on the
 * case clock. Once a second it asks Postgres what has changed, so that a rule that was made anywhere holds everywhere.
 */
export class LoginDesk {
  private readonly sessions: ServedSessions;
  /** Banned networks, and whether a refused connection of theirs was written down. */
  private banned = new Map<string, { isNoted: boolean }>();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();
  private isClosed = false;
  private looks = 0;

  constructor(private readonly options: Options) {
    this.sessions = new ServedSessions(options.database);
  }

  async open(): Promise<void> {
    await this.refreshBans();
    this.lookLater();
  }

  /** After the last session has left. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.looking;
    await this.sessions.endAll().catch((error: unknown) => this.options.warn({ err: error }, 'sessions fade away'));
  }

  mayConnect(address: string): boolean {
    const ban = this.banned.get(ownNetwork(address));
    if (!ban) return true;
    if (!ban.isNoted) this.note({ action: 'connect', outcome: 'refused', reason: 'banned', address });
    ban.isNoted = true;
    return false;
  }

  async admit(attempt: Attempt): Promise<Admission> {
    const by = { account: attempt.account, address: attempt.address, client: attempt.client };
    try {
      const admission = await admitCustomer(attempt, this.needsOf(attempt));
      if (admission.kind === 'admitted') {
        const { caseId, spaceId, sessionId } = admission.principal;
        const reason = `by ${attempt.proof.kind}`;
        this.note({ ...by, action: 'log-in', outcome: 'done', caseId, spaceId, sessionId, reason });
      }
      if (admission.kind === 'refused' && (attempt.proof.kind === 'password' || attempt.proof.isSigned))
        this.note({ ...by, ...admission.space, action: 'log-in', outcome: 'refused', reason: admission.because });
      return admission;
    } catch (error) {
      const reason = error instanceof Error && error.name === 'TooManyLogins' ? 'too many logins at once' : 'a fault';
      this.note({ ...by, action: 'log-in', outcome: 'failed', reason });
      throw error;
    }
  }

  async left(principal: Principal): Promise<void> {
    this.note({ action: 'log-out', outcome: 'done', ...principal });
    await this.sessions.end(principal.sessionId);
  }

  private needsOf({ proof, client }: Attempt): Parameters<typeof admitCustomer>[1] {
    const { database, passwords, clock, mostSessions } = this.options;
    const spaces = new UploadSpaceStore(database.manager);
    const keys = new AccessKeyStore(database.manager);
    return {
      isBanned: (address, account) =>
        new BanStore(database.manager).isBanned(ownNetwork(address), [anyAccount, account], new Date()),
      findByAccount: (account) => spaces.findByAccount(account),
      verify: (hash, password) => passwords.verify(hash, password),
      hasKey: (spaceId, blob) => keys.has(spaceId, blob),
      beginSession: async (spaceId, { address }) => {
        const session = { address, client, method: proof.kind, at: clock.now() };
        const sessionId = await this.sessions.begin(spaceId, session, mostSessions);
        if (sessionId !== null && proof.kind === 'key') await keys.noteUse(spaceId, proof.blob, clock.now());
        return sessionId;
      },
      countFailure: (address, account, isKnown) => this.countFailure(address, account, isKnown),
      forgiveErrors: (address, account) =>
        this.judging((needs) => forgiveErrors({ network: ownNetwork(address), account }, needs)),
      now: clock.now(),
    };
  }

  private async countFailure(address: string, account: string, isKnown: boolean): Promise<void> {
    const network = ownNetwork(address);
    for (const ban of await this.judging((needs) => countFailure({ network, account, isKnown }, needs))) {
      const reason = `${ban.account === null ? network : `${network} for ${ban.account}`} until ${ban.until.toISOString()}`;
      this.note({ action: 'ban', outcome: 'done', actor: 'caserelay', reason, address, account: ban.account });
      this.options.warn({ ...ban, address }, 'too many failed logins led to a ban');
      if (ban.account === null) this.banned.set(network, { isNoted: false });
    }
  }

  private judging<Result>(work: (needs: BanNeeds) => Promise<Result>): Promise<Result> {
    const { database, policy } = this.options;
    return database.transaction((tx) => work({ standings: new BanStore(tx), policy, now: new Date() }));
  }

  private lookLater(): void {
    if (this.isClosed) return;
    this.timer = setTimeout(() => {
      this.looking = this.look()
        .catch((error: unknown) => this.options.warn({ err: error }, 'rules of accounts could not be looked up'))
        .finally(() => this.lookLater());
    }, lookMilliseconds);
  }

  private async look(): Promise<void> {
    const now = this.options.clock.now();
    for (const session of await this.sessions.look()) {
      const { sessionId, isUnwanted, address } = session;
      if (isUnwanted || obstacleOf(session, address, now) !== null) this.options.endSession(sessionId);
    }
    await this.refreshBans();
    this.looks += 1;
    if (this.looks % tidyEveryLooks === 0) await new BanStore(this.options.database.manager).tidy(new Date());
  }

  private async refreshBans(): Promise<void> {
    const networks = await new BanStore(this.options.database.manager).bannedNetworks(new Date(), mostBansRemembered);
    this.banned = new Map(networks.map((network) => [network, this.banned.get(network) ?? { isNoted: false }]));
  }

  private note(entry: Omit<AuditEntry, 'at' | 'actor'> & { actor?: AuditEntry['actor'] }): void {
    this.options.audit.note({ actor: 'customer', ...entry });
  }
}
