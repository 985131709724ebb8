import type { SiteFile } from './site-files.js';

/** Text as HTML; everything that is not written in these files goes through here. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A line that the page copies when asked. */
export function copied(id: string, line: string, copy: string): string {
  return `<div class="line"><pre id="${id}">${escape(line)}</pre>${copyButton(id, copy)}</div>`;
}

export function copyButton(id: string, label: string): string {
  return `<button type="button" class="quiet" data-copies="${id}" hidden>${label}</button>`;
}

/** A label and a value in the picture of a window. */
export function fact(label: string, value: string): string {
  return `<span class="label">${label}</span><span class="box">${escape(value)}</span>`;
}

/** A download that is made from what the page holds already; nothing is fetched and no address carries a secret. */
export function offer({ name, type, content }: SiteFile, label: string): string {
  const data = `data:${type};charset=utf-8;base64,${Buffer.from(content).toString('base64')}`;
  return `<a class="button" download="${escape(name)}" href="${data}">${label}</a>`;
}
