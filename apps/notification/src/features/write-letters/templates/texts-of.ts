import type { Language } from '@caserelay/contracts';
import { en } from './en.js';
import type { Texts } from './texts.js';
import { zhCn } from './zh-cn.js';

const texts: Record<Language, Texts> = { 'zh-CN': zhCn, en };

/** Everything that letters say in a language. */
export function textsOf(language: Language): Texts {
  return texts[language];
}
