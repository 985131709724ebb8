import { zipMark } from './local-header.js';

/** Mark, checksum, two sizes of 8 bytes. */
export const mostDescriptorBytes = 24;

const lengths = [16, 24, 12, 20];
const followers: readonly number[] = [
  zipMark.member,
  zipMark.directory,
  zipMark.extra,
  zipMark.directoryEnd64,
  zipMark.directoryEnd,
];

/**
 * How long the descriptor is at which this view of 28 bytes begins: its mark is optional, and its sizes have 4 or 8 bytes
 * (APPNOTE.TXT, 4.3.9), so that only what follows it decides. Null when nothing fits.
 */
export function descriptorBytes(view: DataView): number | null {
  const isMarked = view.getUint32(0, true) === zipMark.descriptor;
  const fits = lengths.filter((length) => followers.includes(view.getUint32(length, true)));
  return fits.find((length) => isMarked === (length % 16 === 0 || length === 24)) ?? fits[0] ?? null;
}
