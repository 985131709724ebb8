import iconv from 'iconv-lite';

/** HZ-GB-2312 (RFC 1843): `~{` opens two-byte characters in seven bits, `~}` closes them, `~~` is a tilde. */
export function decodeHz(bytes: Uint8Array): string {
  const gb: number[] = [];
  let isDouble = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    const next = bytes[index + 1];
    if (byte === 0x7e && next !== undefined) {
      if (next === 0x7b || next === 0x7d) {
        isDouble = next === 0x7b;
        index++;
        continue;
      }
      if (!isDouble && next === 0x7e) {
        gb.push(0x7e);
        index++;
        continue;
      }
      if (!isDouble && next === 0x0a) {
        index++;
        continue;
      }
    }
    if (byte === 0x0a) isDouble = false;
    if (isDouble && byte > 0x20 && byte < 0x7f && next !== undefined && next > 0x20 && next < 0x7f) {
      gb.push(byte | 0x80, next | 0x80);
      index++;
    } else gb.push(byte);
  }
  return iconv.decode(Buffer.from(gb), 'gb18030');
}

type Set2022 = 'ascii' | 'jis' | 'jis-supplement' | 'katakana' | 'ks' | 'gb' | 'latin';

/** Escape sequences that designate a set, without the ESC: JIS (RFC 1468, 1554), KS (RFC 1557), GB (RFC 1922). */
const designations: readonly (readonly [sequence: string, designated: Set2022])[] = [
  ['(B', 'ascii'],
  ['(J', 'ascii'],
  ['(I', 'katakana'],
  ['$@', 'jis'],
  ['$B', 'jis'],
  ['$(D', 'jis-supplement'],
  ['$(C', 'ks'],
  ['$A', 'gb'],
  ['$)C', 'ks'],
  ['$)A', 'gb'],
  ['$)G', 'ascii'],
  ['.A', 'latin'],
];

/** ISO-2022-JP, -KR and -CN: seven bits, and escape sequences that say what the next bytes are. */
export function decodeIso2022(bytes: Uint8Array): string {
  let text = '';
  let set: Set2022 = 'ascii';
  let shifted: Set2022 = 'ascii';
  let run: number[] = [];
  const flush = (): void => {
    if (run.length > 0) text += decodeRun(run, set);
    run = [];
  };
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    if (byte === 0x1b) {
      const rest = String.fromCharCode(...bytes.subarray(index + 1, index + 4));
      const found = designations.find(([sequence]) => rest.startsWith(sequence));
      if (found !== undefined) {
        flush();
        // `ESC $ )` names what the shift characters SO and SI switch to.
        if (found[0].startsWith('$)')) shifted = found[1];
        else set = found[1] === 'latin' ? set : found[1];
        index += found[0].length;
        continue;
      }
    }
    if (byte === 0x0e || byte === 0x0f) {
      flush();
      set = byte === 0x0e ? shifted : 'ascii';
      continue;
    }
    if (byte === 0x0a || byte === 0x0d) {
      flush();
      set = 'ascii';
      text += String.fromCharCode(byte);
      continue;
    }
    run.push(byte);
  }
  flush();
  return text;
}

function decodeRun(run: readonly number[], set: Set2022): string {
  // Bytes of eight bits in a seven-bit set are Windows' own additions, in Shift_JIS.
  if (set === 'ascii' || set === 'latin') return iconv.decode(Buffer.from(run), 'shiftjis');
  if (set === 'katakana') return iconv.decode(Buffer.from(run.map((byte) => byte | 0x80)), 'shiftjis');
  const high = run.map((byte) => (byte > 0x20 ? byte | 0x80 : byte));
  if (set === 'ks') return iconv.decode(Buffer.from(high), 'euckr');
  if (set === 'gb') return iconv.decode(Buffer.from(high), 'gb18030');
  if (set === 'jis') return iconv.decode(Buffer.from(high), 'eucjp');
  const supplement = high.flatMap((byte, index) => (index % 2 === 0 ? [0x8f, byte] : [byte]));
  return iconv.decode(Buffer.from(supplement), 'eucjp');
}
