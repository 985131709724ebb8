import { attributeOf, htmlTokens, type HtmlToken } from './html-tokens.js';

/**
 * The text that a person sees in an HTML mail: paragraphs, line breaks, lists, tables (cells of a row side by side,
 * divided by tabs), quotations that are marked as such behind `> `, addresses of links behind their words. Hidden
 * elements are left out. Takes time in proportion to the length, however the HTML is made.
 */
export function textOfHtml(html: string): string {
  // An element that is hidden and never closed would hide the whole mail.
  return render(html, true) ?? render(html, false) ?? '';
}

const paragraphs = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'pre', 'blockquote', 'table']);
const blocks = new Set([
  ...['div', 'li', 'dt', 'dd', 'tr', 'section', 'article', 'header', 'footer', 'address', 'center', 'form', 'fieldset'],
  ...['caption', 'thead', 'tbody', 'tfoot', 'main', 'nav', 'aside', 'figure', 'body', 'html', 'hr', 'td', 'th'],
]);
const voids = new Set(['br', 'img', 'hr', 'meta', 'link', 'input', 'col', 'base', 'area', 'wbr', 'source', 'embed']);
const deepest = 16;
const deepestQuotation = 8;

/** Something whose lines are written apart and then put into what is around it. */
interface Frame {
  kind: 'page' | 'quotation' | 'table' | 'row' | 'cell';
  lines: Lines;
  cells: string[];
}

function render(html: string, hides: boolean): string | null {
  const page = new Page();
  let hidden: { name: string; depth: number } | null = null;
  for (const token of htmlTokens(html)) {
    if (hidden !== null) {
      if (token.kind !== 'text' && token.name === hidden.name) hidden.depth += token.kind === 'open' ? 1 : -1;
      if (hidden.depth === 0) hidden = null;
      continue;
    }
    if (hides && token.kind === 'open' && isHidden(token)) {
      if (!voids.has(token.name) && !token.attributes.endsWith('/')) hidden = { name: token.name, depth: 1 };
      continue;
    }
    page.take(token);
  }
  return hidden === null ? page.end() : null;
}

function isHidden({ name, attributes }: { name: string; attributes: string }): boolean {
  if (name === 'noscript') return true;
  if (!/display|mso-hide|visibility/i.test(attributes)) return false;
  return /display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden/i.test(attributeOf(attributes, 'style') ?? '');
}

class Page {
  private readonly frames: Frame[] = [{ kind: 'page', lines: new Lines(), cells: [] }];
  private readonly lists: { isOrdered: boolean; count: number }[] = [];
  private readonly blockquotes: boolean[] = [];
  private preformatted = 0;
  /** Line ends around the paragraph that was opened last. */
  private paragraphEnds: 1 | 2 = 2;
  private link: { address: string; from: number; lines: Lines } | null = null;

  take(token: HtmlToken): void {
    if (token.kind === 'text') this.lines.write(token.text, this.preformatted > 0);
    else if (token.kind === 'open') this.open(token.name, token.attributes);
    else this.close(token.name);
  }

  end(): string {
    while (this.frames.length > 1) this.leave();
    return this.lines.text();
  }

  private get lines(): Lines {
    return (this.frames.at(-1) as Frame).lines;
  }

  private open(name: string, attributes: string): void {
    if (name === 'br') this.lines.breakLine();
    else if (name === 'hr') {
      this.lines.startBlock(1);
      this.lines.write('________________________________', true);
      this.lines.startBlock(1);
    } else if (name === 'li') this.openItem();
    else if (name === 'ul' || name === 'ol') {
      this.lines.startBlock(this.lists.length === 0 ? 2 : 1);
      if (this.lists.length < deepest) this.lists.push({ isOrdered: name === 'ol', count: 0 });
    } else if (name === 'a') this.openLink(attributes);
    else if (name === 'pre') {
      this.lines.startBlock(2);
      this.preformatted++;
    } else if (name === 'blockquote') this.openQuotation(attributes);
    else if (name === 'table' || name === 'tr' || name === 'td' || name === 'th') this.openTable(name);
    else if (name === 'p') {
      this.paragraphEnds = this.lists.length > 0 || isTight(attributes) ? 1 : 2;
      this.lines.startBlock(this.paragraphEnds);
    } else if (paragraphs.has(name)) this.lines.startBlock(2);
    else if (blocks.has(name)) this.lines.startBlock(1);
  }

