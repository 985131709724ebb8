import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { folderSettings, openEvidenceStore, streamOf, type EvidenceStore } from '@caserelay/evidence-store';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ReportStore } from './report-store.js';

const caseId = '7f3f0b8e-0000-4000-8000-000000000001';
const uploadId = '7f3f0b8e-0000-4000-8000-000000000002';
const pages = { 'zh-CN': '<p>驱动</p>', en: '<p>driver</p>' };
const files = ['en.html', 'json', 'zh-CN.html'].map((ending) => `${uploadId}.${ending}.encrypted`);
let folder: string;
let store: ReportStore;
let evidence: EvidenceStore;
const contentOf = async (location: string) => buffer(streamOf(await evidence.openForReading(location)));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'));
  evidence = openEvidenceStore(folderSettings(folder, randomBytes(32).toString('hex')));
  store = new ReportStore(evidence);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a whole report', () => {
  it('is kept at a place of its own, with its size and hash, and nothing else is left', async () => {
    const kept = await store.keep(caseId, uploadId, { json: '{"驱动":1}', pages });
    expect(kept.location).toBe(`analyses/${caseId}/${uploadId}.json`);
    const content = await contentOf(kept.location);
    expect(content.toString()).toBe('{"驱动":1}');
    expect(kept.bytes).toBe(content.length);
    expect(kept.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect((await readdir(join(folder, 'analyses', caseId))).sort()).toEqual(files);
    expect(kept.page?.location).toBe(`analyses/${caseId}/${uploadId}.zh-CN.html`);
    expect((await contentOf(kept.page?.location ?? '')).toString()).toBe(pages['zh-CN']);
    expect((await contentOf(`analyses/${caseId}/${uploadId}.en.html`)).toString()).toBe(pages.en);
  });

  it('kept again replaces the first, also when both are kept at once', async () => {
    const again = { json: '{"a":1}', pages };
    await Promise.all([store.keep(caseId, uploadId, again), store.keep(caseId, uploadId, again)]);
    expect((await contentOf(`analyses/${caseId}/${uploadId}.json`)).toString()).toBe('{"a":1}');
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
