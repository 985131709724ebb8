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
  it.each(['kernel', 'triage', 'header-only'] as const)('after a %s dump set the machine up for a full one', (kind) => {
    expect(planNextSteps([finding(kind, '0x139')])).toEqual(getFullDump);
    expect(planNextSteps([finding(kind, '0x139', 'truncated')])).toEqual(getFullDump);
  });

  it('after the dump of one program ask for the system’s, and speak of the program', () => {
    const user = { ...finding('user', '0x0'), bugcheck: null };
    expect(planNextSteps([user])).toEqual([...getFullDump, 'update-crashed-program']);
  });

  it.each(['truncated', 'unknown'] as const)('after a full dump that is %s ask for it again', (verdict) => {
    expect(planNextSteps([finding('full', '0x139', verdict)])).toEqual(getFullDump.slice(1));
  });

  it.each([
    ['0x139', ['update-windows', 'enable-special-pool']],
    ['0x1000007e', ['update-windows', 'enable-special-pool']],
    ['0x124', ['check-hardware', 'check-memory', 'update-firmware', 'collect-hardware-errors']],
    ['0x7a', ['check-disk', 'update-storage', 'check-memory']],
  ])('after a complete full dump of %s follow its playbook', (code, steps) => {
    expect(planNextSteps([finding('full', code)])).toEqual(steps);
    expect(planNextSteps([finding('triage', '0x50'), finding('active', code)])).toEqual(steps);
  });

  it('say at once what needs no full dump: what hardware reports, a suspect of another maker, an old Ntfs.sys', () => {
    const firm = ['check-hardware', 'check-memory'];
    expect(planNextSteps([finding('triage', '0x124')])).toEqual([...getFullDump, 'collect-hardware-errors', ...firm]);
    const suspects = (name: string, company: string, fileVersion: string) => ({
      ...finding('kernel', '0x139'),
      culprit: { name, company, fileVersion, confidence: 'medium' as const, reasons: [] },
    });
    const other = planNextSteps([suspects('yyprotect.sys', 'Example Software', '1.0.0.1')]);
    expect(other).toEqual([...getFullDump, 'update-suspect-driver']);
    const ntfs = planNextSteps([suspects('Ntfs.sys', 'Microsoft Corporation', '10.0.17763.592')]);
    expect(ntfs).toEqual([...getFullDump, 'update-windows', 'update-ntfs']);
  });

  it('are none when no playbook knows the cause', () => {
    expect(planNextSteps([finding('full', '0xdeaddead')])).toEqual([]);
    expect(planNextSteps([{ ...finding('full', '0x0'), bugcheck: null }])).toEqual([]);
  });
});
