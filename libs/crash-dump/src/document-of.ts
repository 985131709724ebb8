import { explainBugcheck, type Language } from './bugcheck.js';
import type { Completeness, Crash, Culprit, DumpFacts, DumpReport, Module } from './dump-facts.js';
import { explainException } from './explain-exception.js';
import { isThirdParty } from './find-culprit.js';
import { inLanguage } from './sentences.js';
import { signaturesOf, type Signatures } from './signature-of.js';

/** Goes up when a field is taken away or changes its meaning; fields are added without it. */
export const schemaVersion = 1;

/** What is told under another name, or in more detail, than in a report. */
type Renamed = 'osBuild' | 'osName' | 'buildLab' | 'crashedAt' | 'completeness' | 'modules' | 'crash';

/**
 * A report as it is published: its fields are promised (see schema/crash-dump.schema.json) and plain JSON; addresses and
 * other numbers of 64 bits are `0x…` text.
 */
export interface DumpDocument extends Omit<DumpReport, Renamed> {
  schemaVersion: typeof schemaVersion;
  /** As the caller names it. */
  file: string | null;
  os: { name: string | null; build: number | null; lab: string | null };
  /** Of the crash: UTC, ISO 8601. */
  time: string | null;
  completeness: {
    verdict: Completeness['verdict'];
    foundBytes: number;
    expectedBytes: number | null;
    /** Why it is judged so, then each flaw. */
    reasons: string[];
    /** What is damaged, missing or was never written though the file may be whole. */
    flaws: string[];
  };
  modules: DocumentModule[];
  crash: DocumentCrash | null;
  /** The finest signature that is the same over machines and versions. */
  signature: string | null;
  signatures: Signatures;
}

/** A module with what is derived from the rest of it. */
export interface DocumentModule extends Module {
  /** The same as `fileVersion`. */
  version: string | null;
  /** Whether it is of another company than Microsoft; null when that cannot be told. */
  thirdParty: boolean | null;
}

/** Where it crashed, with what the parameters of its exception mean. */
export interface DocumentCrash extends Omit<Crash, 'exception'> {
  exception: (NonNullable<Crash['exception']> & { meaning: string | null }) | null;
}

/** Turns a report into the published document; what a later reader adds to reports is in it as well. */
export function documentOf(
  report: DumpReport,
  { file = null, language = 'en' }: { file?: string | null; language?: Language } = {},
): DumpDocument {
  const { osBuild, osName, buildLab, crashedAt, completeness, bugcheck, modules, crash, ...rest } = report;
  const { verdict, reason, foundBytes, expectedBytes, flaws = [] } = completeness;
  const say = (text: string): string => inLanguage(text, language);
  const signatures = signaturesOf(report);
  return {
    schemaVersion,
    file,
    signature: signatures.stack ?? signatures.place ?? signatures.cause,
    signatures,
    ...rest,
    bugcheck: bugcheck && language !== 'en' ? explainedIn(bugcheck, language) : bugcheck,
    modules: modules.map((one) => ({ ...one, version: one.fileVersion, thirdParty: isThirdParty(one) })),
    os: { name: osName, build: osBuild, lab: buildLab },
    time: crashedAt,
    completeness: { verdict, foundBytes, expectedBytes, reasons: [reason, ...flaws].map(say), flaws: flaws.map(say) },
    culprit: rest.culprit && culpritIn(rest.culprit, say),
    objects: rest.objects.map((object) => ({ ...object, from: say(object.from) })),
    notes: rest.notes.map(say),
    crash: crash && crashIn(crash, language),
  };
}

function crashIn({ exception, from, ...crash }: Crash, language: Language): DocumentCrash {
  const meaning = explainException(exception, language);
  return { ...crash, from: inLanguage(from, language), exception: exception && { ...exception, meaning } };
}

function culpritIn({ alternatives, ...culprit }: Culprit, say: (text: string) => string): Culprit {
  return {
    ...culprit,
    reasons: culprit.reasons.map(say),
    ...(alternatives && { alternatives: alternatives.map((one) => ({ ...one, reason: say(one.reason) })) }),
  };
}

function explainedIn(
  { code, parameters }: NonNullable<DumpFacts['bugcheck']>,
  language: Language,
): NonNullable<DumpFacts['bugcheck']> {
  return explainBugcheck(
    Number(code),
    parameters.map(({ value }) => BigInt(value)),
    language,
  );
}
