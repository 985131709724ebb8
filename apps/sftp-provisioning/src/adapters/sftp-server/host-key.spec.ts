import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadHostKey } from './host-key.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caserelay-host-key-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the host key', () => {
  it('is made once, also when many ask at the same time, and only its owner reads it', async () => {
    const file = join(folder, 'deep', 'key');
    const keys = await Promise.all(Array.from({ length: 5 }, () => loadHostKey(file)));
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(await loadHostKey(file)).toEqual(keys[0]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('that cannot be read is named with its file', async () => {
    const file = join(folder, 'broken');
    await writeFile(file, 'no key');
    await expect(loadHostKey(file)).rejects.toThrow(`the SFTP host key in ${file} cannot be read`);
  });
});
