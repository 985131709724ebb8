import type { ByteSource } from '@caserelay/crash-dump';
import type { JudgeOptions, Wholeness } from '@caserelay/dump-archive';
import type { EventOf } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import { FileRefusal } from './file-refusal.js';
import { pathOf, type Content, type Ending, type Needs, type Upload, type Uploads } from './receive-uploads.js';
import { startOf } from './start-notice.js';

/** Whoever looks for uploads to end: one per process. */
export interface EndingUploads {
  readonly needs: Needs;
  readonly held: ReadonlyMap<string, number>;
  inTurn<Result>(spaceId: string, work: () => Promise<Result>): Promise<Result>;
}

type Because = EventOf<'upload.completed'>['data']['because'];

const mostAtOnce = 100;
/** At closing a client waits for the answer. */
const quickly: JudgeOptions = { mostUnpackedBytes: 64 * 2 ** 20, mostMilliseconds: 1_000 };
/** Later only others wait for their turn. */
const thoroughly: JudgeOptions = { mostUnpackedBytes: 2 ** 36, mostMilliseconds: 600_000 };

/**
 * Keeps that an upload was closed and tells it, unless the same name and content was told before; also that all of it
 * is here, if its structure says so. `spare` is a file that is needed no more once this is committed.
 */
export async function receive(
  uploads: Uploads,
  upload: Upload,
  content: Content,
  needs: Needs,
): Promise<{ tells: Tell[]; spare: string | null }> {
  const { uploadId, spaceId, caseId, location } = upload;
  const told = await uploads.findTold(spaceId, upload, content.sha256);
  if (told && !told.isVisible) {
    const { folder, name, nameBytes } = upload;
    const modifiedAt = (await uploads.get(uploadId))?.modifiedAt ?? null;
    await uploads.forget(uploadId);
    await uploads.show(told.uploadId, { folder, name, nameBytes }, modifiedAt);
    return { tells: await completeIfWhole(uploads, { ...told, folder, name, nameBytes }, needs), spare: location };
  }
  await uploads.markReceived(uploadId, content, needs.now());
  if (told) {
    await uploads.markEnded(uploadId, 'untold');
    return { tells: [], spare: null };
  }
  const received: Tell = { type: 'upload.received', caseId, data: dataOf({ ...upload, ...content }) };
  const completed = await completeIfWhole(uploads, { ...upload, ...content }, needs);
  return { tells: [received, ...completed], spare: null };
}

/** What is told of an upload that has its row only now that it is closed, from its start on. */
export function tellsOfClosed(upload: Upload): Tell[] {
  const { caseId } = upload;
  const started = upload.bytes > 0 ? [startOf(upload, pathOf(upload))] : [];
  if (upload.state === 'named-later') return started;
  const received: Tell = { type: 'upload.received', caseId, data: dataOf(upload) };
  if (upload.ending !== 'completed') return [...started, received];
  return [...started, received, { type: 'upload.completed', caseId, data: { ...dataOf(upload), because: 'whole' } }];
}

/** Whether an upload of which all content is at hand is whole by its own structure. */
export async function isWholeInMemory({ uploadId }: Upload, content: Buffer, needs: Needs): Promise<boolean> {
  const file = {
    read: (offset: number, length: number) => Promise.resolve(content.subarray(offset, offset + length)),
  };
  try {
    return (await needs.judgeWhole(sourceOf(file, content.length), quickly)).verdict === 'whole';
  } catch (error) {
    needs.warn('it could not be judged whether an upload is whole', { uploadId, error });
    return false;
  }
}

/** Tells what has become of uploads that were closed a while ago and that nobody has gone on with. */
export async function endSettled(ending: EndingUploads): Promise<void> {
  const { needs } = ending;
  for (const upload of await needs.uploads.listNamedLater(needs.namedLaterMilliseconds, mostAtOnce))
    await attempt(upload, needs, () => ending.inTurn(upload.spaceId, () => receiveUnnamed(upload.uploadId, needs)));
  const judged: Judged[] = [];
  for (const upload of await needs.uploads.listUnended(needs.settleMilliseconds, mostAtOnce)) {
    if ((ending.held.get(upload.uploadId) ?? 0) > 0) continue;
    await attempt(upload, needs, async () => {
      judged.push(await judgeAgain(upload, needs));
    });
  }
  await endAll(judged, needs);
}

/**
 * The customer says that all of a file is here. Believed unless the file says otherwise: what lacks its end is refused
 * with what is missing. Asked twice, it is told once.
 */
export async function markComplete(space: { spaceId: string }, uploadId: string, needs: Needs): Promise<void> {
  await needs.transaction(async (uploads) => {
    const upload = await uploads.get(uploadId);
    if (upload?.spaceId !== space.spaceId || !upload.isVisible)
      throw new FileRefusal('ENOENT', 'this file was taken away meanwhile');
    return { result: undefined, tells: await completeMarked(uploads, upload, needs) };
  });
}

/** As `markComplete`, within a transaction. */
export async function completeMarked(uploads: Uploads, upload: Upload, needs: Needs): Promise<Tell[]> {
  const { state, sha256, bytes } = upload;
  if (state === 'receiving' || state === 'interrupted' || sha256 === null)
    throw new FileRefusal('EBUSY', `${pathOf(upload)} is still on its way; ${bytes} bytes are here`);
  if (upload.ending === 'completed') return [];
  const { verdict, expectedBytes, reason } = await judge(upload, needs, quickly);
  if (verdict === 'cut-short') {
    const of = expectedBytes === null ? '' : ` of ${expectedBytes}`;
    throw new FileRefusal('EINVAL', `only ${bytes}${of} bytes of ${pathOf(upload)} are here (${reason}); resume there`);
  }
  const received = state === 'named-later' ? await receive(uploads, upload, { bytes, sha256 }, needs) : null;
  return [...(received?.tells ?? []), ...(await complete(uploads, upload, 'marked'))];
}

