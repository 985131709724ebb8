import { dumpSamples } from '../support/dump-samples.js';
import { MutatedDump } from '../support/mutated-dump.js';
import { readHostileDump } from '../support/read-hostile-dump.js';

/** Which changes of which sample one process reads. */
export interface Share {
  sample: string;
  /** The first seed. */
  from: number;
  inputs: number;
}

/** How far a process came. */
export interface Progress {
  /** The seed that comes next. */
  next: number;
  read: number;
  refused: number;
  slowestMilliseconds: number;
  slowestSeed: number;
  peakMegabytes: number;
  /** What went wrong with the seed before `next`; it was the last one then. */
  fault: string | null;
}

const tellEveryMilliseconds = 500;
/** Reading goes wrong sooner than telling, so that most inputs are only read. */
const allOfIt = 10;

const share = JSON.parse(process.argv[2] ?? '') as Share;
const original = dumpSamples().find(([name]) => name === share.sample)?.[1]();
if (!original) throw new Error(`found no sample of the name ${share.sample}`);
const mutated = new MutatedDump(original);
const progress: Progress = {
  ...{ next: share.from, read: 0, refused: 0, slowestMilliseconds: 0, slowestSeed: share.from, peakMegabytes: 0 },
  fault: null,
};
let toldAt = 0;
while (progress.next < share.from + share.inputs && progress.fault === null) {
  await readOne(progress.next);
  if (performance.now() - toldAt > tellEveryMilliseconds) tell();
}
tell();
process.exitCode = progress.fault === null ? 0 : 1;
process.disconnect();

async function readOne(seed: number): Promise<void> {
  progress.next = seed + 1;
  const began = performance.now();
  try {
    progress[await readHostileDump(mutated.withSeed(seed), seed % allOfIt === 0)] += 1;
  } catch (error) {
    progress.fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const took = performance.now() - began;
  if (took > progress.slowestMilliseconds) {
    progress.slowestMilliseconds = took;
    progress.slowestSeed = seed;
  }
}

function tell(): void {
  toldAt = performance.now();
  // Peak of the whole life, in KiB; what this process itself is made of is 60 to 70 MB of it.
  progress.peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.send?.(progress);
}
