import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { SecretBox } from './secret-box.js';

const [old, young] = [randomBytes(32), randomBytes(32)];

describe('a secret that is kept', () => {
  const box = new SecretBox([old]);
  const sealed = box.seal('whsec_canary', 'one|secret');

  test('cannot be read where it lies, and looks different each time', () => {
    expect(sealed).not.toContain('canary');
    expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('canary');
    expect(box.seal('whsec_canary', 'one|secret')).not.toBe(sealed);
    expect(box.open(sealed, 'one|secret')).toBe('whsec_canary');
  });

  test('opens for nobody else, and not when it was changed', () => {
    expect(() => box.open(sealed, 'two|secret')).toThrow();
    const [head, id, nonce, content = ''] = sealed.split('.');
    const changed = [head, id, nonce, `${content.startsWith('A') ? 'B' : 'A'}${content.slice(1)}`].join('.');
    expect(() => box.open(changed, 'one|secret')).toThrow();
  });

  test('of an old key is opened with it while a new one encrypts', () => {
    const both = new SecretBox([young, old]);
    expect(both.open(sealed, 'one|secret')).toBe('whsec_canary');
    const again = both.seal('whsec_canary', 'one|secret');
    expect(new SecretBox([young]).open(again, 'one|secret')).toBe('whsec_canary');
    expect(() => new SecretBox([young]).open(sealed, 'one|secret')).toThrow(/add it to WEBHOOK_SECRET_KEY/);
  });

  test('is not kept without a key', () => expect(() => new SecretBox([]).seal('x', 'y')).toThrow(/WEBHOOK_SECRET_KEY/));
});
