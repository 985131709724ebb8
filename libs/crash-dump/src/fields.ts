/** What Windows leaves in header fields that were never written: the text `PAGE`, over and over. */
const filler32 = 0x45474150;
const filler64 = 0x4547415045474150n;

/** A number of 4 bytes; null when the view ends before it or it was never written. */
export function u32(view: DataView, offset: number): number | null {
  if (offset < 0 || offset + 4 > view.byteLength) return null;
  const value = view.getUint32(offset, true);
  return value === filler32 ? null : value;
}

/** A number of 8 bytes; null when the view ends before it or it was never written. */
export function u64(view: DataView, offset: number): bigint | null {
  if (offset < 0 || offset + 8 > view.byteLength) return null;
  const value = view.getBigUint64(offset, true);
  return value === filler64 ? null : value;
}

/** A size or offset of 8 bytes as a number; null also when it is larger than any real file (8 PiB). */
export function size64(view: DataView, offset: number): number | null {
  const value = u64(view, offset);
  return value === null || value > 0x20000000000000n ? null : Number(value);
}

/** Text of one byte per character, unprintable ones shown as `.`. */
export function ascii(view: DataView, offset: number, length: number): string {
  let text = '';
  for (let at = offset; at < offset + length && at < view.byteLength; at += 1) {
    const byte = view.getUint8(at);
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return text;
}

/** A number as `0x…` text, because JavaScript numbers cannot hold 64 bits. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** Printable text of one byte per character up to NUL or the first other byte. */
export function printable(view: DataView, offset: number, length: number): string {
  let text = '';
  for (let at = Math.max(0, offset); at < offset + length && at < view.byteLength; at += 1) {
    const byte = view.getUint8(at);
    if (byte < 0x20 || byte >= 0x7f) break;
    text += String.fromCharCode(byte);
  }
  return text.trim();
}

/** UTF-16 text up to NUL; control characters and halves of pairs become `�`, so that it can be shown anywhere. */
export function utf16(view: DataView, offset: number, bytes: number): string {
  let text = '';
  for (let at = offset; at + 2 <= Math.min(offset + bytes, view.byteLength); at += 2) {
    const unit = view.getUint16(at, true);
    if (unit === 0) break;
    text += unit < 0x20 || unit === 0x7f ? '\ufffd' : String.fromCharCode(unit);
  }
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}
