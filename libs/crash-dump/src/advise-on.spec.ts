import { describe, expect, it } from '@jest/globals';
import { adviseOn, culpritClassOf, instructionsOf, type AdvisedOn } from './advise-on.js';
import { explainBugcheck } from './bugcheck.js';
import type { Culprit } from './dump-facts.js';
import { playbooks } from './playbooks.data.js';
import { say } from './sentences.js';

const facts = (code: number, first = 0n, more: Partial<AdvisedOn> = {}): AdvisedOn => ({
  kind: 'full',
  bugcheck: explainBugcheck(code, [first, 0n, 0n, 0n]),
  osBuild: 17763,
  completeness: { verdict: 'complete', foundBytes: 1, expectedBytes: 1, reason: '' },
  ...more,
});
const suspect = (name: string, company: string | null, fileVersion: string | null = '1.2.3.4'): Culprit => ({
  ...{ name, company, fileVersion, confidence: 'medium', reasons: ['it crashed inside it'] },
});
const idsOf = (given: AdvisedOn) => {
  const { asks, tries, warns } = adviseOn(given, 'en');
  return { asks: asks.map(({ id }) => id), tries: tries.map(({ id }) => id), warns: warns.map(({ id }) => id) };
};

describe('advice on a dump', () => {
  it('asks for a full dump where only kernel memory came, and says why', () => {
    const { asks } = adviseOn(facts(0x139, 3n, { kind: 'kernel' }), 'zh-CN');
    expect(asks.map(({ id }) => id)).toEqual([
      ...['configure-full-dump', 'collect-full-dump', 'compress-before-upload', 'list-installed-programs'],
    ]);
    expect(asks[0]?.because).toBe('该转储不含全部内存，看不到是谁造成了破坏');
    expect(asks[0]?.steps.join()).toContain('AlwaysKeepMemoryDump');
  });

  it('asks for nothing after a whole full dump, and tells what a damaged list means', () => {
    const advice = adviseOn(facts(0x139, 3n), 'en');
    expect(advice.asks).toEqual([]);
    expect(advice.tries.map(({ id }) => id)).toEqual(['update-windows', 'enable-special-pool']);
    expect(advice.tries[0]?.because).toContain('LIST_ENTRY');
    expect(adviseOn(facts(0x139, 5n), 'en').tries[0]?.because).not.toContain('LIST_ENTRY');
  });

  it.each([
    ['10.0.17763.592 (WinBuild.160101.0800)', true],
    ['10.0.17763.1097', true],
    ['10.0.17763.1098', false],
    ['10.0.19041.1', false],
    [null, false],
  ])('names the version to reach for Ntfs.sys %s: %s', (version, isOld) => {
    const culprit = suspect('Ntfs.sys', 'Microsoft Corporation', version);
    expect(idsOf(facts(0x1e, 0xc0000005n, { culprit })).tries.includes('update-ntfs')).toBe(isOld);
  });

  it('warns that a part of Windows may be a victim', () => {
    const { warns, tries } = adviseOn(
      facts(0x139, 3n, { culprit: suspect('ntfs.sys', 'Microsoft Corporation') }),
      'en',
    );
    expect(warns[0]?.title).toBe('ntfs.sys is where it was noticed, perhaps not who did it');
    expect(tries.map(({ id }) => id)).not.toContain('update-suspect-driver');
  });

  it('watches the one suspected driver instead of all, with its name in the command', () => {
    const culprit = suspect('yyprotect.sys', 'Example Software');
    const { tries } = adviseOn(facts(0x139, 3n, { culprit }), 'zh-CN');
    expect(tries.map(({ id }) => id)).toEqual(['update-suspect-driver', 'verify-suspect-driver', 'update-windows']);
    expect(tries[1]?.steps[0]).toContain('verifier /flags 0x1 /driver yyprotect.sys');
    expect(tries[1]?.warning).toContain('用户同意');
    expect(tries[1]?.undo?.steps[0]).toContain('verifier /reset');
    const unsure = { ...culprit, confidence: 'low' as const };
    expect(idsOf(facts(0x139, 3n, { culprit: unsure })).tries).toEqual([
      ...['update-windows', 'enable-special-pool', 'update-suspect-driver'],
    ]);
  });

  it('holds what had better wait for a full dump apart from what is worth doing at once', () => {
    const { tries } = adviseOn(facts(0x50, 0n, { kind: 'triage', culprit: suspect('x.sys', 'Example') }), 'en');
    expect(tries.map(({ id, provisional }) => [id, provisional])).toEqual([
      ['update-suspect-driver', false],
      ['verify-suspect-driver', false],
      ['update-windows', true],
      ['check-memory', true],
    ]);
  });

  it('offers another drive only where Windows had no room for the dump', () => {
    const cut = (reason: string) =>
      facts(0x50, 0n, { completeness: { verdict: 'truncated', foundBytes: 1, expectedBytes: 2, reason } });
    expect(idsOf(cut(say('no-room-to-write'))).asks).toContain('prepare-dedicated-dump-file');
    expect(idsOf(cut(say('bytes-missing', { found: 1, expected: 2 }))).asks).not.toContain(
      'prepare-dedicated-dump-file',
    );
    expect(idsOf(cut('')).warns).toEqual(['a-cut-dump-misleads']);
  });

  it.each([
    [0x124, 'check-hardware'],
    [0x1000007e, 'update-windows'],
    [0x7a, 'check-disk'],
    [0x9f, 'turn-off-fast-startup'],
    [0x133, 'update-device-drivers'],
    [0x116, 'update-display-driver'],
    [0x7b, 'check-storage-mode'],
    [0x51, 'repair-from-recovery'],
    [0xc000021a, 'repair-system-files'],
    [0xc4, 'turn-off-verifier'],
    [0x144, 'unplug-usb-devices'],
    [0x20001, 'check-virtualisation'],
    [0x18b, 'update-windows'],
    [0x24, 'check-disk'],
  ])('knows bugcheck 0x%x: %s', (code, id) => {
    expect(idsOf(facts(code)).tries).toContain(id);
  });

  it('has none for a bugcheck that no play knows', () => {
    expect(idsOf(facts(0xdeaddead))).toEqual({ asks: [], tries: [], warns: [] });
    expect(idsOf({ ...facts(0), bugcheck: null })).toEqual({ asks: [], tries: [], warns: [] });
  });

  it('says nothing twice and leaves no gap, in either language, for every bugcheck of the plays', () => {
    const culprits = [null, suspect('x.sys', 'Example'), suspect('ntfs.sys', null, null), suspect('ndis.sys', null)];
    for (const code of playbooks.plays.flatMap(({ when }) => when.bugcheck ?? [])) {
      for (const culprit of culprits) {
        for (const kind of ['full', 'triage'] as const) {
          for (const language of ['en', 'zh-CN'] as const) {
            const { asks, tries, warns } = adviseOn(facts(code, 3n, { culprit, kind }), language);
            const all = [...asks, ...tries, ...warns];
            expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
            expect(JSON.stringify(all)).not.toMatch(/\{(?:driver|version)\}/);
            for (const { risk, warning, undo } of all) expect(risk.length === 0 || (warning && undo)).toBeTruthy();
          }
        }
      }
    }
  });
});

