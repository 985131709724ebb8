const cyrillic: Record<string, string> = Object.fromEntries(
  'а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=i є=e ґ=g ў=u'
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
);
const kanaRows: [string, string][] = [
  ['あいうえお', ''],
  ['かきくけこ', 'k'],
  ['がぎぐげご', 'g'],
  ['さしすせそ', 's'],
  ['ざじずぜぞ', 'z'],
  ['たちつてと', 't'],
  ['だぢづでど', 'd'],
  ['なにぬねの', 'n'],
  ['はひふへほ', 'h'],
  ['ばびぶべぼ', 'b'],
  ['ぱぴぷぺぽ', 'p'],
  ['まみむめも', 'm'],
  ['らりるれろ', 'r'],
];
const kana: Record<string, string> = {
  ...Object.fromEntries(
    kanaRows.flatMap(([signs, consonant]) =>
      Array.from(signs).map((sign, vowel) => [sign, consonant + 'aiueo'.charAt(vowel)]),
    ),
  ),
  ...Object.fromEntries(
    Array.from('やゆよゃゅょ').map((sign, index) => [sign, ['ya', 'yu', 'yo', 'ya', 'yu', 'yo'][index] ?? '']),
  ),
  ...Object.fromEntries(Array.from('ぁぃぅぇぉ').map((sign, index) => [sign, 'aiueo'.charAt(index)])),
  わ: 'wa',
  を: 'o',
  ん: 'n',
  っ: '',
  ゔ: 'vu',
};
const firstHangul = 0xac00;
const hangulPerInitial = 588;
const hangulInitials = ['g', 'g', 'n', 'd', 'd', 'r', 'm', 'b', 'b', 's', 's', '', 'j', 'j', 'c', 'k', 't', 'p', 'h'];
const hangulVowels = 'a a y y e e y y o w w o y u w w w y e u i'.split(' ');

/** Letters for scripts that pinyin does not know: Cyrillic and kana as they sound, Hangul by the begin of each syllable. */
export function latinLetters(text: string): string {
  return Array.from(text.toLowerCase(), letterOf).join('');
}

function letterOf(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  // Katakana lie at a fixed distance behind hiragana.
  const hiragana = code >= 0x30a1 && code <= 0x30f4 ? String.fromCodePoint(code - 0x60) : sign;
  const known = cyrillic[sign] ?? kana[hiragana];
  if (known !== undefined) return known;
  if (code < firstHangul || code > 0xd7a3) return sign;
  const syllable = code - firstHangul;
  const initial = hangulInitials[Math.floor(syllable / hangulPerInitial)] ?? '';
  return initial || (hangulVowels[Math.floor((syllable % hangulPerInitial) / 28)] ?? '');
}
