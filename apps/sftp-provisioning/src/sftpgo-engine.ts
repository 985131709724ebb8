import { resolve } from 'node:path';
import { EngineFolder } from './adapters/engine-folder/engine-folder.js';
import { EngineStore } from './adapters/engine-store/engine-store.js';
import { WantedAccounts } from './adapters/engine-store/wanted-accounts.js';
import { SftpGoAccounts } from './adapters/sftpgo/sftpgo-accounts.js';
import { SftpGoApi } from './adapters/sftpgo/sftpgo-api.js';
import { changeOf } from './adapters/sftpgo/sftpgo-news.js';
import { SftpGo } from './adapters/sftpgo/sftpgo.js';
import { AccountReconciler } from './features/reconcile-accounts/reconcile-accounts.js';
import { keepGoingRound } from './features/reconcile-accounts/reconcile-accounts.timer.js';
import { follow, type Around, type FollowedEngine } from './followed-engine.js';

interface AroundSftpGo extends Around {
  settings: Around['settings'] & {
    NAMESPACE: string;
    SFTP_ENGINE_UID?: number | undefined;
    SFTPGO_URL: string;
    SFTPGO_API_KEY?: string | undefined;
    SPACE_MAX_SESSIONS: number;
    SPACE_MAX_GIBIBYTES: number;
    SPACE_MAX_FILES: number;
  };
}

const answerMilliseconds = 10_000;
const rounds = { everyMilliseconds: 1_000, longestMilliseconds: 15_000 };
const lookMilliseconds = 60_000;

/** SFTPGo as engine: it is brought the accounts that our tables say; what it receives is taken in as from ProFTPD. */
export async function followSftpGo(around: AroundSftpGo): Promise<FollowedEngine> {
  const { settings, database, log } = around;
  if (settings.SFTPGO_API_KEY === undefined)
    throw new Error('SFTP_ENGINE is sftpgo and SFTPGO_API_KEY is not set; see deploy/sftpgo/README.md');
  const api = new SftpGoApi({
    url: settings.SFTPGO_URL,
    apiKey: settings.SFTPGO_API_KEY,
    limitMilliseconds: answerMilliseconds,
  });
  const sftpgo = new SftpGo(api);
  const store = new EngineStore(database);
  const wanted = new WantedAccounts(database, {
    mostSessions: settings.SPACE_MAX_SESSIONS,
    mostBytes: settings.SPACE_MAX_GIBIBYTES * 2 ** 30,
    mostFiles: settings.SPACE_MAX_FILES,
  });
  const folder = new EngineFolder(settings.SFTP_ENGINE_DIR);
  const reconciler = new AccountReconciler({
    wanted: () => wanted.list(),
    engine: new SftpGoAccounts(api, { homes: resolve(settings.SFTP_ENGINE_DIR), namespace: settings.NAMESPACE }),
    makeHome: (account) => folder.makeHome(account, settings.SFTP_ENGINE_UID),
    lookMilliseconds,
    pauseMilliseconds: 1_000,
    longestPauseMilliseconds: 15_000,
    warn: (message, details) => log.warn(details, message),
  });
  const unwanted = new Set<string>();
  const round = async (): Promise<void> => {
    // Asked for before the tables are read, ended after they are followed: nobody comes back with what let him in.
    const asked = [...unwanted];
    await reconciler.round();
    for (const account of asked) {
      await sftpgo.endSessions(account);
      if (!reconciler.isResting(account)) unwanted.delete(account);
    }
    for (const { account, path } of await sftpgo.look())
      await store.tell({ account, command: 'begin', path, fromPath: '-', status: '-' });
  };
  const stopRounds = await keepGoingRound(round, rounds, (error) =>
    log.warn({ error }, 'SFTPGo does not have all accounts as they should be; it is tried again'),
  );
  return await follow(around, {
    openSpaces: () => store.listAllOpen(),
    changeOf: (told) => changeOf(told, (path) => liesThere(folder, told.account, path)),
    accountsLoggedIn: () => Promise.resolve(sftpgo.loggedIn()),
    sessions: () => sftpgo.sessions,
    endSessions: (account) => {
      unwanted.add(account);
      return Promise.resolve();
    },
    close: stopRounds,
  }).catch(async (error: unknown) => {
    await stopRounds();
    throw error;
  });
}

async function liesThere(folder: EngineFolder, account: string, path: Buffer): Promise<boolean> {
  const file = await folder.open(account, path);
  await file?.close();
  return file !== null;
}
