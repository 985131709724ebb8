import { fold } from './fold.js';
import {
  attributionIn,
  headerIn,
  isBareMark,
  isDeviceLine,
  isDisclaimer,
  isFieldOfTransport,
  isLogLine,
  isRule,
  isRuleOfProgram,
  longestMark,
  markIn,
  mayOpenAttribution,
  saysAnswersAreInside,
  startsDisclaimer,
  type HeaderName,
} from './quotation-forms.js';
import { renderHtml, type MarkedLine } from './rendered-html.js';

/** A part of a mail that is not among its new words. */
export interface Cut {
  what: 'quotation' | 'forward' | 'attribution' | 'signature' | 'disclaimer' | 'device' | 'rule';
  /** By what it was recognised, such as `header block` or `gmail_quote`. */
  rule: string;
  /** Where it begins in `text`, in UTF-16 units. */
  start: number;
  /** Where it ends, without the line end. */
  end: number;
}

export interface SeparatedReply {
  /** The new words, trimmed; what was handed on where a forward adds no words. */
  newText: string;
  /** The whole text that `cuts` point into, with `\n` as line end. */
  text: string;
  /** What was left out, from the top down. Nothing of the text is lost: the rest of it is `newText`. */
  cuts: Cut[];
  /** True where nothing new was said and `newText` is what was handed on. */
  isForwardAlone: boolean;
  /** Whether the text was read or rendered from HTML. */
  source: 'text' | 'html';
  /** True when there was more HTML than is read. */
  isCutShort: boolean;
}

export interface MailBody {
  text?: string | null | undefined;
  html?: string | null | undefined;
  /** Whether the subject says that the mail hands on another one. */
  forwarded?: boolean | undefined;
}

/**
 * Separates what a mail says anew from what it quotes or hands on, from signatures and from what companies and devices
 * add. Cutting too much would lose what a customer said, so only forms that mail programs are known to write are cut; a
 * line of dashes alone never is. Takes the plain text, and the HTML where only that shows a quotation. Takes time in
 * proportion to the length.
 */
export function separateReply({ text, html, forwarded = false }: MailBody): SeparatedReply {
  const hasText = (text ?? '').trim() !== '';
  const plain = hasText || !html ? separateText(text ?? '', forwarded) : null;
  if (plain && (!html || plain.cuts.some(isOfAnotherMail) || plain.isForwardAlone)) return plain;
  const rendered = renderHtml(html ?? '');
  const fromHtml: SeparatedReply = {
    ...separateLines(rendered.lines, forwarded),
    source: 'html',
    isCutShort: rendered.isCutShort,
  };
  if (plain === null) return fromHtml;
  return fromHtml.newText !== '' && fromHtml.cuts.some(isOfAnotherMail) ? fromHtml : plain;
}

function isOfAnotherMail({ what }: Cut): boolean {
  return what === 'quotation' || what === 'forward';
}

function separateText(text: string, forwarded: boolean): SeparatedReply {
  const lines = text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line): MarkedLine => ({ text: line, mark: null }));
  return { ...separateLines(lines, forwarded), source: 'text', isCutShort: false };
}

type Separated = Pick<SeparatedReply, 'newText' | 'text' | 'cuts' | 'isForwardAlone'>;
type Label = Pick<Cut, 'what' | 'rule'>;

function separateLines(marked: MarkedLine[], forwarded: boolean): Separated {
  const lines = new Lines(marked);
  const labels = labelsOf(lines, marked);
  let newText = lines.textWithout(labels);
  let isForwardAlone = false;
  if (newText === '') {
    const handedOn = labels.findIndex(
      (label) => label?.what === 'forward' || (forwarded && label?.what === 'quotation'),
    );
    isForwardAlone = handedOn >= 0;
    if (isForwardAlone) for (let index = handedOn; index < labels.length; index++) labels[index] = null;
    // In a web mail it is easy to write inside of the element that is meant for the signature.
    else if (!labels.some((label) => label?.what === 'quotation'))
      labels.forEach((label, index) => label?.rule === 'signature element' && (labels[index] = null));
    newText = lines.textWithout(labels);
  } else if (saysAnswersAreInside(newText)) {
    labels.forEach(
      (label, index) => label?.what === 'quotation' && label.rule !== 'quoted lines' && (labels[index] = null),
    );
    newText = lines.textWithout(labels);
  }
  return { newText, text: lines.whole, cuts: lines.cutsOf(labels), isForwardAlone };
}

