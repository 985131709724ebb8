import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a secret is the expected one; takes as long for a wrong one as for the right one, whatever their lengths. */
export function isSameSecret(found: string, expected: string): boolean {
  return timingSafeEqual(digest(found), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
