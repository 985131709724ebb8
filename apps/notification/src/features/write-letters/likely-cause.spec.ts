import { describe, expect, test } from '@jest/globals';
import { kernelDump } from './given-letter-event.js';
import { likelyCause } from './likely-cause.js';

function stopped(code: string, first?: string) {
  const parameters = first === undefined ? [] : [{ value: first, meaning: null }];
  return { ...kernelDump, bugcheck: { code, name: '', parameters } };
}

describe('the likely cause', () => {
  test.each([
    ['0x139', '0x3', 'corrupted-list'],
    ['0x00000139', '0x0000000000000003', 'corrupted-list'],
    ['0x139', '0x2', 'corrupted-structure'],
    ['0x139', undefined, 'corrupted-structure'],
    ['0x1e', '0xffffffffc0000005', 'unhandled-exception'],
    ['0xc4', '0x0', 'caught-by-verifier'],
    ['0x124', '0x0', 'hardware'],
    ['0xdeadbeef', '0x0', 'other'],
  ])('%s with %s is %s', (code, first, cause) => {
    expect(likelyCause(stopped(code, first))).toBe(cause);
  });

  test('a dump that names neither bugcheck nor exception speaks for nothing', () => {
    expect(likelyCause({ ...kernelDump, bugcheck: null })).toBeNull();
    const exception = { code: '0xc0000005', name: null, address: '0x1' };
    expect(likelyCause({ ...kernelDump, bugcheck: null, exception })).toBe('program-crashed');
  });
});
