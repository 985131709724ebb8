import { describe, expect, it } from '@jest/globals';
import { framesOf, fullDump, kernelDump } from '../../../tests/support/synthetic-dump.js';
import { kernelMemory } from '../../../tests/support/synthetic-memory.js';
import { triageDumpOfDriver } from '../../../tests/support/synthetic-triage.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import type { DumpReport } from './dump-facts.js';
import { crashSignatureOf, signatureOf, signaturesOf } from './signature-of.js';

const withFilter = { memory: kernelMemory({ withFilter: true, frames: framesOf('full') }) };
const reportOf = (bytes: Buffer): Promise<DumpReport> => analyseDump(fromBytes(bytes));

/** The same crash as another start of Windows has it: everything lies elsewhere. */
function movedBy(slide: bigint, report: DumpReport): DumpReport {
  const text = JSON.stringify(report, (_, value: unknown) =>
    typeof value === 'string' && /^0xf{4}[0-9a-f]{12}$/.test(value)
      ? `0x${(BigInt(value) + slide).toString(16)}`
      : value,
  );
  return JSON.parse(text) as DumpReport;
}

/** The same crash where another build of a driver is installed: its functions lie elsewhere in it. */
function withOtherBuildOf(driver: string, report: DumpReport): DumpReport {
  return {
    ...report,
    modules: report.modules.map((one) =>
      one.name === driver ? { ...one, fileVersion: '4.3.0.1', timeDateStamp: '0x5c000000' } : one,
    ),
    stack: report.stack.map((one) => (one.module === driver ? { ...one, offset: '0x1abc' } : one)),
  };
}

describe('two crashes have one signature', () => {
  it('when Windows was loaded at other addresses: down to the finest', async () => {
    const report = await reportOf(fullDump(withFilter));
    const moved = movedBy(-0x1234000n, report);
    expect(moved.crash?.address).not.toBe(report.crash?.address);
    expect(signaturesOf(moved)).toEqual(signaturesOf(report));
  });

  it('when a full and a kernel dump were written', async () => {
    const memory = kernelMemory({ withFilter: true, frames: framesOf('map') });
    const [full, kernel] = [await reportOf(fullDump(withFilter)), await reportOf(kernelDump({ memory }))];
    expect(signaturesOf(kernel)).toEqual(signaturesOf(full));
  });

  it('when another build of a driver is installed, but for the finest', async () => {
    const report = await reportOf(fullDump(withFilter));
    const [here, there] = [signaturesOf(report), signaturesOf(withOtherBuildOf('acmeflt.sys', report))];
    expect({ ...there, exact: null }).toEqual({ ...here, exact: null });
    expect(there.exact).not.toBe(here.exact);
  });

  it('when one of them has no exact stack: then as far as the module that it crashed in', async () => {
    const report = await reportOf(fullDump(withFilter));
    const scanned: DumpReport = {
      ...report,
      culprit: null,
      stack: report.stack.map((one, index) => (index === 0 ? one : { ...one, trust: 'scan' })),
    };
    const [large, small] = [signaturesOf(report), signaturesOf(scanned)];
    expect(small).toMatchObject({ cause: large.cause, place: large.place, stack: null });
    expect(small.place).toBe('0x139_3 KERNEL_SECURITY_CHECK_FAILURE | ntfs.sys');
  });

  it('when the kernel goes by another of its names', async () => {
    const report = await reportOf(fullDump());
    const renamed = JSON.parse(JSON.stringify(report).replaceAll('ntoskrnl.exe', 'ntkrnlmp.exe')) as DumpReport;
    expect(signaturesOf(renamed)).toEqual(signaturesOf(report));
  });
});

describe('two crashes have different signatures', () => {
  it('when other drivers are on the stack', async () => {
    const [one, other] = [signaturesOf(await reportOf(fullDump(withFilter))), signaturesOf(await reportOf(fullDump()))];
    expect(one.place).toBe(other.place);
    expect(one.stack).not.toBe(other.stack);
    expect(one.stack).toContain('| suspect acmeflt.sys');
  });

  it('when the first parameter tells of another kind of fault, and not when another one differs', async () => {
    const report = await reportOf(fullDump());
    const changed = (at: number, value: string): DumpReport => ({
      ...report,
      bugcheck: report.bugcheck && {
        ...report.bugcheck,
        parameters: report.bugcheck.parameters.map((one, index) => (index === at ? { ...one, value } : one)),
      },
    });
    expect(signatureOf(changed(0, '0x2'))).not.toBe(signatureOf(report));
    expect(signatureOf(changed(1, '0xfffff90a00000000'))).toBe(signatureOf(report));
  });

  it('when the cause is another', async () => {
    const driver = signaturesOf(await reportOf(triageDumpOfDriver()));
    expect(driver.cause).toBe('0xd1 DRIVER_IRQL_NOT_LESS_OR_EQUAL');
    expect(driver.place).toBe('0xd1 DRIVER_IRQL_NOT_LESS_OR_EQUAL | 打包.sys');
  });
});

it('the signature of a crash whose inside was read is the one that events carry', async () => {
  const report = await reportOf(fullDump(withFilter));
  expect(signaturesOf(report).stack).toBe(crashSignatureOf(report));
});
