import { describe, expect, it } from '@jest/globals';
import { BellKeeper, bellsPerPage, type Needs } from './keep-bells.js';

const now = new Date('2020-05-10T09:00:00+08:00');
const second = (count: number): Date => new Date(now.getTime() + count * 1000);

/** A Redis and a record in memory. */
function given(instants: Date[] = []) {
  const world = {
    record: { number: 7, secondsAgo: 10 },
    redis: { number: 7 as number | null, bells: new Set<number>(), isAway: false },
    lost: false,
    isTaken: false,
    pages: [] as number[],
  };
  const reach = (): void => {
    if (world.redis.isAway) throw new Error('Redis is away');
  };
  const needs: Needs = {
    withRecord: async (work) => {
      if (world.isTaken) return null;
      const next = await work(world.record);
      if (next) world.record = { number: next.number, secondsAgo: 0 };
      return next && { ...next, at: now };
    },
    instantsAhead: async ({ after, until, limit }) => {
      const page = instants.filter((instant) => instant > after && instant <= until).slice(0, limit);
      world.pages.push(page.length);
      return page;
    },
    now: () => now,
    horizon: () => second(300_000),
    stopwatch: () => 0,
    bells: {
      set: async (each) => (reach(), each.forEach((instant) => world.redis.bells.add(instant.getTime()))),
      numberKept: async () => (reach(), world.redis.number),
      keepNumber: async (number) => (reach(), void (world.redis.number = number)),
      lostAny: () => {
        const { lost } = world;
        world.lost = false;
        return lost;
      },
    },
    isStopping: () => false,
  };
  return { world, keeper: new BellKeeper(60, needs) };
}

async function started(instants?: Date[]) {
  const made = given(instants);
  await made.keeper.look();
  return made;
}

describe('a look at the bells', () => {
  it('sets them at the start', async () => {
    const { keeper, world } = given([second(1), second(2)]);
    expect(await keeper.look()).toMatchObject({ number: 8, because: 'start', bells: 2 });
    expect(world.redis.bells.size).toBe(2);
  });

  it('does nothing while Redis holds what was set and it is not time', async () => {
    const { keeper } = await started();
    expect(await keeper.look()).toBeNull();
  });

  it('sets them by schedule', async () => {
    const { keeper, world } = await started();
    world.record.secondsAgo = 60;
    expect(await keeper.look()).toMatchObject({ because: 'schedule' });
  });

  it('sets them when the clock of the database was set back', async () => {
    const { keeper, world } = await started();
    world.record.secondsAgo = -5;
    expect(await keeper.look()).toMatchObject({ because: 'schedule' });
  });

  it.each([
    ['was emptied', null],
    ['is of an earlier time', 3],
  ])('sets them when Redis %s', async (_, number) => {
    const { keeper, world } = await started([second(1)]);
    world.redis.number = number;
    world.redis.bells.clear();
    expect(await keeper.look()).toMatchObject({ because: 'redis was emptied or is of an earlier time' });
    expect(world.redis.bells.size).toBe(1);
  });

  it('sets them once Redis is back, also when it holds all that it held', async () => {
    const { keeper, world } = await started();
    world.redis.isAway = true;
    await expect(keeper.look()).rejects.toThrow('Redis is away');
    world.redis.isAway = false;
    expect(await keeper.look()).toMatchObject({ because: 'redis was away' });
    expect(await keeper.look()).toBeNull();
  });

  it('sets them after a bell was lost', async () => {
    const { keeper, world } = await started();
    world.lost = true;
    expect(await keeper.look()).toMatchObject({ because: 'redis was away' });
  });

  it('leaves them to the instance that is at it, and looks again later', async () => {
    const { keeper, world } = given();
    world.isTaken = true;
    expect(await keeper.look()).toBeNull();
    world.isTaken = false;
    expect(await keeper.look()).toMatchObject({ because: 'start' });
  });

  it('takes them page by page', async () => {
    const { keeper, world } = given(Array.from({ length: bellsPerPage * 2 + 3 }, (_, index) => second(index + 1)));
    expect(await keeper.look()).toMatchObject({ bells: bellsPerPage * 2 + 3 });
    expect(world.pages).toEqual([bellsPerPage, bellsPerPage, 3]);
    expect(world.redis.bells.size).toBe(bellsPerPage * 2 + 3);
  });
});
