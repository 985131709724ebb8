import { DumpComparison } from '@caserelay/contracts';
import { describe, expect, it } from '@jest/globals';
import { compareDumps, type ComparedDump, type ComparedModule, type EarlierDump } from './compare-dumps.js';

const module = (name: string, version: string | null, timeDateStamp: string | null = '0x5c'): ComparedModule => ({
  ...{ name, version, timeDateStamp, size: 0x1000 },
});
const earlier = (number: number, more: Partial<EarlierDump> = {}): EarlierDump => ({
  uploadId: `7f3f0b8e-0000-4000-8000-00000000000${number}`,
  name: `MEMORY${number}.DMP`,
  signature: '0x139_3 KERNEL_SECURITY_CHECK_FAILURE',
  crashSignature: '0x139_3 KERNEL_SECURITY_CHECK_FAILURE | ntfs.sys',
  osBuild: 17763,
  modules: [module('Ntfs.sys', '10.0.17763.557', '0x1'), module('acmeflt.sys', '4.2.1.77')],
  ...more,
});
const dump = (more: Partial<ComparedDump> = {}): ComparedDump => ({ ...earlier(9), suspects: ['ntfs.sys'], ...more });

describe('a dump', () => {
  it('that is the first of its case is compared with nothing', () => {
    expect(compareDumps(dump(), [])).toBeNull();
  });

  it('of the same crash names the dumps before it, latest first', () => {
    const found = compareDumps(dump(), [earlier(2), earlier(1, { crashSignature: 'other' }), earlier(0)]);
    expect(DumpComparison.parse(found)).toMatchObject({
      sameSignatureAs: [earlier(2).uploadId, earlier(0).uploadId],
      isNewSignature: false,
      previous: earlier(2).uploadId,
      previousName: 'MEMORY2.DMP',
      changedModules: [],
    });
  });

  it('of another crash is new', () => {
    const other = compareDumps(dump({ crashSignature: '0xd1 | acmeflt.sys' }), [earlier(1)]);
    expect(other).toMatchObject({ sameSignatureAs: [], isNewSignature: true, previous: earlier(1).uploadId });
  });

  it('is compared by the bugcheck alone when the inside of one could not be read', () => {
    expect(compareDumps(dump(), [earlier(1, { crashSignature: null })])?.isNewSignature).toBe(false);
    expect(compareDumps(dump({ signature: null, crashSignature: null }), [earlier(1)])?.isNewSignature).toBe(true);
  });
});

describe('what changed since the last dump', () => {
  it('tells versions of modules that were replaced, came or went, suspects first', () => {
    const modules = [
      module('appid.sys', '2', '0x9'),
      module('NTFS.sys', '10.0.17763.592', '0x2'),
      module('new.sys', null, '0x77'),
    ];
    const before = earlier(1, { modules: [...earlier(1).modules, module('appid.sys', '1', '0x8')] });
    expect(compareDumps(dump({ modules }), [before])).toMatchObject({
      changedModules: [
        { name: 'NTFS.sys', from: '10.0.17763.557', to: '10.0.17763.592' },
        { name: 'appid.sys', from: '1', to: '2' },
        { name: 'acmeflt.sys', from: '4.2.1.77', to: null },
        { name: 'new.sys', from: null, to: 'time stamp 0x77' },
      ],
      moreChangedModules: 0,
    });
  });

  it('does not count what only one of the dumps tells', () => {
    const modules = [module('Ntfs.sys', null, null), module('acmeflt.sys', '4.2.1.77', null)];
    expect(compareDumps(dump({ modules }), [earlier(1)])?.changedModules).toEqual([]);
    expect(compareDumps(dump({ modules: [] }), [earlier(1)])?.changedModules).toEqual([]);
  });

  it('is the build of Windows, when both tell it', () => {
    expect(compareDumps(dump({ osBuild: 19045 }), [earlier(1)])?.osBuildChanged).toBe(true);
    expect(compareDumps(dump({ osBuild: 17763 }), [earlier(1)])?.osBuildChanged).toBe(false);
    expect(compareDumps(dump({ osBuild: null }), [earlier(1)])?.osBuildChanged).toBe(false);
  });

  it('is listed up to a bound and counted beyond it', () => {
    const modules = [
      ...Array.from({ length: 30 }, (_, index) => module(`a${index}.sys`, '1')),
      module('Ntfs.sys', '3', '0x2'),
    ];
    const found = DumpComparison.parse(compareDumps(dump({ modules }), [earlier(1)]));
    expect(found.changedModules).toHaveLength(20);
    expect(found.changedModules[0]?.name).toBe('Ntfs.sys');
    expect(found.moreChangedModules).toBe(12);
  });
});
