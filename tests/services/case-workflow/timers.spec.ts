import { caseWorkflow } from '@caserelay/case-workflow';
import { Clock, runService, type RunningService } from '@caserelay/service-host';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { aSleepingCase, keepCases, remindersOf, type SleepingCase } from '../../support/sleeping-cases.js';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';

interface Reconciliation {
  number: number;
  because: string;
  bells: number;
  milliseconds: number;
}

interface Timers {
  redis: string;
  due: { count: number; late: { caseId: string; lateSeconds: number }[] };
  next: { caseId: string }[];
  stuck: { count: number };
  failing: {
    caseId: string;
    dueAt: string | null;
    failures: number;
    error: string;
    retryAt: string | null;
    isStuck: boolean;
  }[];
  reconciliation: Reconciliation | null;
  lateness: { rung: number; p50: number | null; p99: number | null; longest: number };
}

/** Nobody looks on his own: what rings, rings by its bell. */
const bellsOnly = { BELL_WATCH_SECONDS: '200', RECONCILE_SECONDS: '200' };
/** No bell is heard: what rings, is found. */
const noRedis = { REDIS_URL: 'redis://127.0.0.1:1', BELL_WATCH_SECONDS: '0.2' };

const key = 'a key of sixteen letters or more';
const allowed = { authorization: `Bearer ${key}` };

let system: System;
let redis: Redis;
let queue: Queue;
const running: RunningService[] = [];
let reconciledBefore = 0;

beforeAll(async () => {
  system = await aSystem({ CASES_API_KEY: key });
  redis = new Redis(system.environment['REDIS_URL'] as string);
  await (await start(bellsOnly)).stop();
  queue = new Queue('case-workflow', { connection: redis, prefix: system.namespace });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  await system.query(`delete from ${table('case_history')}`);
  await system.query(`delete from ${table('cases')}`);
  await system.query(`delete from ${table('ring_minute')}`);
});
afterAll(async () => {
  await queue.close();
  redis.disconnect();
  await system.remove();
});

describe('a timer', () => {
  it('rings by its bell, once, soon after its instant, whichever of two instances hears it', async () => {
    const cases = Array.from({ length: 300 }, (_, index) => aSleepingCase(inSeconds(1 + index / 300)));
    await keepCases(system, cases);
    const [service] = await Promise.all([start(bellsOnly), start(bellsOnly)]);
    await untilAllRang(cases);
    expect(new Set((await remindersOf(system, cases)).values())).toEqual(new Set([1]));
    await until('the minute is kept', async () => {
      await Promise.all(running.splice(0).map((each) => each.stop()));
      return true;
    });
    expect(service.name).toBe('case-workflow');
    const again = await start(bellsOnly);
    const { lateness } = await timersOf(again);
    expect(lateness.rung).toBe(300);
    expect(lateness.longest).toBeGreaterThan(0);
  });

  it('that is due when the service starts rings at once', async () => {
    const cases = [aSleepingCase(inSeconds(-3_600)), aSleepingCase(inSeconds(-1))];
    await keepCases(system, cases);
    const service = await start(bellsOnly);
    await untilAllRang(cases);
    expect((await timersOf(service)).due.count).toBe(0);
  });

  it('rings while Redis is out of reach, once, and says so', async () => {
    const cases = [aSleepingCase(inSeconds(0.5)), aSleepingCase(inSeconds(1))];
    await keepCases(system, cases);
    const services = await Promise.all([start(noRedis), start(noRedis)]);
    await untilAllRang(cases);
    expect(new Set((await remindersOf(system, cases)).values())).toEqual(new Set([1]));
    expect((await timersOf(services[0])).redis).toBe('out of reach');
  });

  it('of a year from now takes nothing in Redis', async () => {
    await wipe();
    await keepCases(
      system,
      Array.from({ length: 200 }, () => aSleepingCase(inSeconds(365 * 86_400))),
    );
    expect((await reconciledBy(await start(bellsOnly))).bells).toBe(0);
    expect(await queue.getDelayedCount()).toBe(0);
  });

  it('shares its bell with all that are due at its time', async () => {
    await wipe();
    const minute = Math.ceil(Date.now() / 60_000) * 60_000 + 60_000;
    await keepCases(
      system,
      Array.from({ length: 600 }, (_, index) => aSleepingCase(new Date(minute + (index % 3) * 1_000 + (index % 7)))),
    );
    expect((await reconciledBy(await start(bellsOnly))).bells).toBe(3);
    expect(await queue.getDelayedCount()).toBe(3);
  });
});

