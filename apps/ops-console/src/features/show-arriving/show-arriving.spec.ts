import type { EventType, RecognisedDump } from '@caserelay/contracts';
import { describe, expect, test } from '@jest/globals';
import type { TimelineEntry } from '../../case-story.js';
import { showArriving, type ArrivingUpload } from './show-arriving.js';

const dump: RecognisedDump = {
  ...{ member: 'MEMORY.DMP', format: 'kernel-dump-64', kind: 'kernel', exception: null, machine: 'AMD64' },
  bugcheck: { code: '0x139', name: 'KERNEL_SECURITY_CHECK_FAILURE', parameters: [] },
  ...{ osBuild: 17763, osName: 'Windows 10 1809', crashedAt: null, uptimeSeconds: null },
  ...{ expectedBytes: 4_000_000_000, arrivedBytes: 65_536 },
};
let clock = 0;
const entry = (type: EventType, data: object): TimelineEntry => ({
  ...{ id: '1', eventId: '1', caseId: 'case', heardAt: '', source: 'x', sequence: null, causationId: null, type, data },
  ...{ headline: { zh: '', en: '' }, at: `2020-05-01T00:00:0${(clock += 1)}.000Z` },
});
const file = { uploadId: 'one', name: 'MEMORY.zip', location: 'uploads/one' };
const started = entry('upload.started', file);
const recognised = entry('upload.recognised', { uploadId: 'one', name: 'MEMORY.zip', ...dump });
const interrupted = entry('upload.interrupted', { ...file, bytes: 70_000 });

const arrivingAfter = (entries: TimelineEntry[], length: number | null = null): Promise<ArrivingUpload[]> =>
  showArriving('case', {
    findEntriesOf: (_, types) => Promise.resolve(entries.filter(({ type }) => types.includes(type))),
    lengthOf: (location) => Promise.resolve(location === 'uploads/one' ? length : null),
  });

describe('what arrives for a case', () => {
  test('is known by name from its beginning, and by kind once it is recognised', async () => {
    const begun = { uploadId: 'one', name: 'MEMORY.zip', startedAt: started.at, interruptedAt: null, noticedAt: null };
    const unmeasured = { expectedBytes: null, bytesPerSecond: null, secondsLeft: null };
    expect(await arrivingAfter([started])).toEqual([{ ...begun, ...unmeasured, bytes: null, dump: null }]);
    expect(await arrivingAfter([started, recognised])).toEqual([{ ...begun, ...unmeasured, bytes: 65_536, dump }]);
  });

  test('says how fast it comes and how long it still takes, until the connection is lost', async () => {
    const progressed = entry('upload.progressed', {
      ...file,
      ...{ bytes: 1_000_000, expectedBytes: 5_000_000, bytesPerSecond: 100_000 },
    });
    expect(await arrivingAfter([started, progressed], 2_000_000)).toMatchObject([
      { bytes: 2_000_000, expectedBytes: 5_000_000, bytesPerSecond: 100_000, secondsLeft: 30 },
    ]);
    expect(await arrivingAfter([started, progressed, interrupted])).toMatchObject([
      { bytes: 70_000, expectedBytes: 5_000_000, bytesPerSecond: null, secondsLeft: null },
    ]);
    expect(await arrivingAfter([started, interrupted, progressed])).toMatchObject([{ interruptedAt: null }]);
  });

  test('has the size that its own header calls for, unless it is packed', async () => {
    const raw = entry('upload.recognised', { uploadId: 'one', name: 'MEMORY.DMP', ...dump, member: null });
    expect(await arrivingAfter([started, raw])).toMatchObject([{ expectedBytes: 4_000_000_000 }]);
    expect(await arrivingAfter([started, recognised])).toMatchObject([{ expectedBytes: null }]);
  });

  test('is as long as its file is now', async () => {
    expect(await arrivingAfter([started, recognised], 900_000)).toMatchObject([{ bytes: 900_000 }]);
  });

  test('shows that the connection is lost, and when the customer was told', async () => {
    const noticed = entry('case.wrong-dump-noticed', { uploadId: 'one' });
    expect(await arrivingAfter([started, recognised, noticed, interrupted])).toMatchObject([
      { interruptedAt: interrupted.at, noticedAt: noticed.at, bytes: 70_000 },
    ]);
  });

  test.each([
    ['it is received', 'upload.received', file],
    ['the case is archived', 'case.archived', {}],
  ] as const)('is over once %s', async (_, type, data) => {
    expect(await arrivingAfter([started, recognised, entry(type, data)])).toEqual([]);
  });

  test('is the latest file of a name only', async () => {
    const anew = entry('upload.started', { uploadId: 'two', name: 'MEMORY.zip' });
    const other = entry('upload.started', { uploadId: 'three', name: 'other.zip' });
    expect((await arrivingAfter([started, interrupted, anew, other])).map(({ uploadId }) => uploadId)).toEqual([
      'two',
      'three',
    ]);
  });
});