/** The lines of a mail, each as it is and as it is matched: folded, and no longer than a mark of a mail program. */
class Lines {
  readonly whole: string;
  readonly folded: string[];
  readonly count: number;
  /** For each line, the next one that is not blank, or `count`. */
  private readonly nextFilled: number[];

  constructor(private readonly marked: MarkedLine[]) {
    this.count = marked.length;
    this.whole = marked.map(({ text }) => text).join('\n');
    this.folded = marked.map(({ text }) => fold(text.slice(0, longestMark)));
    this.nextFilled = new Array<number>(this.count);
    let next = this.count;
    for (let index = this.count - 1; index >= 0; index--) {
      this.nextFilled[index] = next;
      if (!this.isBlank(index)) next = index;
    }
  }

  at(index: number): string {
    return this.folded[index] ?? '';
  }

  isBlank(index: number): boolean {
    return this.at(index).trim() === '';
  }

  /** Of the next line that holds something; the number of lines when there is none. */
  filledAfter(index: number): number {
    return this.nextFilled[index] ?? this.count;
  }

  textWithout(labels: (Label | null)[]): string {
    return this.marked
      .filter((_line, index) => labels[index] == null)
      .map(({ text }) => text.trimEnd())
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  }

  /** Neighbouring lines with the same label are one cut. */
  cutsOf(labels: (Label | null)[]): Cut[] {
    const cuts: Cut[] = [];
    let start = 0;
    let last = -2;
    this.marked.forEach(({ text }, index) => {
      const label = labels[index] ?? null;
      const end = start + text.length;
      const open = cuts[cuts.length - 1];
      if (label && open && last === index - 1 && open.what === label.what && open.rule === label.rule) open.end = end;
      else if (label) cuts.push({ ...label, start, end });
      if (label) last = index;
      start = end + 1;
    });
    return cuts;
  }
}

function labelsOf(lines: Lines, marked: MarkedLine[]): (Label | null)[] {
  const labels: (Label | null)[] = marked.map(({ mark }) => (mark ? { what: mark.what, rule: mark.rule } : null));
  const isQuotedLine = quotedLinesIn(lines, labels);
  for (let index = 0; index < lines.count; index++) {
    if (labels[index]) continue;
    const start = startOfQuotation(lines, index);
    if (start) {
      for (let below = index; below < lines.count; below++) labels[below] ??= start;
      break;
    }
    const attribution = attributionAt(lines, index, (at) => isQuotedLine(at) || labels[at]?.what === 'quotation');
    if (attribution && 'to' in attribution) {
      for (let at = index; at < attribution.to; at++) labels[at] = { what: 'attribution', rule: attribution.rule };
      index = attribution.to - 1;
    } else if (attribution) {
      for (let below = index; below < lines.count; below++)
        labels[below] ??= { what: 'quotation', rule: attribution.rule };
      break;
    } else if (isQuotedLine(index)) labels[index] = { what: 'quotation', rule: 'quoted lines' };
    else if (isDeviceLine(lines.at(index))) labels[index] = { what: 'device', rule: 'device line' };
  }
  labelSignature(lines, labels);
  labelDisclaimers(lines, labels);
  labelLoneRule(lines, labels);
  return labels;
}

/**
 * Which lines that start with `>` are a quotation. Some are none: what `diff` prints, marks of a merge, what somebody
 * typed at a prompt, a comparison.
 */
function quotedLinesIn(lines: Lines, labels: (Label | null)[]): (index: number) => boolean {
  let count = 0;
  let isDiff = false;
  let hasAttribution = false;
  for (let index = 0; index < lines.count; index++) {
    const line = lines.at(index);
    if (isMarkedAsQuoted(line)) count++;
    if (/^\d+(?:,\d+)?[acd]\d+(?:,\d+)?\s*$/.test(line)) isDiff = true;
    if (labels[index]?.what === 'attribution') hasAttribution = true;
    else if (!hasAttribution && isAttribution(lines, index)) hasAttribution = true;
  }
  if (isDiff) return () => false;
  return (index) => {
    const line = lines.at(index);
    if (!isMarkedAsQuoted(line)) return false;
    if (hasAttribution || count > 1) return true;
    return /\p{Script=Han}/u.test(line) || /^>\s?(?:\S+\s+){2,}\S+[.?!:]\s*$/.test(line);
  };
}

