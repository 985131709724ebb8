import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testData } from '../../../tests/support/test-data.js';
import { fromBytes } from './byte-source.js';
import { describeDump } from './describe-dump.js';
import type { DumpFacts } from './dump-facts.js';
import { readDump } from './read-dump.js';
import { signatureOf } from './signature-of.js';

/** Facts of real dumps, taken with other tools: minidump_dump and minidump_stackwalk (Breakpad), rizin, WinDbg's layout. */
interface KnownFacts {
  file: string;
  kind: string;
  size: number;
  valid?: boolean;
  os?: [string, string];
  cpu?: [string, string, string];
  time?: string;
  exception_code?: string;
  exception_address?: string;
  bugcheck_code?: string;
  bugcheck_params?: string[];
  os_build?: number;
  machine?: string;
  processors?: number;
  system_time_utc?: string;
  uptime_seconds?: number;
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
      '$file says what other tools say',
      async (one) => {
        const facts = await read(one.file);
        expect(facts).toMatchObject({
          format: 'kernel-dump-64',
          kind: 'triage',
          osBuild: one.os_build,
          machine: one.machine,
          processors: one.processors,
          uptimeSeconds: one.uptime_seconds,
          completeness: { verdict: 'complete', foundBytes: one.size },
        });
        expect(facts.bugcheck?.code).toBe(one.bugcheck_code);
        expect(facts.bugcheck?.parameters.map(({ value }) => value)).toEqual(one.bugcheck_params);
        expect(facts.crashedAt?.slice(0, 23)).toBe(one.system_time_utc?.slice(0, 23));
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
    it.each(listed(({ kind, valid }) => kind.startsWith('MDMP') && valid === true))(
      '$file says what other tools say',
      async (one) => {
        const facts = await read(one.file);
        expect(facts).toMatchObject({
          format: 'user-minidump',
          kind: 'user',
          bugcheck: null,
          osBuild: Number(one.os?.[1].split(/[. ]/)[2]),
          machine: one.cpu?.[0] === 'amd64' ? 'AMD64' : one.cpu?.[0],
          processors: Number(one.cpu?.[2]),
          crashedAt: `${one.time?.replace(' ', 'T')}.000Z`,
          completeness: { verdict: 'complete', foundBytes: one.size },
        });
        expect(facts.exception?.code).toBe(one.exception_code);
        expect(facts.exception?.address).toBe(one.exception_address);
      },
    );

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
