import { openEvidenceStore } from '@caserelay/evidence-store';
import { causeOf } from '@caserelay/messaging';
import { askForKey, defineService, LookWhenWoken, type Host } from '@caserelay/service-host';
import type { DynamicModule, MiddlewareConsumer, NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { AddressInfo } from 'node:net';
import type { EntityManager } from 'typeorm';
import { AuditLog } from './adapters/audit-log/audit-log.js';
import { showLoad } from './adapters/front-process/front-metrics.js';
import { cryptHash } from './adapters/crypt-hasher/crypt-hasher.js';
import { EngineFolder } from './adapters/engine-folder/engine-folder.js';
import { EngineLoginRules1700000710000 } from './adapters/engine-store/engine-login-rules.migration.js';
import { EngineStore } from './adapters/engine-store/engine-store.js';
import { Retention1700000810000 } from './adapters/upload-space-store/retention.migration.js';
import { PurgeStore } from './adapters/upload-space-store/purge-store.js';
import { EngineTables1700000700000 } from './adapters/engine-store/engine-tables.migration.js';
import { FrontProcess } from './adapters/front-process/front-process.js';
import { PageScripts } from './adapters/page-scripts/page-scripts.js';
import { PasswordHasher } from './adapters/password-hasher/password-hasher.js';
import { readHook } from './adapters/sftpgo/sftpgo-news.js';
import { sealUnder, unsealWith } from './adapters/secret-box/secret-box.js';
import { passOn } from './adapters/tus-server/pass-on.js';
import { passCookie, passIn } from './adapters/upload-pass/upload-pass-cookie.js';
import { BrowserUploads1700000600000 } from './adapters/upload-space-store/browser-uploads.migration.js';
import { AccountRules1700000310000 } from './adapters/upload-space-store/account-rules.migration.js';
import { PasswordHashes1700000300000 } from './adapters/upload-space-store/password-hashes.migration.js';
import { UploadEndings1700000400000 } from './adapters/upload-space-store/upload-endings.migration.js';
import { LegalHolds1700000830000 } from './adapters/upload-space-store/legal-holds.migration.js';
import { UploadScans1700000820000 } from './adapters/upload-space-store/upload-scans.migration.js';
import { UploadNames1700000800000 } from './adapters/upload-space-store/upload-names.migration.js';
import { UploadGap1700000200000 } from './adapters/upload-space-store/upload-gap.migration.js';
import { UploadPassStore } from './adapters/upload-space-store/upload-pass-store.js';
import { SeenUploadStore } from './adapters/upload-space-store/seen-upload-store.js';
import { UploadSpaceStore } from './adapters/upload-space-store/upload-space-store.js';
import { UploadSpaceTables1700000100000 } from './adapters/upload-space-store/upload-space-tables.migration.js';
import { config } from './config.js';
import { CloseUploadSpaceConsumer, ClosingNeeds } from './features/close-upload-space/close-upload-space.consumer.js';
import type { LinkNeeds } from './issue-link.js';
import { GiveKeyController } from './features/issue-credentials/give-key.controller.js';
import { HearEngineController, HearingNeeds } from './features/hear-engine/hear-engine.controller.js';
import { IssueCredentialsController, IssuingNeeds } from './features/issue-credentials/issue-credentials.controller.js';
import { LiftBansController, LiftingNeeds } from './features/lift-bans/lift-bans.controller.js';
import { OpenUploadSpaceConsumer, OpeningNeeds } from './features/open-upload-space/open-upload-space.consumer.js';
import { OverseeSpacesController, OverseeingNeeds } from './features/oversee-spaces/oversee-spaces.controller.js';
import { OverseeScansController, ScanNeeds } from './features/oversee-scans/oversee-scans.controller.js';
import { AuditNeeds, ReadAuditController } from './features/read-audit/read-audit.controller.js';
import { PurgeEvidenceConsumer, PurgingNeeds } from './features/purge-evidence/purge-evidence.consumer.js';
import { ListPurged, ListPurgedController } from './features/purge-evidence/list-purged.controller.js';
import { purgeEvidence } from './features/purge-evidence/purge-evidence.js';
import { Scripts, ServeScriptsController } from './features/serve-scripts/serve-scripts.controller.js';
import { ShowCredentialsController, ShowingNeeds } from './features/show-credentials/show-credentials.controller.js';
import {
  UploadByBrowserController,
  UploadingNeeds,
} from './features/upload-by-browser/upload-by-browser.controller.js';
import { auditNeeds, issuingNeeds, liftingNeeds, overseeingNeeds, scanNeeds } from './operator-doors.js';
import { openScanning } from './scanning.js';

type ThisHost = Host<typeof config>;

/** The process that receives uploads, and what customers are told of it. */
interface Front {
  readonly process: Pick<FrontProcess<ThisHost['config']>, 'endSessions' | 'browsers'>;
  readonly told: { host: string; port: number; hostKeyFingerprint: string };
  readonly hostKey: string;
}
const Front = Symbol('Front');

/** Upload spaces: accounts for customers, an SFTP server behind them, and the page that shows their passwords. */
export const sftpProvisioning = defineService({
  name: 'sftp-provisioning',
  config,
  migrations: [
    UploadSpaceTables1700000100000,
    UploadGap1700000200000,
    PasswordHashes1700000300000,
    AccountRules1700000310000,
    UploadEndings1700000400000,
    BrowserUploads1700000600000,
    EngineTables1700000700000,
    EngineLoginRules1700000710000,
    UploadNames1700000800000,
    Retention1700000810000,
    UploadScans1700000820000,
    LegalHolds1700000830000,
  ],
  module: (host): DynamicModule => {
    const passwords = new PasswordHasher();
    const audit = openAudit(host);
    const scanning = openScanning(host);
    return {
      module: class SftpProvisioningModule implements NestModule {
        configure(consumer: MiddlewareConsumer): void {
          const { SPACES_API_KEY, SFTP_ENGINE, SFTPGO_HOOK_KEY } = host.config;
          const hookKey = SFTP_ENGINE === 'sftpgo' ? SFTPGO_HOOK_KEY : undefined;
          consumer.apply(askForKey(SPACES_API_KEY, 'SPACES_API_KEY')).forRoutes('v1/{*path}');
          consumer.apply(askForKey(hookKey, 'SFTPGO_HOOK_KEY')).forRoutes('engine-news/{*path}');
        }
      },
      controllers: [
        OpenUploadSpaceConsumer,
        CloseUploadSpaceConsumer,
        PurgeEvidenceConsumer,
        ListPurgedController,
        ServeScriptsController,
        ShowCredentialsController,
        UploadByBrowserController,
        OverseeSpacesController,
        OverseeScansController,
        IssueCredentialsController,
        GiveKeyController,
        HearEngineController,
        LiftBansController,
        ReadAuditController,
      ],
      providers: [
        { provide: Front, useFactory: () => openFront(host, () => scanning?.wake()) },
        { provide: OpeningNeeds, useFactory: openingNeeds(host, passwords), inject: [Front, HttpAdapterHost] },
        { provide: ClosingNeeds, useFactory: closingNeeds(host, audit), inject: [Front] },
        { provide: PurgingNeeds, useFactory: purgingNeeds(host, audit), inject: [Front] },
        { provide: ShowingNeeds, useFactory: showingNeeds(host, audit), inject: [Front, HttpAdapterHost] },
        { provide: UploadingNeeds, useFactory: uploadingNeeds(host), inject: [Front, HttpAdapterHost] },
        {
          provide: OverseeingNeeds,
          useFactory: ({ process }: Front) => overseeingNeeds(host, audit, (id) => process.endSessions(id)),
          inject: [Front],
        },
        {
          provide: IssuingNeeds,
          useFactory: ({ process, told }: Front, http: HttpAdapterHost) =>
            issuingNeeds(host, audit, issue(host, passwords, told, http), (id) => process.endSessions(id)),
          inject: [Front, HttpAdapterHost],
        },
        { provide: HearingNeeds, useFactory: () => hearingNeeds(host) },
        { provide: ScanNeeds, useFactory: () => scanNeeds(host, audit, () => scanning?.wake() ?? false) },
        {
          provide: ListPurged,
          useValue: ((wish) => new PurgeStore(host.database.manager).listPurged(wish)) satisfies ListPurged,
        },
        { provide: LiftingNeeds, useFactory: () => liftingNeeds(host, audit) },
        { provide: AuditNeeds, useFactory: () => auditNeeds(host) },
        { provide: Scripts, useFactory: () => new PageScripts() },
      ],
    };
  },
});

async function openFront(host: ThisHost, onTold: () => void): Promise<Front> {
  const { config, log, clock } = host;
  const front = new FrontProcess({
    settings: config,
    clock: () => ({ speed: clock.speed, startsAt: clock.now(), startedAt: new Date() }),
    onTold: () => {
      host.wakeRelay();
      onTold();
    },
    stopMilliseconds: config.STOP_SECONDS * 800,
    log,
  });
  host.onStop(() => front.stop());
  const listening = await front.open();
  host.checkReadiness('sftp', () =>
    front.isReady ? Promise.resolve() : Promise.reject(new Error('the SFTP front does not listen')),
  );
  showLoad(host.metrics, front);
  const port = config.SFTP_PUBLIC_PORT ?? listening.port;
  const { hostKeyFingerprint, hostKey } = listening;
  return { process: front, told: { host: config.SFTP_PUBLIC_HOST, port, hostKeyFingerprint }, hostKey };
}

/** Written to the last entry when the service stops. */
function openAudit({ database, clock, log, onStop }: ThisHost): AuditLog {
  const warn = (details: object, message: string): void => log.warn(details, message);
  const audit = new AuditLog({ database: database.manager, now: () => clock.now(), warn });
  onStop(() => audit.flush());
  return audit;
}

/** What every new link is made of. */
function issue({ config }: ThisHost, passwords: PasswordHasher, told: Front['told'], http: HttpAdapterHost) {
  return {
    hashPassword: (password: string) => passwords.hash(password),
    admittingAtEngine: (tx: EntityManager) => admittingAtEngine(config, tx),
    sealUnder,
    server: told,
    get publicUrl() {
      return publicUrl(config, http);
    },
    link: { days: config.LINK_DAYS, maxOpenings: config.LINK_MAX_OPENINGS },
  };
}

/** Our own server reads what is kept for itself; ProFTPD needs a home for its files and a hash that it knows. */
function admittingAtEngine(config: ThisHost['config'], tx: EntityManager): LinkNeeds['admitAtEngine'] {
  // SFTPGo is brought what our tables say, with the same hash that our own server reads.
  if (config.SFTP_ENGINE !== 'proftpd') return () => Promise.resolve();
  const folder = new EngineFolder(config.SFTP_ENGINE_DIR);
  return async ({ spaceId, account, password }) => {
    await folder.makeHome(account, config.SFTP_ENGINE_UID);
    await new EngineStore(tx).keepHash(spaceId, await cryptHash(password));
  };
}

function openingNeeds(host: ThisHost, passwords: PasswordHasher) {
  return ({ told }: Front, http: HttpAdapterHost): OpeningNeeds =>
    (tx) => ({
      ...issue(host, passwords, told, http),
      admitAtEngine: admittingAtEngine(host.config, tx),
      spaceDays: host.config.SPACE_DAYS ?? null,
      spaces: new UploadSpaceStore(tx),
      now: host.clock.now(),
    });
}

function closingNeeds(host: ThisHost, audit: AuditLog) {
  return ({ process }: Front): ClosingNeeds =>
    ({ tx, afterCommit }) => ({
      spaces: new UploadSpaceStore(tx),
      endSessions: (space, action) =>
        afterCommit(() => {
          process.endSessions(space.spaceId);
          audit.note({ action, outcome: 'done', actor: 'caserelay', ...space });
        }),
      now: host.clock.now(),
    });
}

const lookForPurgesMilliseconds = 30_000;

function purgingNeeds(host: ThisHost, audit: AuditLog) {
  const { clock, config, database, outbox, log } = host;
  return ({ process }: Front): PurgingNeeds => {
    const evidence = openEvidenceStore(config);
    const engine = config.SFTP_ENGINE === 'built-in' ? null : new EngineFolder(config.SFTP_ENGINE_DIR);
    const timer: LookWhenWoken = new LookWhenWoken(
      () =>
        purgeEvidence({
          listUnended: () => new PurgeStore(database.manager).listUnended(),
          transaction: (work, cause) => outbox.transaction((tx) => work(new PurgeStore(tx)), cause),
          removeFile: (location) => evidence.remove(location),
          removeAtEngine: async (account) => engine?.removeHome(account),
          note: (entry) => audit.note({ ...entry, actor: 'caserelay' }),
          isStopping: () => timer.isStopping,
          now: () => clock.now(),
          warn: (message, details) => log.warn(details, message),
        }),
      lookForPurgesMilliseconds,
      (error) => log.warn({ error }, 'could not look for evidence to remove'),
    );
    host.onStop(() => timer.stop());
    timer.wake();
    return ({ tx, event, afterCommit }) => ({
      spaces: new UploadSpaceStore(tx),
      countKept: (spaceId) => new PurgeStore(tx).countKept(spaceId),
      keep: (purge) => new PurgeStore(tx).keep({ ...purge, cause: causeOf(event) }),
      endSessions: (spaceId) => afterCommit(() => process.endSessions(spaceId)),
      wake: () => afterCommit(() => timer.wake()),
      now: clock.now(),
    });
  };
}

function showingNeeds(host: ThisHost, audit: AuditLog) {
  const { config, database, log, clock } = host;
  return ({ told, hostKey }: Front, http: HttpAdapterHost): ShowingNeeds => ({
    log,
    note: (entry) => audit.note({ ...entry, action: 'open-link', actor: 'customer' }),
    zone: config.LETTER_ZONE,
    passIn,
    cookieFor: (token, pass) => passCookie(publicUrl(config, http), token, pass, config.BROWSER_PASS_HOURS),
    needs: () => ({
      spaces: new UploadSpaceStore(database.manager),
      unsealWith,
      passes: new UploadPassStore(database.manager, config.BROWSER_PASS_HOURS),
      server: told,
      hostKey,
      now: clock.now(),
    }),
  });
}

function uploadingNeeds(host: ThisHost) {
  const { config, database, log, clock } = host;
  const evidence = openEvidenceStore(config);
  const passes = new UploadPassStore(database.manager, config.BROWSER_PASS_HOURS);
  const spaces = new UploadSpaceStore(database.manager);
  const seen = new SeenUploadStore(database.manager);
  return ({ process: front }: Front, http: HttpAdapterHost): UploadingNeeds => ({
    log,
    passIn,
    publicHost: () => new URL(publicUrl(config, http)).host,
    admitting: () => ({
      findLink: (tokenHash) => spaces.findLink(tokenHash),
      isPassGood: (tokenHash, passHash) => passes.isGood(tokenHash, passHash),
      now: clock.now(),
    }),
    listing: () => ({
      listSeen: (spaceId, most) => seen.list(spaceId, most),
      sizeOf: (location) => evidence.size(location),
    }),
    passOn: async (space, path, request, response) => {
      if (!front.browsers) throw new Error('the process that receives uploads is being started');
      await passOn(front.browsers, space, path, { request, response });
    },
  });
}

function hearingNeeds({ database }: ThisHost): HearingNeeds {
  const store = new EngineStore(database.manager);
  return {
    readHook,
    keep: async (told) => {
      // A program that others use, too, tells of them as well.
      if (!(await store.find(told.account))) return false;
      await store.tell(told);
      return true;
    },
  };
}

function publicUrl(config: ThisHost['config'], http: HttpAdapterHost): string {
  return config.PUBLIC_URL?.replace(/\/+$/, '') ?? ownUrl(config, http);
}

function ownUrl({ BIND_ADDRESS, HTTP_PORT }: ThisHost['config'], http: HttpAdapterHost): string {
  const server = http.httpAdapter.getHttpServer() as { address(): AddressInfo | string | null };
  const address = server.address();
  const port = HTTP_PORT !== 0 ? HTTP_PORT : address !== null && typeof address === 'object' ? address.port : 0;
  if (port === 0)
    throw new Error('the address of links is not known before the HTTP doors are open; set PUBLIC_URL or HTTP_PORT');
  return `http://${BIND_ADDRESS.includes(':') ? `[${BIND_ADDRESS}]` : BIND_ADDRESS}:${port}`;
}
