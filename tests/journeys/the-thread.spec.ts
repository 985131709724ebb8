import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultsOf, replacedCount } from '../support/check-play.js';
import { playThread } from '../support/play-thread.js';
import { aSystem, parts, quickRetries, type System } from '../support/system.js';

describe.each([
  ['in one process', false],
  ['in seven processes', true],
])('the real case CAS-02227, with the services %s', (_, separate) => {
  let system: System;
  let folder: string;
  beforeAll(async () => {
    system = await aSystem();
    folder = await mkdtemp(join(tmpdir(), 'caserelay-journey-'));
  });
  afterAll(async () => {
    await system.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('goes from its first mail to the archive, every mail once, and leaves people little to write', async () => {
    const result = await playThread({
      parts,
      namespace: system.namespace,
      folder,
      separate,
      speed: 90_000,
      environment: { RETRY_PAUSES_SECONDS: quickRetries },
    });
    expect(faultsOf(result)).toEqual([]);
    expect(replacedCount(result)).toBeGreaterThanOrEqual(12);
  }, 240_000);
});
