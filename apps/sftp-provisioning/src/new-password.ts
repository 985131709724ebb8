import { randomInt } from 'node:crypto';

/** Without the signs that people mistake for each other: 0 O o, 1 l I i, 5 S s, 2 Z z, 8 B. */
const signs = 'abcdefghjkmnpqrtuvwxyACDEFGHJKLMNPQRTUVWXY34679';

/** A password that is hard to guess (over 80 bits) and can be read out on the phone. */
export function newPassword(length = 16): string {
  return Array.from({ length }, () => signs.charAt(randomInt(signs.length))).join('');
}