  private close(name: string): void {
    if (name === 'a') this.closeLink();
    else if (name === 'pre') {
      this.preformatted = Math.max(0, this.preformatted - 1);
      this.lines.startBlock(2);
    } else if (name === 'blockquote') this.closeQuotation();
    else if (name === 'ul' || name === 'ol') {
      this.lists.pop();
      this.lines.startBlock(this.lists.length === 0 ? 2 : 1);
    } else if (name === 'table' || name === 'tr' || name === 'td' || name === 'th') this.closeTable(name);
    else if (name === 'p') this.lines.startBlock(this.paragraphEnds);
    else if (paragraphs.has(name)) this.lines.startBlock(2);
    else if (blocks.has(name)) this.lines.startBlock(1);
  }

  private openItem(): void {
    this.lines.startBlock(1);
    const list = this.lists.at(-1);
    const indent = '  '.repeat(Math.max(0, this.lists.length - 1));
    this.lines.mark(`${indent}${list?.isOrdered ? `${++list.count}.` : '-'} `);
  }

  private openLink(attributes: string): void {
    this.closeLink();
    const address = attributeOf(attributes, 'href')?.trim() ?? '';
    if (/^(?:https?|ftp|sftp):/i.test(address) && address.length <= 200)
      this.link = { address, from: this.lines.length, lines: this.lines };
  }

  private closeLink(): void {
    const { link } = this;
    this.link = null;
    if (link?.lines !== this.lines) return;
    const words = link.lines.since(link.from);
    const bare = (text: string): string =>
      text
        .toLowerCase()
        .replace(/^[a-z]+:\/\//, '')
        .replace(/\/+$/, '')
        .trim();
    if (words.trim() !== '' && !bare(words).includes(bare(link.address)) && !bare(link.address).endsWith(bare(words)))
      this.lines.write(` <${link.address}>`, true);
  }

  private openQuotation(attributes: string): void {
    this.lines.startBlock(2);
    const isCited =
      /\bcite\b|gmail_quote|moz-cite|ntes|isReplyContent/i.test(
        `${attributeOf(attributes, 'type') ?? ''} ${attributeOf(attributes, 'class') ?? ''} ${attributeOf(attributes, 'id') ?? ''}`,
      ) || attributeOf(attributes, 'cite') !== null;
    const enters = isCited && this.frames.length < deepestQuotation;
    this.blockquotes.push(enters);
    if (enters) this.enter('quotation');
  }

  private closeQuotation(): void {
    if (this.blockquotes.pop() === true) {
      const index = this.frames.findLastIndex(({ kind }) => kind === 'quotation');
      while (index > 0 && this.frames.length > index) this.leave();
    }
    this.lines.startBlock(2);
  }

  private openTable(name: string): void {
    if (name === 'table') {
      this.lines.startBlock(1);
      if (this.frames.length < deepest) this.enter('table');
      return;
    }
    const table = this.frames.findLastIndex(({ kind }) => kind === 'table' || kind === 'quotation');
    if (table < 0 || this.frames[table]?.kind !== 'table') {
      this.lines.startBlock(1);
      return;
    }
    // End tags of rows and cells may be left out.
    const keeps = name === 'tr' ? table + 1 : this.frames[table + 1]?.kind === 'row' ? table + 2 : table + 1;
    while (this.frames.length > keeps) this.leave();
    if (name !== 'tr' && this.frames.length === table + 1) this.enter('row');
    if (this.frames.length < deepest + 2) this.enter(name === 'tr' ? 'row' : 'cell');
  }

  private closeTable(name: string): void {
    const kind = name === 'table' ? 'table' : name === 'tr' ? 'row' : 'cell';
    const index = this.frames.findLastIndex((frame) => frame.kind === kind);
    const barrier = this.frames.findLastIndex((frame) => frame.kind === 'table' || frame.kind === 'quotation');
    if (index >= Math.max(1, barrier)) while (this.frames.length > index) this.leave();
    this.lines.startBlock(1);
  }

  private enter(kind: Frame['kind']): void {
    this.frames.push({ kind, lines: new Lines(), cells: [] });
  }

  private leave(): void {
    const frame = this.frames.pop() as Frame;
    const around = this.frames.at(-1) as Frame;
    const text = frame.lines.text();
    switch (frame.kind) {
      case 'page':
      case 'table':
        around.lines.startBlock(1);
        around.lines.write(text, true);
        around.lines.startBlock(1);
        break;
      case 'quotation':
        if (text === '') break;
        around.lines.startBlock(1);
        around.lines.write(quoted(text), true);
        around.lines.startBlock(1);
        break;
      case 'cell':
        around.cells.push(text);
        break;
      case 'row': {
        const cells = text === '' ? frame.cells : [text, ...frame.cells];
        const filled = cells.filter((cell) => cell !== '');
        // A layout table holds paragraphs, a table of data holds words.
        const isData = filled.every((cell) => !cell.includes('\n'));
        around.lines.startBlock(1);
        around.lines.write(isData ? filled.join('\t') : filled.join('\n'), true);
        around.lines.startBlock(1);
        break;
      }
    }
  }
}

/** Outlook's paragraphs have no space around them: each line is one. */
function isTight(attributes: string): boolean {
  if (attributes === '') return false;
  return (
    /\bMso(?:Normal|ListParagraph|PlainText)/i.test(attributes) ||
    /margin(?:-top|-bottom)?\s*:\s*0|margin\s*:\s*0/i.test(attributeOf(attributes, 'style') ?? '')
  );
}

/** Collects text as a browser lays it out: white space collapses, and line ends come from blocks. */
class Lines {
  private pieces: string[] = [];
  private total = 0;
  private last = '';
  private pendingSpace = false;
  private markedAt = -1;
  /** Line ends that are written before the next word. */
  private pendingEnds = 0;

