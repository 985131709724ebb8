import { judgeWhole } from '@caserelay/dump-archive';
import { Outbox } from '@caserelay/messaging';
import { openEvidenceStore } from '@caserelay/evidence-store';
import { Clock, openDatabase, openLog, schemaOf, type HostConfig } from '@caserelay/service-host';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { AuditLog } from './adapters/audit-log/audit-log.js';
import { AuditedFiles } from './adapters/audit-log/audited-files.js';
import type { FromFront, FrontOrder, ToFront } from './adapters/front-process/front-messages.js';
import { TusServer, type TusAddress } from './adapters/tus-server/tus-server.js';
import { BrowserUploadStore } from './adapters/upload-space-store/browser-upload-store.js';
import { PasswordHasher } from './adapters/password-hasher/password-hasher.js';
import { loadHostKey } from './adapters/sftp-server/host-key.js';
import { hasNativeCrypto } from './adapters/sftp-server/native-crypto.js';
import { checkReceiveWindow } from './adapters/sftp-server/receive-window.js';
import { SftpServer } from './adapters/sftp-server/sftp-server.js';
import { isSignedBy } from './adapters/ssh-keys/ssh-keys.js';
import { addingOfClosed, UploadStore } from './adapters/upload-space-store/upload-store.js';
import type { config } from './config.js';
import { followProFtpd, type FollowedEngine } from './followed-engine.js';
import { markComplete } from './features/receive-uploads/end-uploads.js';
import { UploadReception, type Space } from './features/receive-uploads/receive-uploads.js';
import { LookAround } from './features/receive-uploads/receive-uploads.timer.js';
import { sweepFiles } from './features/receive-uploads/sweep-files.js';
import { sweepNowAndThen } from './features/receive-uploads/sweep-files.timer.js';
import { SpaceFiles } from './features/receive-uploads/space-files.js';
import { statusOf } from './features/upload-by-browser/browser-refusal.js';
import { BrowserUploads, type Needs as BrowserNeeds } from './features/upload-by-browser/browser-uploads.js';
import { forgetAbandonedUploads } from './features/upload-by-browser/browser-uploads.timer.js';
import { LoginDesk } from './login-desk.js';
import { followSftpGo } from './sftpgo-engine.js';

// Receives uploads for the service that started this process.

export type FrontSettings = z.infer<z.ZodObject<typeof config>> & HostConfig;

interface Front {
  endSessions(spaceId: string): void;
  close(): Promise<void>;
}

const signEveryMilliseconds = 1_000;
let front: Front | null = null;

// The service says when to stop; a signal to the whole group (Ctrl-C) must not come before it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// Without its service nobody carries what is told. What was open is found by the next front.
process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToFront<FrontSettings>) => {
  switch (message.type) {
    case 'open':
      openFront(message.order).then(
        (opened) => (front = opened),
        (error: unknown) => leave(1, { type: 'failed', fault: error instanceof Error ? error.message : String(error) }),
      );
      return;
    case 'end-sessions':
      front?.endSessions(message.spaceId);
      return;
    case 'stop':
      void (front?.close() ?? Promise.resolve()).finally(() => leave(0, { type: 'told' }));
      return;
  }
});

