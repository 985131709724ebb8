import type { Encoding } from './charset-labels.js';
import { decodeText } from './decode-text.js';
import { decodeRaw, decodeWords } from './encoded-words.js';

/** A header such as Content-Type: its value in lower case, and its parameters by lower-case name. */
export interface ParameterizedValue {
  value: string;
  parameters: ReadonlyMap<string, string>;
}

const mostParameters = 100;

/**
 * Reads Content-Type and Content-Disposition (RFC 2045, 2231). Beyond the RFCs: values without quotes that hold spaces,
 * encoded words and bytes over 0x7f in values, continuations in any order, continuations that are one encoded word cut in
 * pieces, percent signs without `*`. Of two parameters with one name the first counts.
 */
export function readParameters(raw: string, hint: Encoding | null = null): ParameterizedValue {
  const text = decodeRaw(raw.slice(0, 20_000), hint);
  const semicolon = text.search(/[;\s]/);
  const value = (semicolon < 0 ? text : text.slice(0, semicolon))
    .trim()
    .replace(/^["']|["',]$/g, '')
    .toLowerCase();
  const parameters = new Map<string, string>();
  const continued = new Map<string, Section[]>();
  let found = 0;
  for (const [name, content] of namedValues(semicolon < 0 ? '' : text.slice(semicolon))) {
    if (++found > mostParameters) break;
    const parts = /^([^*]+)(?:\*(\d{1,3}))?(\*)?$/.exec(name);
    const plain = parts?.[1] ?? name;
    if (parts?.[2] === undefined && parts?.[3] === undefined) {
      if (!parameters.has(plain)) parameters.set(plain, content);
      continue;
    }
    const sections = continued.get(plain) ?? [];
    sections.push({ index: Number(parts[2] ?? 0), isEncoded: parts[3] !== undefined, content });
    continued.set(plain, sections);
  }
  for (const [name, content] of parameters) parameters.set(name, readPlain(content, hint));
  // RFC 6266, section 4.3: who writes both means the plain one for old readers.
  for (const [name, sections] of continued) {
    const joined = joinSections(sections, hint);
    if (!parameters.has(name) || !joined.includes('\ufffd')) parameters.set(name, joined);
  }
  return { value, parameters };
}

interface Section {
  index: number;
  isEncoded: boolean;
  content: string;
}

/** Splits `; name="value"; name=value`, with quotes, escapes and comments as mail programs write them. */
function* namedValues(text: string): Generator<[name: string, value: string]> {
  const next = /[;\s]*([^\s=;"]+?)\s*=\s*/gy;
  let at = 0;
  while (at < text.length) {
    next.lastIndex = at;
    const found = next.exec(text);
    if (found === null) {
      const semicolon = text.indexOf(';', at + 1);
      if (semicolon < 0) return;
      at = semicolon;
      continue;
    }
    const from = next.lastIndex;
    const [value, end] = text[from] === '"' ? quoted(text, from + 1) : unquoted(text, from);
    yield [(found[1] ?? '').toLowerCase(), value];
    at = Math.max(end, from);
  }
}

function quoted(text: string, from: number): [value: string, end: number] {
  let value = '';
  let index = from;
  for (; index < text.length; index++) {
    const character = text[index] as string;
    const next = text[index + 1];
    // `C:\folder\file` is no escape, whatever the RFC says: Windows programs write it.
    if (character === '\\' && (next === '"' || next === '\\')) {
      value += next;
      index++;
    } else if (character === '"') {
      // A quote inside of an unescaped name goes on until one that ends the parameter.
      if (/^\s*(?:;|$|[A-Za-z-]+\*?\d*\*?=)/.test(text.slice(index + 1, index + 60))) return [value, index + 1];
      value += character;
    } else value += character;
  }
  return [value, index];
}

function unquoted(text: string, from: number): [value: string, end: number] {
  const semicolon = text.indexOf(';', from);
  let end = semicolon < 0 ? text.length : semicolon;
  // `name=a b.txt filename=…`: the next parameter ends a value as well.
  const following = /\s+[A-Za-z-]{2,20}\*?\d*\*?=(?!\?)/.exec(text.slice(from, end));
  if (following !== null) end = from + following.index;
  return [text.slice(from, end).trim(), end];
}

function readPlain(content: string, hint: Encoding | null): string {
  const decoded = decodeWords(content, hint);
  if (/^[\w.!~*-]{0,20}'[\w-]{0,10}'.*%[0-9a-f]{2}/i.test(decoded)) return readExtended(decoded, hint);
  // Web mailers write `filename="%E6%97%A5.txt"`; a name that merely holds `100%25` is left alone.
  if (!/(?:%[89a-f][0-9a-f]){2}/i.test(decoded) || /[^\x20-\x7e]/.test(decoded)) return decoded;
  const { text } = decodeText(percentDecoded(decoded), null, hint);
  return text.includes('\ufffd') ? decoded : text;
}

/** RFC 2231: `charset'language'percent%20encoded`. */
function readExtended(content: string, hint: Encoding | null): string {
  const parts = /^([^']*)'[^']*'([^]*)$/.exec(content);
  return decodeText(percentDecoded(parts?.[2] ?? content), parts?.[1] ?? null, hint).text;
}

function joinSections(sections: readonly Section[], hint: Encoding | null): string {
  const inOrder = [...sections].sort((one, other) => one.index - other.index);
  if (!inOrder.some(({ isEncoded }) => isEncoded))
    return readPlain(inOrder.map(({ content }) => content).join(''), hint);
  const charset = /^([^']*)'[^']*'/.exec(inOrder[0]?.content ?? '')?.[1] ?? null;
  const pieces = inOrder.map(({ content, isEncoded }, index) => {
    const bare = index === 0 ? content.replace(/^[^']*'[^']*'/, '') : content;
    return isEncoded ? percentDecoded(bare) : Buffer.from(bare, 'utf8');
  });
  return decodeText(Buffer.concat(pieces), charset, hint).text;
}

function percentDecoded(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  const result = new Uint8Array(bytes.length);
  let length = 0;
  for (let index = 0; index < bytes.length; index++) {
    const value = bytes[index] === 0x25 ? parseInt(bytes.toString('latin1', index + 1, index + 3), 16) : NaN;
    const isHex = bytes[index] === 0x25 && /^[0-9a-f]{2}$/i.test(bytes.toString('latin1', index + 1, index + 3));
    result[length++] = isHex ? value : (bytes[index] as number);
    if (isHex) index += 2;
  }
  return result.subarray(0, length);
}
