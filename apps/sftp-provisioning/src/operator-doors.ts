import type { Host } from '@caserelay/service-host';
import type { EntityManager } from 'typeorm';
import { AccessKeyStore } from './adapters/access-key-store/access-key-store.js';
import type { AuditEntry, AuditLog } from './adapters/audit-log/audit-log.js';
import { AuditReader } from './adapters/audit-log/audit-reader.js';
import { BanStore } from './adapters/ban-store/ban-store.js';
import { SessionStore } from './adapters/session-store/session-store.js';
import { SpaceOverview } from './adapters/space-overview/space-overview.js';
import { readPublicKey } from './adapters/ssh-keys/ssh-keys.js';
import { ScanStore } from './adapters/upload-space-store/scan-store.js';
import { UploadSpaceStore } from './adapters/upload-space-store/upload-space-store.js';
import type { config } from './config.js';
import type { IssuingNeeds } from './features/issue-credentials/issue-credentials.controller.js';
import type { LiftingNeeds } from './features/lift-bans/lift-bans.controller.js';
import type { Needs as ScanDeskNeeds } from './features/oversee-scans/oversee-scans.js';
import type { Needs as OverseeingNeeds } from './features/oversee-spaces/oversee-spaces.js';
import { forgetOldEntries } from './features/read-audit/forget-old-entries.timer.js';
import type { AuditNeeds } from './features/read-audit/read-audit.controller.js';
import type { LinkNeeds } from './issue-link.js';
import { hashOfSecret, isSecret, obstacleOfLink } from './link-standing.js';

type ThisHost = Host<typeof config>;
type Issue = Omit<LinkNeeds, 'spaces' | 'now' | 'admitAtEngine'> & {
  admittingAtEngine(tx: EntityManager): LinkNeeds['admitAtEngine'];
};

const tidyMilliseconds = 600_000;

/** Ends sessions of a space wherever they are served; those of this service at once. */
function endingSessions(host: ThisHost, endHere: (spaceId: string) => void) {
  const sessions = new SessionStore(host.database.manager);
  return async (spaceId: string, sessionId: string | null): Promise<number> => {
    const asked = await sessions.askToEnd(spaceId, sessionId);
    if (sessionId === null) endHere(spaceId);
    return asked;
  };
}

export function overseeingNeeds(host: ThisHost, audit: AuditLog, endHere: (spaceId: string) => void): OverseeingNeeds {
  const { manager } = host.database;
  const overview = new SpaceOverview(manager);
  const note = noting(audit);
  return {
    list: (wanted) => overview.list(wanted),
    find: (spaceId) => overview.find(spaceId),
    linksOf: (spaceId) => overview.linksOf(spaceId),
    keysOf: (spaceId) => new AccessKeyStore(manager).list(spaceId),
    sessionsOf: (spaceId) => new SessionStore(manager).list(spaceId),
    change: (spaceId, change) => overview.change(spaceId, change),
    endSessions: endingSessions(host, endHere),
    note: (what) => note({ ...what, actor: 'operator' }),
    now: () => host.clock.now(),
  };
}

export function issuingNeeds(
  host: ThisHost,
  audit: AuditLog,
  issue: Issue,
  endHere: (spaceId: string) => void,
): IssuingNeeds {
  const { clock, database, outbox } = host;
  return {
    find: (spaceId) => new SpaceOverview(database.manager).find(spaceId),
    findByToken: async (token) => {
      if (!isSecret(token)) return null;
      const link = await new UploadSpaceStore(database.manager).findLink(hashOfSecret(token));
      return link && obstacleOfLink(link, clock.now()) === null ? link.space : null;
    },
    transaction: (work) =>
      outbox.transaction((tx) =>
        work({
          ...issue,
          admitAtEngine: issue.admittingAtEngine(tx),
          spaces: new UploadSpaceStore(tx),
          keys: new AccessKeyStore(tx),
          readKey: readPublicKey,
          revokeLink: (spaceId, linkId) => new SpaceOverview(tx).revokeLink(spaceId, linkId, clock.now()),
          now: clock.now(),
        }),
      ),
    endSessions: (spaceId) => endingSessions(host, endHere)(spaceId, null),
    note: noting(audit),
  };
}

export function liftingNeeds(host: ThisHost, audit: AuditLog): LiftingNeeds {
  const bans = new BanStore(host.database.manager);
  return {
    list: (most) => bans.list(new Date(), most),
    lift: (banId) => bans.lift(banId),
    note: (reason, account, address) =>
      audit.note({ action: 'lift-ban', outcome: 'done', actor: 'operator', reason, account, address: address ?? null }),
  };
}

export function auditNeeds(host: ThisHost): AuditNeeds {
  const { clock, config, database, log } = host;
  const reader = new AuditReader(database.manager);
  const before = (): Date => new Date(clock.now().getTime() - config.AUDIT_DAYS * 86_400_000);
  host.onStop(
    forgetOldEntries(tidyMilliseconds, {
      tidy: () => reader.tidy(before(), config.AUDIT_MAX_ENTRIES),
      warn: (details, message) => log.warn(details, message),
    }),
  );
  return { list: (wish) => reader.list(wish) };
}

export function scanNeeds(host: ThisHost, audit: AuditLog, wakeScanner: () => boolean): ScanDeskNeeds {
  const { clock, database, outbox } = host;
  const note = noting(audit);
  return {
    scans: new ScanStore(database.manager),
    transaction: (work) => outbox.transaction((tx) => work(new ScanStore(tx))),
    wakeScanner,
    note: ({ action, upload, reason, address }) =>
      note({ action, actor: 'operator', space: upload, reason: `${upload.name}: ${reason}`, address }),
    now: () => clock.now(),
  };
}

function noting(audit: AuditLog) {
  return (what: {
    action: AuditEntry['action'];
    actor: AuditEntry['actor'];
    space: { spaceId: string; caseId: string; account: string };
    reason: string;
    address: string | undefined;
  }): void => {
    const { action, actor, reason, address = null } = what;
    const { spaceId, caseId, account } = what.space;
    audit.note({ action, outcome: 'done', actor, reason, address, spaceId, caseId, account });
  };
}
