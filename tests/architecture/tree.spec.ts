import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root } from './small-house.js';

/** What tools and runs leave in a checkout. The tree is walked, not asked of git: a bare machine need not have git. */
const leftovers = new Set(['.git', '.nx', '.data', 'coverage', 'dist', 'node_modules']);

/** Files that belong to the repository. */
const files = filesBelow('');

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (leftovers.has(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const badFolders = /(^|\/)(common|shared|utils?|helpers?|lib|misc)\//;
const isDoor = (file: string) => /^(apps|libs)\/[^/]+\/src\/index\.ts$/.test(file);
const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);

/** Links of a Markdown text that lead to no file, relative to its folder. */
function brokenLinks(text: string, folder: string): string[] {
  const prose = text.replace(/```[^]*?```/g, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^([a-z]+:|#)/i.test(link))
    .filter((link) => !existsSync(join(root, folder, decodeURI(link.replace(/#.*$/, '')))));
}

/** Folders below features/ whose name is no verb-noun. */
function oddFeatures(paths: string[]): string[] {
  const names = paths.map((file) => /^apps\/[^/]+\/src\/features\/([^/]+)/.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined && !/^[a-z]+(-[a-z0-9]+)+$/.test(name)))] as string[];
}

/** Source files of an app that lie in no room. */
function strays(paths: string[]): string[] {
  return paths.filter(
    (file) => /^apps\/[^/]+\/src\/[^/]+\//.test(file) && !/^apps\/[^/]+\/src\/(features|adapters|public)\//.test(file),
  );
}

describe('the tree', () => {
  test('is really looked at', () => {
    expect(files).toContain('package.json');
    expect(files).toContain('libs/contracts/src/index.ts');
  });

  test('has no folder that could hold anything', () => {
    expect(badFolders.test('libs/x/src/utils/y.ts')).toBe(true);
    expect(files.filter((file) => badFolders.test(file))).toEqual([]);
  });

  test('has one door per package and no other index.ts', () => {
    expect(isDoor('apps/desk/src/features/open-desk/index.ts')).toBe(false);
    expect(files.filter((file) => /(^|\/)index\.[cm]?ts$/.test(file) && !isDoor(file))).toEqual([]);
  });

  test('names every feature verb-noun', () => {
    expect(oddFeatures(['apps/desk/src/features/desk/desk.ts'])).toEqual(['desk']);
    expect(oddFeatures(files)).toEqual([]);
  });

  test('keeps every folder of an app in features or adapters', () => {
    expect(strays(['apps/desk/src/services/desk.ts'])).toEqual(['apps/desk/src/services/desk.ts']);
    expect(strays(files)).toEqual([]);
  });

  test('names files in kebab-case', () => {
    const odd = (file: string) => /\.(ts|mjs)$/.test(file) && !/(^|\/)[a-z0-9.-]+$/.test(file);
    expect(odd('libs/x/src/caseStore.ts')).toBe(true);
    expect(files.filter(odd)).toEqual([]);
  });

  test('gives every project a kind that the borders know', () => {
    const kinds = ['type:app', 'type:host', 'type:platform', 'type:pure', 'type:test'];
    const untagged = files
      .filter((file) => file.endsWith('project.json'))
      .filter((file) => {
        const { tags = [] } = JSON.parse(readFileSync(join(root, file), 'utf8')) as { tags?: string[] };
        return tags.length !== 1 || !kinds.includes(tags[0] ?? '');
      });
    expect(untagged).toEqual([]);
  });
});

describe('the text', () => {
  const sources = files.filter(
    (file) => /\.([cm]?[jt]s|json|md|yml|sh|html|css)$/.test(file) && file !== 'package-lock.json',
  );

  test('leaves nothing unfinished', () => {
    expect(unfinished.test('// TO' + 'DO later')).toBe(true);
    expect(sources.filter((file) => unfinished.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  test('leads somewhere with every relative link', () => {
    expect(brokenLinks('[a](nowhere.md) [b](README-none.md#x) [c](https://x.example) [d](#here)', '.')).toEqual([
      'nowhere.md',
      'README-none.md#x',
    ]);
    const broken = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        brokenLinks(readFileSync(join(root, file), 'utf8'), dirname(file)).map((link) => `${file}: ${link}`),
      );
    expect(broken).toEqual([]);
  });
});

test('every decision page has its four parts', () => {
  const folder = join(root, 'docs/decisions');
  const parts = ['## Context', '## Options', '## Decision', '## Consequences'];
  const pages = readdirSync(folder).filter((name) => /^\d{4}-[a-z0-9-]+\.md$/.test(name));
  const lacking = pages.filter((page) => {
    const text = readFileSync(join(folder, page), 'utf8');
    return parts.some((part) => !text.includes(part));
  });
  expect(pages.length).toBeGreaterThan(0);
  expect(lacking).toEqual([]);
});
