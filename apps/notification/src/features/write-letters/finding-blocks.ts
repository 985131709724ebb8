import type { DumpFinding, Language, RecognisedDump } from '@caserelay/contracts';
import {
  bytesInWords,
  completenessOf,
  crashTime,
  culpritOf,
  exceptionOf,
  facts,
  findingInOneLine,
  findingWords,
  heading,
  paragraph,
  parametersOf,
  placeInWords,
  plain,
  points,
  reasonsOf as reasonsOfSuspect,
  spanOf,
  stopCode,
  systemOf,
  type Block,
  type Fact,
} from '@caserelay/case-papers';
import { adviseOn, type Advice, type Culprit } from '@caserelay/crash-dump';
import { likelyCause } from './likely-cause.js';
import type { Texts } from './templates/texts.js';

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
      ? [
          heading(report.earlier),
          points(earlierFindings.map((finding) => findingInOneLine(finding, given.language, given.settings.zone))),
        ]
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

/** One table of facts per dump. */
export function findingBlocks(findings: readonly DumpFinding[], given: Given): Block[] {
  return findings.flatMap((finding, index) => [
    heading(given.texts.report.dump(index + 1, finding.member)),
    findingFacts(finding, given),
  ]);
}

/** What is known of a dump while it arrives. */
export function recognisedFacts(name: string, dump: RecognisedDump, { texts, settings, language }: Given): Fact[] {
  const { labels, notice } = texts;
  const { kinds } = findingWords[language];
  return [
    { label: labels.file, value: dump.member === null ? name : `${name} > ${dump.member}` },
    { label: labels.kind, value: kinds[dump.kind] },
    { label: labels.bugcheck, value: stopCode(dump) },
    { label: labels.exception, value: exceptionOf(dump) },
    { label: labels.system, value: systemOf({ ...dump, processors: null }, language) },
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

function findingFacts(finding: DumpFinding, { texts, settings, language }: Given): Block {
  const { labels } = texts;
  const words = findingWords[language];
  return facts([
    { label: labels.bugcheck, value: stopCode(finding) },
    ...parametersOf(finding, language).map(({ value, meaning }, index) => ({
      label: words.parameter(index + 1),
      value: meaning === null ? value : `${value}${words.comma}${meaning}`,
    })),
    { label: labels.exception, value: exceptionOf(finding) },
    { label: labels.crash, value: finding.crash ? placeInWords(finding.crash) : null },
    { label: labels.culprit, value: culpritOf(finding, language) },
    { label: labels.culpritReasons, value: reasonsOfSuspect(finding, language) },
    { label: labels.system, value: systemOf(finding, language) },
    { label: labels.crashedAt, value: finding.crashedAt && crashTime(finding.crashedAt, settings.zone) },
    { label: labels.uptime, value: finding.uptimeSeconds === null ? null : texts.span(spanOf(finding.uptimeSeconds)) },
    { label: labels.kind, value: words.kinds[finding.kind] },
    { label: labels.completeness, value: completenessOf(finding, language) },
  ]);
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
