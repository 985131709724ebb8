import type { Language } from './bugcheck.js';
import type { Text } from './bugcheck-parameters.data.js';
import type { DumpFacts, DumpKind } from './dump-facts.js';
import { inLanguage } from './sentences.js';

/** Which dump was asked for: all memory, at least that of the kernel, or any. */
export type WantedDump = 'full' | 'kernel' | 'any';

/** Whether a dump answers the question for which it was asked, and what is lost if not. */
export interface Fitness {
  wanted: WantedDump;
  /**
   * right: use it. wrong-kind: another dump has to be written, sending it again does not help. cut-short: it has to be
   * sent again. damaged: it is whole, but parts of it make no sense. unknown: its file does not tell whether it is whole.
   */
  verdict: 'right' | 'wrong-kind' | 'cut-short' | 'damaged' | 'unknown';
  reasons: string[];
  /** What cannot be looked at with this dump. */
  lost: string[];
}

const verdictsInChinese: Readonly<Record<Fitness['verdict'], string>> = {
  right: '符合要求',
  'wrong-kind': '类型不符',
  'cut-short': '被截断',
  damaged: '已损坏',
  unknown: '不能确定是否完整',
};

/** The word for a verdict; in English that of the document. */
export function verdictName(verdict: Fitness['verdict'], language: Language): string {
  return language === 'en' ? verdict : verdictsInChinese[verdict];
}

/** The kinds that answer a question, the least one last. */
const answers: Readonly<Record<WantedDump, readonly DumpKind[]>> = {
  full: ['full', 'active'],
  kernel: ['full', 'active', 'kernel'],
  any: ['full', 'active', 'kernel', 'triage', 'user'],
};

/** Judges a dump by what was asked for; facts of its first bytes are enough, a whole report tells of damage as well. */
export function judgeFor(
  { kind, completeness }: Pick<DumpFacts, 'kind' | 'completeness'>,
  wanted: WantedDump,
  language: Language = 'en',
): Fitness {
  const say = (text: Text): string => (language === 'en' ? text.en : text.zh);
  const flaws = completeness.flaws ?? [];
  const isRightKind = answers[wanted].includes(kind);
  const isCutShort = completeness.verdict === 'truncated';
  const reasons = [
    ...(isRightKind ? [] : [say(wrongKind(kind, wanted))]),
    ...(endsEarly(completeness) ? [say(cutShort(completeness))] : []),
    ...(completeness.verdict === 'complete' || endsEarly(completeness) ? [] : [completeness.reason]),
    ...flaws,
  ];
  return {
    wanted,
    verdict: !isRightKind
      ? 'wrong-kind'
      : isCutShort
        ? 'cut-short'
        : flaws.length > 0
          ? 'damaged'
          : completeness.verdict === 'unknown'
            ? 'unknown'
            : 'right',
    reasons: [...new Set(reasons.length === 0 ? [completeness.reason] : reasons)].map((one) =>
      inLanguage(one, language),
    ),
    lost: [...lostBy[kind].map(say), ...(isCutShort ? [say(lostByCut(completeness))] : [])],
  };
}

const kindTitles: Readonly<Record<DumpKind, Text>> = {
  full: { en: 'a complete memory dump', zh: '完全内存转储' },
  active: { en: 'an active memory dump', zh: '活动内存转储' },
  kernel: { en: 'a kernel memory dump', zh: '核心内存转储' },
  triage: { en: 'a small memory dump (triage)', zh: '小内存转储' },
  'header-only': { en: 'a header without memory', zh: '没有内存的文件头' },
  user: { en: 'a dump of one process', zh: '单个进程的转储' },
};

const wantedTitles: Readonly<Record<WantedDump, Text>> = {
  full: { en: 'a complete memory dump', zh: '完全内存转储' },
  kernel: { en: 'a kernel or complete memory dump', zh: '核心或完全内存转储' },
  any: { en: 'a dump with memory in it', zh: '包含内存的转储' },
};

/** What each kind leaves out by design. */
const lostBy: Readonly<Record<DumpKind, readonly Text[]>> = {
  full: [],
  active: [
    {
      en: 'memory that Windows held unlikely to matter: that of virtual machines, free pages, file cache',
      zh: 'Windows 认为无关的内存：虚拟机内存、空闲页、文件缓存',
    },
  ],
  kernel: [
    {
      en: 'memory of processes: user-mode stacks, heaps, and what programs passed to a driver',
      zh: '进程的内存：用户态调用栈、堆，以及程序传给驱动的内容',
    },
  ],
  triage: [
    {
      en: 'nearly all memory: other threads, pool, locks, device and driver objects',
      zh: '几乎全部内存：其他线程、内存池、锁、设备对象与驱动对象',
    },
    {
      en: 'code and unwind data of drivers: the call stack is a guess, versions of drivers are not in it',
      zh: '驱动的代码与展开数据：调用栈只能推测，也没有驱动版本',
    },
    { en: 'memory of processes', zh: '进程的内存' },
  ],
  'header-only': [{ en: 'all memory: modules, call stack, objects', zh: '全部内存：模块、调用栈、对象' }],
  user: [
    {
      en: 'the kernel: drivers, other processes, and why Windows itself stopped',
      zh: '内核：驱动、其他进程，以及 Windows 本身停止的原因',
    },
  ],
};

function wrongKind(kind: DumpKind, wanted: WantedDump): Text {
  return {
    en: `this is ${kindTitles[kind].en}; ${wantedTitles[wanted].en} was asked for`,
    zh: `这是${kindTitles[kind].zh}，而需要的是${wantedTitles[wanted].zh}`,
  };
}

/** Windows itself may have left out the end of a dump: then its file is as large as it should be. */
function endsEarly({ verdict, foundBytes, expectedBytes }: DumpFacts['completeness']): boolean {
  return verdict === 'truncated' && expectedBytes !== null && foundBytes < expectedBytes;
}

function cutShort({ foundBytes, expectedBytes }: DumpFacts['completeness']): Text {
  return {
    en: `the file ends at byte ${foundBytes} of ${expectedBytes ?? 'unknown'}`,
    zh: `文件在第 ${foundBytes} 字节处结束，应有 ${expectedBytes ?? '未知'} 字节`,
  };
}

function lostByCut({ foundBytes, expectedBytes }: DumpFacts['completeness']): Text {
  if (expectedBytes === null || expectedBytes <= foundBytes) {
    return { en: 'an unknown part at the end', zh: '末尾未知的部分' };
  }
  const bytes = expectedBytes - foundBytes;
  const share = ((bytes / expectedBytes) * 100).toFixed(1);
  return { en: `the last ${bytes} bytes (${share} %)`, zh: `最后 ${bytes} 字节（${share} %）` };
}