async function openFront({ settings, clock: clockSettings }: FrontOrder<FrontSettings>): Promise<Front> {
  const log = openLog('sftp-provisioning', settings.LOG_LEVEL).child({ process: 'front' });
  const clock = new Clock(clockSettings);
  const database = await openDatabase({
    url: settings.DATABASE_URL,
    schema: schemaOf(settings.NAMESPACE, 'sftp-provisioning'),
    migrations: [],
    name: `${settings.NAMESPACE} sftp-front`,
    connections: settings.DATABASE_CONNECTIONS,
  });
  const outbox = new Outbox(database, { source: 'sftp-provisioning', now: () => clock.now(), wakeRelay });
  const lookAround = new LookAround((error) => log.warn({ error }, 'could not look for forgotten uploads'));
  const evidence = openEvidenceStore(settings);
  const uploads = new UploadStore(database.manager);
  const reception = new UploadReception({
    uploads,
    transaction: (work) => outbox.transaction((tx) => work(new UploadStore(tx))),
    addClosed: async (upload, tells) => {
      const [row] = await outbox.statement<{ isAdded: boolean; isOpen: boolean }>(addingOfClosed(upload), tells);
      if (row?.isAdded === true) return 'added';
      return row?.isOpen === true ? 'told-before' : 'closed';
    },
    evidence,
    limits: {
      mostBytes: settings.SPACE_MAX_GIBIBYTES * 2 ** 30,
      mostFiles: settings.SPACE_MAX_FILES,
      reserveBytes: settings.EVIDENCE_RESERVE_GIBIBYTES * 2 ** 30,
    },
    now: () => clock.now(),
    silentMilliseconds: 5_000,
    settleMilliseconds: settings.UPLOAD_SETTLE_SECONDS * 1_000,
    namedLaterMilliseconds: settings.UPLOAD_RENAME_MINUTES * 60_000,
    judgeWhole,
    progressMilliseconds: 1_000,
    lookAgainIn: (milliseconds) => lookAround.in(milliseconds),
    warn: (message, details) => log.warn(details, message),
  });
  const entrance = await openEntrance({ settings, database, clock, reception, log });
  const server = entrance.engine;
  await lookAround.begin(reception, 30_000);
  evidence
    .settleAbandoned(3_600_000)
    .catch((error: unknown) => log.warn({ error }, 'evidence of an earlier life could not be brought to its place'));
  const stopSweeping = sweepNowAndThen(
    () => sweepFiles({ uploads, evidence, warn: (message, details) => log.warn(details, message) }, 3_600_000),
    3_600_000,
    (error) => log.warn({ error }, 'files without an upload could not be looked for'),
  );
  const port = await listenPatiently(() => server.listen(settings.SFTP_PORT, settings.SFTP_BIND_ADDRESS));
  const { fingerprint, publicKey } = entrance.hostKey;
  log.info({ port, fingerprint, nativeCrypto: hasNativeCrypto() }, 'the SFTP server listens');
  const browsers = await openForBrowsers({
    filesOf: (space) => new SpaceFiles(space, reception),
    kept: new BrowserUploadStore(database.manager),
    markComplete: (space, uploadId) => markComplete(space, uploadId, reception.needs),
    now: () => new Date(),
    mostFileBytes: settings.BROWSER_MAX_FILE_GIB * 1024 ** 3,
    silentMilliseconds: settings.BROWSER_SILENT_SECONDS * 1000,
    keptMilliseconds: settings.BROWSER_UPLOAD_DAYS * 86_400_000,
    warn: (message, details) => log.warn(details, message),
  });
  say({ type: 'listening', port, hostKeyFingerprint: fingerprint, hostKey: publicKey, browsers: browsers.address });
  const signOfLife = (): void =>
    say({
      type: 'sign-of-life',
      isListening: server.isListening,
      load: { ...server.load, transfers: reception.writers.size, residentBytes: process.memoryUsage.rss() },
    });
  setInterval(signOfLife, signEveryMilliseconds);
  return {
    endSessions: (spaceId) => {
      server.endSessions(spaceId);
      void browsers.endSessions(spaceId);
    },
    close: async () => {
      await Promise.all([server.close(), browsers.close()]);
      await lookAround.stop();
      await stopSweeping();
      await entrance.end?.();
      await database.destroy();
    },
  };
}

interface Around {
  readonly settings: FrontSettings;
  readonly database: DataSource;
  readonly clock: Clock;
  readonly reception: UploadReception;
  readonly log: ReturnType<typeof openLog>;
}

/** The server that customers log in to, and what has to end after its last session. */
type Entrance = FollowedEngine & { end?(): Promise<void> };

/** Our own server, or the program that lets customers in instead. */
async function openEntrance(around: Around): Promise<Entrance> {
  const { settings, database, reception, log } = around;
  const followed = {
    settings,
    database: database.manager,
    filesOf: (space: Space) => new SpaceFiles(space, reception, 'exact'),
    log,
  };
  switch (settings.SFTP_ENGINE) {
    case 'built-in':
      return await openBuiltIn(around);
    case 'proftpd':
      return await followProFtpd(followed);
    case 'sftpgo':
      return await followSftpGo(followed);
  }
}

