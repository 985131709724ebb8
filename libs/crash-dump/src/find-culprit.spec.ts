import { describe, expect, it } from '@jest/globals';
import { explainBugcheck } from './bugcheck.js';
import type { Frame, FrameTrust, Module } from './dump-facts.js';
import { findCulprit, isThirdParty } from './find-culprit.js';

const driver = (name: string, base: string, company: string | null = null): Module => ({
  ...{ name, path: null, base, size: 0x10000, timeDateStamp: null, checksum: null, product: null, codeView: null },
  ...{ fileVersion: '1.2.3.4', productVersion: null, company, source: 'module-list' },
});
const modules = [
  driver('ntoskrnl.exe', '0xfffff80000000000', 'Microsoft Corporation'),
  driver('ntfs.sys', '0xfffff80000100000', 'Microsoft Corporation'),
  driver('acme.sys', '0xfffff80000200000', 'Acme GmbH'),
  driver('unknown.sys', '0xfffff80000300000'),
];
const frame = (address: string, trust: FrameTrust = 'unwind', confidence = 0.95): Frame => ({
  ...{ address, module: null, offset: null, trust, stackPointer: null, confidence, symbol: null },
});
const crashIn = (module: string, address: string) => ({
  ...{ address, module, offset: '0x1234', from: 'context of the header', registers: {}, exception: null },
});
const evidence = {
  format: 'kernel-dump-64' as const,
  bugcheck: explainBugcheck(0x3b, [0xc0000005n, 0n, 0n, 0n]),
  ...{ crash: null, modules, unloadedModules: [], stack: [], blamedBySystem: null },
};

describe('the culprit', () => {
  it('is with high confidence the module of another company in which it crashed', () => {
    expect(findCulprit({ ...evidence, crash: crashIn('acme.sys', '0xfffff80000201234') })).toEqual({
      ...{ name: 'acme.sys', fileVersion: '1.2.3.4', company: 'Acme GmbH', confidence: 'high' },
      reasons: ['it crashed inside it, at acme.sys+0x1234', 'it is of Acme GmbH'],
    });
  });

  it('is with low confidence a module of another company that was only scanned', () => {
    const stack = [frame('0xfffff80000001000', 'context'), frame('0xfffff80000202000', 'scan', 0.8)];
    expect(findCulprit({ ...evidence, stack })).toMatchObject({ name: 'acme.sys', confidence: 'low' });
  });

  it('is not a module whose only frame is unlikely to be one', () => {
    const stack = [frame('0xfffff80000001000', 'context'), frame('0xfffff80000202000', 'scan', 0.1)];
    expect(findCulprit({ ...evidence, stack })).toMatchObject({
      name: null,
      reasons: ['only the kernel itself is on the stack'],
    });
  });

  it('is with low confidence the first driver on the stack when no company tells', () => {
    const stack = [frame('0xfffff80000001000', 'context'), frame('0xfffff80000302000')];
    expect(findCulprit({ ...evidence, stack })).toMatchObject({ name: 'unknown.sys', confidence: 'low' });
  });

  it('is not where a driver had been when another one is loaded there now', () => {
    const unloadedModules = [{ name: 'old.sys', base: '0xfffff80000200000', size: 0x10000, timeDateStamp: null }];
    const crash = crashIn('acme.sys', '0xfffff80000201234');
    expect(findCulprit({ ...evidence, crash, unloadedModules })?.name).toBe('acme.sys');
    expect(findCulprit({ ...evidence, crash, unloadedModules, modules: [] })?.name).toBe('old.sys');
  });

  it('carries what Windows itself noted', () => {
    expect(findCulprit({ ...evidence, blamedBySystem: 'acme.sys' })?.reasons).toContain(
      'Windows itself noted acme.sys as broken',
    );
  });
});

describe('of another company', () => {
  it.each([
    ['x.sys', 'Microsoft Corporation', false],
    ['x.sys', 'Acme GmbH', true],
    ['Ntfs.sys', null, false],
    ['x.sys', null, null],
  ])('%s of %s: %s', (name, company, answer) => {
    expect(isThirdParty({ name, company })).toBe(answer);
  });
});
