import type { DumpFinding } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { planNextSteps } from './plan-next-steps.js';

const finding = (
  kind: DumpFinding['kind'],
  code: string,
  verdict: DumpFinding['completeness']['verdict'] = 'complete',
) =>
  ({
    member: null,
    format: 'kernel-dump-64',
    kind,
    bugcheck: { code, name: 'SOME_BUGCHECK', parameters: [] },
    exception: null,
    machine: 'AMD64',
    osBuild: null,
    osName: null,
    processors: null,
    crashedAt: null,
    uptimeSeconds: null,
    completeness: { verdict, foundBytes: 1, expectedBytes: 1, reason: '' },
  }) satisfies DumpFinding;

const getFullDump = ['configure-full-dump', 'collect-full-dump', 'compress-before-upload', 'list-installed-programs'];

describe('the next steps', () => {
  it.each(['kernel', 'triage', 'header-only', 'user'] as const)(
    'after a %s dump set the machine up for a full one',
    (kind) => {
      expect(planNextSteps([finding(kind, '0x139')])).toEqual(getFullDump);
      expect(planNextSteps([finding(kind, '0x139', 'truncated')])).toEqual(getFullDump);
    },
  );

  it.each(['truncated', 'unknown'] as const)('after a full dump that is %s ask for it again', (verdict) => {
    expect(planNextSteps([finding('full', '0x139', verdict)])).toEqual(getFullDump.slice(1));
  });

  it.each([
    ['0x139', ['update-windows', 'enable-special-pool']],
    ['0x1000007e', ['update-windows', 'enable-special-pool']],
    ['0x124', ['check-memory']],
    ['0x7a', ['check-disk']],
  ])('after a complete full dump of %s follow its playbook', (code, steps) => {
    expect(planNextSteps([finding('full', code)])).toEqual(steps);
    expect(planNextSteps([finding('triage', '0x50'), finding('active', code)])).toEqual(steps);
  });

  it('are none when no playbook knows the cause', () => {
    expect(planNextSteps([finding('full', '0xdeaddead')])).toEqual([]);
    expect(planNextSteps([{ ...finding('full', '0x0'), bugcheck: null }])).toEqual([]);
  });
});
