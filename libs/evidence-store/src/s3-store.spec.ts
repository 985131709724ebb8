import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { anS3Server, type S3Server } from '../../../tests/support/s3-server.js';
import { evidenceConfig, folderSettings, openEvidenceStore } from './evidence-config.js';
import type { EvidenceStore } from './evidence-store.js';
import { expectBytes, storeBehaves } from './store-behaves.js';

const key = randomBytes(32).toString('hex');
const place = 'uploads/case/upload/MEMORY.DMP';
const mebibyte = 2 ** 20;
let server: S3Server;
beforeAll(async () => {
  server = await anS3Server();
});
afterAll(() => server.remove());

/** A store of its own in the bucket; another folder is another machine. */
function storeAt(folder: string, prefix: string, more: Record<string, string> = {}): EvidenceStore {
  const settings = { EVIDENCE_DIR: folder, EVIDENCE_KEY: key, EVIDENCE_S3_PREFIX: prefix };
  return openEvidenceStore(
    z.object(evidenceConfig).parse({ ...settings, ...server.settings, EVIDENCE_S3_PART_MEBIBYTES: '1', ...more }),
  );
}

describe('a bucket', () => {
  storeBehaves(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spool-'));
    const prefix = `tests/${randomUUID()}`;
    return {
      open: () => Promise.resolve(storeAt(folder, prefix)),
      tearDown: () => rm(folder, { recursive: true }),
    };
  });
});

