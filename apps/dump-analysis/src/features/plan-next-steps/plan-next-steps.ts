import type { DumpFinding, NextStep } from '@caserelay/contracts';
import { adviseOn, type AdvisedOn } from '@caserelay/crash-dump';

/**
 * Says what to do after an upload, by the most useful dump in it. Nothing when no playbook knows the cause: then a
 * person has to look.
 */
export function planNextSteps(findings: readonly DumpFinding[]): NextStep[] {
  const full = findings.filter(({ kind }) => kind === 'full' || kind === 'active');
  const complete = full.filter(({ completeness }) => completeness.verdict === 'complete');
  const best = [complete, full, findings].find((some) => some.length > 0) ?? [];
  const advice = best.map((finding) => adviseOn(advisedOn(finding), 'en'));
  const asks = advice.flatMap((one) => one.asks);
  const isEnough = complete.length > 0;
  const tries = advice
    .flatMap((one) => one.tries)
    .filter(({ provisional, risk }) => isEnough || (!provisional && risk.length === 0));
  // Before a full dump is there, what brings one comes first, and nothing that carries a risk is asked of anybody.
  const ids = isEnough ? [...tries, ...asks] : [...asks, ...tries];
  return [...new Set(ids.map(({ id }) => id))];
}

function advisedOn({ culprit, ...finding }: DumpFinding): AdvisedOn {
  return culprit ? { ...finding, culprit } : finding;
}
