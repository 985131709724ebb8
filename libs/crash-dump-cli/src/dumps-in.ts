import {
  analyseDump,
  beginsAsDump,
  fromBytes,
  UnreadableDump,
  type ByteSource,
  type DumpReport,
} from '@caserelay/crash-dump';
import { openArchive } from '@caserelay/dump-archive';
import type { Input } from './open-input.js';
import type { Progress } from './show-progress.js';

/** A dump and, when it lay in an archive, its name there. */
export interface FoundDump {
  member: string | null;
  report: DumpReport;
}

/** How much is looked at: the files of an archive, what comes out of it, and what is kept of a file that is not kept whole. */
const limits = { maxMembers: 10_000, maxBytes: 2 ** 42, headBytes: 16 * 1024 * 1024 };

/**
 * The dumps in a file, one after another: the file itself, or those that an archive holds. In words what in an archive
 * cannot be read. Throws UnreadableDump for a file that is neither dump nor archive.
 */
export async function* dumpsIn(
  { path, source }: Input,
  { password, progress }: { password: string | null; progress: Progress },
): AsyncGenerator<FoundDump | string> {
  progress.say('reading');
  try {
    yield { member: null, report: await analyseDump(source) };
    return;
  } catch (error) {
    if (!(error instanceof UnreadableDump) || error.what !== 'container') throw error;
  }
  let found = 0;
  const troubles: string[] = [];
  progress.say('unpacking');
  const stop = new AbortController();
  const options = {
    ...limits,
    needsWhole: beginsAsDump,
    signal: stop.signal,
    ...(password === null ? {} : { password }),
  };
  try {
    for await (const part of openArchive(path, options)) {
      if (part.kind === 'limit-reached') troubles.push(`not all of the archive was looked at: ${part.reason}`);
      else if (part.kind === 'trouble') troubles.push(part.reason);
      else if (beginsAsDump(part.head)) {
        found += 1;
        yield await readMember(part.name, part.source ?? fromBytes(part.head, part.bytes), part.ending, part.reason);
      } else if (part.ending === 'unreadable') {
        troubles.push(`"${part.name}": ${part.reason ?? part.ending}`);
      }
      progress.say('unpacking');
    }
  } finally {
    stop.abort();
  }
  yield* troubles;
  if (found === 0 && troubles.length === 0) yield 'it is an archive that holds no crash dump';
}

async function readMember(
  name: string,
  source: ByteSource,
  ending: string,
  reason: string | null,
): Promise<FoundDump | string> {
  try {
    const report = await analyseDump(source);
    if (ending === 'whole' || reason === null) return { member: name, report };
    const { completeness } = report;
    const flaws = [...(completeness.flaws ?? []), reason];
    const verdict = completeness.verdict === 'complete' ? 'unknown' : completeness.verdict;
    return { member: name, report: { ...report, completeness: { ...completeness, verdict, flaws } } };
  } catch (error) {
    if (error instanceof UnreadableDump) return `"${name}": ${error.message}`;
    throw error;
  }
}