describe.each([
  ['as fast as the wall', { speed: 1, startsAt: new Date('2020-05-10T09:00:00+08:00') }],
  ['36,000 times as fast', { speed: 36_000, startsAt: new Date('2020-05-10T09:00:00+08:00') }],
])('by a clock that runs %s', (_, clock) => {
  it('every timer of the next minutes has a bell right after it, and no bell is without a timer', async () => {
    // Any spread of timers: far apart, on the border between two bells, crowded, beyond the horizon.
    const offsets = fc.array(
      fc.oneof(
        fc.integer({ min: 2_000, max: 280_000 }),
        fc.integer({ min: 40, max: 5_600 }).map((bell) => bell * 50),
        fc.integer({ min: 9_000, max: 9_200 }),
        fc.integer({ min: 400_000, max: 4_000_000 }),
      ),
      { minLength: 1, maxLength: 300 },
    );
    await fc.assert(
      fc.asyncProperty(offsets, async (each) => {
        await wipe();
        await system.query(`delete from ${table('cases')}`);
        const startedAt = new Date();
        const time = new Clock({ ...clock, startedAt });
        const base = Math.ceil(startedAt.getTime() / 50) * 50;
        const cases = each.map((offset) => aSleepingCase(time.at(base + offset)));
        await keepCases(system, cases);
        const until = Date.now() + 300_000;
        const settings = { CLOCK_SPEED: String(clock.speed), CLOCK_STARTS_AT: clock.startsAt.toISOString() };
        await reconciledBy(await start({ ...bellsOnly, ...settings, CLOCK_STARTED_AT: startedAt.toISOString() }));
        const rings = (await queue.getDelayed()).map(({ id }) => Number(id?.replace('bell-', '')));
        const instants = cases.map(({ wakeAt }) => time.realTimeOf(wakeAt)).filter((real) => real < until);
        const lateBy = (real: number): number =>
          Math.min(...rings.map((ring) => (ring > real ? ring - real : Infinity)));
        expect(instants.filter((real) => lateBy(real) > 51)).toEqual([]);
        expect(rings.filter((ring) => !instants.some((real) => ring > real && ring - real <= 101))).toEqual([]);
        await Promise.all(running.splice(0).map((one) => one.stop()));
      }),
      { numRuns: 8 },
    );
  }, 120_000);
});

describe('bells that Redis has lost', () => {
  it.each([
    ['because it was emptied', () => wipe(), 'redis was emptied or is of an earlier time'],
    [
      'because it was restored from an earlier state',
      async () => {
        await wipe();
        await redis.set(`${system.namespace}:case-workflow:reconciled`, '1');
      },
      'redis was emptied or is of an earlier time',
    ],
  ])('%s are set again before they are missed', async (_, lose, because) => {
    await wipe();
    const [soon, later] = [aSleepingCase(inSeconds(1.5)), aSleepingCase(inSeconds(200))];
    await keepCases(system, [soon, later]);
    const service = await start({ BELL_WATCH_SECONDS: '0.3', RECONCILE_SECONDS: '200' });
    await until('bells are set', async () => (await queue.getDelayedCount()) > 0);
    await lose();
    await until('they are set again', async () => (await timersOf(service)).reconciliation?.because === because);
    expect(await queue.getDelayedCount()).toBeGreaterThan(0);
    await untilAllRang([soon]);
    expect(await remindersOf(system, [soon, later])).toEqual(new Map([[soon.caseId, 1]]));
  });

  it('are set again on schedule by one of several instances, not by each', async () => {
    const often = { BELL_WATCH_SECONDS: '0.1', RECONCILE_SECONDS: '1' };
    const [service] = [await start(often), await start(often)];
    const { number } = await reconciledBy(service);
    const began = performance.now();
    const since = (): Promise<number> =>
      timersOf(service).then(({ reconciliation }) => (reconciliation?.number ?? 0) - number);
    await until('it was their turn four times', async () => (await since()) >= 4);
    // The first may come at once, by the start of the second instance; by each of two it would have taken half the time.
    expect(performance.now() - began).toBeGreaterThan(1_900);
  });
});

