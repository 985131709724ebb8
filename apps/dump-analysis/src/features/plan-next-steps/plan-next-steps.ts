import type { DumpFinding, NextStep } from '@caserelay/contracts';
import { playbook } from './playbook.data.js';

/**
 * Says what to do after an upload, by the most useful dump in it. Nothing when no playbook knows the cause: then a
 * person has to look.
 */
export function planNextSteps(findings: readonly DumpFinding[]): NextStep[] {
  const full = findings.filter(({ kind }) => kind === 'full' || kind === 'active');
  if (full.length === 0) return [...playbook.noFullDump];
  const complete = full.filter(({ completeness }) => completeness.verdict === 'complete');
  if (complete.length === 0) return [...playbook.fullDumpDamaged];
  const steps = complete.flatMap(({ bugcheck }) =>
    bugcheck ? (playbook.byBugcheck[plainCode(bugcheck.code)] ?? []) : [],
  );
  return [...new Set(steps)];
}

/** Bit 28 marks a variant of the same bugcheck: 0x1000007e is 0x7e. */
function plainCode(code: string): string {
  return `0x${((Number(code) & 0xefffffff) >>> 0).toString(16)}`;
}
