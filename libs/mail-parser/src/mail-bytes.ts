import type { DamageNotes, Limits } from './damage.js';

/** The bytes of a mail with line feeds: mails that were saved as UTF-16, or with carriage returns alone, are turned. */
export function mailBytes(bytes: Uint8Array, limits: Limits, notes: DamageNotes): Buffer {
  if (bytes.length > limits.bytes) notes.over('bytes', bytes.length, limits.bytes);
  const length = Math.min(bytes.length, limits.bytes);
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, length);
  const isLittle = raw[0] === 0xff && raw[1] === 0xfe;
  const isBig = raw[0] === 0xfe && raw[1] === 0xff;
  if (isLittle || isBig) {
    const even = Buffer.from(raw.subarray(2, 2 + Math.floor((length - 2) / 2) * 2));
    return Buffer.from((isBig ? even.swap16() : even).toString('utf16le'), 'utf8');
  }
  if (raw.includes(0x0a) || !raw.includes(0x0d)) return raw;
  return Buffer.from(raw.map((byte) => (byte === 0x0d ? 0x0a : byte)));
}
