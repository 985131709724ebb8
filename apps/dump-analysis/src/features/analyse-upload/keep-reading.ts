import {
  crashSignatureOf,
  documentOf,
  reportsHtml,
  signatureOf,
  versionsIn,
  type DumpReport,
  type KnownVersion,
} from '@caserelay/crash-dump';
import type { Tell } from '@caserelay/messaging';
import { bestOf, type ReadDump, type Reading, type Upload } from './read-upload.js';

/** What is left of a reading when the file is closed: all of it plain data. */
export interface KeptReading {
  outcome: Tell;
  /** The whole report as JSON text; null when there was no dump. */
  report: WholeReport | null;
  /** What the dump that tells most is compared by. */
  traits: DumpTraits | null;
  /** What it teaches for later dumps. */
  versions: KnownVersion[];
}

/** The whole report for programs, and for engineers in both languages. */
export interface WholeReport {
  json: string;
  /** Of all its dumps, the one that tells most first. */
  pages: { 'zh-CN': string; en: string };
}

/** What one dump is compared by with others of its case. */
export interface DumpTraits {
  signature: string | null;
  crashSignature: string | null;
  osBuild: number | null;
  crashedAt: string | null;
  /** Names of the modules that have to do with the crash, most suspicious first. */
  suspects: string[];
  modules: { name: string; version: string | null; timeDateStamp: string | null; size: number }[];
}

const maxVersions = 5_000;
const maxText = 300;

/** Takes out of a reading what is told, kept and learnt. */
export function keepReading(upload: Upload, { outcome, dumps }: Reading): KeptReading {
  const finding = bestOf(dumps.map((dump) => dump.finding));
  const best = dumps.find((dump) => dump.finding === finding);
  return printable({
    outcome,
    report: best ? { json: wholeReport(upload, dumps), pages: pagesOf(upload, dumps, best) } : null,
    traits: best ? traitsOf(best.report) : null,
    versions: dumps
      .flatMap((dump) => versionsIn(dump.report))
      .filter(({ name, fileVersion }) => name.length <= maxText && fileVersion.length <= maxText)
      .slice(0, maxVersions),
  });
}

/** Each dump as crash-dump publishes it: fields that are kept are never renamed. */
function wholeReport({ uploadId, name }: Upload, dumps: readonly ReadDump[]): string {
  const documents = dumps.map(({ finding, report }) => documentOf(report, { file: finding.member ?? name }));
  return JSON.stringify({ uploadId, name, dumps: documents });
}

function pagesOf({ name }: Upload, dumps: readonly ReadDump[], best: ReadDump): WholeReport['pages'] {
  const sorted = [best, ...dumps.filter((dump) => dump !== best)].map(({ finding: { member }, report }) => ({
    report,
    file: member === null ? name : dumps.length > 1 ? member : `${name}: ${member}`,
  }));
  return {
    'zh-CN': reportsHtml(sorted, { language: 'zh-CN', title: name }),
    en: reportsHtml(sorted, { language: 'en', title: name }),
  };
}

function traitsOf(report: DumpReport): DumpTraits {
  const { osBuild, crashedAt, culprit, crash, stack, modules } = report;
  const suspects = [culprit?.name, crash?.module, ...stack.map(({ module }) => module)].flatMap((name) => name ?? []);
  return {
    ...{ signature: signatureOf(report), crashSignature: crashSignatureOf(report), osBuild, crashedAt },
    suspects: [...new Set(suspects.map((name) => name.toLowerCase()))].slice(0, 20),
    modules: modules.map(({ name, fileVersion, timeDateStamp, size }) => ({
      ...{ name: name.slice(0, maxText), version: fileVersion?.slice(0, maxText) ?? null, timeDateStamp, size },
    })),
  };
}

/**
 * Replaces what no database and no letter takes: texts out of a file may hold NUL, other control characters and halves of
 * characters.
 */
function printable<Value>(value: Value): Value {
  if (typeof value === 'string') return value.replaceAll(/\p{Cs}|[^\P{Cc}\n\t]/gu, '\ufffd') as Value;
  if (Array.isArray(value)) return value.map((one: unknown) => printable(one)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, printable(one as unknown)])) as Value;
}
