import { CaseEscalated } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { comparisonPoints } from './comparison-points.js';
import { textsOf } from './templates/texts-of.js';

const golden = new URL('../../../../../tests/contracts/golden/case.escalated.2.json', import.meta.url);
const { data } = CaseEscalated.parse(JSON.parse(readFileSync(golden, 'utf8')));
const { comparison } = data;
if (!comparison) throw new Error('the golden sample lacks a comparison');
const found = data.findings.map((finding) => ({
  ...finding,
  culprit: { name: 'ntfs.SYS', fileVersion: null, company: null, confidence: 'medium' as const, reasons: [] },
}));
const en = textsOf('en');

describe('the comparison in an escalation', () => {
  it('says in both languages which crash came again, what changed, and that the change did not help', () => {
    expect(comparisonPoints({ ...data, findings: found }, en)).toEqual([
      'The same crash as in MEMORY0421.zip.',
      'Ntfs.sys went from 10.0.17763.557 to 10.0.17763.592, acmeflt.sys 4.2.1.77 is gone, 12 more modules changed.',
      'Changing Ntfs.sys did not help.',
    ]);
    expect(comparisonPoints({ ...data, findings: found }, textsOf('zh-CN'))).toEqual([
      '与 MEMORY0421.zip 是同一个崩溃。',
      expect.stringMatching(/Ntfs\.sys 从 10\.0\.17763\.557 变为 10\.0\.17763\.592/),
      '更换 Ntfs.sys 没有解决问题。',
    ]);
  });

  it('does not judge a change of a module that nobody suspects', () => {
    expect(comparisonPoints(data, en).join()).not.toMatch(/did not help/);
  });

  it('says of another crash that it is one, of another build, and that nothing else changed', () => {
    const other = {
      ...comparison,
      ...{ sameSignatureAs: [], isNewSignature: true, changedModules: [], moreChangedModules: 0, osBuildChanged: true },
    };
    expect(comparisonPoints({ ...data, comparison: other }, en)).toEqual([
      'Another crash than in MEMORY0421.zip.',
      'No module was changed since.',
      'Windows has another build than before.',
    ]);
  });

  it('is silent about the first dump', () => {
    const { comparison: _, ...alone } = data;
    expect(comparisonPoints(alone, en)).toEqual([]);
  });
});
