/** What a walk over bytes says of them as text in one encoding: how many characters over 0x7f, and how they look. */
export interface Plausibility {
  /** Characters that texts of the language are mostly made of. */
  common: number;
  /** Characters that exist but are rare. */
  rare: number;
  /** Bytes that begin no character. */
  invalid: number;
}

type Judge = (lead: number, trail: number) => 'common' | 'rare' | 'invalid';

/** GB 2312's first level (0xb0–0xd7) holds the 3,755 characters of daily use, 0xa1 to 0xa3 punctuation. */
const gb: Judge = (lead, trail) => {
  if (lead < 0x81 || lead > 0xfe || trail < 0x40 || trail === 0x7f || trail > 0xfe) return 'invalid';
  if (trail < 0xa1) return 'rare';
  return (lead >= 0xb0 && lead <= 0xd7) || lead === 0xa1 || lead === 0xa3 || lead === 0xa2 ? 'common' : 'rare';
};

/** Big5's first level (0xa4–0xc6) holds the 5,401 characters of daily use. */
const big5: Judge = (lead, trail) => {
  if (lead < 0x81 || lead > 0xfe || trail < 0x40 || (trail > 0x7e && trail < 0xa1) || trail > 0xfe) return 'invalid';
  return lead >= 0xa4 && lead <= 0xc6 ? 'common' : lead === 0xa1 ? 'common' : 'rare';
};

/** Kana stand in every Japanese sentence; what holds none is no Japanese. */
const eucJp: Judge = (lead, trail) => {
  if (trail < 0xa1 || trail > 0xfe || lead < 0x8e) return 'invalid';
  return lead === 0xa4 || lead === 0xa5 || lead === 0xa1 ? 'common' : 'rare';
};

const shiftJis: Judge = (lead, trail) => {
  const isLead = (lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xfc);
  if (!isLead || trail < 0x40 || trail === 0x7f || trail > 0xfc) return 'invalid';
  return lead >= 0x81 && lead <= 0x83 ? 'common' : 'rare';
};

/** Hangul syllables in the order of KS X 1001 (0xb0–0xc8). */
const eucKr: Judge = (lead, trail) => {
  if (lead < 0x81 || lead > 0xfe || trail < 0x41 || trail > 0xfe) return 'invalid';
  return lead >= 0xb0 && lead <= 0xc8 && trail >= 0xa1 ? 'common' : 'rare';
};

const judges: Readonly<Record<string, Judge>> = {
  gb18030: gb,
  big5hkscs: big5,
  eucjp: eucJp,
  shiftjis: shiftJis,
  euckr: eucKr,
};

/** Enough to judge by; a longer text is no other. */
const mostJudged = 20_000;

/** How plausible bytes are in one of the two-byte encodings; null for any other. */
export function plausibilityOf(bytes: Uint8Array, encoding: string): Plausibility | null {
  const judge = judges[encoding];
  if (judge === undefined) return null;
  const seen: Plausibility = { common: 0, rare: 0, invalid: 0 };
  const end = Math.min(bytes.length, mostJudged);
  for (let index = 0; index < end; index++) {
    const lead = bytes[index] ?? 0;
    if (lead < 0x80) continue;
    if (encoding === 'shiftjis' && lead >= 0xa1 && lead <= 0xdf) {
      seen.rare++;
      continue;
    }
    if (index + 1 >= bytes.length) {
      // A character that is cut off at the end says nothing.
      if (seen.common + seen.rare === 0) seen.invalid++;
      break;
    }
    const trail = bytes[index + 1] ?? 0;
    if (encoding === 'gb18030' && trail >= 0x30 && trail <= 0x39 && isFourByte(bytes, index)) {
      seen.rare++;
      index += 3;
      continue;
    }
    const verdict = judge(lead, trail);
    seen[verdict]++;
    if (verdict !== 'invalid') index++;
  }
  return seen;
}

function isFourByte(bytes: Uint8Array, index: number): boolean {
  const third = bytes[index + 2] ?? 0;
  const fourth = bytes[index + 3] ?? 0;
  return third >= 0x81 && third <= 0xfe && fourth >= 0x30 && fourth <= 0x39;
}

/** The share of common characters, 0 when anything is invalid beyond a slip in a long text. */
export function shareOfCommon({ common, rare, invalid }: Plausibility): number {
  const all = common + rare;
  if (all === 0 || invalid * 50 > all) return 0;
  return common / all;
}

/** What a walk over bytes says of them as UTF-8. */
export interface Utf8Look {
  /** Characters of two bytes, and of three or four. */
  two: number;
  more: number;
  invalid: number;
}

export function utf8LookOf(bytes: Uint8Array): Utf8Look {
  const look: Utf8Look = { two: 0, more: 0, invalid: 0 };
  for (let index = 0; index < bytes.length; index++) {
    const lead = bytes[index] ?? 0;
    if (lead < 0x80) continue;
    const length =
      lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    let there = 1;
    while (there < length && ((bytes[index + there] ?? 0) & 0xc0) === 0x80) there++;
    if (length === 0) look.invalid++;
    else if (there < length) {
      // Cut off at the end of the text, not broken.
      if (index + there < bytes.length) look.invalid++;
      index += there - 1;
    } else {
      if (length === 2) look.two++;
      else look.more++;
      index += length - 1;
    }
  }
  return look;
}
