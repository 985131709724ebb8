import type { Language } from './bugcheck.js';
import { sentences, type SentenceId } from './sentences.data.js';

/** The names between braces in a sentence. */
type NamesIn<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;
type Values<Id extends SentenceId> = Readonly<Record<NamesIn<(typeof sentences)[Id]['en']>, string | number>>;

/** Sentences hold sentences (`because`); deeper than this none of ours goes. */
const maxDepth = 12;
/** Longer texts are no sentences of ours. */
const longest = 2000;

/**
 * An English sentence of the catalogue with its values filled in. Results carry it as plain text; `inLanguage` says the
 * same in another language, because both read the one catalogue.
 */
export function say<Id extends SentenceId>(
  id: Id,
  ...values: NamesIn<(typeof sentences)[Id]['en']> extends never ? [] : [Values<Id>]
): string {
  return fill(sentences[id].en, values[0] ?? {});
}

/** What a text of this library says, in the reader's language; a text that is not of the catalogue stays as it is. */
export function inLanguage(text: string, language: Language): string {
  return language === 'en' ? text : translated(text, 0);
}

/** Whether a text was made by one sentence of the catalogue. */
export function isSaid(id: SentenceId, text: string): boolean {
  return text.length <= longest && readers[id].expression.test(text);
}

function translated(text: string, depth: number): string {
  if (depth > maxDepth || text.length > longest) return text;
  for (const { expression, names, zh } of mostWordsFirst) {
    const found = expression.exec(text);
    if (!found) continue;
    return fill(
      zh,
      Object.fromEntries(names.map((name, index) => [name, translated(found[index + 1] ?? '', depth + 1)])),
    );
  }
  return text;
}

interface Reader {
  expression: RegExp;
  names: readonly string[];
  zh: string;
  /** Characters that are no values. */
  words: number;
}

const placeholder = /\{([a-z][A-Za-z]*)\}/g;

/** Each sentence read backwards: what it says in English, with a gap for each value. */
const readers = Object.fromEntries(
  Object.entries(sentences).map(([id, { en, zh }]): [string, Reader] => {
    const names = [...en.matchAll(placeholder)].map(([, name]) => name ?? '');
    const parts = en.split(/\{[a-z][A-Za-z]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
    return [id, { expression: new RegExp(`^${withGaps(parts)}$`), names, zh, words: parts.join('').length }];
  }),
) as Record<SentenceId, Reader>;

/** What stands between quotation marks has none in it, or it would reach to those of another sentence. */
function withGaps(parts: readonly string[]): string {
  return parts.reduce(
    (before, part) => `${before}${before.endsWith('"') && part.startsWith('"') ? '([^"]+?)' : '([^]+?)'}${part}`,
  );
}

/** A sentence that says more is tried before one that could swallow it: `… ({because}; closed by TRGD)`. */
const mostWordsFirst = Object.values(readers).sort((a, b) => b.words - a.words);

function fill(pattern: string, values: Readonly<Record<string, string | number>>): string {
  return pattern.replace(placeholder, (whole, name: string) => String(values[name] ?? whole));
}
