import { hostKeyAt, type EngineKey } from './adapters/engine-door/engine-door.js';
import { EngineFolder } from './adapters/engine-folder/engine-folder.js';
import { EngineStore } from './adapters/engine-store/engine-store.js';
import { changeOf } from './adapters/proftpd/proftpd-news.js';
import { ProFtpd } from './adapters/proftpd/proftpd.js';
import { EngineFollower } from './features/follow-engine/engine-follower.js';
import { followEngine } from './features/follow-engine/follow-engine.timer.js';
import type { Needs as FollowingNeeds } from './features/follow-engine/needs.js';

/**
 * Lets customers in with an SFTP client and takes what they upload: our own server, or another program that we follow.
 * Nobody hands it accounts: who is allowed in, and as what, stands in the database, which an engine reads at each login.
 */
export interface UploadEngine {
  /** Answers with the port that customers use. */
  listen(port: number, address: string): Promise<number>;
  readonly isListening: boolean;
  readonly load: { connections: number; sessions: number };
  /** Sends away who is logged in. */
  endSessions(spaceId: string): void;
  close(): Promise<void>;
}

interface Around {
  settings: {
    SFTP_BIND_ADDRESS: string;
    SFTP_PORT: number;
    SFTP_ENGINE_DIR: string;
    PROFTPD_SCOREBOARD: string;
    PROFTPD_CONTROL_SOCKET: string;
  };
  database: ConstructorParameters<typeof EngineStore>[0];
  filesOf: FollowingNeeds['filesOf'];
  log: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

const lookEveryMilliseconds = 200;
const knockEveryMilliseconds = 5_000;
const newsAtOnce = 200;

/** ProFTPD as engine: it reads accounts from our tables and logs there; its files are taken in while they grow. */
export async function followProFtpd({ settings, database, filesOf, log }: Around): Promise<{
  engine: UploadEngine;
  hostKey: EngineKey;
}> {
  const { SFTP_BIND_ADDRESS: address, SFTP_PORT: port } = settings;
  const hostKey = await hostKeyAt(address, port);
  const store = new EngineStore(database);
  const proftpd = new ProFtpd({
    scoreboard: settings.PROFTPD_SCOREBOARD,
    controlSocket: settings.PROFTPD_CONTROL_SOCKET,
  });
  let sessions = 0;
  const follower = new EngineFollower({
    spaces: store,
    news: {
      accounts: () => store.accountsWithNews(),
      of: (account) => newsOf(store, account),
      forget: (newsId) => store.forgetNews(newsId),
    },
    stamps: {
      of: (spaceId, path) => store.stampOf(spaceId, path),
      keep: (spaceId, path, stamp) => store.keepStamp(spaceId, path, stamp),
      forget: (spaceId, path) => store.forgetStamp(spaceId, path),
      move: (spaceId, from, to) => store.moveStamps(spaceId, from, to),
    },
    folder: new EngineFolder(settings.SFTP_ENGINE_DIR),
    filesOf,
    accountsLoggedIn: async () => {
      const counts = await proftpd.sessions();
      sessions = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return new Set(counts.keys());
    },
    quietMilliseconds: 30_000,
    growthMilliseconds: 500,
    reconcileMilliseconds: 30_000,
    warn: (message, details) => log.warn(details, message),
  });
  const stopFollowing = await followEngine(follower, lookEveryMilliseconds, (error) =>
    log.warn({ error }, 'could not look for what the engine tells'),
  );
  const door = watchDoor(address, port);
  const endSessions = async (spaceId: string): Promise<void> => {
    const account = await store.accountOf(spaceId);
    if (account !== null) await proftpd.endSessions(account);
  };
  const engine: UploadEngine = {
    listen: () => Promise.resolve(port),
    get isListening() {
      return door.isOpen;
    },
    get load() {
      return { connections: sessions, sessions };
    },
    endSessions: (spaceId) =>
      void endSessions(spaceId).catch((error: unknown) => log.warn({ spaceId, error }, 'sessions could not be ended')),
    close: async () => {
      door.leave();
      await stopFollowing();
    },
  };
  return { engine, hostKey };
}

/** What was told of an account, without what does not matter to us. */
async function newsOf(store: EngineStore, account: string): ReturnType<FollowingNeeds['news']['of']> {
  for (;;) {
    const logged = await store.newsOf(account, newsAtOnce);
    if (logged.length === 0) return [];
    const news = [];
    for (const command of logged) {
      const change = changeOf(command);
      if (change) news.push({ ...change, newsId: command.newsId });
      else await store.forgetNews(command.newsId);
    }
    if (news.length > 0) return news;
  }
}

function watchDoor(address: string, port: number): { readonly isOpen: boolean; leave(): void } {
  let isOpen = true;
  const timer = setInterval(() => {
    hostKeyAt(address, port).then(
      () => (isOpen = true),
      () => (isOpen = false),
    );
  }, knockEveryMilliseconds);
  return {
    get isOpen() {
      return isOpen;
    },
    leave: () => clearInterval(timer),
  };
}
