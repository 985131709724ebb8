import type { EventOf, EventType } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { fullDump, zipOf } from '../../support/synthetic-dump.js';
import { until } from '../../support/until.js';
import { aRoom, ask, logIn, newFile, openFor, upload, writeAt, type OpenSpace, type Room } from './a-space.js';

const settleSeconds = 1;
const dump = Buffer.from(fullDump({ megabytes: 1 }));
const archive = Buffer.from(zipOf({ 'MEMORY.DMP': dump, 'noise.bin': randomBytes(100_000) }));

let room: Room;
beforeAll(async () => {
  room = await aRoom({ UPLOAD_SETTLE_SECONDS: String(settleSeconds), UPLOAD_RENAME_MINUTES: '0.05' });
});
afterAll(() => room.close());

describe('a file that was closed', () => {
  it.each([
    ['a dump', 'MEMORY.DMP', dump],
    ['an archive', 'MEMORY.zip', archive],
  ])('and is whole by its own structure is told to be complete at once: %s', async (_, name, content) => {
    const { open, sftp, leave } = await enter();
    const before = Date.now();
    await upload(sftp, `/upload/${name}`, content);
    const [completed] = await told(open, 'upload.completed');
    expect(Date.now() - before).toBeLessThan(settleSeconds * 1000);
    const [received] = await told(open, 'upload.received');
    expect(completed?.data).toEqual({ ...received?.data, because: 'whole' });
    expect(typesOf(open)).toEqual(['upload.started', 'upload.received', 'upload.completed']);
    leave();
  });

  it('and says nothing of its end is told to be complete once nobody has gone on with it for a while', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/setupapi.log', Buffer.from('a line'));
    await told(open, 'upload.received');
    expect(room.told(open.caseId, 'upload.completed')).toEqual([]);
    expect((await told(open, 'upload.completed'))[0]?.data).toMatchObject({ because: 'settled', bytes: 6 });
    leave();
  });

  it.each([
    ['a dump', 'MEMORY.DMP', dump, dump.length],
    ['an archive', 'MEMORY.zip', archive, null],
  ])('although its end is missing is never complete, and told to be cut short: %s', async (_, name, content, size) => {
    const { open, sftp, leave } = await enter();
    const part = content.subarray(0, content.length - 50_000);
    await upload(sftp, `/upload/${name}`, part);
    const [cut] = await told(open, 'upload.cut-short');
    expect(cut?.data).toMatchObject({ name, bytes: part.length, sha256: sha256(part), expectedBytes: size });
    expect(cut?.data.reason).not.toBe('');

    await goOn(sftp, `/upload/${name}`, content, part.length);
    const [completed] = await told(open, 'upload.completed');
    expect(completed?.data).toMatchObject({ name, because: 'whole', sha256: sha256(content) });
    await hasSettled();
    expect(room.told(open.caseId, 'upload.cut-short')).toHaveLength(1);
    expect(room.told(open.caseId, 'upload.completed')).toHaveLength(1);
    leave();
  });

  it('and resumed before it settled is told once, as a whole', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/MEMORY.DMP', dump.subarray(0, 400_000));
    await goOn(sftp, '/upload/MEMORY.DMP', dump, 400_000);
    expect((await told(open, 'upload.completed'))[0]?.data).toMatchObject({ because: 'whole', bytes: dump.length });
    await hasSettled();
    expect(typesOf(open).filter((type) => type === 'upload.completed' || type === 'upload.cut-short')).toHaveLength(1);
    leave();
  });

  it('and sent anew from its beginning is not told to be resumed', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/MEMORY.DMP', dump.subarray(0, 400_000));
    await upload(sftp, '/upload/MEMORY.DMP', dump);
    await told(open, 'upload.completed');
    await hasSettled();
    expect(room.told(open.caseId, 'upload.cut-short')).toEqual([]);
    leave();
  });

  it('does not settle while somebody has it open to go on', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/app.log', Buffer.from('one '));
    const handle = await openFor(sftp, '/upload/app.log', 0x02);
    await hasSettled();
    expect(room.told(open.caseId, 'upload.completed')).toEqual([]);
    await writeAt(sftp, handle, Buffer.from('two'), 4);
    await ask((done) => sftp.close(handle, done));
    expect((await told(open, 'upload.completed')).map(({ data }) => data.sha256)).toEqual([sha256('one two')]);
    leave();
  });

  it('is told once although the service was stopped before it settled', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/late.log', Buffer.from('late'));
    leave();
    await room.restart();
    expect((await told(open, 'upload.completed'))[0]?.data).toMatchObject({ because: 'settled' });
    await hasSettled();
    expect(room.told(open.caseId, 'upload.completed')).toHaveLength(1);
  });
});

