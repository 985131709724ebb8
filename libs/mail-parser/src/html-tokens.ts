import { decodeHTML } from 'entities';

/** A piece of HTML: text with its entities resolved, or a tag with the attributes that matter to text. */
export type HtmlToken =
  { kind: 'text'; text: string } | { kind: 'open'; name: string; attributes: string } | { kind: 'close'; name: string };

const tagName = /[A-Za-z][A-Za-z0-9:_-]{0,40}/y;

/** Elements whose content is no text, and no markup either. */
const rawElements = new Set(['style', 'script', 'title', 'xml', 'noframes', 'template', 'svg', 'math', 'object']);

/**
 * Splits HTML into tokens in one pass. Comments, among them Outlook's conditional ones (`<!--[if gte mso 9]>…<![endif]-->`),
 * declarations, and the content of `style`, `script`, `title` and `xml` are left out; a `<` that begins no tag is text.
 */
export function* htmlTokens(html: string): Generator<HtmlToken> {
  const ends = new Ends(html);
  let at = 0;
  let textFrom = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    const end = endOfMarkup(html, open, ends);
    if (end < 0) {
      at = open + 1;
      continue;
    }
    if (open > textFrom) yield { kind: 'text', text: decodeHTML(html.slice(textFrom, open)) };
    at = end;
    textFrom = end;
    const isClose = html[open + 1] === '/';
    tagName.lastIndex = open + (isClose ? 2 : 1);
    const name = tagName.exec(html)?.[0].toLowerCase();
    if (name === undefined) continue;
    if (isClose) yield { kind: 'close', name };
    else {
      const attributes = html.slice(tagName.lastIndex, Math.min(end - 1, tagName.lastIndex + 4_000));
      yield { kind: 'open', name, attributes };
      if (rawElements.has(name) && !attributes.endsWith('/')) {
        at = ends.ofElement(name, end);
        textFrom = at;
      }
    }
  }
  if (textFrom < html.length) yield { kind: 'text', text: decodeHTML(html.slice(textFrom)) };
}

/** Where the markup that begins at `open` ends; -1 when it is no markup. */
function endOfMarkup(html: string, open: number, ends: Ends): number {
  const next = html[open + 1] ?? '';
  if (next === '!') {
    if (html.startsWith('<!--', open)) return ends.of('-->', open + 4);
    return ends.of('>', open + 2);
  }
  if (next === '?') return ends.of('>', open + 2);
  if (!/[A-Za-z/]/.test(next)) return -1;
  return ends.ofTag(open + 1);
}

/** Finds ends, and looks only once for one that is not there, so that a hostile text costs no time. */
class Ends {
  private readonly missing = new Set<string>();

  constructor(private readonly html: string) {}

  /** Behind the next `mark`; without one, the end of the text for a comment, -1 for the rest. */
  of(mark: string, from: number): number {
    const found = this.missing.has(mark) ? -1 : this.html.indexOf(mark, from);
    if (found >= 0) return found + mark.length;
    this.missing.add(mark);
    return mark === '-->' ? this.of('>', from) : -1;
  }

  /** Behind the `>` of a tag, which may hold others between quotes. */
  ofTag(from: number): number {
    if (this.missing.has('>')) return -1;
    let quote = '';
    const most = Math.min(this.html.length, from + 20_000);
    for (let index = from; index < most; index++) {
      const character = this.html[index] as string;
      if (quote !== '') {
        if (character === quote) quote = '';
      } else if (character === '>') return index + 1;
      else if ((character === '"' || character === "'") && /[=\s]/.test(this.html[index - 1] ?? '')) quote = character;
    }
    // A quote that is never closed: the tag ends where the next bracket is.
    return this.of('>', from);
  }

  /** Behind the end tag of an element whose content is no markup; without one the element holds nothing. */
  ofElement(name: string, from: number): number {
    if (this.missing.has(name)) return from;
    const close = new RegExp(`</${name}\\s*>`, 'gi');
    close.lastIndex = from;
    if (close.exec(this.html) !== null) return close.lastIndex;
    this.missing.add(name);
    return from;
  }
}

/** The value of an attribute, its entities resolved; null when the tag has none of that name. */
export function attributeOf(attributes: string, name: string): string | null {
  const found = new RegExp(`(?:^|[\\s"'/])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(attributes);
  const value = found?.[1] ?? found?.[2] ?? found?.[3];
  return value === undefined ? null : decodeHTML(value);
}
