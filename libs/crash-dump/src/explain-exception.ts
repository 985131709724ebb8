import type { Language } from './bugcheck.js';
import type { Text } from './bugcheck-parameters.data.js';
import type { Crash } from './dump-facts.js';
import { fastFailCodes } from './fast-fail-codes.data.js';

/** What parameter 1 of an access violation or in-page error says (EXCEPTION_RECORD, winnt.h). */
const accesses: ReadonlyMap<bigint, Text> = new Map([
  [0n, { en: 'reading from', zh: '读取地址' }],
  [1n, { en: 'writing to', zh: '写入地址' }],
  [8n, { en: 'executing code at', zh: '执行地址处的代码' }],
]);

/** What Windows puts there for a general protection fault, which tells no address: mostly one that is not canonical. */
const untoldAddress = /^0xf{8}(f{8})?$/;
const untold: Text = {
  en: ', which stands for an address that the processor did not tell, mostly one that cannot exist',
  zh: '（处理器未给出地址，多为非规范地址）',
};

const statusOf = { accessViolation: 0xc0000005, inPageError: 0xc0000006, stackBufferOverrun: 0xc0000409 } as const;

/** What the parameters of an exception say: which access failed, or what a fast fail found; null when nothing is known. */
export function explainException(exception: Crash['exception'], language: Language = 'en'): string | null {
  if (!exception) return null;
  const say = (text: Text): string => (language === 'en' ? text.en : text.zh);
  const [first, second] = exception.parameters;
  if (first === undefined) return null;
  const code = Number(exception.code);
  if (code === statusOf.stackBufferOverrun) {
    const known = fastFailCodes.get(Number(first));
    return known ? say(known) : null;
  }
  if (code !== statusOf.accessViolation && code !== statusOf.inPageError) return null;
  const access = accesses.get(BigInt(first));
  if (!access || second === undefined) return null;
  return `${say(access)} ${second}${untoldAddress.test(second) ? say(untold) : ''}`;
}