describe('a case that cannot be woken', () => {
  const pauses = { WAKE_RETRY_PAUSES_SECONDS: '0.2,0.4', BELL_WATCH_SECONDS: '0.1', RECONCILE_SECONDS: '200' };

  it.each([
    ['because its rules throw', `jsonb_set(state, '{known}', '"lost"')`],
    ['because what it tells cannot be kept', `jsonb_set(state, '{known,file,language}', '"Klingon"')`],
  ])(
    '%s keeps no other waiting, is tried a few times, is then stuck with its reason, and rings once mended',
    async (_, fault) => {
      const cases = Array.from({ length: 20 }, () => aSleepingCase(inSeconds(0.7)));
      const [broken, ...sound] = cases as [SleepingCase, ...SleepingCase[]];
      await keepCases(system, cases);
      await change(broken, fault);
      const service = await start(pauses);
      await untilAllRang(sound);
      const stuck = await until(
        'it is stuck',
        async () => (await timersOf(service)).failing.find((each) => each.isStuck),
        20_000,
      );
      expect(stuck).toMatchObject({ caseId: broken.caseId, failures: 3, retryAt: null, dueAt: null });
      expect(stuck.error).not.toBe('');
      expect((await timersOf(service)).stuck.count).toBe(1);
      // What is found due from now on does not take it along.
      const later = aSleepingCase(inSeconds(0));
      await keepCases(system, [later]);
      await untilAllRang([later]);
      expect(await metricOf(service, 'caserelay_timers_stuck')).toBe(1);
      expect(await metricOf(service, 'caserelay_timer_failures_total')).toBe(3);

      await system.query(`update ${table('cases')} set state = $2 where id = $1`, [
        broken.caseId,
        JSON.stringify(broken.state),
      ]);
      const retried = await retry(service, broken.caseId);
      expect(await retried.json()).toEqual({ retried: 1 });
      await untilAllRang([broken]);
      expect((await remindersOf(system, cases)).size).toBe(20);
      expect((await timersOf(service)).failing).toEqual([]);
    },
    40_000,
  );

  it('is tried once more by a service that starts, and by the door for all that is stuck', async () => {
    const cases = [aSleepingCase(inSeconds(-1)), aSleepingCase(inSeconds(-1))];
    await keepCases(system, cases);
    for (const each of cases) await change(each, `jsonb_set(state, '{known}', '"lost"')`);
    await system.query(
      `update ${table('cases')} set wake_failures = 3, wake_error = 'lost', wake_failed_at = now(), wake_retry_at = 'infinity'`,
    );
    const service = await start(pauses);
    await until('it is tried', async () => (await timersOf(service)).failing.every(({ failures }) => failures === 4));
    expect((await timersOf(service)).stuck.count).toBe(2);
    for (const { caseId, state } of cases)
      await system.query(`update ${table('cases')} set state = $2 where id = $1`, [caseId, JSON.stringify(state)]);
    const retried = await fetch(`${service.url}/v1/timers/retry-stuck`, { method: 'POST', headers: allowed });
    expect(await retried.json()).toEqual({ retried: 2 });
    await untilAllRang(cases);
  });

  it('is none any more when something else moves it on', async () => {
    const sleeping = aSleepingCase(inSeconds(3_600));
    await keepCases(system, [sleeping]);
    await system.query(
      `update ${table('cases')} set wake_at = now(), wake_failures = 1, wake_error = 'lost', wake_failed_at = now()`,
    );
    const service = await start({ BELL_WATCH_SECONDS: '0.2' });
    await until('it was asked', async () => (await timersOf(service)).failing.length === 0);
    // Its own state says an hour from now: the column is put right, and nobody is reminded.
    const [row] = await system.query<{ wakeAt: Date }>(`select wake_at as "wakeAt" from ${table('cases')}`);
    expect(row?.wakeAt).toEqual(sleeping.wakeAt);
    expect((await remindersOf(system, [sleeping])).size).toBe(0);
  });
});

