/**
 * Folds full-width forms to plain ones, unit by unit, so that a position in the result is the same position in the
 * text: `【案例号：ＣＡＳ】` becomes `[案例号:CAS]`.
 */
export function fold(text: string): string {
  return text.replace(/[\u3000\u00a0\uff01-\uff5e【】〔〕‐-―−]/g, (character) => {
    if (character === '\u3000' || character === '\u00a0') return ' ';
    if (character === '【' || character === '〔') return '[';
    if (character === '】' || character === '〕') return ']';
    if (character < '\uff00') return '-';
    return String.fromCharCode(character.charCodeAt(0) - 0xfee0);
  });
}
