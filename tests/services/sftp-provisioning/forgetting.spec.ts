import { openDatabase } from '@caserelay/service-host';
import { AuditLog, AuditReader, BanStore } from '@caserelay/sftp-provisioning';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../support/until.js';
import { aRoom, isLetIn, operatorKey, type Room } from './a-space.js';

type Database = Awaited<ReturnType<typeof openDatabase>>;

const spaceDays = 30;
const day = 86_400_000;

let room: Room;
let database: Database;
beforeAll(async () => {
  room = await aRoom({ SPACE_DAYS: String(spaceDays) });
  database = await openDatabase({
    url: room.system.environment['DATABASE_URL'] as string,
    schema: room.system.schema('sftp-provisioning'),
    migrations: [],
    name: 'forgetting',
    connections: 2,
  });
});
afterAll(async () => {
  await database.destroy();
  await room.close();
});

describe('the audit log', () => {
  const anybodys = {
    ...{ caseId: null, address: null, action: null, from: null, to: null, before: null },
    limit: 1000,
  };
  const now = new Date('2026-06-01T00:00:00Z');
  const kept = async (account: string) =>
    (await new AuditReader(database.manager).list({ ...anybodys, account })).map(({ path }) => path);

  async function note(account: string, ages: readonly number[]): Promise<void> {
    for (const days of ages) {
      const at = new Date(now.getTime() - days * day);
      const log = new AuditLog({ database: database.manager, now: () => at, warn: () => undefined });
      log.note({ action: 'list', outcome: 'done', actor: 'customer', account, path: `${days} days ago` });
      await log.flush();
    }
  }

  it('forgets what is older than it is kept, and nothing else', async () => {
    await note('old', [401, 400.5, 400, 399, 0]);
    await new AuditReader(database.manager).tidy(new Date(now.getTime() - 400 * day), 1_000_000);
    expect(await kept('old')).toEqual(['0 days ago', '399 days ago', '400 days ago']);
  });

  it('forgets of too many the first that were written', async () => {
    await database.query('delete from audit_entry');
    await note('many', [3, 1, 2, 5, 4]);
    const reader = new AuditReader(database.manager);
    await reader.tidy(new Date(0), 5);
    expect(await kept('many')).toHaveLength(5);
    await reader.tidy(new Date(0), 3);
    expect(await kept('many')).toEqual(['4 days ago', '5 days ago', '2 days ago']);
  });
});

describe('failed logins', () => {
  const now = new Date();
  const later = new Date(now.getTime() + day);
  const failed = (days: number) => new Date(now.getTime() - days * day);

  async function stand(network: string, failedAt: Date, bannedUntil: Date | null): Promise<void> {
    const bans = new BanStore(database.manager);
    await bans.lock(network, '');
    await bans.keep(network, '', { points: 1, level: 1, failedAt, bannedUntil });
  }
  const networks = async (like: string): Promise<string[]> =>
    (
      await database.query<{ network: string }[]>(
        'select network from login_standing where network like $1 order by network',
        [like],
      )
    ).map(({ network }) => network);

  it('are forgotten after eight days, but not while they ban somebody', async () => {
    await stand('10.0.0.1', failed(9), null);
    await stand('10.0.0.2', failed(9), new Date(now.getTime() - 1000));
    await stand('10.0.0.3', failed(9), later);
    await stand('10.0.0.4', failed(7), null);
    await new BanStore(database.manager).tidy(now);
    expect(await networks('10.0.0.%')).toEqual(['10.0.0.3', '10.0.0.4']);
    await database.query('delete from login_standing');
  });

  it('are not kept without end: of too many those go first that ban nobody, the oldest of them', async () => {
    await database.query(
      `insert into login_standing (network, account, points, level, failed_at)
       select 'many-' || number, '', 1, 0, $1::timestamptz - number * interval '1 s' from generate_series(1, 100001) number`,
      [now],
    );
    await stand('banned', failed(7), later);
    await new BanStore(database.manager).tidy(now);
    const [{ count } = { count: 0 }] = await database.query<{ count: number }[]>(
      'select count(*)::int as count from login_standing',
    );
    expect(count).toBe(100_000);
    expect(await networks('banned')).toEqual(['banned']);
    expect(await networks('many-10000_')).toEqual([]);
    expect(await networks('many-99999')).toEqual(['many-99999']);
    expect(await new BanStore(database.manager).isBanned('banned', [''], now)).toBe(true);
    await database.query('delete from login_standing');
  });
});

describe('an account', () => {
  it('expires after its days although its case is open, unless an operator says otherwise', async () => {
    const { space, credentials } = await room.openSpace();
    const times = async () => {
      const [row] = await database.query<{ opened_at: Date; expires_at: Date | null }[]>(
        'select opened_at, expires_at from upload_space where space_id = $1',
        [space.spaceId],
      );
      return { opened: row?.opened_at as Date, expires: row?.expires_at as Date };
    };
    const { opened, expires } = await times();
    expect(expires.getTime() - opened.getTime()).toBe(spaceDays * day);
    expect(await isLetIn(credentials)).toBe(true);

    // The days have gone by.
    await database.query('update upload_space set opened_at = $2, expires_at = $3 where space_id = $1', [
      space.spaceId,
      new Date(opened.getTime() - spaceDays * day),
      opened,
    ]);
    await until('nobody is let in any more', async () => !(await isLetIn(credentials)));
    const response = await fetch(new URL(`/v1/upload-spaces/${space.spaceId}`, room.service.url), {
      method: 'PATCH',
      headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ expiresAt: null }),
    });
    expect(response.status).toBe(200);
    expect(await isLetIn(credentials)).toBe(true);
  });
});