describe('the door to timers', () => {
  it('lets nobody retry without the key', async () => {
    const service = await start(bellsOnly);
    expect((await retry(service, randomUUID(), {})).status).toBe(401);
    expect((await fetch(`${service.url}/v1/timers/retry-stuck`, { method: 'POST' })).status).toBe(401);
  });

  it('lays what it shows where the console reads it', async () => {
    const next = aSleepingCase(inSeconds(500));
    await keepCases(system, [next]);
    await start(bellsOnly);
    const view = await until('it is shown', async () => {
      const text = await redis.get(`${system.namespace}:case-workflow:timers`);
      return text?.includes(next.caseId) && (JSON.parse(text) as Timers);
    });
    expect(view).toMatchObject({ due: { count: 0 }, next: [{ caseId: next.caseId }], stuck: { count: 0 } });
  });

  it('shows what is due, what comes next and how late the last ones were', async () => {
    const [due, next] = [aSleepingCase(inSeconds(-90)), aSleepingCase(inSeconds(500))];
    await keepCases(system, [due, next]);
    // Somebody else has it in hand.
    await system.query('begin');
    await system.query(`select 1 from ${table('cases')} where id = $1 for update`, [due.caseId]);
    const service = await start(bellsOnly);
    const shown = await timersOf(service);
    expect(shown).toMatchObject({
      redis: 'reachable',
      due: { count: 1, late: [{ caseId: due.caseId }] },
      next: [{ caseId: next.caseId }],
      failing: [],
    });
    expect(shown.due.late[0]?.lateSeconds).toBeGreaterThanOrEqual(90);
    expect(await metricOf(service, 'caserelay_timers_due')).toBe(1);
    await system.query('commit');
  });

  it.each([
    ['/v1/timers?limit=100000', 'GET', 400, 'Bad request'],
    [`/v1/timers/${randomUUID()}/retry`, 'POST', 404, 'No failing timer'],
    ['/v1/timers/none/retry', 'POST', 404, 'No failing timer'],
  ])('answers %s with a problem', async (path, method, status, title) => {
    const service = await start(bellsOnly);
    const response = await fetch(`${service.url}${path}`, { method, headers: allowed });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ title, status });
  });
});

async function start(more: Record<string, string>): Promise<RunningService> {
  const rows = await system
    .query<{ number: number }>(`select number::int from ${table('reconciliation')}`)
    .catch(() => []);
  reconciledBefore = rows[0]?.number ?? 0;
  const service = await runService(caseWorkflow, { ...system.environment, ...more });
  running.push(service);
  return service;
}

/** The reconciliation that this service, or another since, has made. */
async function reconciledBy(service: Pick<RunningService, 'url'>): Promise<Reconciliation> {
  return await until('bells were set', async () => {
    const { reconciliation } = await timersOf(service);
    return reconciliation !== null && reconciliation.number > reconciledBefore && reconciliation;
  });
}

function retry(service: RunningService, caseId: string, headers: Record<string, string> = allowed): Promise<Response> {
  return fetch(`${service.url}/v1/timers/${caseId}/retry`, { method: 'POST', headers });
}

async function timersOf(service: Pick<RunningService, 'url'>): Promise<Timers> {
  return (await (await fetch(`${service.url}/v1/timers`)).json()) as Timers;
}

async function metricOf(service: RunningService, name: string): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
}

async function untilAllRang(cases: readonly SleepingCase[]): Promise<void> {
  await until('all rang', async () => (await remindersOf(system, cases)).size === cases.length);
}

async function change({ caseId }: SleepingCase, state: string): Promise<void> {
  await system.query(`update ${table('cases')} set state = ${state} where id = $1`, [caseId]);
}

const table = (name: string): string => `${system.schema('case-workflow')}.${name}`;
const inSeconds = (seconds: number): Date => new Date(Date.now() + Math.round(seconds * 1000));

/** Removes what the service keeps in Redis, as a wiped Redis would. */
async function wipe(): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${system.namespace}:*`, count: 500 }) as AsyncIterable<string[]>)
    if (keys.length > 0) await redis.del(keys);
}
