import type { Language } from '@caserelay/contracts';
import { createHash } from 'node:crypto';
import type { Answer, Credentials } from './show-credentials.js';

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,"Microsoft YaHei","PingFang SC",sans-serif}
body{max-width:44rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #8884;vertical-align:top}
th{white-space:nowrap;font-weight:500}
code,pre{font:.95rem/1.5 ui-monospace,Consolas,monospace;user-select:all;overflow-wrap:anywhere}
pre{padding:.7rem;background:#8882;border-radius:6px;white-space:pre-wrap}
button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:6px;background:#0a5bd3;color:#fff;cursor:pointer}
.note{color:#777;font-size:.9rem}`;

/** Headers of every answer of the credential page: nothing is kept, nothing leaks, nothing foreign runs. */
export const pageHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex, nofollow, noarchive',
} as const;

const texts = {
  en: {
    title: 'Your upload account',
    hiddenText: 'This page shows the password of your upload account. Each display is counted.',
    reveal: 'Show the account',
    host: 'Host',
    port: 'Port',
    user: 'User',
    password: 'Password',
    folder: 'Folder',
    fingerprint: 'Host key',
    fingerprintNote: 'Compare it with what your program shows when it connects for the first time.',
    filezilla: 'FileZilla: paste this into “Host” of the quick connect bar, then user, password and port from above',
    winscp: 'WinSCP: command for the console, or the values above with protocol SFTP',
    sftp: 'Command line',
    hint: 'Put your files into /upload. An interrupted upload can be resumed in each of these programs.',
    left: (count: number) => `This link can be opened ${count} more ${count === 1 ? 'time' : 'times'}.`,
    unknown: 'This link is not known. Check that it was copied whole.',
    expired: 'This link has expired. Write to us in the thread of your case, and we will send a new one.',
    'used-up':
      'This link was opened as often as it may be. Write to us in the thread of your case, and we will send a new one.',
    replaced:
      'This link is no longer valid. Use the newest link that we sent you, or write to us in the thread of your case.',
    closed:
      'This upload account is closed because its case is closed. Write to us in the thread of your case to reopen it.',
  },
  'zh-CN': {
    title: '您的上传账号',
    hiddenText: '此页面将显示您的上传账号和密码，每次显示都会被计数。',
    reveal: '显示账号',
    host: '主机',
    port: '端口',
    user: '用户名',
    password: '密码',
    folder: '目录',
    fingerprint: '主机密钥指纹',
    fingerprintNote: '首次连接时，请与客户端显示的指纹核对。',
    filezilla: 'FileZilla：将下面的地址粘贴到快速连接栏的“主机”，再填写上面的用户名、密码和端口',
    winscp: 'WinSCP：可在控制台执行以下命令，或选择 SFTP 协议并填写上面的信息',
    sftp: '命令行',
    hint: '请将文件上传到 /upload 目录。上传中断后，可在以下客户端中断点续传。',
    left: (count: number) => `此链接还可以打开 ${count} 次。`,
    unknown: '链接无效，请确认链接是否复制完整。',
    expired: '链接已过期。请在案例邮件中回复我们，我们将发送新的链接。',
    'used-up': '链接的打开次数已用完。请在案例邮件中回复我们，我们将发送新的链接。',
    replaced: '此链接已失效，请使用我们最近发送的链接；如未收到，请在案例邮件中回复我们。',
    closed: '案例已关闭，上传账号也已停用。如需重新开启，请在案例邮件中回复我们。',
  },
} as const;

/** The language of the page: as asked for by `?lang=`, else what the browser prefers, else Chinese. */
export function languageOf(asked: string | null, acceptLanguage: string): Language {
  const wish = [asked ?? '', ...acceptLanguage.slice(0, 200).split(',')].find((language) =>
    /^\s*(zh|en)\b/i.test(language),
  );
  return wish && /^\s*en/i.test(wish) ? 'en' : 'zh-CN';
}

/** One sentence on why there is nothing to show. */
export function refusalText(answer: Extract<Answer, { kind: 'unknown' | 'gone' }>, language: Language): string {
  return texts[language][answer.kind === 'unknown' ? 'unknown' : answer.because];
}

/** The page for an answer, whole and without scripts. */
export function credentialPage(answer: Answer, language: Language): string {
  return page(language, bodyOf(answer, language));
}

function bodyOf(answer: Answer, language: Language): string {
  const text = texts[language];
  switch (answer.kind) {
    case 'hidden':
      return `<p>${text.hiddenText}</p><form method="post"><button>${text.reveal}</button></form>`;
    case 'shown':
      return shown(answer.credentials, answer.openingsLeft, language);
    case 'unknown':
    case 'gone':
      return `<p>${refusalText(answer, language)}</p>`;
  }
}

function shown(credentials: Credentials, openingsLeft: number, language: Language): string {
  const text = texts[language];
  const { host, port, user, password, folder, fingerprint } = credentials;
  const row = (name: string, value: string, more = '') =>
    `<tr><th scope="row">${name}</th><td><code>${escape(value)}</code>${more}</td></tr>`;
  const command = (title: string, line: string) => `<h2>${title}</h2><pre>${escape(line)}</pre>`;
  return [
    '<table>',
    row(text.host, host),
    row(text.port, String(port)),
    row(text.user, user),
    row(text.password, password),
    row(text.folder, folder),
    row(text.fingerprint, fingerprint, `<br><span class="note">${text.fingerprintNote}</span>`),
    '</table>',
    `<p>${text.hint}</p>`,
    command(text.filezilla, `sftp://${host}`),
    command(
      text.winscp,
      `open sftp://${user}@${host}:${port}${folder}/ -hostkey="ssh-ed25519 255 ${fingerprint.replace('SHA256:', '')}"`,
    ),
    command(text.sftp, `sftp -P ${port} ${user}@${host}:${folder}`),
    `<p class="note">${text.left(openingsLeft)}</p>`,
  ].join('\n');
}

function page(language: Language, body: string): string {
  const { title } = texts[language];
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head>
<body><main><h1>${title}</h1>
${body}
</main></body></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
