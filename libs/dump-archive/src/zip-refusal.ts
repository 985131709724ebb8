import { say } from '@caserelay/crash-dump';
import type { ZipMethod } from './inflate-member.js';

const methods: readonly number[] = [0, 8, 9] satisfies ZipMethod[];

/** Why a member of a ZIP cannot be unpacked here; null when it can. */
export function refusal(flags: number, method: number): string | null {
  if ((flags & 1) !== 0) return say('needs-password');
  if (isUnpackedHere(method)) return null;
  const name = { 12: 'bzip2', 14: 'LZMA', 93: 'Zstandard', 95: 'xz', 98: 'PPMd' }[method];
  return say('unknown-method', { method: name === undefined ? method : `${method} (${name})` });
}

export function isUnpackedHere(method: number): method is ZipMethod {
  return methods.includes(method);
}
