import type { DumpFinding, Language, RecognisedDump } from '@caserelay/contracts';
import { adviseOn, editionsOf, explainBugcheck, inLanguage, type Advice, type Culprit } from '@caserelay/crash-dump';
import { facts, heading, paragraph, points, type Block, type Fact } from './letter-layout.js';
import { likelyCause, plain } from './likely-cause.js';
import type { Texts } from './templates/texts.js';
import { bytesInWords, spanOf, timeIn } from './time-in-words.js';

interface Given {
  texts: Texts;
  language: Language;
  settings: { zone: string };
}

/** What dumps say, what earlier ones of the case said, and what that honestly means. */
export function analysisBlocks(
  findings: readonly DumpFinding[],
  earlierFindings: readonly DumpFinding[],
  given: Given,
): Block[] {
  const { causes, report } = given.texts;
  const told = [...findings, ...earlierFindings].flatMap((finding) => {
    const family = likelyCause(finding);
    if (family === null) return [];
    // The playbooks know more stop codes than there are families.
    return family === 'other' ? (reasonOf(finding, given.language) ?? causes.other) : causes[family];
  });
  const meaning = [...new Set(told), ...comparison(findings, earlierFindings, given)];
  return [
    ...findingBlocks(findings, given),
    ...(earlierFindings.length > 0
      ? [heading(report.earlier), points(earlierFindings.map((finding) => findingInOneLine(finding, given)))]
      : []),
    ...(meaning.length > 0
      ? [
          heading(report.meaning),
          points(meaning),
          paragraph(findings.some(({ culprit }) => culprit?.name) ? report.withoutSymbols : report.headerOnly),
        ]
      : []),
  ];
}

/** What the playbooks warn of, each once. */
export function warningBlocks(findings: readonly DumpFinding[], { language }: Given): Block[] {
  const warns = findings.flatMap((finding) => adviceOn(finding, language).warns);
  const once = new Map(warns.map((warn) => [warn.title, warn]));
  return [...once.values()].flatMap(({ title, steps }) => [heading(title), points(steps)]);
}

/** The suspect of the last dump that names one, for steps that speak of it. */
export function suspectOf(findings: readonly DumpFinding[]): Culprit | null {
  return findings.findLast(({ culprit }) => culprit?.name)?.culprit ?? null;
}

function adviceOn({ culprit, ...finding }: DumpFinding, language: Language): Advice {
  return adviseOn(culprit ? { ...finding, culprit } : finding, language);
}

/** Why there is something to try after a dump; null when the playbooks know nothing of its cause. */
function reasonOf(finding: DumpFinding, language: Language): string | null {
  return adviceOn(finding, language).tries[0]?.because ?? null;
}

/** The parameters with their meanings in the reader's language: an event tells values, and meanings in English. */
function parametersOf({ bugcheck }: DumpFinding, language: Language): { value: string; meaning: string | null }[] {
  if (!bugcheck || language === 'en') return bugcheck?.parameters ?? [];
  const values = bugcheck.parameters.map(({ value }) => BigInt(value));
  const { parameters } = explainBugcheck(Number(bugcheck.code), values, language);
  return bugcheck.parameters.map(({ value, meaning }, index) => ({
    value,
    meaning: parameters[index]?.meaning ?? meaning,
  }));
}

/** One table of facts per dump. */
export function findingBlocks(findings: readonly DumpFinding[], given: Given): Block[] {
  return findings.flatMap((finding, index) => [
    heading(given.texts.report.dump(index + 1, finding.member)),
    findingFacts(finding, given),
  ]);
}

/** What is known of a dump while it arrives. */
export function recognisedFacts(name: string, dump: RecognisedDump, { texts, settings, language }: Given): Fact[] {
  const { labels, notice, kinds } = texts;
  return [
    { label: labels.file, value: dump.member === null ? name : `${name} > ${dump.member}` },
    { label: labels.kind, value: kinds[dump.kind] },
    { label: labels.bugcheck, value: stopCode(dump) },
    { label: labels.exception, value: exceptionOf(dump) },
    { label: labels.system, value: systemOf({ ...dump, processors: null }, texts, language) },
    { label: labels.crashedAt, value: dump.crashedAt && crashTime(dump.crashedAt, settings.zone) },
    { label: labels.uptime, value: dump.uptimeSeconds === null ? null : texts.span(spanOf(dump.uptimeSeconds)) },
    {
      label: labels.arrived,
      value: notice.arrived(
        bytesInWords(dump.arrivedBytes),
        dump.expectedBytes === null ? null : bytesInWords(dump.expectedBytes),
      ),
    },
  ];
}

