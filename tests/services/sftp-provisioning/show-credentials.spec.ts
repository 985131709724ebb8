import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aRoom, logIn, reveal, type Room } from './a-space.js';

let room: Room;
beforeAll(async () => {
  room = await aRoom({ LINK_MAX_OPENINGS: '3', LINK_DAYS: '30' });
});
afterAll(() => room.close());

describe('the credential page', () => {
  it('shows no password until the button is pressed, and looking does not count', async () => {
    const { space, credentials } = await room.openSpace();
    for (let looks = 0; looks < 5; looks += 1) {
      const page = await (await fetch(space.link, { headers: { accept: 'text/html' } })).text();
      expect(page).toContain('<form method="post" action="?lang=zh-CN">');
      expect(page).not.toContain(credentials.password);
      expect(page).not.toContain(credentials.user);
    }
    expect((await reveal(space.link)).password).toBe(credentials.password);
  });

  it('shows all that is needed to log in, in the language asked for', async () => {
    const { space, credentials } = await room.openSpace();
    const chinese = await fetch(space.link, {
      method: 'POST',
      headers: { accept: 'text/html', 'accept-language': 'zh-CN,zh;q=0.9' },
    });
    const page = await chinese.text();
    for (const fact of [
      credentials.host,
      String(credentials.port),
      credentials.user,
      credentials.password,
      '/upload',
      credentials.fingerprint,
    ])
      expect(page).toContain(fact);
    for (const program of ['FileZilla', 'WinSCP', `sftp -P ${credentials.port} ${credentials.user}@`])
      expect(page).toContain(program);
    expect(page).toContain('上传诊断文件');
    const english = await fetch(`${space.link}?lang=en`, {
      headers: { accept: 'text/html', 'accept-language': 'zh-CN' },
    });
    expect(await english.text()).toContain('Send us your files');
  });

  it('is kept by no cache, found by no search engine and told to no other site', async () => {
    const { space } = await room.openSpace();
    const { headers } = await fetch(space.link);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('opens only as often as it may, also when asked many times at once', async () => {
    const { space } = await room.openSpace();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => fetch(space.link, { method: 'POST', headers: { accept: 'application/json' } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 410, 410, 410, 410]);
    const problem = answers.find(({ status }) => status === 410);
    expect(problem?.headers.get('content-type')).toContain('application/problem+json');
    expect(await problem?.json()).toMatchObject({ status: 410, because: 'used-up' });
  });

  it('is gone when the link has expired', async () => {
    const { space } = await room.openSpace();
    await room.system.query(
      `update ${room.system.schema('sftp-provisioning')}.credential_link set expires_at = $2 where space_id = $1`,
      [space.spaceId, new Date(Date.now() - 1000)],
    );
    const response = await fetch(space.link, { method: 'POST', headers: { accept: 'text/html' } });
    expect(response.status).toBe(410);
    expect(await response.text()).not.toContain('<dl');
  });

  it('lives as many days of the case clock as it is told', async () => {
    const { space } = await room.openSpace();
    const days = (new Date(space.linkExpiresAt).getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
  });

  it.each(['nonsense', 'A'.repeat(43), '..%2F..%2Fetc', "'; drop table x"])(
    'is not there for the link %s',
    async (token) => {
      const response = await fetch(`${room.service.url}/spaces/${encodeURIComponent(token)}`, {
        headers: { accept: 'application/json' },
      });
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    },
  );
});

describe('the credential page of a server with an RSA key', () => {
  it('shows the key as programs will show it', async () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const old = await aRoom({}, async ({ environment }) => {
      const folder = join(environment['EVIDENCE_DIR'] as string, '..');
      await writeFile(join(folder, 'sftp_host_key'), key.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
      return { settings: {}, tablesAreThere: () => Promise.resolve(), stop: () => Promise.resolve() };
    });
    try {
      const { space, credentials } = await old.openSpace();
      const response = await fetch(space.link, { method: 'POST', headers: { accept: 'text/html' } });
      const page = await response.text();
      expect(page).toContain(`RSA key fingerprint is ${credentials.fingerprint}.`);
      expect(page).toContain(`ssh-rsa 2048 ${credentials.fingerprint.replace('SHA256:', '')}=`);
      expect(page).toMatch(/\]:\d+ ssh-rsa AAAA/);
      expect(page).not.toMatch(/ed25519/i);
      (await logIn(credentials)).client.end();
    } finally {
      await old.close();
    }
  }, 30_000);
});