describe('the class of a suspect', () => {
  it('tells makers, unloaded drivers, hardware and unknown apart', () => {
    const nobody = { ...suspect('x', null), name: null };
    const gone = { name: 'x.sys', base: '0x1', size: 1, timeDateStamp: null };
    const classOf = (code: number, culprit: Culprit | null, more: Partial<AdvisedOn> = {}) =>
      culpritClassOf(facts(code, 0n, { culprit, ...more }));
    expect(classOf(0x50, suspect('x.sys', 'Example'))).toBe('third-party');
    expect(classOf(0x50, suspect('ntfs.sys', null))).toBe('microsoft');
    expect(classOf(0x50, suspect('x.sys', null))).toBe('unknown');
    expect(classOf(0x50, suspect('x.sys', null), { modules: [], unloadedModules: [gone] })).toBe('unloaded');
    expect(classOf(0x124, nobody)).toBe('hardware');
    expect(classOf(0x50, nobody)).toBe('unknown');
    expect(classOf(0x50, null)).toBe('unknown');
  });
});

describe('instructions by name', () => {
  it.each([
    ...['configure-full-dump', 'collect-full-dump', 'compress-before-upload', 'list-installed-programs'],
    ...['run-collection-tool', 'update-windows', 'enable-special-pool', 'check-memory', 'check-disk'],
  ])('keep %s, which cases of earlier versions were told', (id) => {
    expect(instructionsOf(id, 'zh-CN')?.steps.length).toBeGreaterThan(0);
  });

  it('are told without a dump too, and unknown ones are not', () => {
    expect(instructionsOf('verify-suspect-driver', 'en')?.title).toBe(
      'Watch the suspected driver alone with special pool',
    );
    expect(instructionsOf('check-disk', 'zh-CN')?.title).toBe('检查磁盘');
    expect(instructionsOf('something-of-a-later-version', 'en')).toBeNull();
  });
});
