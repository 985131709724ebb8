/** The language a text is written in. Chinese mails hold many English words, so a tenth of Chinese is Chinese. */
export function languageOf(text: string): 'zh-CN' | 'en' {
  const part = text.slice(0, 50_000);
  const han = part.match(/\p{Script=Han}/gu)?.length ?? 0;
  const words = part.match(/[A-Za-z]{2,}/g)?.length ?? 0;
  return han > 0 && han * 9 >= words ? 'zh-CN' : 'en';
}
