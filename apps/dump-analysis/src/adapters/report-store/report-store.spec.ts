import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReportStore } from './report-store.js';

const caseId = '7f3f0b8e-0000-4000-8000-000000000001';
const uploadId = '7f3f0b8e-0000-4000-8000-000000000002';
const pages = { 'zh-CN': '<p>驱动</p>', en: '<p>driver</p>' };
const files = ['en.html', 'json', 'zh-CN.html'].map((ending) => `${uploadId}.${ending}`);
let folder: string;
let store: ReportStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'));
  store = new ReportStore(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a whole report', () => {
  it('is kept at a place of its own, with its size and hash, and nothing else is left', async () => {
    const kept = await store.keep(caseId, uploadId, { json: '{"驱动":1}', pages });
    expect(kept.location).toBe(`analyses/${caseId}/${uploadId}.json`);
    const content = await readFile(join(folder, kept.location));
    expect(content.toString()).toBe('{"驱动":1}');
    expect(kept.bytes).toBe(content.length);
    expect(kept.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect((await readdir(join(folder, 'analyses', caseId))).sort()).toEqual(files);
    expect(kept.page?.location).toBe(`analyses/${caseId}/${uploadId}.zh-CN.html`);
    expect(await readFile(join(folder, kept.page?.location ?? ''), 'utf8')).toBe(pages['zh-CN']);
    expect(await readFile(join(folder, `analyses/${caseId}/${uploadId}.en.html`), 'utf8')).toBe(pages.en);
  });

  it('kept again replaces the first, also when both are kept at once', async () => {
    const again = { json: '{"a":1}', pages };
    await Promise.all([store.keep(caseId, uploadId, again), store.keep(caseId, uploadId, again)]);
    expect(await readFile(join(folder, 'analyses', caseId, `${uploadId}.json`), 'utf8')).toBe('{"a":1}');
    expect((await readdir(join(folder, 'analyses', caseId))).sort()).toEqual(files);
  });

  it.each([
    ['../..', uploadId],
    [caseId, '../../passwd'],
    ['', uploadId],
  ])('of case %j and upload %j has no place', async (one, other) => {
    await expect(store.keep(one, other, { json: '{}', pages })).rejects.toThrow(/expected two UUIDs/);
  });
});
