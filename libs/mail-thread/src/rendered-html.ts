import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { fold } from './fold.js';
import { headerIn, markIn } from './quotation-forms.js';

/** What a part of a mail is, and by what it was recognised. */
export interface Mark {
  what: 'quotation' | 'forward' | 'attribution' | 'signature';
  rule: string;
}

export interface MarkedLine {
  text: string;
  /** What the HTML says that this line is; null where it says nothing. */
  mark: Mark | null;
}

export interface RenderedHtml {
  lines: MarkedLine[];
  /** True when the HTML is longer than is read. */
  isCutShort: boolean;
}

const mostUnits = 2_000_000;
const mostLines = 100_000;
const deepest = 256;

/**
 * Renders the HTML of a mail as lines of text, each with what the elements that mail programs wrap a quotation in say
 * of it. Reads at most two million units and nests at most 256 elements; takes time in proportion to the length.
 */
export function renderHtml(html: string): RenderedHtml {
  const renderer = new Renderer(html.slice(0, mostUnits));
  return { lines: renderer.render(), isCutShort: html.length > mostUnits || renderer.isFull };
}

interface Container {
  mark: Mark;
  /** Gmail leaves answers between quoted parts inside of its container. */
  mayHoldAnswers: boolean;
  hasClosedQuote: boolean;
}

interface Element {
  name: string;
  container: Container | null;
  isPreformatted: boolean;
  isHidden: boolean;
  margin: boolean;
  item: number | null;
}

