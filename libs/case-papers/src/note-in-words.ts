import type { Language } from '@caserelay/contracts';
import { inLanguage } from '@caserelay/crash-dump';

/** What a case notes of its own when it escalates (case-lifecycle tells it in English), for Chinese readers. */
const notes: readonly { said: RegExp; zh(...values: string[]): string }[] = [
  { said: /^nobody has answered for ([^:]+)$/, zh: (span) => `${spanInChinese(span)}内没有人答复` },
  {
    said: /^not read within ([^:]+): ([^]+)$/,
    zh: (span, names) => `${spanInChinese(span)}内没有读完：${names.replaceAll(', ', '、')}`,
  },
  { said: /^no playbook knows ([^]+)$/, zh: (cause) => `处理手册中没有 ${cause}` },
  { said: /^the dump names no cause$/, zh: () => '转储没有说明原因' },
];

/** Such as `48 hours`, `3 working days` or `1 hour 30 minutes of working time`. */
function spanInChinese(span: string): string {
  const words: [RegExp, string][] = [
    [/ of working time$/, '工作时间'],
    [/ working days?/, ' 个工作日'],
    [/ days?/, ' 天'],
    [/ hours?/, ' 小时'],
    [/ minutes?/, ' 分钟'],
    [/ seconds?/, ' 秒'],
  ];
  return words.reduce((text, [english, chinese]) => text.replace(english, chinese), span);
}

/** A note of a case, or of the dump reader behind the name of an upload, in the reader's language. */
export function noteInWords(reason: string, uploads: readonly { name: string }[], language: Language): string {
  const upload = uploads.find(({ name }) => reason.startsWith(`${name}: `));
  if (upload)
    return `${upload.name}${language === 'en' ? ': ' : '：'}${inLanguage(reason.slice(upload.name.length + 2), language)}`;
  if (language === 'en') return reason;
  for (const { said, zh } of notes) {
    const found = said.exec(reason);
    if (found) return zh(...found.slice(1));
  }
  return inLanguage(reason, language);
}