/** The shortest whole account of a dump: what stopped, its telling parameter, when, and what kind of dump it is. */
export function findingInOneLine(finding: DumpFinding, { texts, settings, language }: Given): string {
  const [first] = parametersOf(finding, language);
  const parameter = first
    ? `${texts.report.parameter(1)} ${plain(first.value)}${first.meaning === null ? '' : texts.aside(first.meaning)}`
    : null;
  return [
    stopCode(finding) ?? exceptionOf(finding),
    parameter,
    finding.crashedAt && timeIn(settings.zone, finding.crashedAt),
    texts.kinds[finding.kind],
    finding.completeness.verdict === 'truncated' ? texts.completeness.truncated : null,
    finding.member,
  ]
    .filter(Boolean)
    .join(texts.comma);
}

function findingFacts(finding: DumpFinding, { texts, settings, language }: Given): Block {
  const { labels, report } = texts;
  return facts([
    { label: labels.bugcheck, value: stopCode(finding) },
    ...parametersOf(finding, language).map(({ value, meaning }, index) => ({
      label: report.parameter(index + 1),
      value: meaning === null ? value : `${value}${texts.comma}${meaning}`,
    })),
    { label: labels.exception, value: exceptionOf(finding) },
    { label: labels.crash, value: crashOf(finding) },
    { label: labels.culprit, value: culpritOf(finding, texts) },
    { label: labels.culpritReasons, value: reasonsOf(finding, texts, language) },
    { label: labels.system, value: systemOf(finding, texts, language) },
    { label: labels.crashedAt, value: finding.crashedAt && crashTime(finding.crashedAt, settings.zone) },
    { label: labels.uptime, value: finding.uptimeSeconds === null ? null : texts.span(spanOf(finding.uptimeSeconds)) },
    { label: labels.kind, value: texts.kinds[finding.kind] },
    { label: labels.completeness, value: completenessOf(finding, texts) },
  ]);
}

function stopCode({ bugcheck }: Pick<DumpFinding, 'bugcheck'>): string | null {
  return bugcheck && `${plain(bugcheck.code)} ${bugcheck.name}`.trim();
}

function exceptionOf({ exception }: Pick<DumpFinding, 'exception'>): string | null {
  return exception && `${exception.code} ${exception.name ?? ''} @ ${exception.address}`.replace(/ {2,}/g, ' ');
}

function crashOf({ crash }: DumpFinding): string | null {
  if (!crash) return null;
  return crash.module === null ? crash.address : `${crash.module}+${crash.offset ?? '0x0'} (${crash.address})`;
}

/** The module with its version and company, as one looks it up on the machine; unknown is not told. */
function culpritOf({ culprit }: DumpFinding, { comma, report }: Texts): string | null {
  if (!culprit?.name) return null;
  const title = [culprit.name, culprit.fileVersion, culprit.company && `(${culprit.company})`]
    .filter(Boolean)
    .join(' ');
  return `${title}${comma}${report.confidence[culprit.confidence]}`;
}

/** What speaks for the suspect, in the reader's language. */
function reasonsOf({ culprit }: DumpFinding, { report }: Texts, language: Language): string | null {
  if (!culprit?.name) return null;
  return culprit.reasons.map((reason) => inLanguage(reason, language)).join(report.between);
}

/** The system that crashed, as far as the dump tells. */
export function systemOf(
  { osName, osBuild, machine, processors }: Pick<DumpFinding, 'osName' | 'osBuild' | 'machine' | 'processors'>,
  { comma, report }: Texts,
  language: Language,
): string | null {
  const build = osBuild === null ? null : report.build(osBuild);
  const count = processors === null ? null : report.processors(processors);
  const editions = editionsOf({ osBuild, osName });
  const perhaps = editions.length === 0 ? null : report.perhaps(editions.join(comma));
  const known = machine.startsWith('unknown') ? null : machine;
  return [osName && inLanguage(osName, language), perhaps, build, known, count].filter(Boolean).join(comma) || null;
}

function crashTime(instant: string, zone: string): string {
  return zone === 'UTC' ? timeIn('UTC', instant) : `${timeIn('UTC', instant)} = ${timeIn(zone, instant)}`;
}

function completenessOf({ completeness }: DumpFinding, { comma, completeness: words }: Texts): string {
  const { verdict, foundBytes, expectedBytes } = completeness;
  const bytes =
    expectedBytes === null ? bytesInWords(foundBytes) : `${bytesInWords(foundBytes)} / ${bytesInWords(expectedBytes)}`;
  return `${words[verdict]}${comma}${bytes}`;
}

/** Speaks only of what is certain: whether the last stop code of before is the same. */
function comparison(findings: readonly DumpFinding[], earlier: readonly DumpFinding[], { texts: { report } }: Given) {
  const now = findings.find((finding) => finding.bugcheck);
  const before = earlier.findLast((finding) => finding.bugcheck);
  if (!now?.bugcheck || !before?.bugcheck) return [];
  const same = plain(now.bugcheck.code) === plain(before.bugcheck.code);
  const code = stopCode(now) ?? '';
  return [same ? report.sameAsBefore(code) : report.otherThanBefore(code, stopCode(before) ?? '')];
}
