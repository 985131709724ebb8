import { memberName } from './member-name.js';

/** Marks at the beginning of a ZIP's parts (APPNOTE.TXT 6.3.10, 4.3). */
export const zipMark = {
  member: 0x04034b50,
  descriptor: 0x08074b50,
  extra: 0x08064b50,
  directory: 0x02014b50,
  directoryEnd64: 0x06064b50,
  directoryEnd: 0x06054b50,
  split: 0x30304b50,
} as const;

/** Length of a local header without name and extra fields. */
export const localHeaderBytes = 30;

/** What stands before a file in a ZIP. */
export interface LocalHeader {
  name: string;
  method: number;
  isEncrypted: boolean;
  /** Sizes follow the packed bytes, because they were not known before. */
  hasDescriptor: boolean;
  /** Null when it is not said here. */
  packedBytes: number | null;
}

/** Length of a whole local header, of which the fixed part is there. */
export function wholeHeaderBytes(view: DataView): number {
  return localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
}

/** Reads a whole local header (APPNOTE.TXT, 4.3.7). */
export function readLocalHeader(view: DataView): LocalHeader {
  const flags = view.getUint16(6, true);
  const nameBytes = view.getUint16(26, true);
  const name = memberName(new Uint8Array(view.buffer, view.byteOffset + localHeaderBytes, nameBytes));
  const hasDescriptor = (flags & 8) !== 0;
  const packed = packedBytesOf(view, localHeaderBytes + nameBytes);
  return {
    name,
    method: view.getUint16(8, true),
    isEncrypted: (flags & 0x41) !== 0 || view.getUint16(8, true) === 99,
    hasDescriptor,
    packedBytes: hasDescriptor && (packed ?? 0) === 0 ? null : packed,
  };
}

/** Sizes of 4 GiB and more stand in the extra field 1: the unpacked one first, each only when it is needed (4.5.3). */
function packedBytesOf(view: DataView, extraAt: number): number | null {
  const packed = view.getUint32(18, true);
  if (packed !== 0xffffffff) return packed;
  const before = view.getUint32(22, true) === 0xffffffff ? 8 : 0;
  for (let at = extraAt; at + 4 <= view.byteLength; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1 || at + 4 + before + 8 > view.byteLength) continue;
    const value = view.getBigUint64(at + 4 + before, true);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
  }
  return null;
}
