import { describe, expect, it } from '@jest/globals';
import type { Change } from './change.js';
import { EngineFollower } from './engine-follower.js';
import type { Needs } from './needs.js';

const path = Buffer.from('/upload/a.dmp');

describe('a file at an engine', () => {
  it('that was closed is taken in once, though it is told twice', async () => {
    const engine = anEngine('content');
    await engine.tells({ kind: 'opened', path }, { kind: 'closed', path }, { kind: 'closed', path });
    await engine.looksAround();
    expect(engine.told).toEqual(['closed content']);
  });

  it('whose connection broke is told as interrupted once', async () => {
    const engine = anEngine('cont');
    await engine.tells({ kind: 'opened', path }, { kind: 'broken', path }, { kind: 'broken', path });
    await engine.looksAround();
    expect(engine.told).toEqual(['interrupted cont']);
  });

  it('that nobody told of is found when nobody can be writing it, and only then', async () => {
    const engine = anEngine('content');
    engine.loggedIn.add('acme');
    await engine.looksAround();
    expect(engine.told).toEqual([]);
    engine.loggedIn.clear();
    await engine.looksAround();
    expect(engine.told).toEqual(['closed content']);
  });

  it('that is only read is left alone', async () => {
    const engine = anEngine('content');
    await engine.tells({ kind: 'opened', path }, { kind: 'closed', path });
    await engine.tells({ kind: 'opened', path });
    await engine.looksAround();
    expect(engine.told).toEqual(['closed content']);
  });

  it('that is refused is told of once and not tried again', async () => {
    const engine = anEngine('too much');
    engine.refuseFrom = 3;
    await engine.tells({ kind: 'opened', path });
    await engine.tells({ kind: 'closed', path });
    for (let round = 0; round < 3; round += 1) await engine.looksAround();
    expect(engine.told).toEqual(['interrupted ']);
    expect(engine.warnings).toHaveLength(1);
  });

  it('is tried again when the customer begins it anew', async () => {
    const engine = anEngine('too much');
    engine.refuseFrom = 3;
    await engine.tells({ kind: 'opened', path });
    engine.refuseFrom = Infinity;
    await engine.tells({ kind: 'opened', path }, { kind: 'closed', path });
    expect(engine.told).toEqual(['interrupted ', 'closed too much']);
  });

  it('of an account that is not ours is left alone', async () => {
    const engine = anEngine('content', 'somebody');
    engine.loggedIn.add('acme');
    await engine.tells({ kind: 'closed', path });
    expect(engine.told).toEqual([]);
    expect(engine.waiting).toEqual([]);
  });
});

class Refusal extends Error {
  override readonly name = 'FileRefusal';
  constructor(readonly code: string) {
    super(code);
  }
}

/** An engine with one account that holds one file, and our side of it: what is told is written down. */
function anEngine(content: string, account = 'acme') {
  const theirs = Buffer.from(content);
  const space = { spaceId: 'space', caseId: 'case', account: 'acme' };
  const stamps = new Map<string, { bytes: number; changedAt: number }>();
  const engine = {
    told: [] as string[],
    warnings: [] as string[],
    waiting: [] as (Change & { newsId: string })[],
    loggedIn: new Set<string>(),
    refuseFrom: Infinity,
    async tells(...changes: Change[]) {
      engine.waiting.push(...changes.map((change, index) => ({ ...change, newsId: `${engine.told.length}-${index}` })));
      await look();
    },
    looksAround: () => look(),
  };
  let ours: Buffer | null = null;
  const filesOf: Needs['filesOf'] = () => {
    let isOpen = false;
    // As our own handles: one that is closed as it was opened tells nothing.
    let isNew = false;
    const current = (): Buffer => ours ?? Buffer.alloc(0);
    return {
      entry: () =>
        ours ? Promise.resolve({ bytes: ours.length, isFolder: false }) : Promise.reject(new Refusal('ENOENT')),
      openFile: () => {
        isOpen = true;
        isNew = ours === null;
        ours ??= Buffer.alloc(0);
        return Promise.resolve({
          read: (offset: number, length: number) => Promise.resolve(current().subarray(offset, offset + length)),
          write: (offset: number, buffers: Buffer[]) => {
            const bytes = Buffer.concat(buffers);
            if (offset + bytes.length > engine.refuseFrom) return Promise.reject(new Refusal('EDQUOT'));
            ours = Buffer.concat([current().subarray(0, offset), bytes]);
            isNew = true;
            return Promise.resolve();
          },
          truncate: (bytes: number) => {
            ours = current().subarray(0, bytes);
            return Promise.resolve();
          },
          close: () => {
            if (isOpen && isNew) engine.told.push(`closed ${current().toString()}`);
            isOpen = false;
            return Promise.resolve();
          },
        });
      },
      makeFolder: () => Promise.resolve(),
      rename: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      end: () => {
        if (isOpen) engine.told.push(`interrupted ${current().toString()}`);
        isOpen = false;
        return Promise.resolve();
      },
    };
  };
  const follower = new EngineFollower({
    spaces: {
      find: (name) => Promise.resolve(name === 'acme' ? space : null),
      listOpen: () => Promise.resolve([space]),
    },
    news: {
      accounts: () => Promise.resolve(engine.waiting.length > 0 ? [account] : []),
      of: (name) => Promise.resolve(name === account ? [...engine.waiting] : []),
      forget: (newsId) => {
        engine.waiting = engine.waiting.filter((its) => its.newsId !== newsId);
        return Promise.resolve();
      },
    },
    stamps: {
      of: (_, at) => Promise.resolve(stamps.get(at.toString()) ?? null),
      keep: (_, at, stamp) => Promise.resolve(void stamps.set(at.toString(), stamp)),
      forget: (_, at) => Promise.resolve(void stamps.delete(at.toString())),
      move: () => Promise.resolve(),
    },
    folder: {
      async *files() {
        yield await Promise.resolve(path);
      },
      open: () =>
        Promise.resolve({
          stamp: () => Promise.resolve({ bytes: theirs.length, changedAt: 1 }),
          read: (offset: number, length: number) => Promise.resolve(theirs.subarray(offset, offset + length)),
          close: () => Promise.resolve(),
        }),
    },
    filesOf,
    accountsLoggedIn: () => Promise.resolve(engine.loggedIn),
    quietMilliseconds: 0,
    growthMilliseconds: 0,
    reconcileMilliseconds: 0,
    warn: (message) => void engine.warnings.push(message),
  });
  async function look(): Promise<void> {
    await follower.look();
    await follower.idle();
  }
  return engine;
}