async function attempt(upload: Upload, { warn }: Needs, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    warn('an upload could not be ended; it is tried again', { uploadId: upload.uploadId, error });
  }
}

/** The rename that should have followed did not come: what was closed under a temporary name counts under it. */
async function receiveUnnamed(uploadId: string, needs: Needs): Promise<void> {
  let spare: string | null = null;
  await needs.transaction(async (uploads) => {
    const upload = await uploads.get(uploadId);
    if (upload?.state !== 'named-later' || upload.sha256 === null) return { result: undefined, tells: [] };
    const received = await receive(uploads, upload, { bytes: upload.bytes, sha256: upload.sha256 }, needs);
    spare = received.spare;
    return { result: undefined, tells: received.tells };
  });
  if (spare !== null) await needs.evidence.remove(spare);
}

interface Judged {
  readonly upload: Upload;
  /** Null when its file is not what was received. */
  readonly wholeness: Wholeness | null;
}

async function judgeAgain(upload: Upload, needs: Needs): Promise<Judged> {
  const { uploadId, location, bytes } = upload;
  const file = await needs.evidence.openIfThere(location);
  try {
    const found = (await file?.size()) ?? 0;
    if (file && found === bytes)
      return { upload, wholeness: await needs.judgeWhole(sourceOf(file, bytes), thoroughly) };
    needs.warn('the file of a received upload has changed', { uploadId, found, expected: bytes });
    return { upload, wholeness: null };
  } finally {
    await file?.close();
  }
}

/** Many at once, since small files come by the thousand; when that fails, one by one, so that none is in the way of others. */
async function endAll(judged: readonly Judged[], needs: Needs): Promise<void> {
  if (judged.length === 0) return;
  try {
    await endTogether(judged, needs);
  } catch {
    for (const one of judged) await attempt(one.upload, needs, () => endTogether([one], needs));
  }
}

async function endTogether(judged: readonly Judged[], needs: Needs): Promise<void> {
  const endings = judged.map(({ upload, wholeness }) => ({
    uploadId: upload.uploadId,
    ending: endingOf(upload, wholeness),
  }));
  await needs.transaction(async (uploads) => {
    const ended = await uploads.markAllEnded(endings);
    return { result: undefined, tells: judged.filter(({ upload }) => ended.has(upload.uploadId)).flatMap(tellsOfEnd) };
  });
}

/** What was sent anew from its beginning instead of resumed is spoken of by its successor. */
function endingOf({ isVisible }: Upload, wholeness: Wholeness | null): Ending {
  if (wholeness === null || (wholeness.verdict === 'cut-short' && !isVisible)) return 'untold';
  return wholeness.verdict === 'cut-short' ? 'cut-short' : 'completed';
}

function tellsOfEnd({ upload, wholeness }: Judged): Tell[] {
  const { caseId } = upload;
  if (wholeness === null) return [];
  const { expectedBytes, reason } = wholeness;
  const data = dataOf(upload);
  switch (endingOf(upload, wholeness)) {
    case 'untold':
      return [];
    case 'cut-short':
      return [{ type: 'upload.cut-short', caseId, data: { ...data, expectedBytes, reason: reason.slice(0, 500) } }];
    case 'completed': {
      const because = wholeness.verdict === 'whole' ? 'whole' : 'settled';
      return [{ type: 'upload.completed', caseId, data: { ...data, because } }];
    }
  }
}

async function completeIfWhole(uploads: Uploads, upload: Upload, needs: Needs): Promise<Tell[]> {
  const wholeness = await judge(upload, needs, quickly).catch((error: unknown) => {
    needs.warn('it could not be judged whether an upload is whole', { uploadId: upload.uploadId, error });
    return null;
  });
  if (wholeness?.verdict === 'whole') return complete(uploads, upload, 'whole');
  needs.lookAgainIn(needs.settleMilliseconds);
  return [];
}

async function complete(uploads: Uploads, upload: Upload, because: Because): Promise<Tell[]> {
  if (!(await uploads.markEnded(upload.uploadId, 'completed'))) return [];
  return [{ type: 'upload.completed', caseId: upload.caseId, data: { ...dataOf(upload), because } }];
}

function dataOf(upload: Upload): EventOf<'upload.received'>['data'] {
  const { uploadId, spaceId, bytes, sha256, location } = upload;
  if (sha256 === null) throw new Error(`the upload ${uploadId} is told before its content is known`);
  return { uploadId, spaceId, name: pathOf(upload), bytes, sha256, location };
}

async function judge(
  { location, bytes }: Upload,
  { evidence, judgeWhole }: Needs,
  options: JudgeOptions,
): Promise<Wholeness> {
  const file = await evidence.openForReading(location);
  try {
    return await judgeWhole(sourceOf(file, bytes), options);
  } finally {
    await file.close();
  }
}

/** A stored file as the readers of dumps and archives want it. */
export function sourceOf(file: { read(offset: number, length: number): Promise<Buffer> }, size: number): ByteSource {
  return {
    size,
    async read(offset, length) {
      const from = Math.max(0, Math.min(offset, size));
      const bytes = await file.read(from, Math.max(0, Math.min(length, size - from)));
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
  };
}
