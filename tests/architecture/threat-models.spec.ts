import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { repository } from '../support/repository.js';

const folder = join(repository, 'docs/security');
const models = readdirSync(folder).filter((name) => name.endsWith('.md'));

/** What a table of threats claims: its rows, each with the tests that try the threat, as `[title](file)`. */
function threatsIn(text: string): { row: string; tests: { title: string; file: string }[] }[] {
  const isThreat = /^\| *[A-Z]\d+ *\|/;
  return text
    .split('\n')
    .filter((line) => isThreat.test(line))
    .map((row) => ({
      row: row.slice(0, 60),
      tests: [...row.matchAll(/\[([^\]]+)\]\(([^)]+\.spec\.ts)\)/g)].map(([, title = '', file = '']) => ({
        title,
        file,
      })),
    }));
}

/** Whether a spec has a test or a description of this title; what `it.each` fills in stands there as it is written. */
function holds(spec: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => spec.includes(`${quote}${title}${quote}`));
}

describe.each(models)('the threat model %s', (name) => {
  const path = join(folder, name);
  const threats = threatsIn(readFileSync(path, 'utf8'));

  it('lists threats', () => {
    expect(threats.length).toBeGreaterThan(10);
  });

  it('names for every threat a test that exists', () => {
    const empty = threats
      .flatMap(({ row, tests }) =>
        tests.length === 0 ? [{ row, title: 'no test is named', file: '' }] : tests.map((test) => ({ row, ...test })),
      )
      .filter(({ title, file }) => {
        const spec = resolve(dirname(path), file);
        return file === '' || !existsSync(spec) || !holds(readFileSync(spec, 'utf8'), title);
      });
    expect(empty).toEqual([]);
  });
});
