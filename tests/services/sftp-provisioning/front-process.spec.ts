import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../support/caserelay-processes.js';
import { repository } from '../../support/repository.js';
import { until } from '../../support/until.js';
import {
  aRoom,
  ask,
  frontOf,
  logIn,
  newFile,
  openFor,
  upload,
  writeAt,
  type Credentials,
  type Room,
} from './a-space.js';
import { encryptedPathOf } from '../../support/evidence.js';

let room: Room;
beforeAll(async () => {
  room = await aRoom();
});
afterAll(() => room.close());

describe('the process that receives uploads', () => {
  it('is started again on the same port when it dies, and what it held is interrupted and can go on', async () => {
    const { caseId, credentials } = await room.openSpace();
    const { client, sftp } = await logIn(credentials);
    const gone = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const content = Buffer.alloc(100_000, 'x');
    await writeAt(sftp, await openFor(sftp, '/upload/a.dmp', newFile), content.subarray(0, 60_000));
    const before = await frontOf();
    // A part of a chunk lies in memory for a moment; what was told as started is in the store.
    await until('it is told as started', () => room.told(caseId, 'upload.started')[0]);
    process.kill(before, 'SIGKILL');
    await gone;
    const interrupted = await until('it is told', () => room.told(caseId, 'upload.interrupted')[0]);
    expect(interrupted.data).toMatchObject({ name: 'a.dmp', bytes: 60_000 });
    const again = await until('the port is open again', () => logIn(credentials).catch(() => null));
    expect(await frontOf()).not.toBe(before);
    const rest = await openFor(again.sftp, '/upload/a.dmp', 0x02);
    await writeAt(again.sftp, rest, content.subarray(60_000), 60_000);
    await ask((done) => again.sftp.close(rest, done));
    again.client.end();
    expect((await until('it is whole', () => room.told(caseId, 'upload.received')[0])).data.bytes).toBe(100_000);
    await until('the service is ready', async () => (await fetch(`${room.service.url}/health/ready`)).ok);
  });

  it('goes on while the service is held up', async () => {
    const { credentials } = await room.openSpace();
    const client = spawn(process.execPath, ['--input-type=module', '-e', steadyClient], {
      cwd: repository,
      env: { LOGIN: JSON.stringify(credentials) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = new Promise((resolve) => client.once('close', resolve));
    try {
      const row = await until('bytes come', () => arriving(credentials));
      const path = encryptedPathOf(room.system.environment, row.location);
      const before = statSync(path).size;
      // Nothing of this process runs meanwhile, so neither does the service, which lives in it.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
      expect(statSync(path).size - before).toBeGreaterThan(256 * 1024);
    } finally {
      client.kill();
      await ended;
    }
  });

  it('shows no secret in its arguments and environment', async () => {
    const front = await frontOf();
    const shown = await Promise.all(['cmdline', 'environ'].map((name) => readFile(`/proc/${front}/${name}`, 'utf8')));
    expect(shown[0]).toContain('front-process.js');
    const secret = room.system.environment['DATABASE_URL'];
    for (const text of shown) expect(text).not.toContain(secret);
  });

  it('tells the service what goes on', async () => {
    const { credentials } = await room.openSpace();
    const { client, sftp } = await logIn(credentials);
    await upload(sftp, '/upload/done.txt', Buffer.from('done'));
    await openFor(sftp, '/upload/open.txt', newFile);
    await until('it is measured', async () => {
      const text = await (await fetch(`${room.service.url}/metrics`)).text();
      return /caserelay_sftp_sessions\{[^}]*\} 1\n/.test(text) && /caserelay_sftp_transfers\{[^}]*\} 1\n/.test(text);
    });
    client.end();
  });

  it('ends with its service', async () => {
    const front = await frontOf();
    await room.restart();
    expect(await frontOf()).not.toBe(front);
    expect(() => process.kill(front, 0)).toThrow('ESRCH');
  });
});

describe('a service that is killed', () => {
  it('leaves no front behind, and the next one can have its port', async () => {
    const environment = {
      ...room.system.environment,
      SFTP_HOST_KEY_FILE: join(room.system.environment['EVIDENCE_DIR'] as string, 'second_key'),
      SFTP_PORT: String(await freePort()),
      HTTP_PORT: String(await freePort()),
    };
    const start = async () => {
      const service = spawn(process.execPath, [join(repository, 'apps/sftp-provisioning/dist/main.js')], {
        env: environment,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      await until(
        'it is ready',
        async () => (await fetch(`http://127.0.0.1:${environment.HTTP_PORT}/health/ready`)).ok,
        60_000,
      );
      return service;
    };
    const first = await start();
    const front = await frontOf(first.pid);
    first.kill('SIGKILL');
    const second = await start();
    try {
      expect(() => process.kill(front, 0)).toThrow('ESRCH');
      expect(await frontOf(second.pid)).not.toBe(front);
    } finally {
      const ended = new Promise((resolve) => second.once('exit', resolve));
      second.kill('SIGTERM');
      await ended;
    }
  }, 150_000);
});

/** Uploads without haste: 32 KiB every few milliseconds. */
const steadyClient = `
  import ssh2 from 'ssh2';
  const { host, port, user, password } = JSON.parse(process.env.LOGIN);
  const client = new ssh2.Client();
  client.on('ready', () => client.sftp((error, sftp) => {
    if (error) throw error;
    sftp.open('/upload/steady.bin', 'w', (error, handle) => {
      if (error) throw error;
      const piece = Buffer.alloc(32768, 'x');
      let at = 0;
      const next = () => sftp.write(handle, piece, 0, piece.length, at, (error) => {
        if (error) throw error;
        at += piece.length;
        setTimeout(next, 5);
      });
      next();
    });
  }));
  client.connect({ host, port, username: user, password });
`;

async function arriving({ user }: Credentials): Promise<{ location: string } | undefined> {
  const schema = room.system.schema('sftp-provisioning');
  const rows = await room.system.query<{ location: string }>(
    `select location from ${schema}.upload join ${schema}.upload_space using (space_id)
     where account = $1 and is_started and upload.state = 'receiving'`,
    [user],
  );
  return rows[0];
}
