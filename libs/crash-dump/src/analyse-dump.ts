import type { ByteSource } from './byte-source.js';
import type { DumpFacts, DumpInside, DumpReport } from './dump-facts.js';
import { readMemoryDump32 } from './formats/memory-dump-32.js';
import { usesPae } from './formats/kernel-dump-32.js';
import { readAttributes64 } from './formats/kernel-flaws.js';
import { findCulprit } from './find-culprit.js';
import { readMemoryDump64 } from './formats/memory-dump-64.js';
import { readTriageDump32 } from './formats/triage-dump-32.js';
import { readTriageDump64 } from './formats/triage-dump-64.js';
import { readUserMinidumpInside } from './formats/user-minidump-inside.js';
import { fillInVersions, type LookUpVersions } from './known-versions.js';
import { readDump } from './read-dump.js';

/** What the caller knows beside the dump. */
export interface AnalyseOptions {
  /** Fills in the versions of images whose resources are not in the dump. */
  lookUpVersions?: LookUpVersions;
}

/**
 * Reads all that a dump tells: the facts of `readDump`, and modules, crash, stack, machine. Throws UnreadableDump as
 * `readDump` does. What is not in the dump is null or an empty list; what cannot be read is said in `notes`.
 */
export async function analyseDump(source: ByteSource, options: AnalyseOptions = {}): Promise<DumpReport> {
  const facts = await readDump(source);
  const attributes = facts.format === 'kernel-dump-64' ? await readAttributes64(source) : [];
  const inside = { attributes, ...(await insideOf(source, facts)) };
  if (!inside.modules || !options.lookUpVersions) return reportOf(facts, inside);
  // Before the culprit is looked for, which is weighed by companies.
  return reportOf(facts, { ...inside, modules: await fillInVersions(inside.modules, options.lookUpVersions) });
}

async function insideOf(source: ByteSource, facts: DumpFacts): Promise<DumpInside> {
  if (facts.format === 'kernel-dump-64' && facts.kind === 'triage') return readTriageDump64(source, facts);
  if (facts.format === 'kernel-dump-64' && facts.kind !== 'header-only') return readMemoryDump64(source, facts);
  if (facts.format === 'kernel-dump-32') {
    if (facts.kind === 'header-only') return { usesPae: await usesPae(source) };
    return facts.kind === 'triage' ? readTriageDump32(source, facts) : readMemoryDump32(source, facts);
  }
  if (facts.format === 'user-minidump') return readUserMinidumpInside(source, facts);
  return {};
}

function reportOf(facts: DumpFacts, inside: DumpInside): DumpReport {
  const report: DumpReport = {
    ...facts,
    crash: null,
    culprit: null,
    process: null,
    modules: [],
    unloadedModules: [],
    stack: [],
    reportingStack: [],
    threads: [],
    hardware: null,
    secondaryData: [],
    comments: [],
    buildLab: null,
    blamedBySystem: null,
    objects: [],
    verifier: null,
    kernelStack: null,
    handles: [],
    notes: [],
    usesPae: null,
    memory: null,
    attributes: [],
    ...inside,
  };
  return { ...report, culprit: findCulprit(report) };
}
