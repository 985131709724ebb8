import type { KnownVersion } from '@caserelay/crash-dump';
import { archiveName, openArchive } from '@caserelay/dump-archive';
import { openByPass } from './adapters/evidence-store/evidence-store.js';
import { dieWithParent } from './adapters/reading-process/die-with-parent.js';
import type {
  FromReadingProcess,
  ReadingOrder,
  ToReadingProcess,
} from './adapters/reading-process/reading-messages.js';
import { keepReading } from './features/analyse-upload/keep-reading.js';
import { readUpload, type Needs, type Progress } from './features/analyse-upload/read-upload.js';
import { planNextSteps } from './features/plan-next-steps/plan-next-steps.js';

// Reads one upload for the service that started this process, says what it found, and is ended.

const signEveryMilliseconds = 200;
const answers = new Map<number, (versions: readonly KnownVersion[]) => void>();
const pieces = new Map<number, (bytes: Uint8Array) => void>();
/** What is asked for at once, so that the service is not held up. */
const mostBytesAsked = 1024 * 1024;
let progress: Progress = { stage: 'starting', member: null, bytes: 0, total: null };
let reads = 0;
let questions = 0;

dieWithParent();
process.on('message', (message: ToReadingProcess) => {
  switch (message.type) {
    case 'read':
      void read(message.order);
      return;
    case 'versions':
      answers.get(message.question)?.(message.versions);
      answers.delete(message.question);
      return;
    case 'bytes':
      pieces.get(message.question)?.(message.bytes);
      pieces.delete(message.question);
      return;
  }
});
setInterval(signOfLife, signEveryMilliseconds);
signOfLife();

async function read(order: ReadingOrder): Promise<void> {
  try {
    const reading = await readUpload(order.upload, needsOf(order));
    say({ type: 'read', reading: keepReading(order.upload, reading) });
  } catch (error) {
    say({ type: 'failed', fault: error instanceof Error ? error.message : String(error) });
  }
}

function needsOf({ evidence, archive }: ReadingOrder): Needs {
  return {
    open: () => openByPass(evidence, askFor),
    readArchive: ({ source, path, name }, needsWhole, onRead) =>
      openArchive(path ?? source, {
        ...archive,
        archiveName: name,
        needsWhole,
        onRead,
        signal: new AbortController().signal,
      }),
    archiveName,
    planNextSteps,
    lookUpVersions: (images) =>
      new Promise((resolve) => {
        questions += 1;
        answers.set(questions, resolve);
        say({ type: 'versions-wanted', question: questions, images });
      }),
    know: (known) => say({ type: 'known', known }),
    advance: (news) => {
      reads += 1;
      progress = { ...progress, ...news };
    },
  };
}

/** Bytes of a file that only the service can reach. */
async function askFor(offset: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const piece = await new Promise<Uint8Array>((resolve) => {
      questions += 1;
      pieces.set(questions, resolve);
      const wanted = Math.min(mostBytesAsked, length - done);
      say({ type: 'bytes-wanted', question: questions, offset: offset + done, length: wanted });
    });
    if (piece.length === 0) break;
    bytes.set(piece, done);
    done += piece.length;
  }
  return bytes.subarray(0, done);
}

function signOfLife(): void {
  say({ type: 'sign-of-life', progress, reads, residentBytes: process.memoryUsage.rss() });
}

function say(message: FromReadingProcess): void {
  process.send?.(message);
}
