import { describe, expect, it } from '@jest/globals';
import { whereNow } from './change.js';

const renamed = (from: string, path: string) => ({
  kind: 'renamed' as const,
  from: Buffer.from(from),
  path: Buffer.from(path),
});

describe('a file that was told about', () => {
  it('lies where it was renamed to since, also twice', () => {
    const later = [
      renamed('/upload/a.part', '/upload/a'),
      renamed('/upload/x', '/upload/y'),
      renamed('/upload/a', '/upload/b'),
    ];
    expect(whereNow(Buffer.from('/upload/a.part'), later).toString()).toBe('/upload/b');
  });

  it('lies where it was when others were renamed', () => {
    expect(whereNow(Buffer.from('/upload/a'), [renamed('/upload/b', '/upload/c')]).toString()).toBe('/upload/a');
  });
});
