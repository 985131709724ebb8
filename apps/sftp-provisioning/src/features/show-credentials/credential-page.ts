import type { Language } from '@caserelay/contracts';
import { createHash } from 'node:crypto';
import { clientGuides } from './client-guides.js';
import { copyButton, escape } from './page-parts.js';
import { style } from './page-style.js';
import { texts } from './page-texts.js';
import type { Account, Answer } from './show-credentials.js';

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "script-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Headers of every answer of the credential page: nothing is kept, nothing leaks, nothing foreign runs. */
export const pageHeaders = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': policy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex, nofollow, noarchive',
} as const;

/** How a page is written: its language, and the zone in which its times are shown. */
export interface Setting {
  readonly language: Language;
  readonly zone: string;
}

/** One sentence on why there is nothing to show. */
export function refusalText(answer: Extract<Answer, { kind: 'unknown' | 'gone' }>, language: Language): string {
  return texts[language][answer.kind === 'unknown' ? 'unknown' : answer.because];
}

/** The page for an answer, whole. Without scripts everything is there but the uploading. */
export function credentialPage(answer: Answer, setting: Setting): string {
  const { language } = setting;
  const text = texts[language];
  const other: Language = language === 'en' ? 'zh-CN' : 'en';
  const uploads = (answer.kind === 'open' || answer.kind === 'shown') && !answer.isReadOnly;
  const scripts = uploads
    ? '<script src="script/tus.js" defer></script><script type="module" src="script/page.js"></script>'
    : '';
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${text.title}</title><style>${style}</style>${scripts}</head>
<body><main><header><h1>${text.title}</h1><nav><a href="?lang=${other}" lang="${other}" hreflang="${other}">${text.otherLanguage}</a></nav></header>
${bodyOf(answer, setting)}
</main></body></html>`;
}

function bodyOf(answer: Answer, setting: Setting): string {
  const { language } = setting;
  const text = texts[language];
  switch (answer.kind) {
    case 'hidden':
      return `<section><p>${text.hiddenText}</p>${revealForm(text.reveal, language)}</section>`;
    case 'open':
      return whole(answer.account, null, answer, setting);
    case 'shown':
      return whole(answer.credentials, answer.credentials.password, answer, setting);
    case 'unknown':
    case 'gone':
      return `<section class="alert" role="alert"><p>${refusalText(answer, language)}</p></section>`;
  }
}

function whole(
  account: Account,
  password: string | null,
  { openingsLeft, expiresAt, isReadOnly }: { openingsLeft: number; expiresAt: Date; isReadOnly: boolean },
  { language, zone }: Setting,
): string {
  const text = texts[language];
  const begin = isReadOnly
    ? `<section class="alert" role="status"><p>${text.readOnly}</p></section>
<section><h2>${text.readTitle}</h2>`
    : `<p>${text.twoWays}</p>
${uploadSection(language)}
<section><h2>${text.sftpTitle}</h2><p class="soft">${text.sftpText}</p>`;
  return `${begin}
${facts(account, password, openingsLeft, language)}
${clientGuides(account, password, language)}
</section>
<footer class="soft"><p>${text.left(openingsLeft)} ${text.expires(timeIn(zone, expiresAt, language))}</p><p>${text.help}</p></footer>`;
}

function uploadSection(language: Language): string {
  const text = texts[language];
  return `<section id="upload"><h2>${text.browserTitle}</h2><p class="soft">${text.browserText}</p>
<noscript><p class="alert">${text.noScript}</p></noscript>
<div id="drop" hidden><p>${text.drop}</p><input type="file" id="files" multiple tabindex="-1" aria-hidden="true"><button type="button" id="choose">${text.choose}</button>
<p class="soft">${text.dropNote}</p></div><p id="message" role="alert"></p></section>
<section><h2 id="arrived">${text.arrivedTitle}</h2><p id="nothing" class="soft">${text.nothingArrived}</p>
<ul id="arrivals" aria-labelledby="arrived"></ul><p id="all" class="soft" hidden><button type="button" class="quiet">${text.thatIsAll}</button> ${text.thatIsAllNote}</p><p id="spoken" class="soft" role="status"></p></section>`;
}

function facts(account: Account, password: string | null, openingsLeft: number, language: Language): string {
  const text = texts[language];
  const { host, port, user, folder, fingerprint } = account;
  const row = (name: string, id: string, value: string, more = '') =>
    `<div><dt>${name}</dt><dd><code id="${id}">${escape(value)}</code>${copyButton(id, text.copy)}${more}</dd></div>`;
  const hidden = `<div><dt>${text.password}</dt><dd><span class="soft">${text.passwordHidden}</span>${openingsLeft > 0 ? revealForm(text.revealAgain, language) : ''}</dd></div>`;
  return `<dl class="facts">
<div><dt>${text.protocol}</dt><dd><code>SFTP</code></dd></div>
${row(text.host, 'host', host)}
${row(text.port, 'port', String(port))}
${row(text.user, 'user', user)}
${password === null ? hidden : row(text.password, 'password', password)}
${row(text.folder, 'folder', folder)}
${row(text.fingerprint, 'fingerprint', fingerprint, `<span class="note soft">${text.fingerprintNote}</span>`)}
</dl>`;
}

function revealForm(label: string, language: Language): string {
  return `<form method="post" action="?lang=${language}"><button>${label}</button></form>`;
}

function timeIn(zone: string, time: Date, language: Language): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: zone,
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(time);
}