describe('a customer who says that all of a file is here, by an empty NAME.done beside it,', () => {
  it('is believed where the file says nothing, and the mark is not kept', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/app.log', Buffer.from('log'));
    await upload(sftp, '/upload/app.log.done', Buffer.alloc(0));
    expect((await told(open, 'upload.completed'))[0]?.data).toMatchObject({ name: 'app.log', because: 'marked' });
    const names = await ask<{ filename: string }[]>((done) => sftp.readdir('/upload', done));
    expect(names.map(({ filename }) => filename)).toEqual(['app.log']);
    await hasSettled();
    expect(typesOf(open)).toEqual(['upload.started', 'upload.received', 'upload.completed']);
    leave();
  });

  it('is not believed where its end is missing', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/MEMORY.DMP', dump.subarray(0, 400_000));
    const mark = await openFor(sftp, '/upload/MEMORY.DMP.done', newFile);
    await expect(ask((done) => sftp.close(mark, done))).rejects.toThrow(`only 400000 of ${dump.length} bytes`);
    await told(open, 'upload.cut-short');
    expect(room.told(open.caseId, 'upload.completed')).toEqual([]);
    leave();
  });
});

describe('a file under a temporary name', () => {
  it('is told under its own once it is renamed', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/MEMORY.DMP.filepart', dump);
    await ask((done) => sftp.rename('/upload/MEMORY.DMP.filepart', '/upload/MEMORY.DMP', done));
    expect((await told(open, 'upload.completed'))[0]?.data).toMatchObject({ name: 'MEMORY.DMP', because: 'whole' });
    leave();
  });

  it('that is never renamed is told once after a while', async () => {
    const { open, sftp, leave } = await enter();
    await upload(sftp, '/upload/MEMORY.zip.0a1b2c3d.partial', archive);
    await upload(sftp, '/upload/half.DMP.part', dump.subarray(0, 400_000));
    const [completed] = await told(open, 'upload.completed');
    expect(completed?.data).toMatchObject({ name: 'MEMORY.zip.0a1b2c3d.partial', because: 'whole' });
    expect(completed?.data.location).toMatch(/MEMORY\.zip$/);
    expect((await told(open, 'upload.cut-short'))[0]?.data).toMatchObject({ name: 'half.DMP.part' });
    await ask((done) => sftp.rename('/upload/MEMORY.zip.0a1b2c3d.partial', '/upload/MEMORY.zip', done));
    await hasSettled();
    expect(room.told(open.caseId, 'upload.received')).toHaveLength(2);
    expect(room.told(open.caseId, 'upload.completed')).toHaveLength(1);
    leave();
  });
});

async function enter() {
  const open = await room.openSpace();
  const { client, sftp } = await logIn(open.credentials);
  return { open, sftp, leave: () => void client.end() };
}

async function goOn(sftp: Parameters<typeof upload>[0], path: string, content: Buffer, from: number): Promise<void> {
  const handle = await openFor(sftp, path, 0x0e);
  await writeAt(sftp, handle, content.subarray(from), from);
  await ask((done) => sftp.close(handle, done));
}

/** Waits until a file that was closed after everything before has settled: nothing of before can still come. */
async function hasSettled(): Promise<void> {
  const { open, sftp, leave } = await enter();
  await upload(sftp, '/upload/later.log', Buffer.from('later'));
  await told(open, 'upload.completed');
  leave();
}

async function told<Type extends EventType>({ caseId }: OpenSpace, type: Type): Promise<EventOf<Type>[]> {
  await until(`${type} is told`, () => room.told(caseId, type)[0]);
  return room.told(caseId, type);
}

function typesOf({ caseId }: OpenSpace): string[] {
  return room.heard
    .filter(({ subject, type }) => subject === caseId && type.startsWith('upload.'))
    .map(({ type }) => type);
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
