import type { EventOf } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type { SFTPWrapper } from 'ssh2';
import { parts } from '../../support/system.js';
import { until } from '../../support/until.js';
import {
  aFile,
  aRoom,
  ask,
  isLetIn,
  logIn,
  newFile,
  openFor,
  operatorKey,
  reveal,
  upload,
  writeAt,
  type OpenSpace,
  type Room,
} from './a-space.js';

let room: Room;

beforeAll(async () => {
  room = await aRoom();
}, 60_000);

afterAll(() => room.close());

const later = '2099-01-01T00:00:00.000Z';
const requestedAt = '2026-01-02T03:04:05.678Z';
const content = Buffer.from('what the computer held in its memory');
const sha256 = createHash('sha256').update(content).digest('hex');

describe('the space of an archived case', () => {
  it('sends away who is logged in, lets them in again to list and to read, and takes nothing more', async () => {
    const { caseId, space, credentials } = await room.openSpace();
    const { client, sftp } = await logIn(credentials);
    await upload(sftp, '/upload/log.txt', content);
    const cut = await openFor(sftp, '/upload/MEMORY.DMP', newFile);
    await writeAt(sftp, cut, content);
    const sentAway = new Promise<void>((resolve) => client.once('close', () => resolve()));

    await room.archive(caseId, later);
    await room.archive(caseId, later);
    await sentAway;
    const interrupted = await until('the upload is interrupted', () => room.told(caseId, 'upload.interrupted')[0]);
    expect(interrupted.data).toMatchObject({ name: 'MEMORY.DMP', bytes: content.length });
    expect(room.told(caseId, 'upload-space.made-read-only')).toMatchObject([
      { data: { spaceId: space.spaceId, account: space.account } },
    ]);

    const again = await logIn(credentials);
    expect(await namesIn(again.sftp)).toEqual(['MEMORY.DMP', 'log.txt']);
    expect(await ask<Buffer>((done) => again.sftp.readFile('/upload/log.txt', done))).toEqual(content);
    const refused = /can only be read from/;
    await expect(upload(again.sftp, '/upload/new.txt', content)).rejects.toThrow(refused);
    await expect(openFor(again.sftp, '/upload/log.txt', 0x02)).rejects.toThrow(refused);
    await expect(openFor(again.sftp, '/upload/MEMORY.DMP', 0x02)).rejects.toThrow(refused);
    await expect(ask((done) => again.sftp.unlink('/upload/log.txt', done))).rejects.toThrow(refused);
    await expect(ask((done) => again.sftp.mkdir('/upload/more', done))).rejects.toThrow(refused);
    await expect(ask((done) => again.sftp.rename('/upload/log.txt', '/upload/x', done))).rejects.toThrow(refused);
    expect(await namesIn(again.sftp)).toEqual(['MEMORY.DMP', 'log.txt']);
    again.client.end();
  });

  it('shows its account to who has the link, and says in the page that it can only be read from', async () => {
    const { caseId, space } = await room.openSpace();
    await room.archive(caseId, later);
    await until('it is read-only', () => room.told(caseId, 'upload-space.made-read-only')[0]);
    const shown = await fetch(`${space.link}?lang=en`, { method: 'POST', headers: { accept: 'text/html' } });
    const page = await shown.text();
    expect(page).toContain('can only be read from');
    expect(page).not.toContain('id="drop"');
    const cookie = (shown.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const begun = await fetch(`${space.link}/files`, {
      method: 'POST',
      headers: { cookie, 'tus-resumable': '1.0.0', 'upload-length': '3', 'upload-metadata': 'filename YS50eHQ=' },
    });
    expect([begun.status, await begun.json()]).toMatchObject([403, { because: 'read-only' }]);
    const arrivals = await fetch(`${space.link}/arrivals`, { headers: { cookie } });
    expect(arrivals.status).toBe(200);
  });

  it('is closed when the grace is over: sessions end at once and nobody logs in', async () => {
    const { caseId, credentials } = await room.openSpace();
    await room.archive(caseId, later);
    await until('it is read-only', () => room.told(caseId, 'upload-space.made-read-only')[0]);
    const { client } = await logIn(credentials);
    const sentAway = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await room.tell('case.upload-space-retired', caseId, { file: aFile() });
    await until('the closing is told', () => room.told(caseId, 'upload-space.closed')[0]);
    await sentAway;
    expect(await isLetIn(credentials)).toBe(false);
  });

  it('is open again with a new password when the case is, also in the grace', async () => {
    const { caseId, credentials } = await room.openSpace();
    await room.archive(caseId, later);
    await room.tell('case.reopened', caseId, { file: aFile(), because: 'customer-wrote' });
    const opened = await until('it is opened again', () => room.told(caseId, 'upload-space.opened')[1]);
    const fresh = await reveal(opened.data.link);
    expect(fresh.password).not.toBe(credentials.password);
    expect(await isLetIn(credentials)).toBe(false);
    const { client, sftp } = await logIn(fresh);
    await upload(sftp, '/upload/log.txt', content);
    client.end();
  });

  it('is not closed by what its case said before it was opened again, however late that is heard', async () => {
    const { caseId } = await room.openSpace();
    await room.archive(caseId, later, 10);
    await room.tell('case.reopened', caseId, { file: aFile(), because: 'customer-wrote' }, 12);
    const opened = await until('it is opened again', () => room.told(caseId, 'upload-space.opened')[1]);
    await room.tell('case.upload-space-retired', caseId, { file: aFile() }, 11);
    await room.archive(caseId, later, 10);
    await room.tell('case.evidence-purge-requested', caseId, { file: aFile(), requestedAt }, 11);
    await until('the late request is answered', () => room.told(caseId, 'evidence.purged')[0]);
    expect(room.told(caseId, 'upload-space.closed')).toEqual([]);
    expect(await isLetIn(await reveal(opened.data.link))).toBe(true);
  });
});

describe('the evidence of an archived case', () => {
  it('is removed file by file, proven with names, sizes, hashes and times, and written down', async () => {
    const { opened, sftp, end } = await aSpaceWithFiles();
    await ask((done) => sftp.unlink('/upload/removed.txt', done));
    await end();
    const folder = folderOf(opened.caseId);
    expect(await readdir(folder)).toHaveLength(3);
    const proof = await purge(opened);

    expect(proof).toMatchObject({ requestedAt, account: opened.space.account, filesInAll: 3, kept: 0 });
    expect(proof.bytesInAll).toBe(3 * content.length);
    expect(proof.files.map(({ name, bytes, sha256: hash }) => [name, bytes, hash]).sort()).toEqual([
      ['MEMORY.DMP', content.length, null],
      ['logs/log.txt', content.length, sha256],
      ['removed.txt', content.length, sha256],
    ]);
    for (const { receivedAt, purgedAt } of proof.files) expect(receivedAt <= purgedAt).toBe(true);
    expect(await filesIn(folder)).toEqual([]);
    const audit = await until('it is written down', async () => {
      const response = await fetch(`${room.service.url}/v1/audit?caseId=${opened.caseId}&limit=100`, {
        headers: { authorization: `Bearer ${operatorKey}` },
      });
      const { entries } = (await response.json()) as { entries: { action: string; path: string | null }[] };
      return entries.some(({ action }) => action === 'purge-space') && entries;
    });
    expect(audit.filter(({ action }) => action === 'purge-file').map(({ path }) => path)).toHaveLength(3);
  });

  it('takes no room in the account of the case when it is opened again, and the same file is a new one', async () => {
    const { opened, end } = await aSpaceWithFiles();
    await end();
    await purge(opened);
    await room.tell('case.reopened', opened.caseId, { file: aFile(), because: 'customer-wrote' });
    const again = await until('it is opened again', () => room.told(opened.caseId, 'upload-space.opened')[1]);
    const { client, sftp } = await logIn(await reveal(again.data.link));
    expect(await namesIn(sftp)).toEqual([]);
    await ask((done) => sftp.mkdir('/upload/logs', done));
    await upload(sftp, '/upload/logs/log.txt', content);
    expect(await ask<Buffer>((done) => sftp.readFile('/upload/logs/log.txt', done))).toEqual(content);
    await until('it is told anew', () => room.told(opened.caseId, 'upload.received').length === 3);
    client.end();
    const space = await fetch(`${room.service.url}/v1/upload-spaces/${opened.space.spaceId}`, {
      headers: { authorization: `Bearer ${operatorKey}` },
    });
    expect(await space.json()).toMatchObject({ usage: { files: 1, bytes: content.length } });
  });

  it('is kept when the case was opened again before, and the answer says so', async () => {
    const { opened, end } = await aSpaceWithFiles();
    await end();
    await room.tell('case.reopened', opened.caseId, { file: aFile(), because: 'customer-wrote' }, 9);
    await room.tell('case.evidence-purge-requested', opened.caseId, { file: aFile(), requestedAt }, 8);
    const answer = await until('it is answered', () => room.told(opened.caseId, 'evidence.purged')[0]);
    expect(answer.data).toMatchObject({ files: [], filesInAll: 0, kept: 3, keptBecause: 'reopened' });
    expect(await readdir(folderOf(opened.caseId))).toHaveLength(3);
  });

  it('is kept under a legal hold that is heard before or after the request, and removed by a request from after it', async () => {
    const { opened, end } = await aSpaceWithFiles();
    await end();
    const { caseId } = opened;
    const by = { name: 'Legal', address: 'legal@support.example' };
    await room.archive(caseId, later, 5);
    await room.tell('case.legal-hold-placed', caseId, { file: aFile(), by, reason: 'a lawsuit' }, 8);
    await room.tell('case.evidence-purge-requested', caseId, { file: aFile(), requestedAt }, 7);
    const answer = await until('it is answered', () => room.told(caseId, 'evidence.purged')[0]);
    expect(answer.data).toMatchObject({ filesInAll: 0, kept: 3, keptBecause: 'legal-hold' });
    expect(await readdir(folderOf(caseId))).toHaveLength(3);
    const anew = '2026-02-02T03:04:05.678Z';
    await room.tell('case.evidence-purge-requested', caseId, { file: aFile(), requestedAt: anew }, 10);
    const proof = await until('it is answered again', () => room.told(caseId, 'evidence.purged')[1]);
    expect(proof.data).toMatchObject({ requestedAt: anew, filesInAll: 3, kept: 0, keptBecause: null });
  });

  it('of which a part is gone when the legal hold comes keeps the rest', async () => {
    const { opened, end } = await aSpaceWithFiles();
    await end();
    const { caseId, space } = opened;
    const schema = room.system.schema('sftp-provisioning');
    await room.archive(caseId, later, 5);
    const lock = new Client({ connectionString: parts.DATABASE_URL });
    await lock.connect();
    await lock.query('begin');
    // The second file by its row cannot be marked yet: the removal stops in the middle.
    const { rows } = await lock.query<{ upload_id: string }>(
      `select upload_id from ${schema}.upload where upload_id =
         (select upload_id from ${schema}.upload where space_id = $1 order by upload_id offset 1 limit 1) for update`,
      [space.spaceId],
    );
    await room.tell('case.evidence-purge-requested', caseId, { file: aFile(), requestedAt }, 7);
    await until('one is gone', async () => {
      const gone = await room.system.query(`select 1 from ${schema}.upload where space_id = $1 and state = 'purged'`, [
        space.spaceId,
      ]);
      return gone.length === 1;
    });
    const by = { name: 'Legal', address: 'legal@support.example' };
    await room.tell('case.legal-hold-placed', caseId, { file: aFile(), by, reason: 'a lawsuit' }, 8);
    await until('the legal hold waits for the file in hand', async () => {
      const waits = await room.system.query(
        `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%legal_hold_sequence = greatest%'`,
      );
      return waits.length > 0;
    });
    await lock.query('rollback');
    await lock.end();
    expect(rows).toHaveLength(1);
    const answer = await until('it is answered', () => room.told(caseId, 'evidence.purged')[0]);
    expect(answer.data).toMatchObject({ filesInAll: 2, kept: 1, keptBecause: 'legal-hold' });
  });

  it('of a case that never had a space is answered with nothing', async () => {
    const caseId = '0a000000-0000-4000-8000-000000000001';
    await room.tell('case.evidence-purge-requested', caseId, { file: aFile(), requestedAt });
    const answer = await until('it is answered', () => room.told(caseId, 'evidence.purged')[0]);
    expect(answer.data).toMatchObject({ spaceId: null, filesInAll: 0, kept: 0, keptBecause: null });
  });
});

/** Two files that were received and one that was not sent to its end. */
async function aSpaceWithFiles(): Promise<{ opened: OpenSpace; sftp: SFTPWrapper; end: () => Promise<void> }> {
  const opened = await room.openSpace();
  const { client, sftp } = await logIn(opened.credentials);
  await ask((done) => sftp.mkdir('/upload/logs', done));
  await upload(sftp, '/upload/logs/log.txt', content);
  await upload(sftp, '/upload/removed.txt', content);
  await writeAt(sftp, await openFor(sftp, '/upload/MEMORY.DMP', newFile), content);
  const end = async (): Promise<void> => {
    client.end();
    await until('the rest is interrupted', () => room.told(opened.caseId, 'upload.interrupted')[0]);
  };
  return { opened, sftp, end };
}

async function purge({ caseId }: OpenSpace): Promise<EventOf<'evidence.purged'>['data']> {
  await room.archive(caseId, later);
  await room.tell('case.upload-space-retired', caseId, { file: aFile() });
  await room.tell('case.evidence-purge-requested', caseId, { file: aFile(), requestedAt });
  const proof = await until('the proof is told', () => room.told(caseId, 'evidence.purged')[0]);
  return proof.data;
}

function folderOf(caseId: string): string {
  return join(room.system.environment['EVIDENCE_DIR'] as string, 'uploads', caseId);
}

async function filesIn(folder: string): Promise<string[]> {
  await access(folder).catch(() => undefined);
  return (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

async function namesIn(sftp: SFTPWrapper): Promise<string[]> {
  const entries = await ask<{ filename: string }[]>((done) => sftp.readdir('/upload', done));
  return entries.map(({ filename }) => filename).sort();
}
