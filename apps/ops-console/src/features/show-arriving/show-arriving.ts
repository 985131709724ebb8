import type { EventOf, EventType, RecognisedDump } from '@caserelay/contracts';
import type { TimelineEntry } from '../../case-story.js';

/** A file that has begun to come in and is not received yet. */
export interface ArrivingUpload {
  uploadId: string;
  name: string;
  startedAt: string;
  /** Set while its connection is lost. */
  interruptedAt: string | null;
  /** How much of it is here; null where nobody says. */
  bytes: number | null;
  /** How large it will be, as its header or its sender says; null where nobody does. */
  expectedBytes: number | null;
  /** How fast it came when that was told last; null while nobody has told, and while the connection is lost. */
  bytesPerSecond: number | null;
  /** Seconds until it is here at that speed. */
  secondsLeft: number | null;
  /** What its first bytes say. */
  dump: RecognisedDump | null;
  /** When the customer was told that it is the wrong kind. */
  noticedAt: string | null;
}

/** The events that tell of arriving. */
export const arrivalTypes = [
  'upload.started',
  'upload.recognised',
  'upload.progressed',
  'case.wrong-dump-noticed',
  'upload.interrupted',
  'upload.received',
  'case.archived',
] as const satisfies EventType[];

export interface Needs {
  /** The latest entries of these types, in the order in which they happened. */
  findEntriesOf(caseId: string, types: readonly EventType[], limit: number): Promise<TimelineEntry[]>;
  /** How long the file of the evidence store is; null when there is none. */
  lengthOf(location: string): Promise<number | null>;
}

const mostEntries = 500;

/** What arrives for a case at this moment. A file that was begun anew under its name takes the place of the one before. */
export async function showArriving(caseId: string, needs: Needs): Promise<ArrivingUpload[]> {
  const arriving = new Map<string, ArrivingUpload & { location: string | null }>();
  for (const entry of await needs.findEntriesOf(caseId, arrivalTypes, mostEntries)) take(arriving, entry);
  return await Promise.all(
    [...arriving.values()].map(async ({ location, ...upload }) => {
      const bytes = (location === null ? null : await needs.lengthOf(location)) ?? upload.bytes;
      return { ...upload, bytes, secondsLeft: secondsLeft({ ...upload, bytes }) };
    }),
  );
}

function secondsLeft({ bytes, expectedBytes, bytesPerSecond }: ArrivingUpload): number | null {
  if (bytes === null || expectedBytes === null || !bytesPerSecond || bytes >= expectedBytes) return null;
  return Math.ceil((expectedBytes - bytes) / bytesPerSecond);
}

type Told = {
  [Type in (typeof arrivalTypes)[number]]: Pick<EventOf<Type>, 'type' | 'data'>;
}[(typeof arrivalTypes)[number]];

/** The console has parsed each event before it kept it. */
function take(arriving: Map<string, ArrivingUpload & { location: string | null }>, entry: TimelineEntry): void {
  const { at } = entry;
  const { type, data } = entry as unknown as Told;
  switch (type) {
    case 'upload.started': {
      const { uploadId, name, location = null } = data;
      for (const other of [...arriving.values()]) if (other.name === name) arriving.delete(other.uploadId);
      const unknown = { interruptedAt: null, bytes: null, dump: null, noticedAt: null };
      const unmeasured = { expectedBytes: null, bytesPerSecond: null, secondsLeft: null };
      arriving.set(uploadId, { uploadId, name, startedAt: at, location, ...unknown, ...unmeasured });
      return;
    }
    case 'upload.recognised': {
      const { uploadId, name: _, ...dump } = data;
      // What is packed does not say how large it is packed.
      const expected = dump.member === null && dump.expectedBytes ? { expectedBytes: dump.expectedBytes } : {};
      change(arriving, uploadId, { dump, bytes: dump.arrivedBytes, ...expected });
      return;
    }
    case 'upload.progressed': {
      const { uploadId, bytes, bytesPerSecond, expectedBytes } = data;
      const expected = expectedBytes === null ? {} : { expectedBytes };
      change(arriving, uploadId, { bytes, bytesPerSecond, interruptedAt: null, ...expected });
      return;
    }
    case 'case.wrong-dump-noticed':
      change(arriving, data.uploadId, { noticedAt: at });
      return;
    case 'upload.interrupted':
      change(arriving, data.uploadId, { interruptedAt: at, bytes: data.bytes, bytesPerSecond: null });
      return;
    case 'upload.received':
      arriving.delete(data.uploadId);
      return;
    case 'case.archived':
      arriving.clear();
  }
}

function change<Upload extends ArrivingUpload>(
  arriving: Map<string, Upload>,
  uploadId: string,
  news: Partial<ArrivingUpload>,
): void {
  const upload = arriving.get(uploadId);
  if (upload) arriving.set(uploadId, { ...upload, ...news });
}
