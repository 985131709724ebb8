import { beforeAll, describe, expect, it } from '@jest/globals';
import { dumpSamples } from '../../../tests/support/dump-samples.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import { describeDump } from './describe-dump.js';
import type { DumpReport } from './dump-facts.js';
import { reportHtml } from './html-report/report-html.js';
import { judgeFor, verdictName } from './judge-for.js';
import { inLanguage } from './sentences.js';
import { sentences } from './sentences.data.js';
import { UnreadableDump } from './unreadable-dump.js';

/** Latin words that Chinese texts may hold, and why. */
const allowed: Readonly<Record<string, string>> = Object.fromEntries(
  (
    [
      ['names of systems, companies, programs', 'Windows Microsoft AMD CMGE VMware Linux UEFI Intel GenuineIntel Acme'],
      ['names of systems, companies, programs', 'winlogon NVIDIA Ryzen Core Processor RAR CAB ZIP gzip tar lzip bzip'],
      [
        'names of systems, companies, programs',
        'Deflate Zstandard LiME kdump diskdump Hyper crash-dump zip-archive Zip',
      ],
      ['names of files', 'hiberfil sys MEMORY DMP appwiz cpl exe dll evtx vmss vmsn Raw Dmp'],
      ['what Windows calls a small dump, also in its own Chinese', 'triage'],
      ['formats as the document names them', 'kernel-dump user-minidump'],
      ['signatures are codes that must be the same in every language', 'suspect build'],
      ['how the processor numbers itself', 'family model stepping'],
      ['technical names without a Chinese one', 'sparse WiFi StorPort NTFS xpress modulo'],
      ['units and time', 'MiB KiB GiB MHz UTC'],
      ['registers', 'eflags cpsr'],
    ] as const
  ).flatMap(([why, words]) => words.split(' ').map((word) => [word, why])),
);

/** Codes and abbreviations: KERNEL_SECURITY_CHECK_FAILURE, IRQL, PAGEDU64; names of functions and types; registers. */
const code = /^[A-Z][A-Z0-9_]+$|^(?!(to|of|in|at|by|is|it|no|the|and|not|was|for)$)[a-z]{2,3}\d?$|[a-z][A-Z]/;

function withoutNumbers(text: string): string {
  return text.replace(/(0x|@)[0-9a-f]+/gi, ' ').replace(/\b[0-9a-f]+(-[0-9a-f]+){4}\b/g, ' ');
}

function wordsIn(text: string): string[] {
  const plain = withoutNumbers(text).replace(/[A-Z][A-Z0-9]*_[A-Z0-9_]+/g, ' ');
  return [...plain.matchAll(/[A-Za-z][A-Za-z-]*[A-Za-z]/g)]
    .map(([word]) => word)
    .filter((word) => !(word in allowed) && !code.test(word));
}

/** Fields of which we make the text. */
const ours = new Set(['trust', 'from', 'what', 'source', 'versionFrom', 'state']);

/** All texts that come from the dump itself, longest first. */
function namesOf(report: DumpReport): string[] {
  const { modules, unloadedModules, process, threads, handles, comments, hardware, stack, reportingStack } = report;
  const { culprit, objects } = report;
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'string') found.add(value);
    else if (value !== null && typeof value === 'object') {
      for (const [key, inside] of Object.entries(value)) if (!ours.has(key)) collect(inside);
    }
  };
  const { name, company, description } = { name: null, company: null, description: null, ...culprit };
  [modules, unloadedModules, process, threads, comments, hardware, stack, reportingStack, objects].forEach(collect);
  [name, company, description, report.buildLab, report.blamedBySystem, handles].forEach(collect);
  return [...found].filter((text) => /[A-Za-z]{2}/.test(text)).sort((a, b) => b.length - a.length);
}

describe('what Chinese readers are shown', () => {
  const texts: [from: string, text: string][] = [];
  beforeAll(async () => {
    for (const [name, make] of dumpSamples()) {
      try {
        const report = await analyseDump(fromBytes(make()));
        const names = namesOf(report);
        const without = (text: string): string =>
          names.reduce(
            (rest, one) => rest.replaceAll(one, ' ').replaceAll(one.toLowerCase(), ' '),
            withoutNumbers(text),
          );
        const page = reportHtml(report, { language: 'zh-CN', wanted: 'full' });
        const shown = page.replace(/<style>[^]*?<\/style>/g, '').replace(/<[^>]*>/g, ' ');
        texts.push([`terminal, ${name}`, without(describeDump(report, { language: 'zh-CN', verbose: true }))]);
        texts.push([`page, ${name}`, without(shown.replaceAll('&amp;', '&'))]);
        for (const wanted of ['full', 'kernel', 'any'] as const) {
          const { verdict, reasons, lost } = judgeFor(report, wanted, 'zh-CN');
          texts.push([`judged, ${name}`, without([verdictName(verdict, 'zh-CN'), ...reasons, ...lost].join(' '))]);
        }
      } catch (error) {
        if (!(error instanceof UnreadableDump)) throw error;
        texts.push([`unreadable, ${name}`, inLanguage(error.message, 'zh-CN')]);
      }
    }
  });

  it('of any dump holds no English but names, codes and what is allowed with a reason', () => {
    expect(texts.length).toBeGreaterThan(100);
    const found = texts.flatMap(([from, text]) => wordsIn(text).map((word) => `${word} (${from})`));
    expect(found).toEqual([]);
  });

  it.each(Object.entries(sentences))('in the sentence %s holds none', (_, { zh }) => {
    expect(wordsIn(zh.replace(/\{[^}]*\}/g, ' '))).toEqual([]);
  });
});
