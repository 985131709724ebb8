import type { Language } from '@caserelay/contracts';
import type { Goal } from './clock.js';

const units = [
  { milliseconds: 3_600_000, en: 'hour', zh: '小时' },
  { milliseconds: 60_000, en: 'minute', zh: '分钟' },
  { milliseconds: 1_000, en: 'second', zh: '秒' },
];

/** Such as `48 hours`, `1 hour 30 minutes of working time`, `3 days` or `2 working days`. */
export function goalInWords(goal: Goal, language: Language = 'en'): string {
  const isWorking = goal.calendar !== null;
  if ('days' in goal) {
    if (language === 'zh-CN') return `${goal.days} ${isWorking ? '个工作日' : '天'}`;
    return `${goal.days} ${isWorking ? 'working ' : ''}${goal.days === 1 ? 'day' : 'days'}`;
  }
  const span = spanInWords(goal.milliseconds, language);
  if (!isWorking) return span;
  return language === 'zh-CN' ? `${span}工作时间` : `${span} of working time`;
}

/** A length of time to the second, such as `2 hours 30 minutes`; at most two units. */
export function spanInWords(milliseconds: number, language: Language): string {
  const seconds = Math.round(milliseconds / 1000);
  const amounts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const parts = units.flatMap(({ en, zh }, index) => {
    const amount = amounts[index] ?? 0;
    if (amount === 0) return [];
    return [language === 'zh-CN' ? `${amount} ${zh}` : `${amount} ${en}${amount === 1 ? '' : 's'}`];
  });
  if (parts.length === 0) return language === 'zh-CN' ? '0 秒' : '0 seconds';
  return parts.slice(0, 2).join(' ');
}
