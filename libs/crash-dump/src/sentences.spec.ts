import { describe, expect, it } from '@jest/globals';
import { inLanguage, isSaid, say } from './sentences.js';
import { sentences, type SentenceId } from './sentences.data.js';

const all = Object.entries(sentences) as [SentenceId, { en: string; zh: string }][];
const namesIn = (pattern: string) => [...pattern.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name ?? '').sort();
const values: Record<string, string> = Object.fromEntries(
  all.flatMap(([, { en }]) => namesIn(en)).map((name, index) => [name, String(40_960 + index)]),
);
const filled = (pattern: string) => pattern.replace(/\{([^}]*)\}/g, (_, name: string) => values[name] ?? '');
const sayAny = say as (id: SentenceId, given: Record<string, string>) => string;

describe('the sentences of results', () => {
  it.each(all)('%s is made in English and said in Chinese with the same values', (id, { en, zh }) => {
    expect(namesIn(zh)).toEqual(namesIn(en));
    expect(sayAny(id, values)).toBe(filled(en));
    expect(inLanguage(sayAny(id, values), 'zh-CN')).toBe(filled(zh));
    expect(inLanguage(sayAny(id, values), 'en')).toBe(filled(en));
  });

  it('are told in the words of people: each Chinese one holds Chinese', () => {
    for (const [id, { zh }] of all) expect([id, /[\u4e00-\u9fff；（：]/.test(zh)]).toEqual([id, true]);
  });

  it('say what is inside them in the same language', () => {
    const text = say('some-bytes-are-there', {
      found: 10,
      expected: 20,
      because: say('header-and-pages', { pages: 4 }),
    });
    expect(text).toBe('10 of 20 bytes are there (a header and 4 pages of memory)');
    expect(inLanguage(text, 'zh-CN')).toBe('应有 20 字节，实有 10 字节（文件头和 4 页内存）');
  });

  it('leave alone what is none of them', () => {
    for (const text of ['', 'a driver said so', 'x'.repeat(100_000), '{pages}'])
      expect(inLanguage(text, 'zh-CN')).toBe(text);
  });

  it('are known again by name', () => {
    expect(isSaid('no-streams', say('no-streams'))).toBe(true);
    expect(isSaid('no-streams', say('size-untold'))).toBe(false);
  });
});