async function openBuiltIn({ settings, database, clock, reception, log }: Around): Promise<Entrance> {
  const hostKey = await loadHostKey(settings.SFTP_HOST_KEY_FILE);
  if (settings.SFTP_WINDOW_MEBIBYTES > 2) await checkReceiveWindow(hostKey.privateKey);
  const warn = (details: object, message: string): void => log.warn(details, message);
  const audit = new AuditLog({ database: database.manager, now: () => clock.now(), warn });
  // In a bucket nothing gets there in one step.
  const holdsSmallFiles = settings.EVIDENCE_S3_BUCKET === undefined;
  const desk = new LoginDesk({
    database,
    clock,
    passwords: new PasswordHasher(),
    audit,
    mostSessions: settings.SPACE_MAX_SESSIONS,
    policy: banPolicyOf(settings),
    endSession: (sessionId) => engine.endSession(sessionId),
    warn,
  });
  const engine: SftpServer = new SftpServer({
    hostKey,
    mayConnect: (address) => desk.mayConnect(address),
    authenticate: (attempt) => desk.admit(attempt),
    left: (principal) => desk.left(principal),
    isSignedBy,
    filesOf: (principal, { address, client }) =>
      new AuditedFiles(new SpaceFiles(principal, reception, 'as-shown-too', holdsSmallFiles), audit, {
        ...principal,
        address,
        client,
      }),
    mostConnections: settings.SFTP_MAX_CONNECTIONS,
    mostConnectionsPerAddress: settings.SFTP_MAX_CONNECTIONS_PER_ADDRESS,
    loginMilliseconds: settings.SFTP_LOGIN_SECONDS * 1000,
    refusalMilliseconds: 500,
    keepaliveMilliseconds: settings.SFTP_KEEPALIVE_SECONDS * 1000,
    rekey: { bytes: settings.SFTP_REKEY_MEBIBYTES * 2 ** 20, milliseconds: 3_600_000, answerMilliseconds: 60_000 },
    window: {
      mostForOne: settings.SFTP_WINDOW_MEBIBYTES * 2 ** 20,
      mostForAll: settings.SFTP_WINDOWS_MEBIBYTES * 2 ** 20,
    },
    mostBytesInFlight: settings.SFTP_IN_FLIGHT_MEBIBYTES * 2 ** 20,
    log,
  });
  await desk.open();
  if (!hasNativeCrypto())
    log.warn(
      {},
      'the compiled part of ssh2 is missing and uploads cost more; install a C++ compiler and run npm rebuild ssh2',
    );
  return {
    engine,
    hostKey,
    end: async () => {
      await desk.close();
      await audit.flush();
    },
  };
}

/** Uploads of browsers come through the service's own doors, which know who may upload, and are received here. */
async function openForBrowsers(needs: BrowserNeeds): Promise<{
  address: TusAddress;
  endSessions(spaceId: string): Promise<void>;
  close(): Promise<void>;
}> {
  const uploads = new BrowserUploads(needs);
  const onFault = (error: unknown): void => needs.warn('an upload of a browser failed', { error });
  const server = new TusServer({ uploads, keptMilliseconds: needs.keptMilliseconds, refusalOf: statusOf, onFault });
  const stopForgetting = await forgetAbandonedUploads(uploads, 600_000, onFault);
  return {
    address: await server.listen(),
    endSessions: (spaceId) => uploads.end(spaceId),
    close: async () => {
      await server.close();
      await uploads.end();
      await stopForgetting();
    },
  };
}

const takenPortMilliseconds = 3_000;

/** The front of a service that was killed ends by itself, but perhaps a moment after the next one begins. */
async function listenPatiently(listen: () => Promise<number>): Promise<number> {
  for (const end = performance.now() + takenPortMilliseconds; ;)
    try {
      return await listen();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

function banPolicyOf(settings: FrontSettings): ConstructorParameters<typeof LoginDesk>[0]['policy'] {
  const firstSeconds = settings.LOGIN_BAN_SECONDS;
  return {
    account: { points: settings.LOGIN_FAILURES_PER_ACCOUNT, firstSeconds },
    address: { points: settings.LOGIN_FAILURES_PER_ADDRESS, firstSeconds },
  };
}

const wakeEveryMilliseconds = 20;
let wokenAt = -Infinity;
let isWaking = false;

/** At once after a while of silence; what comes soon after that is carried together. */
function wakeRelay(): void {
  if (isWaking) return;
  isWaking = true;
  const pause = wokenAt + wakeEveryMilliseconds - performance.now();
  const wake = (): void => {
    isWaking = false;
    wokenAt = performance.now();
    say({ type: 'told' });
  };
  if (pause <= 0) setImmediate(wake);
  else setTimeout(wake, pause);
}

function say(message: FromFront): void {
  process.send?.(message);
}

function leave(code: number, lastWord: FromFront): void {
  if (process.send) process.send(lastWord, () => process.exit(code));
  else process.exit(code);
}