function isAttribution(lines: Lines, index: number): boolean {
  const line = lines.at(index).trimEnd();
  return (
    line.endsWith(':') &&
    (attributionIn(line, 1) !== null || attributionIn(`${lines.at(index - 1)} ${line}`, 2) !== null)
  );
}

function isMarkedAsQuoted(line: string): boolean {
  return (
    line.startsWith('>') &&
    !/^>{4,}\s/.test(line) &&
    !/^>\s?=?\s?\d+(?:\.\d+)?\s?(?:%|[KMGT]i?B|ms|s\b|分|秒|小时|天|个|次|号)/i.test(line)
  );
}

/** What begins here and goes on to the end of the mail; null where nothing does. */
function startOfQuotation(lines: Lines, index: number): Label | null {
  const line = lines.at(index);
  const mark = markIn(line);
  if (mark) return mark;
  const next = lines.filledAfter(index);
  if (isBareMark(line)) {
    const below = lines.at(next);
    const leads =
      next >= lines.count ||
      (headerIn(below) !== null && headerBlockAt(lines, next, 'mark')) ||
      below.startsWith('>') ||
      markIn(below) !== null ||
      attributionIn(below, 1) !== null;
    return leads ? { what: 'quotation', rule: 'original-mail mark' } : null;
  }
  if (isRule(line)) {
    const isOfProgram = isRuleOfProgram(line);
    if (next >= lines.count || (next > index + 1 && !isOfProgram)) return null;
    return headerBlockAt(lines, next, isOfProgram ? 'rule' : 'line')
      ? { what: 'quotation', rule: 'header block below a rule' }
      : null;
  }
  return headerBlockAt(lines, index, 'line') ? { what: 'quotation', rule: 'header block' } : null;
}

const longestBlock = 16;

/**
 * Whether a block of header fields begins here as Outlook, Foxmail and others write it above what they quote: who, when,
 * and to whom or about what, one below the other. `above` says what stands above it: a mark of a program, a rule that
 * programs write, or any line.
 */
function headerBlockAt(lines: Lines, index: number, above: 'mark' | 'rule' | 'line'): boolean {
  const first = headerIn(lines.at(index));
  if (first?.name !== 'from' && !(above !== 'line' && first && first.name !== 'other')) return false;
  const fields = new Map<HeaderName, string>();
  let misses = 0;
  let last = index;
  for (let at = index; at < Math.min(lines.count, index + longestBlock); at++) {
    if (lines.isBlank(at)) {
      if (lines.isBlank(at + 1)) break;
      continue;
    }
    const line = lines.at(at);
    if (isFieldOfTransport(line)) return false;
    const field = headerIn(line);
    if (field === null) {
      // Long lists of recipients go on in the next lines; a value may stand below its name.
      if (++misses > 4 || fields.has('subject')) break;
      continue;
    }
    misses = 0;
    // Below the subject comes the mail itself, and another `From:` begins another block.
    if (fields.has(field.name) && field.name !== 'other') break;
    fields.set(field.name, field.value);
    last = at;
  }
  if (above === 'mark') return fields.size >= 2 || first.value !== '';
  const hasWhom = fields.has('to') || fields.has('subject');
  const sent = fields.get('sent');
  if (above === 'rule') return fields.size >= 3 || (fields.has('from') && hasWhom);
  if (sent === undefined) {
    const isAlone = index === 0 || lines.isBlank(index - 1) || isRule(lines.at(index - 1));
    return isAlone && fields.has('to') && fields.has('subject') && !isTalkedAbout(lines, index, last);
  }
  return hasWhom && (sent === '' || /\d|day|tag|di\b/i.test(sent)) && !isTalkedAbout(lines, index, last);
}

