import { describe, expect, it } from '@jest/globals';
import { everyRealDump, everySyntheticDump } from '../../../../tests/support/every-dump.js';
import { framesOf, fullDump, kernelDump } from '../../../../tests/support/synthetic-dump.js';
import { kernelMemory } from '../../../../tests/support/synthetic-memory.js';
import { analyseDump } from '../analyse-dump.js';
import { fromBytes } from '../byte-source.js';
import type { DumpReport } from '../dump-facts.js';
import { reportHtml, reportsHtml } from './report-html.js';
import { trustNames, words } from './report-words.data.js';

const reportOf = (bytes: Buffer): Promise<DumpReport> => analyseDump(fromBytes(bytes));
const withFilter = (): Promise<DumpReport> =>
  reportOf(fullDump({ megabytes: 1, memory: kernelMemory({ withFilter: true, frames: framesOf('full') }) }));

/** The text that a reader sees. */
function textOf(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>|<title>[^]*?<\/title>/g, '')
    .replace(/<wbr\s*\/?>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

/** Elements that are opened and not closed, or the other way round. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = '', selfClosed] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:"[^"]*"|[^">])*?(\/?)>/g)) {
    if (selfClosed === '/' || ['meta', 'br', 'wbr'].includes(name)) continue;
    if (slash !== '/') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}

describe.each([...everySyntheticDump(), ...everyRealDump()])('the page of the dump "%s"', (file, bytes) => {
  it.each(['en', 'zh-CN'] as const)('is whole, loads nothing and runs nothing (%s)', async (language) => {
    const page = reportHtml(await reportOf(bytes), { language, file });
    expect(unbalanced(page)).toEqual([]);
    expect(page).not.toMatch(/<script|<link|<iframe|<img|<object|\ssrc=|\shref=|url\(|@import|https?:|\son[a-z]+=/i);
    expect(page).toContain(`default-src 'none'`);
    expect(page).not.toMatch(/undefined|\[object|NaN/);
  });
});

describe('a page', () => {
  it('tells who is suspected and why, where it crashed, and which frames can be believed', async () => {
    const text = textOf(reportHtml(await withFilter(), { file: 'MEMORY.DMP' }));
    expect(text).toContain('0x139 KERNEL_SECURITY_CHECK_FAILURE');
    expect(text).toContain('acmeflt.sys 4.2.1.77 medium confidence Acme Storage GmbH');
    expect(text).toContain('Ntfs.sys+0xff014');
    expect(text).toMatch(/4 exact acmeflt\.sys\+0x102b/);
    expect(text).toContain('Physical memory from 0 on');
    expect(text).toContain('LIST_ENTRY');
  });

  it('is written in Chinese when it is asked for', async () => {
    const page = reportHtml(await withFilter(), { language: 'zh-CN', wanted: 'full' });
    expect(page).toContain('<html lang="zh-CN">');
    expect(textOf(page)).toContain('把握中等');
    for (const english of [words.stack.en, words.suspect.en, words.memory.en])
      expect(textOf(page)).not.toContain(english);
  });

  it('says first that a dump is of the wrong kind, and what cannot be seen with it', async () => {
    const report = await reportOf(kernelDump({ megabytes: 1 }));
    const text = textOf(reportHtml(report, { wanted: 'full' }));
    expect(text).toContain('this is a kernel memory dump; a complete memory dump was asked for');
    expect(text).toContain('user-mode stacks, heaps');
    expect(textOf(reportHtml(report))).not.toContain('was asked for');
  });

  it('shows names of a dump as text, whatever they hold', async () => {
    const hostile = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202egpj.exe';
    const report = await withFilter();
    const page = reportHtml(
      {
        ...report,
        modules: report.modules.map((one) => ({
          ...one,
          name: hostile,
          path: hostile,
          company: hostile,
          description: hostile,
        })),
        crash: report.crash && { ...report.crash, module: hostile, registers: { [hostile]: '0x1' } },
        culprit: report.culprit && { ...report.culprit, name: hostile, reasons: [hostile] },
        stack: report.stack.map((one) => ({ ...one, module: hostile, symbol: hostile })),
        process: { name: hostile, id: 4 },
        comments: [hostile],
        notes: [hostile],
      },
      { file: hostile },
    );
    expect(page).not.toMatch(/<script|<img|\u202e/);
    expect(unbalanced(page)).toEqual([]);
    expect(textOf(page)).toContain('<script>alert(1)</script>"><img src=x onerror=alert(2)>\ufffdgpj.exe');
  });

  it('stays small enough to open however long the lists of a dump are', async () => {
    const report = await withFilter();
    const many = <T>(list: readonly T[], count: number): T[] =>
      Array.from({ length: count }, (_, index) => list[index % list.length] as T);
    const page = reportHtml({ ...report, stack: many(report.stack, 50_000), modules: many(report.modules, 2000) });
    expect(page.length).toBeLessThan(3_000_000);
  });
});

describe('the page of several dumps', () => {
  it('has a line for each that leads to its report, in both languages', async () => {
    const dumps = [
      { report: await withFilter(), file: 'a/MEMORY.DMP' },
      { report: await reportOf(kernelDump({ megabytes: 1 })), file: '<b>.dmp' },
    ];
    for (const language of ['en', 'zh-CN'] as const) {
      const page = reportsHtml(dumps, { language, title: 'dumps & more.zip' });
      expect(unbalanced(page)).toEqual([]);
      expect([...page.matchAll(/href="#(dump-\d)"/g)].map(([, id]) => id)).toEqual(['dump-1', 'dump-2']);
      expect([...page.matchAll(/<article id="(dump-\d)"/g)].map(([, id]) => id)).toEqual(['dump-1', 'dump-2']);
      const text = textOf(page);
      expect(text).toContain('dumps & more.zip');
      expect(text).toMatch(/a\/MEMORY\.DMP 0x139 KERNEL_SECURITY_CHECK_FAILURE acmeflt\.sys · /);
      expect(text).toContain('<b>.dmp 0x139');
      expect(page.match(/<footer>/g)).toHaveLength(1);
    }
  });

  it('is the page of the dump itself when there is one alone', async () => {
    const report = await withFilter();
    expect(reportsHtml([{ report, file: 'MEMORY.DMP' }], { title: 'MEMORY.zip' })).toBe(
      reportHtml(report, { file: 'MEMORY.DMP' }),
    );
  });
});

it('every word of the page has a Chinese one', () => {
  const texts = [...Object.values(words), ...Object.values(trustNames).flatMap(({ short, long }) => [short, long])];
  for (const { en, zh } of texts) if (en !== 'BIOS') expect([en, /[\u4e00-\u9fff，：]/.test(zh)]).toEqual([en, true]);
});
