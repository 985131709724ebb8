import { describe, expect, it } from '@jest/globals';
import { fullDump } from '../../../tests/support/synthetic-dump.js';
import { kernelMemory } from '../../../tests/support/synthetic-memory.js';
import { analyseDump, fromBytes, versionsIn, type ImageIdentity, type KnownVersion, type Module } from './index.js';
import { fillInVersions } from './known-versions.js';

const driver: Module = {
  ...{ name: 'acmeflt.sys', path: null, base: '0xfffff80000100000', size: 0x10000, timeDateStamp: '0x5f000000' },
  ...{ checksum: null, fileVersion: null, productVersion: null, product: null, company: null, codeView: null },
  source: 'module-list',
};
const known: KnownVersion = {
  ...{ name: 'AcmeFlt.sys', timeDateStamp: '0x5f000000', size: 0x10000, fileVersion: '2.1.0.4' },
  ...{ productVersion: '2.1', product: 'Acme', company: 'Acme Ltd.', description: 'Acme filter' },
};

describe('a module whose version is not in the dump', () => {
  it('gets that of an earlier dump with the same build, and says so', async () => {
    expect(await fillInVersions([driver], () => Promise.resolve([known]))).toEqual([
      {
        ...driver,
        ...{ fileVersion: '2.1.0.4', productVersion: '2.1', product: 'Acme', company: 'Acme Ltd.' },
        ...{ description: 'Acme filter', versionFrom: 'earlier dump' },
      },
    ]);
  });

  it.each([
    ['name', { name: 'other.sys' }],
    ['time stamp', { timeDateStamp: '0x5f000001' }],
    ['size', { size: 0x11000 }],
  ])('gets none of a build with another %s', async (_, other) => {
    expect(await fillInVersions([driver], () => Promise.resolve([{ ...known, ...other }]))).toEqual([driver]);
  });

  it.each([[{ timeDateStamp: null }], [{ timeDateStamp: '0x0' }], [{ size: 0 }]])(
    'is not looked up when nothing tells its build apart: %j',
    async (vague) => {
      const module = { ...driver, ...vague };
      const lookUp = () => Promise.reject(new Error('not reached'));
      expect(await fillInVersions([module], lookUp)).toEqual([module]);
    },
  );
});

describe('a module whose version is in the dump', () => {
  const told = { ...driver, fileVersion: '3.0.0.0', company: 'Acme Ltd.' };

  it('keeps it, and is not looked up', async () => {
    expect(await fillInVersions([told], () => Promise.reject(new Error('not reached')))).toEqual([told]);
  });

  it('teaches it, but not what it learnt itself', async () => {
    expect(versionsIn({ modules: [told] })).toMatchObject([{ name: 'acmeflt.sys', fileVersion: '3.0.0.0' }]);
    const filled = await fillInVersions([driver], () => Promise.resolve([known]));
    expect(versionsIn({ modules: filled })).toEqual([]);
  });
});

it('is named with the version of an earlier dump when it is the culprit, with the source among the reasons', async () => {
  const memory = kernelMemory({ withFilter: true });
  const whole = await analyseDump(fromBytes(fullDump({ memory })));
  // Where acmeflt.sys keeps its version resource.
  memory.unmap(0xfffff80738a18000n, 'paged-out');
  const dump = fromBytes(fullDump({ memory }));
  expect((await analyseDump(dump)).culprit).not.toMatchObject({ name: 'acmeflt.sys', company: 'Acme Storage GmbH' });
  const learnt = versionsIn(whole);
  const asked: ImageIdentity[] = [];
  const report = await analyseDump(dump, {
    lookUpVersions: (images) => {
      asked.push(...images);
      return Promise.resolve(learnt);
    },
  });
  expect(asked).toEqual([{ name: 'acmeflt.sys', timeDateStamp: '0x5b8d7e11', size: 0x1a000 }]);
  expect(report.culprit).toMatchObject({ name: 'acmeflt.sys', fileVersion: '4.2.1.77', company: 'Acme Storage GmbH' });
  expect(report.culprit?.reasons.join()).toMatch(/as an earlier dump with the same build of it told/);
  expect(report.modules.find(({ name }) => name === 'acmeflt.sys')?.versionFrom).toBe('earlier dump');
});
