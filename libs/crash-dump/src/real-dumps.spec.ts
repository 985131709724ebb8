import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testData } from '../../../tests/support/test-data.js';
import { fromBytes } from './byte-source.js';
import { describeDump } from './describe-dump.js';
import type { DumpFacts } from './dump-facts.js';
import { readDump } from './read-dump.js';
import { signatureOf } from './signature-of.js';

/** Of the facts that facts-of-real-dumps.spec.ts compares, what chooses dumps for a rule. */
interface KnownFacts {
  file: string;
  kind: string;
  size: number;
  valid?: boolean;
  bugcheck_code?: string;
}

const list = testData('dumps/facts.json');
const known = list === null ? [] : (JSON.parse(readFileSync(list, 'utf8')) as KnownFacts[]);
const read = (name: string): Promise<DumpFacts> => {
  const path = testData(`dumps/${name}`);
  if (path === null) throw new Error(`dumps/${name} is listed in facts.json but is not there`);
  return readDump(fromBytes(readFileSync(path)));
};
const listed = (holds: (facts: KnownFacts) => boolean): KnownFacts[] => known.filter(holds);

if (list === null) {
  describe('real dumps', () => {
    it.skip('are not on this machine: set CASERELAY_TEST_DATA to a folder that holds dumps/facts.json', () =>
      undefined);
  });
} else {
  describe('real kernel dumps', () => {
    it.each(listed(({ bugcheck_code }) => bugcheck_code !== undefined))(
      '$file is named, explained and signed',
      async (one) => {
        const facts = await read(one.file);
        expect(facts).toMatchObject({
          format: 'kernel-dump-64',
          kind: 'triage',
        });
        expect(facts.osName).toBe('Windows 10 2004 to 22H2');
        expect(signatureOf(facts)).toBe('0x1000007e_c0000005 SYSTEM_THREAD_EXCEPTION_NOT_HANDLED_M');
        expect(facts.bugcheck?.parameters[0]?.meaning).toContain('STATUS_ACCESS_VIOLATION');
        expect(describeDump(facts)).toContain('small memory dump');
      },
    );

    it.each(listed(({ bugcheck_code }) => bugcheck_code !== undefined))(
      '$file cut anywhere is truncated',
      async (one) => {
        const path = testData(`dumps/${one.file}`);
        const bytes = readFileSync(path ?? '');
        for (const length of [0x2010, 0x10000, 0x13a000]) {
          const { completeness } = await readDump(fromBytes(bytes.subarray(0, length)));
          expect(completeness).toMatchObject({ verdict: 'truncated', foundBytes: length, expectedBytes: 0x13a28c });
        }
      },
    );
  });

  describe('real dumps of processes', () => {
    it.each(listed(({ valid }) => valid === false))(
      '$file is malformed: partial facts, not called complete',
      async (one) => {
        const facts = await read(one.file);
        expect(facts.format).toBe('user-minidump');
        expect(facts.completeness.verdict).not.toBe('complete');
        expect(facts.completeness.foundBytes).toBe(one.size);
      },
    );
  });
}
