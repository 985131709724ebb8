import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { until } from '../../support/until.js';
import { chromiumPath, openChromium, withoutChromium } from '../../support/a-chromium.js';
import { received } from './a-browser.js';
import { aRoom, logIn, upload, type Room } from './a-space.js';

const inChromium = chromiumPath === null ? describe.skip : describe;
if (chromiumPath === null) process.stderr.write(`The page of a link is not tested in a browser: ${withoutChromium}\n`);

/** Where pictures of the page are put, for people to look at. */
const pictures = process.env['PICTURES'] ?? null;

inChromium('the page of a link, in a browser', () => {
  let room: Room;
  let browser: Browser;
  let context: BrowserContext;
  let folder: string;

  beforeAll(async () => {
    room = await aRoom({ BROWSER_SILENT_SECONDS: '1', LINK_MAX_OPENINGS: '9' });
    browser = await openChromium();
    folder = await mkdtemp(join(tmpdir(), 'caserelay-browser-'));
  }, 60_000);
  afterEach(() => context.close());
  afterAll(async () => {
    await browser.close();
    await room.close();
    await rm(folder, { recursive: true });
  });

  it('asks before it shows, and then shows what logs in', async () => {
    const { space, credentials } = await room.openSpace('陕西省煤田地质集团有限公司');
    const page = await open(space.link, { locale: 'zh-CN' });
    expect(await page.title()).toBe('上传诊断文件');
    expect(await page.content()).not.toContain(credentials.password);
    await picture(page, 'zh-asks');
    await page.getByRole('button', { name: '显示账号' }).click();
    await page.waitForSelector('#password');
    const shown = Object.fromEntries(
      await Promise.all(
        ['host', 'port', 'user', 'password', 'folder', 'fingerprint'].map(async (id) => [
          id,
          await page.locator(`#${id}`).innerText(),
        ]),
      ),
    ) as Record<string, string>;
    expect({ ...credentials, port: String(credentials.port) }).toMatchObject(shown);
    const { client } = await logIn({ ...credentials, ...shown, port: Number(shown['port']) });
    client.end();
  });

  it('copies each value', async () => {
    const { space, credentials } = await room.openSpace();
    const page = await reveal(space.link, { permissions: ['clipboard-read', 'clipboard-write'] });
    for (const [id, value] of [
      ['password', credentials.password],
      ['user', credentials.user],
      ['sftp-command', `sftp -P ${credentials.port} ${credentials.user}@${credentials.host}:/upload`],
    ] as const) {
      if (id === 'sftp-command') await page.getByText('sftp (OpenSSH)').click();
      await page.locator(`[data-copies=${id}]`).click();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(value);
    }
    await page.getByRole('button', { name: 'Copied' }).first().waitFor();
  });

  it('offers a site file for FileZilla and commands for WinSCP', async () => {
    const { space, credentials } = await room.openSpace();
    const page = await reveal(space.link);
    const site = await download(page, 'Download site file');
    expect(site.name).toBe(`filezilla-${credentials.user}.xml`);
    expect(site.text).toContain(
      `<Pass encoding="base64">${Buffer.from(credentials.password).toString('base64')}</Pass>`,
    );
    expect(site.text).toContain(`<Port>${credentials.port}</Port>`);
    await page.getByText('WinSCP', { exact: true }).click();
    const commands = await download(page, 'Download command file');
    expect(commands.text).toContain(`-hostkey="ssh-ed25519 255 ${credentials.fingerprint.replace('SHA256:', '')}="`);
  });

  it('runs nothing foreign and breaks no rule of its own policy', async () => {
    const { space } = await room.openSpace();
    const asked: string[] = [];
    const complaints: string[] = [];
    const page = await open(space.link, {}, (fresh) => {
      fresh.on('request', (request) => asked.push(request.url()));
      fresh.on('console', (message) => complaints.push(message.text()));
      fresh.on('pageerror', (error) => complaints.push(error.message));
    });
    await page.getByRole('button', { name: 'Show the account' }).click();
    await until('the list is asked for', () => asked.some((url) => url.endsWith('/arrivals')));
    await page.locator('#files').setInputFiles(await aFile('clean.zip', randomBytes(1000)));
    await page.getByText('Received', { exact: true }).waitFor();
    const { origin } = new URL(space.link);
    expect(asked.filter((url) => !url.startsWith(origin))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('takes a file that is dropped on it and shows it received', async () => {
    const { caseId, space } = await room.openSpace();
    const page = await reveal(space.link, { locale: 'zh-CN' }, '显示账号');
    const transfer = await page.evaluateHandle(`(() => {
      const data = new DataTransfer();
      data.items.add(new File(['dropped bytes'], '截图 1.png', { lastModified: 5 }));
      data.items.add(new File(['more bytes'], 'setup.log', { lastModified: 6 }));
      return data;
    })()`);
    await page.locator('#drop').dispatchEvent('drop', { dataTransfer: transfer });
    await received(room, caseId, 2);
    expect(
      room
        .told(caseId, 'upload.received')
        .map(({ data }) => data.name)
        .sort(),
    ).toEqual(['setup.log', '截图 1.png']);
    await until('both are shown', async () => (await page.getByText('已收到', { exact: true }).count()) === 2);
    await picture(page, 'zh-received');
    await page.getByRole('button', { name: '文件已全部上传' }).click();
    await until('both are marked', () => room.told(caseId, 'upload.completed').length === 2);
    await page.getByText('谢谢，文件已全部确认。').waitFor();
  });

  it('goes on by itself after the network was lost', async () => {
    const { caseId, space } = await room.openSpace();
    const page = await reveal(space.link);
    const content = randomBytes(24_000_000);
    const line = await slow(page, 6_000_000);
    await page.locator('#files').setInputFiles(await aFile('over-a-loss.zip', content));
    await until('it is on its way', async () => (await share(page)) > 0.15, 20_000);
    await picture(page, 'en-sending');
    await line.lose();
    await page.getByText('The server cannot be reached').waitFor();
    await until('it is told as interrupted', () => room.told(caseId, 'upload.interrupted')[0]);
    await line.restore();
    const [told] = await received(room, caseId);
    expect(told?.data.sha256).toBe(sha256(content));
    await page.getByText('Received', { exact: true }).waitFor();
    expect(room.told(caseId, 'upload.received')).toHaveLength(1);
  }, 60_000);

  it('goes on after it was closed, when the same file is chosen again, without another opening', async () => {
    const { caseId, space } = await room.openSpace();
    const page = await reveal(space.link);
    const content = randomBytes(20_000_000);
    const file = await aFile('over-a-reload.zip', content);
    await slow(page, 5_000_000);
    await page.locator('#files').setInputFiles(file);
    await until('it is on its way', async () => (await share(page)) > 0.1, 20_000);
    await page.close({ runBeforeUnload: false });
    await until('it is told as interrupted', () => room.told(caseId, 'upload.interrupted')[0]);

    const again = await context.newPage();
    await again.goto(space.link);
    expect(await again.locator('#password').count()).toBe(0);
    await again.getByText('Interrupted', { exact: true }).waitFor();
    await picture(again, 'en-interrupted');
    const choosing = again.waitForEvent('filechooser');
    await again.getByRole('button', { name: /^Choose the same file to go on:/ }).click();
    await (await choosing).setFiles(await aFile('another.zip', Buffer.from('another')));
    await again.getByText('This is another file').waitFor();
    await again.locator('#files').setInputFiles(file);
    const [told] = await received(room, caseId);
    expect(told?.data).toMatchObject({ name: 'over-a-reload.zip', sha256: sha256(content) });
    expect(room.told(caseId, 'upload.started')).toHaveLength(1);
  }, 60_000);

  it('pauses and resumes, and asks before it sends a file that is here already', async () => {
    const { caseId, space } = await room.openSpace();
    const page = await reveal(space.link);
    const content = randomBytes(12_000_000);
    const file = await aFile('paused.zip', content);
    await slow(page, 4_000_000);
    await page.locator('#files').setInputFiles(file);
    await until('it is on its way', async () => (await share(page)) > 0.1, 20_000);
    await page.getByRole('button', { name: /^Pause:/ }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Resume:/ }).click();
    expect((await received(room, caseId))[0]?.data.sha256).toBe(sha256(content));

    await page.reload();
    await page.getByText('Received', { exact: true }).waitFor();
    await page.locator('#files').setInputFiles(file);
    await page.getByText('has been received already').waitFor();
    await page.getByRole('button', { name: /^Remove:/ }).click();
    await until('the question is gone', async () => (await page.getByText('received already').count()) === 0);
  }, 60_000);

  it('shows names as text, whatever they say', async () => {
    const { space, credentials } = await room.openSpace();
    const { client, sftp } = await logIn(credentials);
    const names = [
      '<img src=x onerror="document.title=1">.dmp',
      '"><script>document.title=2<\u2215script>',
      "a' & &lt;b&gt;",
    ];
    for (const name of names) await upload(sftp, `/upload/${name}`, Buffer.from('x'));
    client.end();
    const page = await reveal(space.link);
    await until('all are listed', async () => (await page.locator('#arrivals .name').count()) === names.length);
    const shown = await page.locator('#arrivals .name').allInnerTexts();
    expect([...shown].sort()).toEqual([...names].sort());
    expect(await page.locator('#arrivals img, #arrivals script').count()).toBe(0);
    expect(await page.title()).not.toMatch(/^[12]$/);
  });

  it('says why a file is not taken', async () => {
    const { space } = await room.openSpace();
    const page = await reveal(space.link, { locale: 'zh-CN' }, '显示账号');
    await page.locator('#files').setInputFiles(await aFile(`${'长'.repeat(80)}.zip`, Buffer.from('x')));
    await page.getByText('文件名不可用').waitFor();
    await room.system.query(`delete from ${room.system.schema('sftp-provisioning')}.upload_pass`);
    await page.getByText('本页的上传权限已过期').waitFor();
  });

  it('fits a phone, both languages, the dark and paper', async () => {
    const { space } = await room.openSpace('陕西省煤田地质集团有限公司');
    for (const locale of ['zh-CN', 'en-GB'])
      for (const [look, width, colorScheme] of [
        ['wide', 1100, 'light'],
        ['phone', 375, 'light'],
        ['dark', 1100, 'dark'],
      ] as const) {
        const page = await reveal(
          space.link,
          { locale, viewport: { width, height: 900 }, colorScheme },
          locale === 'zh-CN' ? '显示账号' : 'Show the account',
        );
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
        expect([locale, look, overflow > 0]).toEqual([locale, look, false]);
        await page.evaluate(`window.dispatchEvent(new Event('beforeprint'))`);
        await picture(page, `${locale.slice(0, 2)}-${look}`);
        if (pictures !== null && look === 'wide')
          await page.pdf({ path: join(pictures, `${locale.slice(0, 2)}-paper.pdf`), format: 'A4' });
        await context.close();
      }
  }, 60_000);

  type Wish = Parameters<Browser['newContext']>[0];

  async function open(link: string, wish: Wish = {}, watch?: (page: Page) => void): Promise<Page> {
    context = await browser.newContext({ locale: 'en-GB', ...wish });
    const page = await context.newPage();
    watch?.(page);
    await page.goto(link);
    return page;
  }

  async function reveal(link: string, wish: Wish = {}, label = 'Show the account'): Promise<Page> {
    const page = await open(link, wish);
    await page.getByRole('button', { name: label }).click();
    await page.locator('#drop').waitFor();
    return page;
  }

  async function aFile(name: string, content: Buffer): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  /** A slow line, which can be lost and come back. */
  async function slow(page: Page, bytesPerSecond: number) {
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const make = (offline: boolean) =>
      session.send('Network.emulateNetworkConditions', {
        offline,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: bytesPerSecond,
      });
    await make(false);
    return { lose: () => make(true), restore: () => make(false) };
  }

  async function download(page: Page, label: string): Promise<{ name: string; text: string }> {
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: label }).click();
    const got = await downloading;
    return { name: got.suggestedFilename(), text: await readFile(await got.path(), 'utf8') };
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures !== null) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }
});

async function share(page: Page): Promise<number> {
  return Number(await page.locator('#arrivals progress').first().getAttribute('value'));
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
