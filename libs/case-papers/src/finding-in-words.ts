import type { DumpFinding, Language } from '@caserelay/contracts';
import { editionsOf, explainBugcheck, inLanguage } from '@caserelay/crash-dump';
import { findingWords } from './finding-words.data.js';
import { bytesInWords, timeIn } from './time-in-words.js';

/** The shortest whole account of a dump: what stopped, its telling parameter, when, and what kind of dump it is. */
export function findingInOneLine(finding: DumpFinding, language: Language, zone: string): string {
  const words = findingWords[language];
  const [first] = parametersOf(finding, language);
  const parameter = first
    ? `${words.parameter(1)} ${plain(first.value)}${first.meaning === null ? '' : words.aside(first.meaning)}`
    : null;
  return [
    stopCode(finding) ?? exceptionOf(finding),
    parameter,
    finding.crashedAt && timeIn(zone, finding.crashedAt),
    words.kinds[finding.kind],
    finding.completeness.verdict === 'truncated' ? words.completeness.truncated : null,
    finding.member,
  ]
    .filter(Boolean)
    .join(words.comma);
}

/** The parameters with their meanings in the reader's language: an event tells values, and meanings in English. */
export function parametersOf(
  { bugcheck }: Pick<DumpFinding, 'bugcheck'>,
  language: Language,
): { value: string; meaning: string | null }[] {
  if (!bugcheck || language === 'en') return bugcheck?.parameters ?? [];
  const values = bugcheck.parameters.map(({ value }) => BigInt(value));
  const { parameters } = explainBugcheck(Number(bugcheck.code), values, language);
  return bugcheck.parameters.map(({ value, meaning }, index) => ({
    value,
    meaning: parameters[index]?.meaning ?? meaning,
  }));
}

/** Such as `0x139 KERNEL_SECURITY_CHECK_FAILURE`; null when Windows did not stop. */
export function stopCode({ bugcheck }: Pick<DumpFinding, 'bugcheck'>): string | null {
  return bugcheck && `${plain(bugcheck.code)} ${bugcheck.name}`.trim();
}

export function exceptionOf({ exception }: Pick<DumpFinding, 'exception'>): string | null {
  return exception && `${exception.code} ${exception.name ?? ''} @ ${exception.address}`.replace(/ {2,}/g, ' ');
}

/** A place as `module+offset (address)`. */
export function placeInWords(place: { address: string; module: string | null; offset: string | null }): string {
  return place.module === null ? place.address : `${place.module}+${place.offset ?? '0x0'} (${place.address})`;
}

/** The module with its version and company, as one looks it up on the machine; null when it is unknown. */
export function culpritOf({ culprit }: Pick<DumpFinding, 'culprit'>, language: Language): string | null {
  if (!culprit?.name) return null;
  const { comma, confidence } = findingWords[language];
  return `${moduleInWords({ ...culprit, name: culprit.name })}${comma}${confidence[culprit.confidence]}`;
}

/** What speaks for the suspect, in the reader's language; null when there is none. */
export function reasonsOf({ culprit }: Pick<DumpFinding, 'culprit'>, language: Language): string | null {
  if (!culprit?.name) return null;
  return culprit.reasons.map((reason) => inLanguage(reason, language)).join(findingWords[language].between);
}

/** Such as `Ntfs.sys 10.0.17763.592 (Microsoft Corporation)`. */
export function moduleInWords(module: { name: string; fileVersion: string | null; company: string | null }): string {
  return [module.name, module.fileVersion, module.company && `(${module.company})`].filter(Boolean).join(' ');
}

/** The system that crashed, as far as the dump tells; null when it tells nothing. */
export function systemOf(
  { osName, osBuild, machine, processors }: Pick<DumpFinding, 'osName' | 'osBuild' | 'machine' | 'processors'>,
  language: Language,
): string | null {
  const words = findingWords[language];
  const build = osBuild === null ? null : words.build(osBuild);
  const count = processors === null ? null : words.processors(processors);
  const editions = editionsOf({ osBuild, osName });
  const perhaps = editions.length === 0 ? null : words.perhaps(editions.join(words.comma));
  const known = machine.startsWith('unknown') ? null : machine;
  const parts = [osName && inLanguage(osName, language), perhaps, build, known, count];
  return parts.filter(Boolean).join(words.comma) || null;
}

/** How much of a dump is there, and how much there should be. */
export function completenessOf({ completeness }: Pick<DumpFinding, 'completeness'>, language: Language): string {
  const { comma, completeness: words } = findingWords[language];
  const { verdict, foundBytes, expectedBytes } = completeness;
  const bytes =
    expectedBytes === null ? bytesInWords(foundBytes) : `${bytesInWords(foundBytes)} / ${bytesInWords(expectedBytes)}`;
  return `${words[verdict]}${comma}${bytes}`;
}

/** When a machine crashed: its dump says it in UTC, people live in a zone. */
export function crashTime(instant: string, zone: string): string {
  return zone === 'UTC' ? timeIn('UTC', instant) : `${timeIn('UTC', instant)} = ${timeIn(zone, instant)}`;
}

/** Hexadecimal text without leading zeros: `0x00000139` is `0x139`. */
export function plain(hexadecimal: string): string {
  return hexadecimal.toLowerCase().replace(/^0x0+(?=[0-9a-f])/, '0x');
}