  get length(): number {
    return this.pieces.length;
  }

  since(from: number): string {
    return this.pieces.slice(from).join('');
  }

  write(text: string, keepsSpace: boolean): void {
    const visible = text.replace(/[\u200b\u2060\ufeff\u00ad]/g, '');
    if (keepsSpace) {
      this.put(visible.replace(/\u00a0/g, ' ').replace(/\r\n?/g, '\n'));
      return;
    }
    const collapsed = visible
      .replace(/[ \t\r\n\f]+/g, (space, at: number) => {
        // A line end between two Chinese characters is where the source was wrapped, and no space.
        const isWrapped = space.includes('\n') && isHan(visible[at - 1]) && isHan(visible[at + space.length]);
        return isWrapped ? '' : ' ';
      })
      .replace(/\u00a0/g, ' ');
    if (collapsed.trim() === '') {
      // `<p>&nbsp;</p>` is how an empty line is written.
      if (visible.includes('\u00a0') && this.total > 0) this.pendingEnds = 2 - (this.last.endsWith('\n') ? 1 : 0);
      this.pendingSpace ||= collapsed !== '';
      return;
    }
    if (collapsed.startsWith(' ')) this.pendingSpace = true;
    const word = collapsed.trim();
    const lead =
      visible.startsWith('\u00a0') && this.isAtLineStart()
        ? /^[\u00a0 ]+/.exec(visible)?.[0].replace(/\u00a0/g, ' ')
        : '';
    this.put((lead ?? '') + word);
    this.pendingSpace = collapsed.endsWith(' ');
  }

  /** Writes what stands at the beginning of a list's item. */
  mark(text: string): void {
    this.put(text);
    this.pendingSpace = false;
    this.markedAt = this.pieces.length;
  }

  breakLine(): void {
    this.flushEnds();
    this.pendingSpace = false;
    this.append('\n');
  }

  /** Begins a block: at least so many line ends stand before the next word. */
  startBlock(ends: 1 | 2): void {
    this.pendingSpace = false;
    // What an item begins with stands beside its mark.
    if (this.total === 0 || this.markedAt === this.pieces.length) return;
    const there = this.last.endsWith('\n\n') ? 2 : this.last.endsWith('\n') ? 1 : 0;
    this.pendingEnds = Math.max(this.pendingEnds, ends - there);
  }

  text(): string {
    return this.pieces
      .join('')
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .replace(/^\n+/, '')
      .trimEnd();
  }

  private isAtLineStart(): boolean {
    return this.total === 0 || this.pendingEnds > 0 || this.last.endsWith('\n');
  }

  private put(text: string): void {
    if (text === '') return;
    const startsLine = this.isAtLineStart();
    this.flushEnds();
    if (this.pendingSpace && !startsLine && !this.last.endsWith(' ')) this.append(' ');
    this.pendingSpace = false;
    this.append(text);
  }

  private flushEnds(): void {
    if (this.pendingEnds > 0) this.append('\n'.repeat(this.pendingEnds));
    this.pendingEnds = 0;
  }

  private append(text: string): void {
    this.pieces.push(text);
    this.total += text.length;
    this.last = (this.last + text).slice(-2);
  }
}

function isHan(character: string | undefined): boolean {
  return character !== undefined && /[\u2e80-\u9fff\uff00-\uffef]/.test(character);
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\n');
}
