import { textOfHtml } from './text-of-html.js';

/** One piece of what a mail says, in the forms in which it came. */
export interface BodyPiece {
  plain: string | null;
  html: string | null;
  /** True where it counts only when the mail says nothing else. */
  isSpare?: boolean;
}

/**
 * The text of a piece: the plain form, unless it says nothing while the HTML does. Plain forms are often empty, say that
 * the reader's program shows no HTML, or lost all their characters on the way (`???? ???`).
 */
export function textOfPiece({ plain, html }: BodyPiece, longestHtml: number): string {
  if (html === null) return plain ?? '';
  if (plain !== null && !saysNothing(plain)) {
    if (!lostItsCharacters(plain)) return plain;
    const fromHtml = textOfHtml(html.slice(0, longestHtml));
    return /[^\0-\u024f\u2000-\u206f]/.test(fromHtml) ? fromHtml : plain;
  }
  const fromHtml = textOfHtml(html.slice(0, longestHtml));
  return fromHtml.trim() === '' ? (plain ?? '') : fromHtml;
}

const placeholders = [
  /\b(?:does|do|can|could|is) ?(?:not|n't|nnot)\b[^.]{0,60}\b(?:html|mime)\b/i,
  /\b(?:html|mime)[- ](?:enabled|capable|compatible|aware)\b|\bhtml (?:e-?mail|mail|message|format|version)\b|\bin html\b/i,
  /\bmulti-?part message in mime format\b/i,
  /\bview (?:it|this (?:e-?mail|message|mail))[^.]{0,40}\b(?:browser|online|html)\b/i,
  /(?:不支持|不支援|无法(?:显示|查看|阅读)|無法(?:顯示|檢視)|不能(?:显示|查看))[^。\n]{0,30}(?:html|网页|網頁|超文本)|(?:html|网页|超文本)[^。\n]{0,30}(?:不支持|不支援|无法(?:显示|查看)|方式(?:查看|浏览|阅读)|格式的?(?:邮件|信件|郵件))/i,
  /(?:kann|können|unterstützt)[^.]{0,60}\bhtml\b[^.]{0,40}(?:nicht|kein)|\bkein html\b|\bhtml[^.]{0,40}(?:nicht|kein)/i,
];

function saysNothing(plain: string): boolean {
  const text = plain.trim();
  if (text === '' || /^[\s\p{P}\p{S}\u200b\ufeff]*$/u.test(text)) return true;
  return text.length <= 400 && placeholders.some((placeholder) => placeholder.test(text));
}

/** Whether most characters were replaced by question marks, as when Chinese is written in an ASCII charset. */
function lostItsCharacters(text: string): boolean {
  const lost = text.match(/[?\ufffd]/g)?.length ?? 0;
  if (lost < 4) return false;
  const runs = text.match(/[?\ufffd]{2,}/g)?.length ?? 0;
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return runs > 0 && lost * 3 > letters;
}
