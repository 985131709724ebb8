import type { Language } from '../bugcheck.js';
import type { Text } from '../bugcheck-parameters.data.js';
import type { DumpDocument } from '../document-of.js';
import type { DumpReport } from '../dump-facts.js';
import { html, type Content, type Markup } from './markup.js';

/** How a page is written. */
export interface Page {
  report: DumpReport;
  document: DumpDocument;
  language: Language;
  say(text: Text): string;
}

/** A section with its heading. */
export function section(title: string, content: Content, more = ''): Markup {
  return html`<section class="${more}">
    <h2>${title}</h2>
    ${content}
  </section>`;
}

/** Bytes as people say them. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[unit] ?? ''}`;
}
