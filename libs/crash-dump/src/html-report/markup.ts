/** HTML that may stand in a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand between pieces of HTML: text is escaped, nothing is left out by mistake. */
export type Content = Markup | string | number | null | false | readonly Content[];

/** Builds HTML; every value that is no markup itself is escaped, for names in a dump are whatever their makers like. */
export function html(pieces: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(pieces.map((piece, index) => piece + rendered(values[index] ?? null)).join(''));
}

function rendered(content: Content): string {
  if (content === null || content === false) return '';
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

/** Marks that turn the direction of text could show a name as another one, so they are shown as what they are: odd. */
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

function escaped(text: string): string {
  return text.replace(unseen, '\ufffd').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
