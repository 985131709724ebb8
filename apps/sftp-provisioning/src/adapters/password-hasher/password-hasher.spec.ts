import { describe, expect, it } from '@jest/globals';
import { PasswordHasher, TooManyLogins } from './password-hasher.js';

const hasher = new PasswordHasher();

describe('the hash of a password', () => {
  it('is argon2id with the parameters that OWASP recommends, and never the same twice', async () => {
    const [one, other] = await Promise.all([hasher.hash('Xk3mP9w2'), hasher.hash('Xk3mP9w2')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
    expect(one).not.toContain('Xk3mP9w2');
  });

  it('knows its password and no other', async () => {
    const kept = await hasher.hash('密码 Xk3mP9w2');
    expect(await hasher.verify(kept, '密码 Xk3mP9w2')).toBe(true);
    expect(await hasher.verify(kept, '密码 Xk3mP9w')).toBe(false);
    expect(await hasher.verify(kept, '')).toBe(false);
  });
});

describe('an account that is not there', () => {
  it('has no right password', async () => {
    expect(await hasher.verify(null, 'anything')).toBe(false);
  });

  it('costs as much as one with a wrong password', async () => {
    const kept = await hasher.hash('Xk3mP9w2');
    const quickest = async (against: string | null) => {
      const took: number[] = [];
      for (let round = 0; round < 7; round += 1) {
        const begin = performance.now();
        await hasher.verify(against, 'wrong');
        took.push(performance.now() - begin);
      }
      return Math.min(...took);
    };
    const [missing, wrong] = [await quickest(null), await quickest(kept)];
    expect(missing).toBeGreaterThan(wrong / 3);
    expect(missing).toBeLessThan(wrong * 3);
  });
});

describe('a flood of logins', () => {
  it('is cut where too many wait, and everybody is served again when it has passed', async () => {
    const flood = Array.from({ length: 100 }, () => hasher.verify(null, 'wrong'));
    const answers = await Promise.allSettled(flood);
    const cut = answers.filter(({ status }) => status === 'rejected');
    expect(cut).toHaveLength(100 - 2 - 64);
    expect(cut.every((answer) => answer.status === 'rejected' && answer.reason instanceof TooManyLogins)).toBe(true);
    expect(await hasher.verify(await hasher.hash('right'), 'right')).toBe(true);
  });
});
