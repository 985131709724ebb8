import type { DumpFinding, Language } from '@caserelay/contracts';

/** How people are told what a dump says. */
export interface FindingWords {
  /** What stands between the parts of a fact, and between reasons. */
  comma: string;
  between: string;
  aside(text: string): string;
  parameter(position: number): string;
  build(number: number): string;
  processors(count: number): string;
  /** Editions that a dump does not tell from the system that they are made from. */
  perhaps(editions: string): string;
  confidence: Record<'high' | 'medium' | 'low', string>;
  kinds: Record<DumpFinding['kind'], string>;
  completeness: Record<DumpFinding['completeness']['verdict'], string>;
}

export const findingWords: Readonly<Record<Language, FindingWords>> = {
  en: {
    comma: ', ',
    between: '; ',
    aside: (text) => ` (${text})`,
    parameter: (position) => `Parameter ${position}`,
    build: (number) => `build ${number}`,
    processors: (count) => `${count} CPU`,
    perhaps: (editions) => `perhaps ${editions}`,
    confidence: { high: 'high confidence', medium: 'medium confidence', low: 'low confidence' },
    kinds: {
      full: 'full dump (complete memory dump)',
      kernel: 'kernel memory dump (kernel memory only)',
      triage: 'small memory dump (minidump, little information only)',
      active: 'active memory dump',
      'header-only': 'header only, without memory',
      user: 'dump of one user-mode process',
    },
    completeness: { complete: 'complete', truncated: 'incomplete (cut short)', unknown: 'cannot be told' },
  },
  'zh-CN': {
    comma: '，',
    between: '；',
    aside: (text) => `（${text}）`,
    parameter: (position) => `参数 ${position}`,
    build: (number) => `内部版本 ${number}`,
    processors: (count) => `${count} 个处理器`,
    perhaps: (editions) => `可能是 ${editions}`,
    confidence: { high: '可信度高', medium: '可信度中', low: '可信度低' },
    kinds: {
      full: 'Full Dump（完全内存转储）',
      kernel: '核心内存转储（Kernel Dump，只含内核内存）',
      triage: '小内存转储（Minidump，只含少量信息）',
      active: '活动内存转储（Active Dump）',
      'header-only': '只有文件头，没有内存内容',
      user: '用户态进程转储（单个程序）',
    },
    completeness: { complete: '完整', truncated: '不完整（被截断）', unknown: '无法判断' },
  },
};
