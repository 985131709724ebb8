import type { EventType } from '@caserelay/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evidenceAt } from '../../../support/evidence.js';
import { stallingLine } from '../../../support/stalling-line.js';
import { fullDump } from '../../../support/synthetic-dump.js';
import { until } from '../../../support/until.js';
import { ask, logIn, type OpenSpace, type Room } from '../a-space.js';
import { run, start } from './run-program.js';
import {
  clientsThatCopyFolders,
  clientsThatKeepTimes,
  sftpClients,
  type Deed,
  type SftpClient,
} from './sftp-clients.js';

const letThrough = 2_000_000;

/** What every client gets from every engine of upload spaces. */
export function clientsBehave(openRoom: (settings: Record<string, string>) => Promise<Room>): void {
  let room: Room;
  let folder: string;
  beforeAll(async () => {
    room = await openRoom({ UPLOAD_SETTLE_SECONDS: '1' });
    folder = await mkdtemp(join(tmpdir(), 'caserelay-clients-'));
  }, 120_000);
  afterAll(async () => {
    await room.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const aFile = async (content: Buffer): Promise<string> => {
    const file = join(folder, `file-${randomBytes(4).toString('hex')}`);
    await writeFile(file, content);
    return file;
  };
  const perform = async (client: SftpClient, { credentials }: OpenSpace, deed: Deed, more = {}) =>
    run(await client.command(deed, { ...credentials, ...more }, folder));
  const told = (space: OpenSpace): Partial<Record<EventType, number>> =>
    Object.fromEntries(
      (['upload.started', 'upload.interrupted', 'upload.received', 'upload.completed'] as const).map((type) => [
        type,
        room.told(space.caseId, type).length,
      ]),
    );
  const completed = (space: OpenSpace, content: Buffer) =>
    room
      .told(space.caseId, 'upload.completed')
      .filter(({ data }) => data.sha256 === sha256Of(content))
      .map(({ data }) => data);
  const received = (space: OpenSpace, sha256: string) =>
    until(
      'the upload is told as received',
      () => room.told(space.caseId, 'upload.received').find(({ data }) => data.sha256 === sha256),
      30_000,
    );
  const evidence = (location: string): Promise<Buffer> => evidenceAt(room.system.environment, location);
  /**
   * What was told before something that was done later is told before it, so nothing more comes of what was before: of
   * files that nobody has gone on with for a while the oldest is looked at first.
   */
  const settled = async (client: SftpClient, space: OpenSpace): Promise<void> => {
    const last = Buffer.from(`the last of ${space.caseId}`);
    await perform(client, space, { do: 'put', file: await aFile(last), to: '/upload/last.txt' });
    await until(
      'the last is told as complete',
      () => room.told(space.caseId, 'upload.completed').find(({ data }) => data.sha256 === sha256Of(last)),
      30_000,
    );
  };

  describe.each(sftpClients)('$name', (client) => {
    if (!client.isInstalled)
      process.stderr.write(`skipped: ${client.name} is not installed (Debian: ${client.debianPackage})\n`);
    const whenInstalled = client.isInstalled ? it : it.skip;

    whenInstalled(
      'uploads, lists, renames and reads back, and the upload is told once',
      async () => {
        const space = await room.openSpace();
        const content = fullDump({ megabytes: 1 });
        const put = await perform(client, space, { do: 'put', file: await aFile(content), to: '/upload/MEMORY.DMP' });
        expect(put).toMatchObject({ code: 0 });
        const { data } = await received(space, sha256Of(content));
        expect(data).toMatchObject({ name: 'MEMORY.DMP', bytes: content.length, spaceId: space.space.spaceId });
        expect((await evidence(data.location)).equals(content)).toBe(true);

        const renamed = await perform(client, space, { do: 'rename', from: '/upload/MEMORY.DMP', to: '/upload/a.dmp' });
        expect(renamed).toMatchObject({ code: 0 });
        const listed = await perform(client, space, { do: 'list', folder: '/upload' });
        expect(listed.output).toContain('a.dmp');
        expect(listed.output).not.toContain('MEMORY.DMP');
        const back = join(folder, `back-${space.caseId}`);
        expect(await perform(client, space, { do: 'get', from: '/upload/a.dmp', file: back })).toMatchObject({
          code: 0,
        });
        expect((await readFile(back)).equals(content)).toBe(true);

        await settled(client, space);
        expect(told(space)).toEqual({
          'upload.started': 2,
          'upload.interrupted': 0,
          'upload.received': 2,
          'upload.completed': 2,
        });
        expect(completed(space, content)).toMatchObject([{ uploadId: data.uploadId, because: 'whole' }]);
        expect((await evidence(data.location)).equals(content)).toBe(true);
      },
      90_000,
    );

    whenInstalled(
      'is killed in the middle: told as interrupted once, and whole once it was sent again',
      async () => {
        const space = await room.openSpace();
        const content = fullDump({ megabytes: 8 });
        const file = await aFile(content);
        const line = await stallingLine(space.credentials, letThrough);
        const deed = { do: 'put', file, to: '/upload/big.dmp' } as const;
        const program = start(await client.command(deed, { ...space.credentials, port: line.port }, folder));
        await within('the line holds back', line.stalled);
        await until('it is told as started', () => room.told(space.caseId, 'upload.started')[0]);
        program.signal('SIGKILL');
        await program.ended;
        await line.close();
        const interrupted = await until(
          'it is told as interrupted',
          () => room.told(space.caseId, 'upload.interrupted')[0],
          30_000,
        );
        expect(interrupted.data.bytes).toBeGreaterThan(0);
        expect(interrupted.data.bytes).toBeLessThan(content.length);

        const again = await perform(client, space, { ...deed, do: 'resume' });
        expect(again).toMatchObject({ code: 0 });
        const whole = await received(space, sha256Of(content));
        expect(whole.data).toMatchObject({ bytes: content.length, uploadId: interrupted.data.uploadId });
        expect((await evidence(whole.data.location)).equals(content)).toBe(true);
        await settled(client, space);
        expect(told(space)).toEqual({
          'upload.started': 2,
          'upload.interrupted': 1,
          'upload.received': 2,
          'upload.completed': 2,
        });
        expect(completed(space, content)).toMatchObject([{ uploadId: whole.data.uploadId, because: 'whole' }]);
      },
      90_000,
    );

    whenInstalled(
      'does not get out of the account’s folder',
      async () => {
        const space = await room.openSpace();
        const marked = await aFile(Buffer.from('within reach of the jail'));
        const file = join(folder, `stolen-${space.caseId}`);
        for (const from of ['/../../../../etc/hostname', '/upload/../../../../../etc/hostname', marked]) {
          const { code } = await perform(client, space, { do: 'get', from, file });
          // Some make their own file before they ask for ours.
          const taken = existsSync(file) ? (await stat(file)).size : 0;
          expect({ from, failed: code !== 0, taken }).toEqual({ from, failed: true, taken: 0 });
        }
        const outside = join(folder, `left-${space.caseId}`);
        await perform(client, space, { do: 'put', file: marked, to: `/..${outside}` });
        await perform(client, space, { do: 'put', file: marked, to: `/upload/../../../../..${outside}` });
        expect(existsSync(outside)).toBe(false);
        const listed = await perform(client, space, { do: 'list', folder: '/../../' });
        expect(listed.output).not.toMatch(/\b(etc|usr|var)\b/);
      },
      90_000,
    );

    whenInstalled(
      'is refused with a wrong password, and once the account is closed; what it was sending ends',
      async () => {
        const space = await room.openSpace();
        const list = { do: 'list', folder: '/upload' } as const;
        expect((await perform(client, space, list, { password: 'wrong' })).code).not.toBe(0);
        expect(await perform(client, space, list)).toMatchObject({ code: 0 });

        const line = await stallingLine(space.credentials, letThrough);
        const put = { do: 'put', file: await aFile(randomBytes(8_000_000)), to: '/upload/late.dmp' } as const;
        const program = start(await client.command(put, { ...space.credentials, port: line.port }, folder));
        await within('the line holds back', line.stalled);
        await room.archive(space.caseId);
        await within('the session is ended', line.lost);
        // Some try again and again.
        program.signal('SIGKILL');
        await program.ended;
        await line.close();
        expect((await perform(client, space, list)).code).not.toBe(0);
        expect(room.told(space.caseId, 'upload.received')).toEqual([]);
      },
      90_000,
    );
  });

  const then = new Date('2017-07-14T02:40:00Z');
  const timeOf = async ({ credentials }: OpenSpace, path: string): Promise<Date> => {
    const { client, sftp } = await logIn(credentials);
    const { mtime } = await ask<{ mtime: number }>((done) => sftp.stat(path, done));
    client.end();
    return new Date(mtime * 1000);
  };

  describe.each(clientsThatKeepTimes)('$name', (client) => {
    (client.isInstalled ? it : it.skip)(
      'finds the time that it set on a file',
      async () => {
        const space = await room.openSpace();
        const file = await aFile(randomBytes(100_000));
        await utimes(file, then, then);
        const to = '/upload/MEMORY.DMP';
        expect(await perform(client, space, { do: 'put-with-time', file, to })).toMatchObject({ code: 0 });
        expect(await timeOf(space, to)).toEqual(then);
      },
      60_000,
    );
  });

  describe.each(clientsThatCopyFolders)('$name', (client) => {
    (client.isInstalled ? it : it.skip)(
      'copies a folder twice and uploads each file once; then only the one that has changed',
      async () => {
        const space = await room.openSpace();
        const ours = await mkdtemp(join(folder, 'folder-'));
        await mkdir(join(ours, '日志'));
        const files = ['MEMORY.DMP', '日志/系统.evtx', 'empty.log'].map((name) => join(ours, name));
        for (const [index, file] of files.entries()) {
          await writeFile(file, index === 2 ? '' : randomBytes(50_000));
          await utimes(file, then, then);
        }
        const deed = { do: 'copy-folder', folder: ours, to: '/upload/copy' } as const;
        const copy = async () => expect(await perform(client, space, deed)).toMatchObject({ code: 0 });
        const names = () => room.told(space.caseId, 'upload.received').map(({ data }) => data.name);
        await copy();
        await until('all are told', () => names().length === files.length, 30_000);
        const started = room.told(space.caseId, 'upload.started').length;
        await copy();
        const later = new Date(then.getTime() + 86_400_000);
        await writeFile(files[0] as string, randomBytes(50_000));
        await utimes(files[0] as string, later, later);
        await copy();
        await until('the changed one is told', () => names().length > files.length, 30_000);
        expect(await timeOf(space, '/upload/copy/MEMORY.DMP')).toEqual(later);
        expect([...names()].sort()).toEqual(
          ['copy/MEMORY.DMP', 'copy/MEMORY.DMP', 'copy/empty.log', 'copy/日志/系统.evtx'].sort(),
        );
        expect(room.told(space.caseId, 'upload.started')).toHaveLength(started + 1);
      },
      90_000,
    );
  });

  const openSsh = sftpClients[0] as SftpClient;
  (openSsh.isInstalled ? it : it.skip)(
    'OpenSSH’s Ctrl-C in the middle: the client closes the file properly, and reput makes it whole',
    async () => {
      const space = await room.openSpace();
      const content = fullDump({ megabytes: 40 });
      const file = await aFile(content);
      const line = await stallingLine(space.credentials, letThrough);
      const deed = { do: 'put', file, to: '/upload/stopped.dmp' } as const;
      const program = start(await openSsh.command(deed, { ...space.credentials, port: line.port }, folder));
      await within('the line holds back', line.stalled);
      program.signal('SIGINT');
      line.release();
      await program.ended;
      await line.close();
      const part = await until('the part is told', () => room.told(space.caseId, 'upload.received')[0], 30_000);
      expect(part.data.bytes).toBeLessThan(content.length);

      expect(await perform(openSsh, space, { ...deed, do: 'resume' })).toMatchObject({ code: 0 });
      const whole = await received(space, sha256Of(content));
      expect(whole.data.bytes).toBe(content.length);
      await settled(openSsh, space);
      expect(told(space)).toMatchObject({ 'upload.interrupted': 0, 'upload.received': 3, 'upload.completed': 2 });
      expect(completed(space, content)).toMatchObject([{ uploadId: whole.data.uploadId, because: 'whole' }]);
    },
    120_000,
  );
}

async function within(what: string, fact: Promise<void>, limit = 30_000): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limit} ms in vain: ${what}`)), limit);
  });
  await Promise.race([fact, tooLong]).finally(() => clearTimeout(timer));
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
