import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { sealUnder, unsealWith } from './secret-box.js';

describe('a sealed secret', () => {
  const token = randomBytes(32).toString('base64url');

  it('can be opened with its token and context', () => {
    expect(unsealWith(token, sealUnder(token, '密码 Xk3mP9w2', 'space-1'), 'space-1')).toBe('密码 Xk3mP9w2');
  });

  it('never looks the same twice', () => {
    expect(sealUnder(token, 'secret', 'a')).not.toBe(sealUnder(token, 'secret', 'a'));
  });

  it('stays shut for another token, another context and after a change', () => {
    const sealed = sealUnder(token, 'secret', 'space-1');
    const changed = Buffer.from(sealed, 'base64');
    changed[14] = changed.readUInt8(14) ^ 1;
    expect(() => unsealWith(randomBytes(32).toString('base64url'), sealed, 'space-1')).toThrow();
    expect(() => unsealWith(token, sealed, 'space-2')).toThrow();
    expect(() => unsealWith(token, changed.toString('base64'), 'space-1')).toThrow();
    expect(() => unsealWith(token, '', 'space-1')).toThrow('has 0 bytes');
  });
});
