import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReportStore } from './report-store.js';

const caseId = '7f3f0b8e-0000-4000-8000-000000000001';
const uploadId = '7f3f0b8e-0000-4000-8000-000000000002';
let folder: string;
let store: ReportStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'));
  store = new ReportStore(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a whole report', () => {
  it('is kept at a place of its own, with its size and hash, and nothing else is left', async () => {
    const kept = await store.keep(caseId, uploadId, '{"驱动":1}');
    expect(kept.location).toBe(`analyses/${caseId}/${uploadId}.json`);
    const content = await readFile(join(folder, kept.location));
    expect(content.toString()).toBe('{"驱动":1}');
    expect(kept.bytes).toBe(content.length);
    expect(kept.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(await readdir(join(folder, 'analyses', caseId))).toEqual([`${uploadId}.json`]);
  });

  it('kept again replaces the first, also when both are kept at once', async () => {
    await Promise.all([store.keep(caseId, uploadId, '{"a":1}'), store.keep(caseId, uploadId, '{"a":1}')]);
    expect(await readFile(join(folder, 'analyses', caseId, `${uploadId}.json`), 'utf8')).toBe('{"a":1}');
    expect(await readdir(join(folder, 'analyses', caseId))).toEqual([`${uploadId}.json`]);
  });

  it.each([
    ['../..', uploadId],
    [caseId, '../../passwd'],
    ['', uploadId],
  ])('of case %j and upload %j has no place', async (one, other) => {
    await expect(store.keep(one, other, '{}')).rejects.toThrow(/expected two UUIDs/);
  });
});