/** True where somebody shows a header: “the log says:”, or log lines around it. */
function isTalkedAbout(lines: Lines, first: number, last: number): boolean {
  let before = first - 1;
  while (before >= 0 && lines.isBlank(before)) before--;
  const above = lines.at(before);
  if (before >= 0 && !isRule(above) && /:\s*$/.test(above) && attributionIn(above, 1) === null) return true;
  return isLogLine(above) || isLogLine(lines.at(lines.filledAfter(last)));
}

type FoundAttribution = { to: number; rule: string } | { rule: string };

/** Programs break long “On … wrote:” lines, at most into four. Above quoted lines it is left out alone. */
function attributionAt(lines: Lines, index: number, isQuoted: (index: number) => boolean): FoundAttribution | null {
  let joined = '';
  for (let count = 1; count <= 4; count++) {
    const at = index + count - 1;
    const line = lines.at(at);
    if (at >= lines.count || line.trim() === '' || line.startsWith('>')) return null;
    if (count === 1 && !/:\s*$/.test(line) && !mayOpenAttribution(line)) return null;
    joined = joined === '' ? line.trim() : `${joined} ${line.trim()}`;
    if (!/:\s*$/.test(line)) continue;
    const found = attributionIn(joined, count) ?? attributionIn(joined.replace(/ (?=[于於写寫])/g, ''), count);
    if (!found) continue;
    const next = lines.filledAfter(at);
    if (next >= lines.count || isQuoted(next) || lines.at(next).startsWith('>'))
      return { to: at + 1, rule: 'attribution' };
    return found.isSure ? { rule: 'attribution' } : null;
  }
  return null;
}

const longestSignature = 15;

/** What stands below `-- ` (RFC 3676, section 4.3), to the quotation or the end. */
function labelSignature(lines: Lines, labels: (Label | null)[]): void {
  for (let index = lines.count - 1, below = 0; index > 0; index--) {
    if (labels[index]) {
      below = 0;
      continue;
    }
    const line = lines.at(index);
    if (/^--\s?$/.test(line)) {
      if (below > 0 && below <= longestSignature && !isCodeBelow(lines, labels, index))
        for (let at = index; at < lines.count && !labels[at]; at++)
          labels[at] = { what: 'signature', rule: 'signature delimiter' };
      return;
    }
    if (line.trim() !== '') below++;
    if (below > longestSignature) return;
  }
}

/** A removed line of a patch, an SQL comment or a command line may look like a signature's beginning. */
function isCodeBelow(lines: Lines, labels: (Label | null)[], index: number): boolean {
  for (let at = index + 1; at < lines.count && !labels[at]; at++)
    if (/^(?:[+\-@]|diff |index |\s*(?:select|insert|update|create)\s)/i.test(lines.at(at))) return true;
  return false;
}

const longestFooter = 30;

/** The footers about confidentiality that companies add: each paragraph that is one, with the rule above it. */
function labelDisclaimers(lines: Lines, labels: (Label | null)[]): void {
  for (let index = 0; index < lines.count; index++) {
    if (labels[index] || !startsDisclaimer(lines.at(index))) continue;
    let end = index;
    let paragraph = '';
    while (end < lines.count && !labels[end] && !lines.isBlank(end) && end < index + longestFooter) {
      paragraph += ` ${lines.at(end)}`;
      end++;
    }
    if (isDisclaimer(paragraph)) {
      const from =
        index > 0 && /^\s*[-_*=—]{3,}\s*$/.test(lines.at(index - 1)) && !labels[index - 1] ? index - 1 : index;
      for (let at = from; at < end; at++) labels[at] = { what: 'disclaimer', rule: 'confidentiality footer' };
    }
    index = Math.max(index, end - 1);
  }
}

/** A rule at the end of the new words, with its like nowhere among them, is the upper edge of the quotation. */
function labelLoneRule(lines: Lines, labels: (Label | null)[]): void {
  const quotation = labels.findIndex((label) => label !== null && isOfAnotherMail({ ...label, start: 0, end: 0 }));
  let last = quotation - 1;
  while (last >= 0 && (labels[last] || lines.isBlank(last))) last--;
  if (last < 0 || !isRule(lines.at(last))) return;
  for (let index = 0; index < last; index++) if (!labels[index] && /^\s*[-_=*+|—]{4,}/.test(lines.at(index))) return;
  labels[last] = { what: 'rule', rule: 'rule above a quotation' };
}
