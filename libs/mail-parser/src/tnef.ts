import { decodeText } from './decode-text.js';
import { readCompressedRtf, textOfRtf } from './rtf.js';

/** A file in a `winmail.dat`. */
export interface TnefFile {
  name: string;
  type: string | null;
  content: Uint8Array;
  contentId: string | null;
}

export interface Tnef {
  files: TnefFile[];
  text: string | null;
  html: string | null;
  /** True when it ends early or a length leads out of it. */
  isDamaged: boolean;
}

/** Attributes of [MS-OXTNEF], section 2.1.3.2, without the type in their upper half. */
const attribute = {
  body: 0x800c,
  attachData: 0x800f,
  attachTitle: 0x8010,
  renderData: 0x9002,
  messageProperties: 0x9003,
  attachment: 0x9005,
  codePage: 0x9007,
};

/** Properties of [MS-OXPROPS]. */
const property = {
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  displayName: 0x3001,
  attachData: 0x3701,
  attachFileName: 0x3704,
  attachLongFileName: 0x3707,
  attachMimeTag: 0x370e,
  attachContentId: 0x3712,
};

const attachLevel = 2;

/**
 * Opens Outlook's `winmail.dat` ([MS-OXTNEF]): its attachments by their long names, and its text. Null when it is none.
 * Reads at most `mostFiles` files, and never beyond the bytes it is given.
 */
export function readTnef(bytes: Uint8Array, mostFiles: number): Tnef | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 6 || view.readUInt32LE(0) !== 0x223e9f78) return null;
  const result: Tnef = { files: [], text: null, html: null, isDamaged: false };
  let codePage = 1252;
  let file: TnefFile | null = null;
  for (let at = 6; at < view.length;) {
    // Level, attribute, length, then data and a checksum of two bytes.
    if (at + 9 > view.length) {
      result.isDamaged = true;
      break;
    }
    const level = view[at];
    const id = view.readUInt16LE(at + 1);
    const length = view.readUInt32LE(at + 5);
    const from = at + 9;
    if (length > view.length - from) result.isDamaged = true;
    const data = view.subarray(from, Math.min(view.length, from + length));
    at = from + length + 2;
    if (level !== attachLevel) {
      if (id === attribute.codePage && data.length >= 4) codePage = data.readUInt32LE(0);
      else if (id === attribute.body) result.text ??= stringOf(data, codePage);
      else if (id === attribute.messageProperties) readBody(propertiesOf(data, codePage), result, codePage);
      continue;
    }
    if (id === attribute.renderData) {
      if (result.files.length >= mostFiles) break;
      file = { name: '', type: null, content: new Uint8Array(), contentId: null };
      result.files.push(file);
    } else if (file !== null && id === attribute.attachTitle) file.name ||= stringOf(data, codePage);
    else if (file !== null && id === attribute.attachData) file.content = data;
    else if (file !== null && id === attribute.attachment) readFile(propertiesOf(data, codePage), file);
  }
  return result;
}

function readFile(properties: Properties, file: TnefFile): void {
  const name = [property.attachLongFileName, property.attachFileName, property.displayName]
    .map((id) => textOf(properties.get(id)))
    .find((one) => one !== '');
  if (name !== undefined && name !== '') file.name = name;
  const type = textOf(properties.get(property.attachMimeTag)).toLowerCase();
  if (/^[\w.+-]+\/[\w.+-]+$/.test(type)) file.type = type;
  file.contentId = textOf(properties.get(property.attachContentId)) || null;
  const data = properties.get(property.attachData);
  // An object is headed by the identifier of its interface; what follows is a message of its own kind.
  if (data instanceof Uint8Array && file.content.length === 0) file.content = data;
}

function readBody(properties: Properties, result: Tnef, codePage: number): void {
  const html = properties.get(property.html);
  if (html instanceof Uint8Array) result.html = decodeText(html, null).text;
  else if (typeof html === 'string' && html !== '') result.html = html;
  const text = textOf(properties.get(property.body));
  if (text !== '') result.text = text;
  const rtf = properties.get(property.rtf);
  if (result.html !== null || !(rtf instanceof Uint8Array)) return;
  const inside = readCompressedRtf(rtf);
  if (inside === null) {
    result.isDamaged = true;
    return;
  }
  const { text: fromRtf, html: fromHtml } = textOfRtf(inside, codePage);
  if (fromHtml !== null) result.html = fromHtml;
  else result.text ??= fromRtf;
}

type Properties = ReadonlyMap<number, string | Uint8Array>;

function textOf(value: string | Uint8Array | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Sizes of property types with a fixed length ([MS-OXCDATA], section 2.11.1), filled up to four bytes. */
const fixedSizes: Readonly<Record<number, number>> = {
  1: 0,
  2: 4,
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 8,
  0xa: 4,
  0xb: 4,
  0x14: 8,
  0x40: 8,
  0x48: 16,
};
const variable = { object: 0xd, string8: 0x1e, unicode: 0x1f, binary: 0x102 };
const mostProperties = 2_000;

/** Reads a list of MAPI properties ([MS-OXTNEF], section 2.1.3.4); stops where it is broken. */
function propertiesOf(data: Buffer, codePage: number): Properties {
  const found = new Map<number, string | Uint8Array>();
  const reader = new Reader(data);
  const count = Math.min(reader.number(), mostProperties);
  for (let index = 0; index < count && !reader.isAtEnd; index++) {
    const tag = reader.number();
    const type = tag & 0xffff;
    const id = tag >>> 16;
    if (id >= 0x8000) reader.skipName();
    const single = type & 0x0fff;
    const size = fixedSizes[single];
    const isMultiple = (type & 0x1000) !== 0;
    const isVariable = Object.values(variable).includes(single);
    if (size === undefined && !isVariable) break;
    if (size !== undefined) {
      reader.skip(size * (isMultiple ? Math.min(reader.number(), 100_000) : 1));
      continue;
    }
    const values = Math.min(reader.number(), 100_000);
    for (let number = 0; number < values && !reader.isAtEnd; number++) {
      const value = reader.bytes();
      if (number > 0 || found.has(id)) continue;
      if (single === variable.unicode) found.set(id, value.toString('utf16le').replace(/\0[^]*$/, ''));
      else if (single === variable.string8) found.set(id, stringOf(value, codePage));
      else found.set(id, single === variable.object ? value.subarray(16) : value);
    }
  }
  return found;
}

/** Reads little-endian numbers and counted bytes; at the end there are only zeros. */
class Reader {
  private at = 0;

  constructor(private readonly data: Buffer) {}

  get isAtEnd(): boolean {
    return this.at >= this.data.length;
  }

  number(): number {
    const value = this.at + 4 <= this.data.length ? this.data.readUInt32LE(this.at) : 0;
    this.at += 4;
    return value;
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  bytes(): Buffer {
    const length = this.number();
    const value = this.data.subarray(this.at, this.at + length);
    this.at += length + ((4 - (length % 4)) % 4);
    return value;
  }

  /** A named property has a GUID, and a number or a name. */
  skipName(): void {
    this.skip(16);
    if (this.number() === 0) this.skip(4);
    else this.bytes();
  }
}

function stringOf(data: Buffer, codePage: number): string {
  const end = data.indexOf(0);
  const bytes = end < 0 ? data : data.subarray(0, end);
  return decodeText(bytes, codePage === 65001 ? 'utf-8' : codePage === 20127 ? 'us-ascii' : `cp${codePage}`).text;
}
