import { describe, expect, it } from '@jest/globals';
import { AccountReconciler, type Needs, type WantedAccount } from './reconcile-accounts.js';

describe('an account that another program keeps', () => {
  it('is brought once, again when it changes, and taken away when it is wanted no more', async () => {
    const house = aHouse();
    house.wanted = [anAccount('acme')];
    await house.rounds(3);
    house.wanted = [{ ...anAccount('acme'), isLetIn: false }];
    await house.rounds(2);
    house.wanted = [];
    await house.rounds(2);
    expect(house.done).toEqual(['bring acme', 'bring acme', 'remove acme']);
  });

  it('is brought again after a request that was lost', async () => {
    const house = aHouse();
    house.wanted = [anAccount('acme')];
    house.fault = new Error('socket hang up');
    await expect(house.rounds(1)).rejects.toThrow('socket hang up');
    house.fault = null;
    await house.rounds(2);
    expect(house.done).toEqual(['bring acme']);
  });

  it('is brought again, or taken away, when the wish changed back after a request whose answer was lost', async () => {
    const house = aHouse();
    house.wanted = [anAccount('acme')];
    await house.rounds(1);
    house.wanted = [{ ...anAccount('acme'), isLetIn: false }, anAccount('beta')];
    house.fault = new Error('socket hang up');
    await expect(house.rounds(1)).rejects.toThrow();
    house.fault = null;
    house.wanted = [anAccount('acme')];
    await house.rounds(2);
    expect(house.done).toEqual(['bring acme', 'bring acme']);
    house.fault = new Error('socket hang up');
    house.wanted = [anAccount('acme'), anAccount('beta')];
    await expect(house.rounds(1)).rejects.toThrow();
    house.fault = null;
    house.wanted = [anAccount('acme')];
    await house.rounds(1);
    expect(house.done).toEqual(['bring acme', 'bring acme', 'remove beta']);
  });

  it('that is refused keeps no other waiting', async () => {
    const house = aHouse();
    house.wanted = [anAccount('acme'), anAccount('beta')];
    house.refused.add('acme');
    await house.rounds(1);
    house.refused.clear();
    await house.rounds(1);
    expect(house.done).toEqual(['bring beta', 'bring acme']);
    expect(house.warnings).toHaveLength(1);
  });

  it('that was closed while we were away is found and taken away', async () => {
    const house = aHouse();
    house.theirs.add('old');
    await house.rounds(1);
    expect(house.done).toEqual(['remove old']);
  });
});

function anAccount(account: string): WantedAccount {
  return {
    ...{
      account,
      isLetIn: true,
      isReadOnly: false,
      passwordHash: '$argon2id$…',
      publicKeys: [],
      expiresAt: null,
      allowedAddresses: [],
    },
    ...{ mostSessions: 1, mostBytes: 1, mostFiles: 1 },
  };
}

function aHouse() {
  const house = {
    wanted: [] as WantedAccount[],
    done: [] as string[],
    warnings: [] as string[],
    refused: new Set<string>(),
    theirs: new Set<string>(),
    fault: null as Error | null,
    async rounds(count: number) {
      for (let round = 0; round < count; round += 1) await reconciler.round();
    },
  };
  const act = (what: string, account: string): void => {
    if (house.fault) throw house.fault;
    if (house.refused.has(account)) throw Object.assign(new Error('no'), { name: 'EngineRefusal' });
    house.done.push(`${what} ${account}`);
  };
  const needs: Needs = {
    wanted: () => Promise.resolve(house.wanted),
    engine: {
      async *accounts() {
        yield* await Promise.resolve([...house.theirs]);
      },
      bring: (wanted) => Promise.resolve().then(() => (act('bring', wanted.account), 'done' as const)),
      remove: (account) => Promise.resolve().then(() => act('remove', account)),
    },
    makeHome: () => Promise.resolve(),
    lookMilliseconds: 60_000,
    pauseMilliseconds: 0,
    longestPauseMilliseconds: 0,
    warn: (message) => void house.warnings.push(message),
  };
  const reconciler = new AccountReconciler(needs);
  return house;
}
