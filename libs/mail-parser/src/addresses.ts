import type { Encoding } from './charset-labels.js';
import { decodeRaw, decodeWords } from './encoded-words.js';
import { withWholeCharacters } from './whole-characters.js';

/** A mailbox: the name as people read it, empty without one, and the address as it was written. */
export interface MailAddress {
  name: string;
  address: string;
}

const longestList = 200_000;
const longestEntry = 2_000;

/**
 * Reads a header of addresses (RFC 5322, section 3.4). Members of groups count like others. Beyond the RFC: `;` between
 * addresses as Outlook writes it, encoded words within quotes, a whole address inside an encoded word, raw GBK names,
 * missing or doubled angle brackets, and lists that end early. At most `most` are given.
 */
export function readAddresses(raw: string, hint: Encoding | null = null, most = 1_000): MailAddress[] {
  const found: MailAddress[] = [];
  const text = decodeRaw(raw.slice(0, longestList), hint);
  for (const entry of entriesOf(text)) {
    if (found.length >= most) break;
    const address = addressOf(entry, hint);
    if (address !== null) found.push(address);
  }
  return found;
}

interface Entry {
  /** What stands outside of brackets and comments. */
  phrase: string;
  /** Where quotes stood the phrase is a name, whatever it looks like. */
  wasQuoted: boolean;
  angle: string | null;
  comment: string;
}

const emptyEntry = (): Entry => ({ phrase: '', wasQuoted: false, angle: null, comment: '' });

function* entriesOf(text: string): Generator<Entry> {
  let entry = emptyEntry();
  const ends = endsIn(text);
  const isFilled = (): boolean => entry.phrase.trim() !== '' || entry.angle !== null || entry.comment !== '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index] as string;
    switch (character) {
      case '"': {
        const end = ends.ofQuote(index);
        if (end < 0) break;
        entry.phrase += unescaped(text.slice(index + 1, end));
        entry.wasQuoted = true;
        index = end;
        break;
      }
      case '(': {
        const end = ends.ofComment(index);
        if (end < 0) break;
        entry.comment ||= unescaped(text.slice(index + 1, end));
        index = end;
        break;
      }
      case '<': {
        const end = ends.ofAngle(index);
        entry.angle ??= text.slice(index + 1, end);
        index = text[end] === '>' ? end : end - 1;
        while (text[index + 1] === '>') index++;
        break;
      }
      case ':':
        // `Group name: member, member;`; a colon without anything before is a slip.
        if (entry.angle === null && !entry.phrase.includes('@')) entry = emptyEntry();
        else entry.phrase += character;
        break;
      case ',':
      case ';':
        if (isFilled()) yield entry;
        entry = emptyEntry();
        break;
      case '=': {
        // Commas and brackets in an encoded word are part of it.
        const word = /=\?[^\s?]{1,60}\?[bq]\?[^?]{0,2000}\?=/iy;
        word.lastIndex = index;
        const whole = word.exec(text)?.[0] ?? character;
        entry.phrase += whole;
        index += whole.length - 1;
        break;
      }
      default:
        entry.phrase += character;
    }
  }
  if (isFilled()) yield entry;
}

interface Ends {
  /** The closing quote; -1 when none follows, and then none of the later ones is looked for either. */
  ofQuote(from: number): number;
  /** The closing bracket of a comment, which may hold others; -1 when none follows. */
  ofComment(from: number): number;
  /** The closing bracket; where none follows, the end of the entry. */
  ofAngle(from: number): number;
}

/** Finds ends, and looks only once for one that is not there, so that a hostile header costs no time. */
function endsIn(text: string): Ends {
  let hasQuotes = true;
  let hasComments = true;
  let hasAngles = true;
  return {
    ofQuote: (from) => {
      let index = from + 1;
      while (hasQuotes && index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
      hasQuotes &&= index < text.length;
      return hasQuotes ? index : -1;
    },
    ofComment: (from) => {
      let depth = 0;
      for (let index = from; hasComments && index < text.length; index++) {
        const character = text[index];
        if (character === '\\') index++;
        else if (character === '(') depth++;
        else if (character === ')' && --depth === 0) return index;
      }
      hasComments = false;
      return -1;
    },
    ofAngle: (from) => {
      const close = hasAngles ? text.indexOf('>', from) : -1;
      hasAngles = close >= 0;
      if (hasAngles) return close;
      const separator = /[,;]/g;
      separator.lastIndex = from;
      return separator.exec(text)?.index ?? text.length;
    },
  };
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\()])/g, '$1');
}

function addressOf(entry: Entry, hint: Encoding | null): MailAddress | null {
  const phrase = tidy(decodeWords(entry.phrase.slice(0, longestEntry), hint)).slice(0, longestEntry);
  const comment = tidy(decodeWords(entry.comment.slice(0, longestEntry), hint));
  if (entry.angle !== null) {
    const address = bareAddress(tidy(decodeWords(entry.angle.slice(0, longestEntry), hint)).slice(0, longestEntry));
    // `<"Name" <a@b>>` and `<Name> a@b`.
    if (!address.includes('@') && isAddress(phrase)) return { name: address || comment, address: phrase };
    const name = unquoted(phrase) || comment;
    return address === '' && name === '' ? null : { name, address };
  }
  const inside = /^(.*?)<\s*([^<>\s]+@[^<>\s]+)\s*>\s*$/s.exec(phrase);
  if (inside !== null) return { name: unquoted(tidy(inside[1] ?? '')), address: bareAddress(inside[2] ?? '') };
  const words = phrase.split(' ');
  const named = words.find((word) => isAddress(bareAddress(word)));
  if (named !== undefined) {
    const others = words.filter((word) => word !== named).join(' ');
    return { name: unquoted(others) || comment, address: bareAddress(named) };
  }
  if (phrase === '') return comment === '' ? null : { name: comment, address: '' };
  // A local name such as MAILER-DAEMON.
  const isLocal = /^[\w.+-]+$/.test(phrase) && !entry.wasQuoted;
  return isLocal ? { name: comment, address: phrase } : { name: unquoted(phrase), address: '' };
}

function isAddress(text: string): boolean {
  return /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/.test(text);
}

/** Without brackets, `mailto:`, a route (`@a,@b:`) and white space. */
function bareAddress(text: string): string {
  return text
    .replace(/\s+/g, '')
    .replace(/^<+|>+$/g, '')
    .replace(/^mailto:/i, '')
    .replace(/^@[^:]{1,500}:/, '')
    .replace(/^['"](.*@.*)['"]$/, '$1')
    .replace(/[.,;]+$/, '');
}

function unquoted(name: string): string {
  return name.replace(/^(["'])(.*)\1$/, '$2').trim();
}

function tidy(text: string): string {
  return withWholeCharacters(text)
    .replace(/(?![\t\n\r])\p{Cc}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}