describe('evidence in a bucket', () => {
  let folder: string;
  let elsewhere: string;
  let prefix: string;
  let store: EvidenceStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-'));
    elsewhere = await mkdtemp(join(tmpdir(), 'spool-'));
    prefix = `tests/${randomUUID()}`;
    store = storeAt(folder, prefix);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    await rm(elsewhere, { recursive: true });
  });

  const spooled = async (): Promise<string[]> => readdir(join(folder, 'spool')).catch(() => []);
  const contentOf = async (location: string, from = store): Promise<Buffer> => {
    const file = await from.openForReading(location);
    try {
      return await file.read(0, await file.size());
    } finally {
      await file.close();
    }
  };

  it('leaves this machine while it arrives, all of it by the end, and shows nothing of its content or key', async () => {
    const content = Buffer.from('PAGEDU64 陕西省煤田地质集团有限公司 '.repeat(200_000));
    const file = await store.create(place);
    const other = storeAt(elsewhere, prefix);
    for (let at = 0; at < content.length; at += 300_000) await file.write([content.subarray(at, at + 300_000)], at);
    await until('most of it can be read elsewhere', async () => (await other.size(place)) >= 4 * mebibyte);
    expectBytes((await contentOf(place, other)).subarray(0, 4 * mebibyte), content.subarray(0, 4 * mebibyte));
    expect((await parts(folder)).length).toBeLessThanOrEqual(7);
    await file.sync();
    await file.close();
    expect(await spooled()).toEqual([]);
    expectBytes(await contentOf(place, other), content);
    for (const name of await readdir(server.folder, { recursive: true })) {
      const bytes = await readFile(join(server.folder, name)).catch(() => Buffer.alloc(0));
      expect(bytes.includes('PAGEDU64') || bytes.includes('陕西省') || bytes.includes(Buffer.from(key, 'hex'))).toBe(
        false,
      );
    }
  });

  it('is synced, read and written over while parts of it leave this machine', async () => {
    const content = randomBytes(12 * mebibyte);
    const file = await store.create(place);
    const beside: Promise<unknown>[] = [];
    for (let at = 0; at < content.length; at += 256 * 1024) {
      await file.write([content.subarray(at, at + 256 * 1024)], at);
      if (at % mebibyte === 0) beside.push(file.sync(), file.read(Math.max(0, at - 2 * mebibyte), 1000));
      if (at % (3 * mebibyte) === 0 && at > 0) {
        const fresh = randomBytes(70_000);
        fresh.copy(content, at - 2 * mebibyte);
        await file.write([fresh], at - 2 * mebibyte);
      }
    }
    await Promise.all(beside);
    await file.close();
    expectBytes(await contentOf(place, storeAt(elsewhere, prefix)), content);
  });

  it('is seen elsewhere soon when it comes slowly', async () => {
    const file = await store.create(place);
    await file.write([Buffer.from('PAGEDU64')], 0);
    const other = storeAt(elsewhere, prefix);
    await until('it is seen', async () => (await other.size(place)) === 8);
    expect((await contentOf(place, other)).toString()).toBe('PAGEDU64');
    await file.close();
  });

  it('goes on after a crash with what had not left this machine, and without it where that machine is lost', async () => {
    const content = randomBytes(3 * mebibyte + 500_000);
    const lost = await store.create(place);
    await lost.write([content], 0);
    await lost.sync();
    await until('full parts have left', async () => (await storeAt(elsewhere, prefix).size(place)) >= 3 * mebibyte);

    const again = storeAt(folder, prefix);
    expect(await again.size(place)).toBe(content.length);
    const file = await again.openForWriting(place);
    expect(await file.size()).toBe(content.length);
    await file.close();
    expect(await spooled()).toEqual([]);
    expectBytes(await contentOf(place, storeAt(elsewhere, prefix)), content);
  });

  it('is cut to what the bucket holds where the machine is lost', async () => {
    const content = randomBytes(2 * mebibyte + 500_000);
    const lost = await store.create(place);
    await lost.write([content], 0);
    const other = storeAt(elsewhere, prefix);
    await until('full parts have left', async () => (await other.size(place)) >= 2 * mebibyte);
    const file = await other.openForWriting(place);
    const bytes = await file.size();
    await file.write([content.subarray(bytes)], bytes);
    await file.close();
    expectBytes(await contentOf(place, other), content);
  });

  it('is not overwritten by a machine that comes back after another one went on with it', async () => {
    const content = randomBytes(2 * mebibyte + 500_000);
    const lost = await store.create(place);
    await lost.write([content], 0);
    await lost.sync();
    const other = storeAt(elsewhere, prefix);
    await until('full parts have left', async () => (await other.size(place)) >= 2 * mebibyte);
    const file = await other.openForWriting(place);
    const bytes = await file.size();
    const rest = randomBytes(700_000);
    await file.write([rest], bytes);
    await file.close();
    const back = storeAt(folder, prefix);
    const expected = Buffer.concat([content.subarray(0, bytes), rest]);
    expectBytes(await contentOf(place, back), expected);
    await back.settleAbandoned(-1);
    expect(await spooled()).toEqual([]);
    expectBytes(await contentOf(place, other), expected);
    const resumed = await back.openForWriting(place);
    await resumed.write([rest], expected.length);
    await resumed.close();
    expectBytes(await contentOf(place, other), Buffer.concat([expected, rest]));
  });

  it('that nobody went on with is brought to the bucket, and drafts are removed', async () => {
    const lost = await store.create(place);
    await lost.write([randomBytes(100_000)], 0);
    await lost.sync();
    const draft = await store.draft();
    await draft.write(randomBytes(2 * mebibyte));
    expect(await spooled()).toHaveLength(2);
    const again = storeAt(folder, prefix);
    await again.settleAbandoned(3_600_000);
    await again.removeAbandonedDrafts(3_600_000);
    expect(await spooled()).toHaveLength(2);
    await again.settleAbandoned(-1);
    await again.removeAbandonedDrafts(-1);
    expect(await spooled()).toEqual([]);
    expect(await storeAt(elsewhere, prefix).size(place)).toBe(100_000);
  });

  it('leaves no object behind when it is removed, replaced or discarded', async () => {
    const objects = async (): Promise<string[]> =>
      (await readdir(join(server.folder, prefix), { recursive: true, withFileTypes: true }).catch(() => []))
        .filter((entry) => entry.isFile())
        .map(({ name }) => name);
    const file = await store.create(place);
    await file.write([randomBytes(3 * mebibyte)], 0);
    await file.close();
    expect((await objects()).length).toBeGreaterThan(3);
    await store.remove(place);
    for (let count = 0; count < 2; count += 1) {
      const draft = await store.draft();
      await draft.write(randomBytes(2 * mebibyte));
      await draft.keepAs('reports/a.json');
    }
    const kept = await objects();
    const discarded = await store.draft();
    await discarded.write(randomBytes(3 * mebibyte));
    await discarded.discard();
    expect(await objects()).toEqual(kept);
    await store.remove('reports/a.json');
    expect(await objects()).toEqual([]);
    expect(await spooled()).toEqual([]);
  });

  it('is found out to be damaged when an object of it was taken away or exchanged', async () => {
    const other = 'uploads/case/other/MEMORY.DMP';
    for (const location of [place, other]) {
      const file = await store.create(location);
      await file.write([randomBytes(2 * mebibyte + 10)], 0);
      await file.close();
    }
    const bucket = join(server.folder, prefix, 'parts');
    const [one = '', two = ''] = await readdir(bucket);
    const files = await readdir(join(bucket, one));
    const first = files.find((name) => name.startsWith('00000000') && name.endsWith('object')) ?? '';
    await rm(join(bucket, one, first));
    const outcomes = await Promise.allSettled([contentOf(place), contentOf(other)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(two).not.toBe('');
  });

  it('does not lose what came while the bucket is away', async () => {
    const content = randomBytes(2 * mebibyte);
    const file = await store.create(place);
    await file.write([content.subarray(0, 1000)], 0);
    await server.stop();
    try {
      await file.write([content.subarray(1000)], 1000).catch(() => undefined);
      await expect(file.close()).rejects.toThrow();
    } finally {
      await server.start();
    }
    const again = storeAt(folder, prefix);
    const bytes = await again.size(place);
    expect(bytes).toBe(content.length);
    const resumed = await again.openForWriting(place);
    await resumed.close();
    expectBytes(await contentOf(place, storeAt(elsewhere, prefix)), content);
  });

  it('is read where it lay before there was a bucket, and new evidence goes into the bucket', async () => {
    const before = openEvidenceStore(folderSettings(folder, key));
    const file = await before.create(place);
    await file.write([Buffer.from('old')], 0);
    await file.close();
    expect((await contentOf(place)).toString()).toBe('old');
    await store.copy(place, 'uploads/case/copy/MEMORY.DMP');
    expect((await contentOf('uploads/case/copy/MEMORY.DMP', storeAt(elsewhere, prefix))).toString()).toBe('old');
    await store.remove(place);
    expect(await before.sizeIfThere(place)).toBeNull();
  });

  it.each([
    [{ EVIDENCE_KEY: 'none' }, /EVIDENCE_S3_BUCKET needs an EVIDENCE_KEY/],
    [{ EVIDENCE_S3_ACCESS_KEY_ID: '' }, /only one of EVIDENCE_S3_ACCESS_KEY_ID and/],
  ])('is refused with settings %j', (more, why) => {
    const settings = z.object(evidenceConfig).parse({
      EVIDENCE_DIR: folder,
      EVIDENCE_KEY: key,
      ...Object.fromEntries(Object.entries({ ...server.settings, ...more }).filter(([, value]) => value !== '')),
    });
    expect(() => openEvidenceStore(settings)).toThrow(why);
  });

  async function parts(of: string): Promise<string[]> {
    const [name = ''] = await readdir(join(of, 'spool'));
    return (await readdir(join(of, 'spool', name))).filter((part) => /^\d+$/.test(part));
  }
});

/** The server of the tests shows an object while it is being put, which a bucket does not. */
async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await look().catch(() => false))) {
    if (performance.now() > end) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
