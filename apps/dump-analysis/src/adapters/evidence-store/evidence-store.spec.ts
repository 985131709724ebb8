import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { folderSettings, openEvidenceStore, type EvidenceStore } from '@caserelay/evidence-store';
import { openByPass, UploadedEvidence, type EvidencePass } from './evidence-store.js';

let folder: string;
const askNobody = (): Promise<never> => Promise.reject(new Error('nobody is asked'));
let store: UploadedEvidence;
let evidence: EvidenceStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'));
  await mkdir(join(folder, 'evidence/uploads'), { recursive: true });
  await writeFile(join(folder, 'evidence/uploads/a.dmp'), 'PAGEDU64');
  await writeFile(join(folder, 'secret'), 'secret');
  await mkdir(join(folder, 'evidence-of-others'));
  await writeFile(join(folder, 'evidence-of-others/b'), 'b');
  await symlink(join(folder, 'secret'), join(folder, 'evidence/uploads/link'));
  evidence = openEvidenceStore(folderSettings(join(folder, 'evidence'), randomBytes(32).toString('hex')));
  store = new UploadedEvidence(evidence);
});
afterAll(() => rm(folder, { recursive: true }));

describe('uploaded evidence', () => {
  it('opens a file in it and reads no further than its end', async () => {
    const opened = await store.open('uploads/a.dmp');
    if ('refused' in opened) throw new Error(opened.refused);
    expect(opened.source.size).toBe(8);
    expect((await opened.source.read(4, 100)).byteLength).toBe(4);
    expect((await opened.source.read(100, 4)).byteLength).toBe(0);
    await opened.close();
  });

  it.each(['../secret', '/etc/passwd', 'uploads/../../secret', '../evidence-of-others/b', 'uploads/link', 'a\0b', ''])(
    'refuses %j, which is outside',
    async (location) => {
      expect(await store.open(location)).toMatchObject({
        refused: expect.stringMatching(/outside the evidence store/),
      });
    },
  );

  it('refuses a folder', async () => {
    expect(await store.open('uploads')).toMatchObject({ refused: expect.stringMatching(/outside the evidence store/) });
  });

  it('gives a pass for one file, which opens it in another process without the master key', async () => {
    const file = await evidence.create('uploads/encrypted.dmp');
    await file.write([Buffer.from('PAGEDU64 and more')], 0);
    await file.close();
    for (const [location, text] of [
      ['uploads/encrypted.dmp', 'PAGEDU64 and more'],
      ['uploads/a.dmp', 'PAGEDU64'],
    ] as const) {
      const { pass, open } = await store.passFor(location);
      expect(open).toBeNull();
      const opened = await openByPass(deserialize(serialize(pass)) as EvidencePass, askNobody);
      if ('refused' in opened) throw new Error(opened.refused);
      const { buffer, byteOffset, byteLength } = await opened.source.read(0, 100);
      expect(Buffer.from(buffer, byteOffset, byteLength).toString()).toBe(text);
      expect(opened.path === null).toBe(location === 'uploads/encrypted.dmp');
      await opened.close();
    }
    expect(await openByPass((await store.passFor('../secret')).pass, askNobody)).toMatchObject({
      refused: expect.any(String),
    });
    await expect(store.passFor('uploads/gone.dmp')).rejects.toThrow(/ENOENT/);
  });

  it('fails for a file that is not there, so that it is tried again', async () => {
    await expect(store.open('uploads/gone.dmp')).rejects.toThrow(/ENOENT/);
  });
});
