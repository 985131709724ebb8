import { decodeText } from './decode-text.js';

/** What the dictionary of compressed RTF begins with ([MS-OXRTFCP], section 2.1.2.1). */
const startOfDictionary =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';

const longestRtf = 8 * 1024 * 1024;

/** Unpacks PidTagRtfCompressed ([MS-OXRTFCP]); null when it is none. At most 8 MiB come out. */
export function readCompressedRtf(bytes: Uint8Array): Uint8Array | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 16) return null;
  const size = Math.min(view.readUInt32LE(4), longestRtf);
  const kind = view.toString('latin1', 8, 12);
  if (kind === 'MELA') return view.subarray(16, 16 + size);
  if (kind !== 'LZFu') return null;
  const dictionary = Buffer.alloc(4096);
  let write = dictionary.write(startOfDictionary, 'latin1');
  const result: number[] = [];
  for (let at = 16; at < view.length && result.length < size;) {
    const flags = view[at++] as number;
    for (let bit = 0; bit < 8 && at < view.length && result.length < size; bit++) {
      if ((flags & (1 << bit)) === 0) {
        const byte = view[at++] as number;
        result.push(byte);
        dictionary[write] = byte;
        write = (write + 1) % 4096;
        continue;
      }
      if (at + 1 >= view.length) return Buffer.from(result);
      const token = view.readUInt16BE(at);
      at += 2;
      const offset = token >> 4;
      if (offset === write) return Buffer.from(result);
      for (let count = 0; count < (token & 0xf) + 2 && result.length < size; count++) {
        const byte = dictionary[(offset + count) % 4096] as number;
        result.push(byte);
        dictionary[write] = byte;
        write = (write + 1) % 4096;
      }
    }
  }
  return Buffer.from(result);
}

/** Groups that hold no text ([RTF 1.9.1]). */
const silentGroups = new Set([
  ...['fonttbl', 'colortbl', 'stylesheet', 'info', 'pict', 'object', 'generator', 'listtable', 'listoverridetable'],
  ...['rsidtbl', 'themedata', 'datastore', 'latentstyles', 'header', 'footer', 'xmlnstbl', 'fldinst'],
]);

const signs: Readonly<Record<string, string>> = {
  ...{ par: '\n', line: '\n', sect: '\n', page: '\n', tab: '\t', cell: '\t', row: '\n', emdash: '—', endash: '–' },
  ...{ lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”', bullet: '•', emspace: ' ', enspace: ' ' },
};

interface Group {
  isSilent: boolean;
  /** Characters after `\u` that old readers show instead. */
  replacementLength: number;
  /** Within `\htmlrtf`: for readers of RTF alone. */
  isRtfOnly: boolean;
}

/**
 * The text of an RTF; when it carries HTML ([MS-OXRTFEX], `\fromhtml1`), that HTML instead. Time and memory are in
 * proportion to the length.
 */
export function textOfRtf(bytes: Uint8Array, codePage: number): { text: string; html: string | null } {
  const rtf = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const holdsHtml = /\\fromhtml1\b/.test(rtf.slice(0, 5_000));
  const charset = `cp${/\\ansicpg(\d{3,5})/.exec(rtf.slice(0, 5_000))?.[1] ?? codePage}`;
  const out = new Output(charset);
  const groups: Group[] = [];
  let group: Group = { isSilent: false, replacementLength: 1, isRtfOnly: false };
  let skipped = 0;
  const token = /\\(?:'([0-9a-f]{2})|([a-z]{1,32})(-?\d{1,10})? ?|([^a-z]))|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\/giy;
  for (let found = token.exec(rtf); found !== null; found = token.exec(rtf)) {
    const [, hex, word, argument, symbol, brace, plain] = found;
    if (brace === '{') {
      // Deeper ones say nothing.
      if (groups.length < 1_000) groups.push({ ...group });
      skipped = 0;
    } else if (brace === '}') {
      group = groups.pop() ?? group;
      skipped = 0;
    } else if (word !== undefined) {
      if (word === 'bin') token.lastIndex += Math.max(0, Number(argument ?? 0));
      else if (word === 'u') {
        out.unicode(Number(argument ?? 0), group);
        skipped = group.replacementLength;
      } else if (word === 'uc') group.replacementLength = Math.min(8, Math.max(0, Number(argument ?? 1)));
      else if (word === 'htmlrtf') group.isRtfOnly = argument !== '0';
      else if (word === 'htmltag') group.isSilent = !holdsHtml;
      else if (silentGroups.has(word)) group.isSilent = true;
      else if (signs[word] !== undefined) out.sign(signs[word], group, holdsHtml);
    } else if (symbol === '*') {
      const isTag = rtf.startsWith('\\htmltag', token.lastIndex);
      group.isSilent = !(holdsHtml && isTag);
    } else if (hex !== undefined) {
      if (skipped > 0) skipped--;
      else out.byte(parseInt(hex, 16), group);
    } else if (symbol !== undefined && /[\\{}]/.test(symbol)) out.plain(symbol, group);
    else if (symbol === '~') out.plain(' ', group);
    else if (plain !== undefined) {
      out.plain(plain.slice(skipped), group);
      skipped = Math.max(0, skipped - plain.length);
    }
  }
  const text = out.end();
  return holdsHtml ? { text: '', html: text } : { text: text.replace(/\n{3,}/g, '\n\n').trim(), html: null };
}

class Output {
  private readonly pieces: string[] = [];
  private bytes: number[] = [];

  constructor(private readonly charset: string) {}

  byte(value: number, { isSilent, isRtfOnly }: Group): void {
    if (!isSilent && !isRtfOnly) this.bytes.push(value);
  }

  plain(text: string, { isSilent, isRtfOnly }: Group): void {
    if (isSilent || isRtfOnly) return;
    for (let index = 0; index < text.length; index++) this.bytes.push(text.charCodeAt(index));
  }

  unicode(code: number, { isSilent, isRtfOnly }: Group): void {
    if (isSilent || isRtfOnly) return;
    this.flush();
    this.pieces.push(String.fromCharCode(code & 0xffff));
  }

  /** In HTML inside of RTF, `\par` is a line end of the source. */
  sign(text: string, { isSilent, isRtfOnly }: Group, inHtml: boolean): void {
    if (isSilent || isRtfOnly) return;
    this.flush();
    this.pieces.push(inHtml && text === '\n' ? '\r\n' : text);
  }

  end(): string {
    this.flush();
    return this.pieces.join('');
  }

  private flush(): void {
    if (this.bytes.length > 0) this.pieces.push(decodeText(Buffer.from(this.bytes), this.charset).text);
    this.bytes = [];
  }
}
