import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceStore } from './evidence-store.js';

let folder: string;
let store: EvidenceStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'));
  await mkdir(join(folder, 'evidence/uploads'), { recursive: true });
  await writeFile(join(folder, 'evidence/uploads/a.dmp'), 'PAGEDU64');
  await writeFile(join(folder, 'secret'), 'secret');
  await mkdir(join(folder, 'evidence-of-others'));
  await writeFile(join(folder, 'evidence-of-others/b'), 'b');
  await symlink(join(folder, 'secret'), join(folder, 'evidence/uploads/link'));
  store = new EvidenceStore(join(folder, 'evidence'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the evidence store', () => {
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
    expect(await store.open('uploads')).toMatchObject({ refused: expect.stringMatching(/expected a file/) });
  });

  it('fails for a file that is not there, so that it is tried again', async () => {
    await expect(store.open('uploads/gone.dmp')).rejects.toThrow(/ENOENT/);
  });
});
