import { parseMail } from '@caserelay/mail-parser-cli';
import { automaticMails, bounces } from '../support/mails/machine-mails.js';
import { brokenMails } from '../support/mails/broken-mails.js';
import { mailsOfPrograms } from '../support/mails/mails-of-programs.js';
import { mutatedMail } from '../support/mails/mutated-mail.js';

/** Which changes one process reads. */
export interface Share {
  /** The first seed. */
  from: number;
  inputs: number;
}

/** How far a process came. */
export interface Progress {
  /** The seed that comes next. */
  next: number;
  read: number;
  /** Those in which no header was found. */
  noMail: number;
  damaged: number;
  slowestMilliseconds: number;
  slowestSeed: number;
  peakMegabytes: number;
  /** What went wrong with the seed before `next`; it was the last one then. */
  fault: string | null;
}

const tellEveryMilliseconds = 500;
const mostMilliseconds = 5_000;
const centre = { colleagueDomains: ['support.example'], ownAddresses: ['case@support.example'] };

const share = JSON.parse(process.argv[2] ?? '') as Share;
const samples = [...mailsOfPrograms, ...brokenMails, ...bounces, ...automaticMails].map(({ bytes }) => bytes);
const progress: Progress = {
  ...{ next: share.from, read: 0, noMail: 0, damaged: 0, slowestMilliseconds: 0, slowestSeed: share.from },
  ...{ peakMegabytes: 0, fault: null },
};
let toldAt = 0;
while (progress.next < share.from + share.inputs && progress.fault === null) {
  readOne(progress.next);
  if (performance.now() - toldAt > tellEveryMilliseconds) {
    tell();
    // Lets the message out.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
tell();
process.exitCode = progress.fault === null ? 0 : 1;
process.disconnect();

function readOne(seed: number): void {
  progress.next = seed + 1;
  const bytes = mutatedMail(samples, seed);
  const began = performance.now();
  try {
    const parsed = parseMail('fuzz', bytes, centre);
    progress.read += 1;
    if (parsed.damage.length > 0) progress.damaged += 1;
    const line = JSON.stringify(parsed);
    if (!isWhole(parsed.subject) || !isWhole(parsed.text)) progress.fault = 'half a character came out';
    const files = parsed.attachments.reduce((sum, { size }) => sum + size, 0);
    if (files > bytes.length * 2 + 10_000)
      progress.fault = `${bytes.length} bytes became ${files} bytes of attachments`;
    if (line.length > bytes.length * 30 + 100_000)
      progress.fault = `${bytes.length} bytes became a line of ${line.length}`;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('it is no mail')) progress.noMail += 1;
    else progress.fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const took = performance.now() - began;
  if (took > mostMilliseconds) progress.fault ??= `it took ${Math.round(took)} ms for ${bytes.length} bytes`;
  if (took > progress.slowestMilliseconds) {
    progress.slowestMilliseconds = took;
    progress.slowestSeed = seed;
  }
}

function isWhole(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\0/.test(text);
}

function tell(): void {
  toldAt = performance.now();
  // Peak of the whole life, in KiB; what this process itself is made of is 80 to 90 MB of it.
  progress.peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.send?.(progress);
}
