import type { DumpFinding } from '@caserelay/contracts';
import { facts, heading, paragraph, points, type Block } from './letter-layout.js';
import { likelyCause, plain } from './likely-cause.js';
import type { Texts } from './templates/texts.js';
import { bytesInWords, spanOf, timeIn } from './time-in-words.js';

interface Given {
  texts: Texts;
  settings: { zone: string };
}

/** What dumps say, what earlier ones of the case said, and what that honestly means. */
export function analysisBlocks(
  findings: readonly DumpFinding[],
  earlierFindings: readonly DumpFinding[],
  given: Given,
): Block[] {
  const { causes, report } = given.texts;
  const families = new Set([...findings, ...earlierFindings].flatMap((finding) => likelyCause(finding) ?? []));
  const meaning = [...[...families].map((family) => causes[family]), ...comparison(findings, earlierFindings, given)];
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

/** One table of facts per dump. */
export function findingBlocks(findings: readonly DumpFinding[], given: Given): Block[] {
  return findings.flatMap((finding, index) => [
    heading(given.texts.report.dump(index + 1, finding.member)),
    findingFacts(finding, given),
  ]);
}

/** The shortest whole account of a dump: what stopped, its telling parameter, when, and what kind of dump it is. */
export function findingInOneLine(finding: DumpFinding, { texts, settings }: Given): string {
  const first = finding.bugcheck?.parameters[0];
  const parameter = first
    ? `${texts.report.parameter(1)} ${plain(first.value)}${first.meaning === null ? '' : ` (${first.meaning})`}`
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

function findingFacts(finding: DumpFinding, { texts, settings }: Given): Block {
  const { labels, report } = texts;
  return facts([
    { label: labels.bugcheck, value: stopCode(finding) },
    ...(finding.bugcheck?.parameters ?? []).map(({ value, meaning }, index) => ({
      label: report.parameter(index + 1),
      value: meaning === null ? value : `${value}, ${meaning}`,
    })),
    { label: labels.exception, value: exceptionOf(finding) },
    { label: labels.crash, value: crashOf(finding) },
    { label: labels.culprit, value: culpritOf(finding, texts) },
    { label: labels.system, value: systemOf(finding, texts) },
    { label: labels.crashedAt, value: finding.crashedAt && crashTime(finding.crashedAt, settings.zone) },
    { label: labels.uptime, value: finding.uptimeSeconds === null ? null : texts.span(spanOf(finding.uptimeSeconds)) },
    { label: labels.kind, value: texts.kinds[finding.kind] },
    { label: labels.completeness, value: completenessOf(finding, texts) },
  ]);
}

function stopCode({ bugcheck }: DumpFinding): string | null {
  return bugcheck && `${plain(bugcheck.code)} ${bugcheck.name}`.trim();
}

function exceptionOf({ exception }: DumpFinding): string | null {
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

/** The system that crashed, as far as the dump tells. */
export function systemOf(
  { osName, osBuild, machine, processors }: DumpFinding,
  { comma, report }: Texts,
): string | null {
  const build = osBuild === null ? null : report.build(osBuild);
  const count = processors === null ? null : report.processors(processors);
  return [osName, build, machine, count].filter(Boolean).join(comma) || null;
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
