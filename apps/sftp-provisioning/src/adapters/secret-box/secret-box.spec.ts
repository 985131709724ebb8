import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { SecretBox } from './secret-box.js';

describe('a sealed secret', () => {
  const box = new SecretBox(randomBytes(32));

  it('can be opened with its key and context', () => {
    expect(box.open(box.seal('密码 Xk3mP9w2', 'space-1'), 'space-1')).toBe('密码 Xk3mP9w2');
  });

  it('never looks the same twice', () => {
    expect(box.seal('secret', 'a')).not.toBe(box.seal('secret', 'a'));
  });

  it('stays shut for another key, another context and after a change', () => {
    const sealed = box.seal('secret', 'space-1');
    const changed = Buffer.from(sealed, 'base64');
    changed[14] = changed.readUInt8(14) ^ 1;
    expect(() => new SecretBox(randomBytes(32)).open(sealed, 'space-1')).toThrow();
    expect(() => box.open(sealed, 'space-2')).toThrow();
    expect(() => box.open(changed.toString('base64'), 'space-1')).toThrow();
    expect(() => box.open('', 'space-1')).toThrow('has 0 bytes');
  });
});
