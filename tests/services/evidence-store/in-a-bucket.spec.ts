import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SFTPWrapper } from 'ssh2';
import { evidenceAt } from '../../support/evidence.js';
import { anS3Server, type S3Server } from '../../support/s3-server.js';
import { fullDump, zipOf } from '../../support/synthetic-dump.js';
import { until } from '../../support/until.js';
import { AnalysisDesk } from '../dump-analysis/analysis-desk.js';
import { aRoom, ask, frontOf, logIn, type Room } from '../sftp-provisioning/a-space.js';

let server: S3Server;
beforeAll(async () => {
  server = await anS3Server();
});
afterAll(() => server.remove());

const settings = (prefix: string): Record<string, string> => ({
  ...server.settings,
  EVIDENCE_S3_PREFIX: prefix,
  EVIDENCE_S3_PART_MEBIBYTES: '1',
});

describe('an upload into a bucket', () => {
  let room: Room;
  beforeAll(async () => {
    room = await aRoom(settings('uploads'));
  }, 60_000);
  afterAll(() => room.close(), 60_000);

  it('goes on where it stopped when the process that receives it was killed, and lies there whole', async () => {
    const { caseId, credentials } = await room.openSpace();
    const content = randomBytes(5_500_000);
    const first = await logIn(credentials);
    first.client.on('error', () => undefined);
    const gone = new Promise<void>((resolve) => first.client.once('close', () => resolve()));
    const half = await ask<Buffer>((done) => first.sftp.open('/upload/MEMORY.DMP', 'w', done));
    await send(first.sftp, half, content.subarray(0, 3_200_000), 0);
    process.kill(await frontOf(), 'SIGKILL');
    await gone;
    const [interrupted] = await until('it is interrupted', () => {
      const told = room.told(caseId, 'upload.interrupted');
      return told.length > 0 ? told : null;
    });
    const again = await until('one can log in again', () => logIn(credentials).catch(() => null), 20_000);
    const { size } = await ask<{ size: number }>((done) => again.sftp.stat('/upload/MEMORY.DMP', done));
    expect(size).toBe(interrupted?.data.bytes);
    expect(size).toBeGreaterThan(3_000_000);
    const rest = await ask<Buffer>((done) => again.sftp.open('/upload/MEMORY.DMP', 'r+', done));
    await send(again.sftp, rest, content.subarray(size), size);
    await ask((done) => again.sftp.close(rest, done));
    const received = await until('it is received', () => room.told(caseId, 'upload.received')[0]);
    expect(received.data).toMatchObject({ bytes: content.length, sha256: sha256(content) });
    expect((await evidenceAt(room.system.environment, received.data.location)).equals(content)).toBe(true);
    again.client.end();
    const folder = room.system.environment['EVIDENCE_DIR'] as string;
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
    expect(await readdir(folder)).not.toContain('uploads');
  }, 60_000);
});

describe('an analysis of what lies in a bucket', () => {
  let desk: AnalysisDesk;
  beforeAll(async () => {
    desk = await AnalysisDesk.open({ ...settings('analyses'), ANALYSIS_ATTEMPTS: '100' });
  }, 60_000);
  afterAll(() => desk.close(), 60_000);

  it.each([
    ['a dump', 'MEMORY.DMP', () => Promise.resolve(Buffer.from(fullDump()))],
    ['a ZIP', 'MEMORY.zip', () => Promise.resolve(zipOf({ 'MEMORY.DMP': fullDump() }))],
    ['a 7z archive', 'two.7z', () => readFile(join(import.meta.dirname, '../../fixtures/archives/two.7z'))],
  ])('reads %s, and keeps the report there', async (_, name, content) => {
    const answer = await desk.read(name, await content());
    if (answer.type !== 'dump.analysed') throw new Error(JSON.stringify(answer));
    const { report } = answer.data;
    const kept = await evidenceAt(desk.system.environment, report?.location ?? '');
    expect(sha256(kept)).toBe(report?.sha256);
    const folder = desk.system.environment['EVIDENCE_DIR'] as string;
    expect(await readdir(folder)).not.toContain('analyses');
  });

  it('is tried again while the bucket is away', async () => {
    const upload = await desk.ask('MEMORY.DMP', fullDump());
    await server.stop();
    try {
      await until('a fault is noted', async () => (await desk.rowOf(upload))?.last_fault ?? null, 60_000);
    } finally {
      await server.start();
    }
    expect(await desk.answerTo(upload, 60_000)).toMatchObject({ type: 'dump.analysed' });
  }, 120_000);
});

async function send(sftp: SFTPWrapper, handle: Buffer, content: Buffer, offset: number): Promise<void> {
  const step = 250_000;
  for (let at = 0; at < content.length; at += step) {
    const piece = content.subarray(at, at + step);
    await ask((done) => sftp.write(handle, piece, 0, piece.length, offset + at, done));
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