const blocks = new Set(
  'address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);
const voids = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
const hidden = new Set(['script', 'style', 'title', 'template', 'noscript']);
const closesItself = new Set(['p', 'li', 'td', 'th', 'tr', 'option', 'dt', 'dd']);
const cells = new Set(['td', 'th', 'table', 'caption']);
const cellParts = new Set(['td', 'th', 'tr', 'tbody', 'thead', 'tfoot', 'table', 'body', 'html']);

/** What mail programs name the elements that they wrap a quotation in; Exchange puts `x_` before names that it rewrites. */
const containers: [RegExp, Mark, { mayHoldAnswers?: boolean }?][] = [
  [/^gmail_quote(?:_container)?$/, { what: 'quotation', rule: 'gmail_quote' }, { mayHoldAnswers: true }],
  [/^ntes-mailmaster-quote$/, { what: 'quotation', rule: 'ntes-mailmaster-quote' }],
  [/^isreplycontent$/, { what: 'quotation', rule: 'isReplyContent' }],
  [/yahoo_quoted(?:_\d+)?$/, { what: 'quotation', rule: 'yahoo_quoted' }],
  [/^protonmail_quote$/, { what: 'quotation', rule: 'protonmail_quote' }],
  [/^zmail_extra$/, { what: 'quotation', rule: 'zmail_extra' }],
  [/^tutanota_quote$/, { what: 'quotation', rule: 'tutanota_quote' }],
  [/^history-quote-wrapper$|^lark-mail-quote/, { what: 'quotation', rule: 'lark-mail-quote' }],
  [/^moz-cite-prefix$/, { what: 'attribution', rule: 'moz-cite-prefix' }],
  [/^moz-forward-container$/, { what: 'forward', rule: 'moz-forward-container' }],
  [
    /^(?:gmail_signature|gmail_signature_prefix|signature|ms-outlook-mobile-signature|applemailsignature|moz-signature|ntes-signature|imail_signature|lark-mail-signature|protonmail_signature_block|__aliyun_signature_wrap|mail-signature)$/,
    { what: 'signature', rule: 'signature element' },
  ],
];

/** Below these everything is what is answered: the program puts header and body side by side. */
const untilEnd: [RegExp, string][] = [
  [/^divrplyfwdmsg$/, 'divRplyFwdMsg'],
  [/^appendonsend$/, 'appendonsend'],
  [/^outlookmessageheader$/, 'OutlookMessageHeader'],
];
const outlookReference = /^(?:mail-editor-reference-message-container|ms-outlook-mobile-reference-message)$/;

const ignore = (): void => undefined;

class Renderer implements TokenizerCallbacks {
  isFull = false;
  private readonly lines: MarkedLine[] = [];
  private readonly stack: Element[] = [];
  private tooDeep = 0;
  private name = '';
  private attribute = '';
  private attributes: Record<string, string> = {};
  private value = '';
  /** What stands in the line so far: in parts, for joining them at every step would cost time without bound. */
  private parts: string[] = [];
  private lastCharacter = '';
  private isFilled = false;
  private bufferMark: Mark | null = null;
  private hasClosedBlock = false;
  private wantsBlank = false;
  private end: Mark | null = null;
  private link: { href: string; start: number } | null = null;
  private readonly greyBlocks: number[] = [];
  private readonly references = new Set<Mark>();

  constructor(private readonly html: string) {}

  render(): MarkedLine[] {
    const tokenizer = new Tokenizer({ xmlMode: false, decodeEntities: true }, this);
    tokenizer.write(this.html);
    tokenizer.end();
    this.breakLine();
    this.markGreyBlock();
    this.unmarkAnsweredReferences();
    return this.lines;
  }

  onopentagname(start: number, end: number): void {
    this.name = this.html.slice(start, Math.min(end, start + 40)).toLowerCase();
    this.attributes = {};
  }

  onattribname(start: number, end: number): void {
    this.attribute = this.html.slice(start, Math.min(end, start + 20)).toLowerCase();
    this.value = '';
  }

  onattribdata(start: number, end: number): void {
    if (this.value.length < 1_000) this.value += this.html.slice(start, Math.min(end, start + 1_000));
  }

  onattribentity(codepoint: number): void {
    if (this.value.length < 1_000) this.value += String.fromCodePoint(codepoint);
  }

  onattribend(): void {
    if (['class', 'id', 'style', 'type', 'href', 'start'].includes(this.attribute))
      this.attributes[this.attribute] ??= this.value;
  }

  onopentagend(): void {
    this.open();
  }

  onselfclosingtag(): void {
    this.open();
  }

  onclosetag(start: number, end: number): void {
    this.close(this.html.slice(start, Math.min(end, start + 40)).toLowerCase());
  }

  ontext(start: number, end: number): void {
    this.write(this.html.slice(start, end));
  }

  ontextentity(codepoint: number): void {
    this.write(String.fromCodePoint(codepoint));
  }

  readonly oncdata = ignore;
  readonly oncomment = ignore;
  readonly ondeclaration = ignore;
  readonly onprocessinginstruction = ignore;
  readonly onend = ignore;

  private get top(): Element | null {
    return this.stack[this.stack.length - 1] ?? null;
  }

  private markNow(): Mark | null {
    if (this.end) return this.end;
    const container = this.top?.container ?? null;
    if (container === null || (container.mayHoldAnswers && container.hasClosedQuote)) return null;
    return container.mark;
  }

  private open(): void {
    const { name, attributes } = this;
    if (name === 'br') return this.newLine();
    if (name === 'hr') return this.writeRule();
    if (name === 'a' && /^(?:https?|s?ftps?):\/\//i.test(attributes['href'] ?? ''))
      this.link = { href: attributes['href'] ?? '', start: this.parts.length };
    if (voids.has(name)) return;
    if (closesItself.has(name) && this.top?.name === name) this.close(name);
    if (blocks.has(name)) this.breakBefore(name);
    if (this.stack.length >= deepest) {
      this.tooDeep++;
      return;
    }
    const style = (attributes['style'] ?? '').toLowerCase();
    const margin =
      name === 'p' &&
      !this.isInCell() &&
      !/msonormal|msoplaintext/i.test(attributes['class'] ?? '') &&
      !/margin\s*:\s*0/.test(style);
    if (margin) this.wantsBlank = true;
    const above = this.top;
    this.stack.push({
      name,
      container: this.containerOf(name, attributes) ?? above?.container ?? null,
      isPreformatted:
        name === 'pre' || /white-space\s*:\s*(?:break-spaces|pre\b)/.test(style) || (above?.isPreformatted ?? false),
      isHidden: hidden.has(name) || /display\s*:\s*none|mso-hide\s*:\s*all/.test(style) || (above?.isHidden ?? false),
      margin,
      item: name === 'ol' ? Math.min(Number.parseInt(attributes['start'] ?? '1', 10) || 1, 1_000_000) : null,
    });
    if (/background(?:-color)?\s*:\s*#efefef/.test(style) && name === 'div') this.greyBlocks.push(this.lines.length);
    if (name === 'li') this.writeItem();
  }

  private containerOf(name: string, attributes: Record<string, string>): Container | null {
    const names = `${attributes['class'] ?? ''} ${attributes['id'] ?? ''}`
      .toLowerCase()
      .split(/\s+/)
      .slice(0, 30)
      .map((word) => word.replace(/^(?:x_)+/, ''))
      .filter((word) => word !== '');
    const isInside = this.markNow() !== null;
    const ending = untilEnd.find(([form]) => names.some((word) => form.test(word)));
    if (ending && !isInside) {
      this.breakLine();
      this.end = { what: 'quotation', rule: ending[1] };
      return null;
    }
    const known = containers.find(([form]) => names.some((word) => form.test(word)));
    const isCited = name === 'blockquote' && /^cite$/i.test(attributes['type'] ?? '');
    const isReference = names.some((word) => outlookReference.test(word));
    if (!known && !isCited && !isReference) return null;
    if (isInside && known?.[1].what !== 'quotation' && !isCited) return null;
    this.breakLine();
    const mark = known
      ? { ...known[1] }
      : { what: 'quotation' as const, rule: isCited ? 'blockquote cite' : 'mail-editor-reference-message-container' };
    const mayHoldAnswers = name !== 'blockquote' && (known?.[2]?.mayHoldAnswers ?? false);
    if (isReference && !known) this.references.add(mark);
    return { mark, mayHoldAnswers, hasClosedQuote: false };
  }

  private close(name: string): void {
    if (name === 'br') return this.newLine();
    if (name === 'a') this.writeLink();
    if (this.tooDeep > 0) {
      this.tooDeep--;
      if (blocks.has(name)) this.breakLine();
      return;
    }
    let at = this.stack.length - 1;
    while (at >= 0 && this.stack[at]?.name !== name) {
      if (cells.has(this.stack[at]?.name ?? '') && !cellParts.has(name)) return;
      at--;
    }
    if (at < 0) return;
    if (this.stack.slice(at).some((element) => blocks.has(element.name))) this.breakAfter(name);
    for (const element of this.stack.splice(at)) {
      if (element.margin) this.wantsBlank = true;
      const around = this.top?.container;
      if (element.name === 'blockquote' && around) around.hasClosedQuote = true;
    }
  }

  /** Cells of one row stand in one line, as long as each holds one. */
  private breakBefore(name: string): void {
    const isCell = name === 'td' || name === 'th';
    if (isCell && this.isFilled && this.bufferMark === this.markNow()) {
      this.hasClosedBlock = false;
      this.append('\t', this.bufferMark);
    } else if (!isCell && !(this.isInCell() && this.lastCharacter === '\t')) this.breakLine();
  }

  private breakAfter(name: string): void {
    if (name === 'td' || name === 'th') return;
    if (this.isInCell() && !cellParts.has(name)) this.hasClosedBlock = true;
    else this.breakLine();
  }

  private isInCell(): boolean {
    return this.stack.some(({ name }) => name === 'td' || name === 'th');
  }

  private write(text: string): void {
    if (this.top?.isHidden) return;
    const mark = this.markNow();
    if (mark !== this.bufferMark && this.isFilled) this.breakLine();
    if (this.top?.isPreformatted) {
      const parts = text.replace(/\r\n?/g, '\n').split('\n');
      parts.forEach((part, index) => {
        if (index > 0) this.newLine();
        this.append(part, mark);
      });
      return;
    }
    const collapsed = text.replace(/[ \t\r\n\f]+/g, ' ');
    const isAtStart = ['', ' ', '\t'].includes(this.lastCharacter);
    this.append(isAtStart && collapsed.startsWith(' ') ? collapsed.slice(1) : collapsed, mark);
  }

  private append(text: string, mark: Mark | null): void {
    if (text === '') return;
    const isFilling = text.trim() !== '';
    if (this.hasClosedBlock && isFilling) this.breakLine();
    if (this.parts.length === 0) this.bufferMark = mark;
    this.parts.push(text);
    this.lastCharacter = text[text.length - 1] ?? '';
    this.isFilled ||= isFilling;
  }

  private writeItem(): void {
    const list = [...this.stack].reverse().find(({ name }) => name === 'ol' || name === 'ul');
    if (list?.item == null) return this.append('- ', this.markNow());
    this.append(`${list.item}. `, this.markNow());
    list.item++;
  }

  private writeRule(): void {
    this.breakLine();
    // Foxmail sets this short blue-grey line above a signature.
    const isAboveSignature = /width:\s*210px/i.test(this.attributes['style'] ?? '');
    if (!this.top?.isHidden) this.append(isAboveSignature ? '-- ' : '_'.repeat(32), this.markNow());
    this.breakLine();
  }

  private writeLink(): void {
    if (this.link === null) return;
    const { href, start } = this.link;
    this.link = null;
    const shown = this.parts.slice(start).join('').trim();
    if (shown !== '' && !href.includes(shown.replace(/^\w+:\/\//, '').slice(0, 40)) && !this.top?.isHidden)
      this.append(` <${href.slice(0, 500)}>`, this.markNow());
  }

  private newLine(): void {
    if (this.top?.isHidden) return;
    this.push(this.parts.join(''), this.parts.length === 0 ? this.markNow() : this.bufferMark);
    this.reset();
  }

  private breakLine(): void {
    if (this.isFilled) this.push(this.parts.join(''), this.bufferMark);
    this.reset();
  }

  private reset(): void {
    this.parts = [];
    this.lastCharacter = '';
    this.isFilled = false;
    this.bufferMark = null;
    this.hasClosedBlock = false;
    this.link = null;
  }

  private push(text: string, mark: Mark | null): void {
    if (this.lines.length >= mostLines) {
      this.isFull = true;
      return;
    }
    const line = text.replaceAll('\u00a0', ' ').trimEnd();
    const last = this.lines[this.lines.length - 1];
    if (this.wantsBlank && line !== '' && last && last.text !== '')
      this.lines.push({ text: '', mark: last.mark === mark ? mark : null });
    if (line !== '') this.wantsBlank = false;
    // Gmail hands on a mail in the same element as it quotes one.
    if (mark?.rule === 'gmail_quote' && markIn(fold(line.slice(0, 200)))?.what === 'forward') {
      mark.what = 'forward';
      const container = this.top?.container;
      if (container?.mark === mark) container.mayHoldAnswers = false;
    }
    this.lines.push({ text: line, mark });
  }

  /** QQ sets the header of what it quotes in a grey block; a grey block that holds no header is something else. */
  private markGreyBlock(): void {
    for (const from of this.greyBlocks) {
      let first = from;
      while (first < from + 5 && this.lines[first]?.text.trim() === '') first++;
      const line = this.lines[first];
      if (line?.mark !== null || !this.isHeader(first)) continue;
      const mark: Mark = { what: 'quotation', rule: 'grey header block' };
      for (const below of this.lines.slice(first)) below.mark ??= mark;
      return;
    }
  }

  private isHeader(first: number): boolean {
    const [from, next] = [0, 1].map((below) => headerIn(fold((this.lines[first + below]?.text ?? '').slice(0, 200))));
    return from?.name === 'from' && (next != null || from.value.includes('@'));
  }

  /** Who answers below quoted lines in Outlook writes inside of its container: there only the text can tell. */
  private unmarkAnsweredReferences(): void {
    const answered = new Set(this.lines.filter(({ text }) => text.startsWith('>')).map(({ mark }) => mark));
    for (const line of this.lines)
      if (line.mark && this.references.has(line.mark) && answered.has(line.mark)) line.mark = null;
  }
}
