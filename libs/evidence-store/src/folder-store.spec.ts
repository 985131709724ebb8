import { describe } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderSettings, openEvidenceStore } from './evidence-config.js';
import { storeBehaves, type StoreUnderTest } from './store-behaves.js';

describe.each([
  ['encrypted', randomBytes(32).toString('hex')],
  ['as it is', 'none'],
])('a folder, %s', (_, key) => {
  storeBehaves(async (): Promise<StoreUnderTest> => {
    const folder = await mkdtemp(join(tmpdir(), 'evidence-'));
    return {
      open: () => Promise.resolve(openEvidenceStore(folderSettings(folder, key))),
      tearDown: () => rm(folder, { recursive: true }),
    };
  });
});
