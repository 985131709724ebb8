import { createHash } from 'node:crypto';
import type { CaughtMail } from './caught-mails.js';

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c2733}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #dfe5eb;vertical-align:top}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f6f8;padding:1rem;font:inherit}.quiet{color:#5c6b7a}a{color:#0b5cad}`;

/** Headers of every page: nothing but the page's own style may load or run. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The list of caught mails, newest first. */
export function listPage(mails: CaughtMail[]): string {
  const rows = [...mails]
    .reverse()
    .map(
      (mail) =>
        `<tr><td class="quiet">${escaped(mail.receivedAt.slice(0, 19).replace('T', ' '))}</td><td>${escaped(people(mail.from))}</td><td>${escaped(mail.to.join(', '))}</td><td><a href="/messages/${escaped(mail.id)}">${escaped(mail.subject || '(no subject)')}</a></td></tr>`,
    );
  const table = `<table><thead><tr><th>caught</th><th>from</th><th>to</th><th>subject</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return page('Caught mail', refreshed, mails.length === 0 ? '<p>No mail was caught yet.</p>' : table);
}

/** One caught mail, to read. */
export function mailPage(mail: CaughtMail): string {
  const facts: [string, string][] = [
    ['from', people(mail.from)],
    ['to', mail.to.join(', ')],
    ['recipients', mail.recipients.join(', ')],
    ['date', mail.date ?? ''],
    ['Message-ID', mail.messageId ?? ''],
    ['In-Reply-To', mail.headers.inReplyTo ?? ''],
  ];
  const rows = facts.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('');
  return page(
    mail.subject || '(no subject)',
    '',
    `<p><a href="/">all mails</a> · <a href="/api/messages/${escaped(mail.id)}/raw">raw</a></p><table>${rows}</table><pre>${withLinks(mail.text)}</pre>`,
  );
}

/** The list is looked at while mails come in. */
const refreshed = '<meta http-equiv="refresh" content="5">';

function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[\w.~:/?#@!$&*+,;=%-]*[\w/=-])/)
    .map((part, index) => (index % 2 === 1 ? `<a href="${escaped(part)}">${escaped(part)}</a>` : escaped(part)))
    .join('');
}

function page(title: string, head: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}<title>${escaped(title)}</title><style>${style}</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>`;
}

function people(list: { name: string; address: string }[]): string {
  return list.map(({ name, address }) => (name ? `${name} <${address}>` : address)).join(', ');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
