import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AnyEvent, eventSchemas, type DumpFinding, type EventOf } from '@caserelay/contracts';
import { describe, expect, test } from '@jest/globals';
import { findingText, headline } from './headline.js';

const golden = fileURLToPath(new URL('../../../tests/contracts/golden/', import.meta.url));
const samples = readdirSync(golden)
  .filter((name) => name.endsWith('.json'))
  .map((name) => AnyEvent.parse(JSON.parse(readFileSync(`${golden}${name}`, 'utf8'))));

const received = (data: { name: string; bytes: number }): AnyEvent =>
  AnyEvent.parse({
    specversion: '1.0',
    id: '019390a0-0000-7000-8000-000000000001',
    source: '/caserelay/sftp-provisioning',
    subject: '019390a0-0000-7000-8000-0000000000aa',
    time: '2019-12-24T14:40:00Z',
    type: 'upload.received',
    data: {
      uploadId: '019390a0-0000-7000-8000-0000000000bb',
      spaceId: '019390a0-0000-7000-8000-0000000000cc',
      sha256: 'a'.repeat(64),
      location: 'uploads/x',
      ...data,
    },
  });

describe('headline', () => {
  test('every event type has a sample to be tried with', () => {
    expect(new Set(samples.map(({ type }) => type))).toEqual(new Set(eventSchemas.keys()));
  });

  test.each(samples.map((event) => [event.type, event] as const))(
    '%s reads as one line in both languages',
    (_, event) => {
      const { zh, en } = headline(event);

      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).not.toMatch(/undefined|null|\[object/);
      for (const text of [zh, en]) {
        expect(text).not.toMatch(/[\n\r\t]/);
        expect(text.length).toBeLessThan(400);
      }
    },
  );

  test('says a file with its size', () => {
    expect(headline(received({ name: 'MEMORY.DMP', bytes: 3 * 1024 ** 3 })).en).toBe('Received MEMORY.DMP (3.0 GiB)');
    expect(headline(received({ name: 'empty.txt', bytes: 0 })).zh).toBe('收到 empty.txt (0 B)');
  });

  test('keeps a hostile name on one line and short', () => {
    const { en } = headline(received({ name: `a\n\u0007b${'长'.repeat(500)}`, bytes: 1023 }));

    expect(en).toBe(`Received a b${'长'.repeat(76)}… (1023 B)`);
  });
});

describe('the headline of an analysis', () => {
  const analysed = samples.find((event) => event.type === 'dump.analysed') as EventOf<'dump.analysed'>;
  const sample = analysed.data.findings[0] as DumpFinding;
  const finding = (kind: DumpFinding['kind'], verdict: DumpFinding['completeness']['verdict']): DumpFinding => ({
    ...sample,
    kind,
    completeness: { ...sample.completeness, verdict },
  });
  const told = (holdsFullDump: boolean, ...findings: DumpFinding[]) =>
    headline({ ...analysed, data: { ...analysed.data, name: 'a.zip', holdsFullDump, findings } }).en;

  test('speaks of the full dump among others', () => {
    expect(told(true, finding('triage', 'complete'), finding('full', 'complete'))).toMatch(
      /^a\.zip holds a full dump: .+ · full · .+ · complete$/,
    );
  });

  test('says whether the crash came before and what was replaced since', () => {
    const compared = samples.find((event) => event.type === 'dump.analysed' && event.data.comparison);
    if (compared?.type !== 'dump.analysed') throw new Error('no sample with a comparison');
    const { data } = compared;
    const comparison = data.comparison as NonNullable<typeof data.comparison>;
    expect(headline(compared).en).toMatch(
      / · same crash as MEMORY0421\.zip; Ntfs\.sys 10\.0\.17763\.557 → 10\.0\.17763\.592$/,
    );
    const other = { ...comparison, sameSignatureAs: [], changedModules: [] };
    expect(headline({ ...compared, data: { ...data, comparison: other } }).zh).toMatch(/与 MEMORY0421\.zip 崩溃不同$/);
  });

  test('does not say of a full dump that is cut short that it is none', () => {
    expect(told(false, finding('full', 'truncated'))).toMatch(/^a\.zip holds a full dump that is cut short: /);
    expect(told(false, finding('kernel', 'truncated'))).toMatch(/^a\.zip holds no full dump: /);
  });
});

describe('findingText', () => {
  test('says cause, kind, build and whether it is whole', () => {
    const analysed = samples.find((event) => event.type === 'dump.analysed');
    const finding = analysed?.type === 'dump.analysed' ? analysed.data.findings[0] : undefined;

    expect(finding && findingText(finding)).toMatch(/^0x[0-9a-f]+ .+ · .+ · (complete|truncated|unknown)$/);
  });
});
