import { hostKeyAt, type EngineKey } from './adapters/engine-door/engine-door.js';
import { EngineFolder } from './adapters/engine-folder/engine-folder.js';
import { EngineStore, type News } from './adapters/engine-store/engine-store.js';
import { changeOf as changeAtProFtpd } from './adapters/proftpd/proftpd-news.js';
import { ProFtpd } from './adapters/proftpd/proftpd.js';
import type { Change } from './features/follow-engine/change.js';
import { EngineFollower } from './features/follow-engine/engine-follower.js';
import { followEngine } from './features/follow-engine/follow-engine.timer.js';
import type { Needs as FollowingNeeds } from './features/follow-engine/needs.js';

/**
 * Lets customers in with an SFTP client and takes what they upload: our own server, or another program that we follow.
 * Who is allowed in, and as what, stands in the database: an engine reads it at each login, or is made to agree with it.
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

export interface Around {
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

export interface FollowedEngine {
  readonly engine: UploadEngine;
  readonly hostKey: EngineKey;
}

/** What differs from one followed program to the other. */
interface Program {
  openSpaces(): ReturnType<FollowingNeeds['spaces']['listOpen']>;
  /** What a row of its news says; null for what does not matter to us. */
  changeOf(told: News & { account: string }): Promise<Change | null>;
  accountsLoggedIn: FollowingNeeds['accountsLoggedIn'];
  sessions(): number;
  endSessions(account: string): Promise<void>;
  close(): Promise<void>;
}

/** ProFTPD as engine: it reads accounts from our tables and logs there; its files are taken in while they grow. */
export async function followProFtpd(around: Around): Promise<FollowedEngine> {
  const { settings, database } = around;
  const store = new EngineStore(database);
  const proftpd = new ProFtpd({
    scoreboard: settings.PROFTPD_SCOREBOARD,
    controlSocket: settings.PROFTPD_CONTROL_SOCKET,
  });
  let sessions = 0;
  return await follow(around, {
    openSpaces: () => store.listOpen(),
    changeOf: (told) => Promise.resolve(changeAtProFtpd(told)),
    accountsLoggedIn: async () => {
      const counts = await proftpd.sessions();
      sessions = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return new Set(counts.keys());
    },
    sessions: () => sessions,
    endSessions: (account) => proftpd.endSessions(account),
    close: () => Promise.resolve(),
  });
}

/** Takes in what a program receives, whichever it is. */
export async function follow({ settings, database, filesOf, log }: Around, program: Program): Promise<FollowedEngine> {
  const { SFTP_BIND_ADDRESS: address, SFTP_PORT: port } = settings;
  const hostKey = await hostKeyAt(address, port);
  const store = new EngineStore(database);
  const follower = new EngineFollower({
    spaces: { find: (account) => store.find(account), listOpen: () => program.openSpaces() },
    news: {
      accounts: () => store.accountsWithNews(),
      of: (account) => newsOf(store, account, program),
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
    accountsLoggedIn: () => program.accountsLoggedIn(),
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
    if (account !== null) await program.endSessions(account);
  };
  const engine: UploadEngine = {
    listen: () => Promise.resolve(port),
    get isListening() {
      return door.isOpen;
    },
    get load() {
      return { connections: program.sessions(), sessions: program.sessions() };
    },
    endSessions: (spaceId) =>
      void endSessions(spaceId).catch((error: unknown) => log.warn({ spaceId, error }, 'sessions could not be ended')),
    close: async () => {
      door.leave();
      await program.close();
      await stopFollowing();
    },
  };
  return { engine, hostKey };
}

/** What was told of an account, without what does not matter to us. */
async function newsOf(store: EngineStore, account: string, program: Program): ReturnType<FollowingNeeds['news']['of']> {
  for (;;) {
    const logged = await store.newsOf(account, newsAtOnce);
    if (logged.length === 0) return [];
    const news = [];
    for (const command of logged) {
      const change = await program.changeOf({ ...command, account });
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
