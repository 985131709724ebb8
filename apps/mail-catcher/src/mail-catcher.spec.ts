import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { CaughtMail } from './caught-mails.js';
import { readConfig } from './config.js';
import { startMailCatcher, type MailCatcher } from './mail-catcher.js';

let folder: string;
let catcher: MailCatcher;
const start = async (): Promise<MailCatcher> => await startMailCatcher({ smtpPort: 0, httpPort: 0, folder });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catcher-'));
  catcher = await start();
});
afterEach(async () => {
  await catcher.stop();
  await rm(folder, { recursive: true });
});

async function send(mail: SendMailOptions): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: catcher.smtpPort, secure: false, ignoreTLS: true });
  await transport.sendMail({
    from: 'l1@support.example',
    to: 'contact@partner.example',
    subject: '蓝屏',
    text: '您好',
    ...mail,
  });
  transport.close();
}

async function messages(query = ''): Promise<CaughtMail[]> {
  const response = await fetch(`${catcher.url}/api/messages${query}`);
  return ((await response.json()) as { messages: CaughtMail[] }).messages;
}

describe('the mail catcher', () => {
  test('keeps a mail and shows what it holds', async () => {
    await send({
      messageId: '<one@support.example>',
      inReplyTo: '<zero@partner.example>',
      bcc: 'archive@support.example',
    });
    expect(await messages()).toMatchObject([
      {
        messageId: '<one@support.example>',
        from: [{ address: 'l1@support.example' }],
        to: ['contact@partner.example'],
        recipients: ['contact@partner.example', 'archive@support.example'],
        subject: '蓝屏',
        text: '您好',
        headers: { inReplyTo: '<zero@partner.example>' },
      },
    ]);
  });

  test('finds a mail by its Message-ID, and nothing else', async () => {
    await send({ messageId: '<one@support.example>' });
    expect(await messages(`?messageId=${encodeURIComponent('<one@support.example>')}`)).toHaveLength(1);
    expect(await messages(`?messageId=${encodeURIComponent('<two@support.example>')}`)).toHaveLength(0);
  });

  test('never merges equal mails', async () => {
    await send({ messageId: '<same@support.example>' });
    await send({ messageId: '<same@support.example>' });
    expect(await messages()).toHaveLength(2);
  });

  test('has its mails again after a restart, and clears what was half written', async () => {
    await send({ messageId: '<kept@support.example>' });
    await catcher.stop();
    await writeFile(join(folder, 'x.part'), 'half');
    catcher = await start();
    expect((await messages()).map(({ messageId }) => messageId)).toEqual(['<kept@support.example>']);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('gives the raw mail by its id only', async () => {
    await send({ text: 'raw words' });
    const [mail] = await messages();
    const raw = await fetch(`${catcher.url}/api/messages/${mail?.id ?? ''}/raw`);
    expect(await raw.text()).toContain('raw words');
    expect((await fetch(`${catcher.url}/api/messages/${encodeURIComponent('../../etc/passwd')}/raw`)).status).toBe(404);
  });

  test('shows hostile words as words', async () => {
    await send({ subject: '<script>alert(1)</script>', text: '<img src=x onerror=alert(1)>' });
    const [mail] = await messages();
    for (const path of ['/', `/messages/${mail?.id ?? ''}`]) {
      const page = await fetch(catcher.url + path);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await page.text()).not.toMatch(/<script|<img/);
    }
  });

  test('leads to the addresses that a mail names', async () => {
    await send({ text: 'Password: http://127.0.0.1:8483/spaces/a-b_c?x=1&y="><b>. javascript:alert(1)' });
    const [mail] = await messages();
    const page = await (await fetch(`${catcher.url}/messages/${mail?.id ?? ''}`)).text();
    expect(page).toContain('<a href="http://127.0.0.1:8483/spaces/a-b_c?x=1&#38;y=">');
    expect(page.match(/<a /g)).toHaveLength(3);
    expect(page).not.toContain('<b>');
  });

  test('refuses what it cannot use, with the value found', async () => {
    expect((await fetch(`${catcher.url}/api/messages?limit=none`)).status).toBe(400);
    expect((await fetch(catcher.url, { method: 'POST' })).status).toBe(405);
    expect(() => readConfig({ CATCHER_SMTP_PORT: 'x', CATCHER_HTTP_PORT: '99999' })).toThrow(
      /CATCHER_SMTP_PORT.*\n.*99999/,
    );
  });
});
