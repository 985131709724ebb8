import { bugcheckNames } from './bugcheck-names.data.js';
import { bugcheckParameters, type ParameterMeaning, type Text } from './bugcheck-parameters.data.js';
import type { BugcheckFacts } from './dump-facts.js';
import { fastFailCodes } from './fast-fail-codes.data.js';
import { hex } from './fields.js';
import { describeStatus } from './nt-status.js';

/** Languages in which meanings are told. */
export type Language = 'en' | 'zh-CN';

/** Names a bugcheck and what its parameters stand for. */
export function explainBugcheck(code: number, parameters: readonly bigint[], language: Language = 'en'): BugcheckFacts {
  const meanings = bugcheckParameters.get(withoutVariant(code)) ?? [];
  return {
    code: hex(code),
    name: bugcheckName(code),
    parameters: parameters.map((value, index) => ({
      value: hex(value),
      meaning: explain(meanings[index] ?? null, value, parameters[0] ?? 0n, language),
    })),
  };
}

function explain(meaning: ParameterMeaning, value: bigint, first: bigint, language: Language): string | null {
  if (meaning === null) return null;
  const say = (text: Text): string => (language === 'en' ? text.en : text.zh);
  const colon = language === 'en' ? ': ' : '：';
  if ('first' in meaning) {
    const chosen = meaning.first[hex(first)];
    return explain(chosen === undefined ? meaning.otherwise : chosen, value, first, language);
  }
  if ('values' in meaning) {
    const known = meaning.values[hex(value)];
    return `${say(meaning.what)}${colon}${known ? say(known) : `${hex(value)}${say(unlisted)}`}`;
  }
  if (!('as' in meaning)) return say(meaning);
  return `${say(meaning.what)}${colon}${special(meaning.as, value, say)}`;
}

const comma: Text = { en: ', ', zh: '，' };
const unlisted: Text = { en: ', not a listed value', zh: '，未列出的值' };

function special(kind: 'status' | 'irql' | 'fast-fail' | 'tag', value: bigint, say: (text: Text) => string): string {
  switch (kind) {
    case 'status':
      return describeStatus(value);
    case 'irql':
      return `${value}${irqlNames.has(value) ? `${say(comma)}${irqlNames.get(value) ?? ''}` : ''}`;
    case 'fast-fail': {
      const known = fastFailCodes.get(Number(value));
      return known ? `${value}${say(comma)}${say(known)}` : `${value}${say(unlisted)}`;
    }
    case 'tag':
      return tagText(value) ?? hex(value);
  }
}

/** Levels of AMD64 (wdm.h). */
const irqlNames: ReadonlyMap<bigint, string> = new Map([
  [0n, 'PASSIVE_LEVEL'],
  [1n, 'APC_LEVEL'],
  [2n, 'DISPATCH_LEVEL'],
  [13n, 'CLOCK_LEVEL'],
  [14n, 'IPI_LEVEL'],
  [15n, 'HIGH_LEVEL'],
]);

/** Four characters, first one in the lowest byte; bit 31 marks a protected allocation. */
function tagText(value: bigint): string | null {
  const codes = [0n, 8n, 16n, 24n].map((shift) => Number((value >> shift) & 0xffn) & (shift === 24n ? 0x7f : 0xff));
  return codes.every((code) => code >= 0x20 && code < 0x7f) ? `"${String.fromCharCode(...codes)}"` : null;
}

/** Bit 28 marks a variant of the same bugcheck, told apart by `_M` in its name: 0x1000007E is 0x7E. */
export function withoutVariant(code: number): number {
  const plain = (code & 0xefffffff) >>> 0;
  return code !== plain && bugcheckNames.has(plain) ? plain : code;
}

function bugcheckName(code: number): string {
  const listed = bugcheckNames.get(code);
  if (listed !== undefined) return listed;
  const plain = bugcheckNames.get(withoutVariant(code));
  return plain === undefined ? 'an unlisted bugcheck' : `${plain}_M`;
}
