import { expect, it } from '@jest/globals';
import { dumpSamples } from '../../../tests/support/dump-samples.js';
import { MutatedDump } from '../../../tests/support/mutated-dump.js';
import { readHostileDump } from '../../../tests/support/read-hostile-dump.js';

/** A taste of it; `npm run fuzz:dump` gives as many as one likes, and watches time and memory. */
const rounds = 25;

it.each(dumpSamples())('%s, changed at random, is read or refused, and never more', async (_, make) => {
  const mutated = new MutatedDump(make());
  for (let seed = 0; seed < rounds; seed += 1) {
    await readHostileDump(mutated.withSeed(seed), seed % 4 === 0).catch((error: unknown) => {
      throw new Error(`seed ${seed} broke the reader`, { cause: error });
    });
  }
});

it('an unchanged dump comes back after every change', () => {
  const original = Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 251));
  const mutated = new MutatedDump(original);
  const first = Buffer.from(mutated.withSeed(7));
  for (let seed = 0; seed < 50; seed += 1) mutated.withSeed(seed);
  expect(mutated.withSeed(7)).toEqual(first);
  expect(first).not.toEqual(original);
});
