/** HTML that may stand in a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand between pieces of HTML: text is escaped, nothing is left out by mistake. */
export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/** Builds HTML; every value that is no markup itself is escaped, for it was written by strangers. */
export function html(pieces: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(pieces.map((piece, index) => piece + rendered(values[index] ?? null)).join(''));
}

function rendered(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return content.map(rendered).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters show nothing, and those that turn the direction of writing lie about what is written. */
function escaped(text: string): string {
  return text
    .replace(/(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
