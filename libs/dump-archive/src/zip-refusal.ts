/** Why a member of a ZIP cannot be unpacked by zlib; null when it can. */
export function refusal(flags: number, method: number): string | null {
  if ((flags & 1) !== 0) return 'it is encrypted; a password is needed, or please upload the archive without one';
  if (method === 0 || method === 8) return null;
  const name = { 9: 'Deflate64', 12: 'bzip2', 14: 'LZMA', 93: 'Zstandard', 95: 'xz', 98: 'PPMd' }[method];
  return `it is packed with method ${method}${name === undefined ? '' : ` (${name})`}; expected Deflate (8) or stored (0)`;
}
