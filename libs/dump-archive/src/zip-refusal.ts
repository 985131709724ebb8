import type { ZipMethod } from './inflate-member.js';

const methods: readonly number[] = [0, 8, 9] satisfies ZipMethod[];

/** Why a member of a ZIP cannot be unpacked here; null when it can. */
export function refusal(flags: number, method: number): string | null {
  if ((flags & 1) !== 0) return 'it is encrypted; a password is needed, or please upload the archive without one';
  if (isUnpackedHere(method)) return null;
  const name = { 12: 'bzip2', 14: 'LZMA', 93: 'Zstandard', 95: 'xz', 98: 'PPMd' }[method];
  const found = `it is packed with method ${method}${name === undefined ? '' : ` (${name})`}`;
  return `${found}; expected Deflate (8), Deflate64 (9) or stored (0)`;
}

export function isUnpackedHere(method: number): method is ZipMethod {
  return methods.includes(method);
}
