import { describe, expect, it } from '@jest/globals';
import { framesOf, fullDump } from '../../../tests/support/synthetic-dump.js';
import { kernelMemory, type SyntheticMemory } from '../../../tests/support/synthetic-memory.js';
import { leadsOf } from './bugcheck-leads.data.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import type { DumpReport } from './dump-facts.js';
import { mapOfModules } from './module-map.js';
import { readKernelObjects } from './kernel-objects.js';
import type { VirtualMemory } from './virtual-memory.js';

const scenario = 'power request that a driver holds (0x9F)';
const number64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

function analysed(change: (memory: SyntheticMemory, at: Record<string, bigint>) => void = () => undefined): {
  memory: SyntheticMemory;
  report: Promise<DumpReport>;
} {
  const memory = kernelMemory({ scenario, frames: framesOf('full') });
  const of = (what: string, module: string): bigint =>
    memory.truth.objects.find((one) => one.what === what && one.module === module)?.address ?? 0n;
  change(memory, {
    ...{ physical: of('device', 'UsbHub3.sys'), functional: of('device', 'acmeusb.sys') },
    ...{ irp: of('irp', 'acmeusb.sys'), dongle: of('driver', 'acmeusb.sys') },
  });
  return { memory, report: analyseDump(fromBytes(fullDump({ memory }))) };
}

describe('a power request that is held (0x9F)', () => {
  it('names the driver at whose location the request stands, with request, device and node', async () => {
    const { objects, culprit } = await analysed().report;
    expect(objects.find(({ what }) => what === 'irp')).toMatchObject({
      ...{ from: 'parameter 4', parameter: 4, driver: '\\Driver\\acmeusb', module: 'acmeusb.sys' },
      ...{ currentLocation: 2, stackCount: 3 },
      locations: [
        { index: 1, isCurrent: false, device: null },
        {
          ...{ index: 2, isCurrent: true, isPending: true, driver: '\\Driver\\acmeusb', module: 'acmeusb.sys' },
          ...{ majorFunction: 'IRP_MJ_POWER', minorFunction: 'IRP_MN_SET_POWER' },
        },
        { index: 3, isCurrent: false, device: null },
      ],
    });
    expect(objects.filter(({ what }) => what === 'device')).toMatchObject([
      { module: 'acmeusb.sys', above: null, below: expect.stringMatching(/^0x/), instancePath: null },
      {
        ...{ module: 'UsbHub3.sys', driver: '\\Driver\\USBHUB3', below: null, from: 'parameter 2', parameter: 2 },
        ...{ instancePath: 'USB\\VID_1209&PID_AC3E\\5&46fa7b7&0&1', service: 'acmeusb' },
      },
    ]);
    expect(culprit).toMatchObject({ name: 'acmeusb.sys', confidence: 'high' });
    expect(culprit?.reasons[0]).toMatch(
      /^the request 0x\w+ \(parameter 4\) is held by \\Driver\\acmeusb: location 2 of 3 .* IRP_MN_SET_POWER to device 0x/,
    );
  });

  it('still names the driver above the device when the request is not in the dump', async () => {
    const { culprit } = await analysed((memory, at) => memory.write(at['irp'] ?? 0n, Buffer.alloc(2))).report;
    expect(culprit).toMatchObject({ name: 'acmeusb.sys', confidence: 'medium' });
    expect(culprit?.reasons[0]).toMatch(/stands in the stack of the device USB\\VID_1209/);
  });

  it('blames no hub for a request that stands at it while a driver of another company is above', async () => {
    const { culprit } = await analysed((memory, at) =>
      memory.write((at['irp'] ?? 0n) + 0xd0n + 0x48n + 0x28n, number64(at['physical'] ?? 0n)),
    ).report;
    expect(culprit).toMatchObject({ name: 'acmeusb.sys', confidence: 'medium' });
    expect(culprit?.alternatives?.map(({ name }) => name)).toEqual(['UsbHub3.sys']);
  });

  it('takes nothing for a device, a driver or a request that is none', async () => {
    const { objects, culprit } = await analysed((memory, at) => {
      for (const place of Object.values(at)) memory.write(place, Buffer.from([0x55, 0x55]));
    }).report;
    expect(objects).toEqual([]);
    expect(culprit).toMatchObject({ name: null });
  });

  it('names no driver by a device whose driver object is none', async () => {
    const { objects, culprit } = await analysed((memory, at) => {
      memory.write(at['dongle'] ?? 0n, Buffer.from([0x55, 0x55]));
    }).report;
    expect(objects.find(({ what }) => what === 'irp')).toMatchObject({ driver: null, module: null });
    expect(culprit).toMatchObject({ name: 'UsbHub3.sys', confidence: 'low' });
  });

  it('follows no circle of attached devices', async () => {
    const { objects } = await analysed((memory, at) =>
      memory.write((at['functional'] ?? 0n) + 0x18n, number64(at['physical'] ?? 0n)),
    ).report;
    expect(objects.filter(({ what }) => what === 'device')).toHaveLength(2);
  });

  it('keeps to a limit when every address is a device', async () => {
    const memory: VirtualMemory = {
      async read(address, length) {
        const view = new DataView(new ArrayBuffer(length));
        if (length < 0x20) return view;
        view.setInt16(0, length === 0x150 ? 4 : length === 0xd0 ? 6 : length === 0x38 ? 13 : 3, true);
        if (length === 0xd0) view.setUint16(0x42, 0x0140, true);
        for (let at = 8; at + 8 <= length; at += 8) {
          const other = BigInt.asUintN(40, (address + BigInt(at)) * 6364136223846793005n) << 4n;
          if (length !== 0xd0) view.setBigUint64(at, 0xffff800000000000n | other, true);
        }
        return view;
      },
    };
    const parameters = [3n, 0xffff800000000000n, 0n, 0xffff900000000000n];
    const objects = await readKernelObjects({
      ...{ memory, parameters, leads: leadsOf(0x9f, parameters), build: null, names: [], modules: mapOfModules([]) },
    });
    expect(objects.length).toBeGreaterThan(200);
    expect(objects.length).toBeLessThan(300);
  });
});

describe('other bugchecks that lead to the same objects', () => {
  const memory = kernelMemory({ scenario, frames: framesOf('full') });
  const { truth } = memory;
  const of = (what: string): bigint =>
    truth.objects.find((one) => one.what === what && one.module === 'acmeusb.sys')?.address ?? 0n;
  const code = (truth.modules.find(({ name }) => name === 'acmeusb.sys')?.base ?? 0n) + 0x1010n;

  it.each<[string, number, bigint[]]>([
    ['BUGCODE_USB_DRIVER, a request that was given up', 0xfe, [2n, 0n, of('irp'), 0n]],
    ['BUGCODE_USB_DRIVER, a request in a wrong state', 0xfe, [4n, of('irp'), 0n, 0n]],
    ['BUGCODE_USB_DRIVER, a device of the hub that failed', 0xfe, [8n, 2n, of('device'), of('irp')]],
    ['WDF_VIOLATION, a caller that broke a rule', 0x10d, [4n, 0n, code, 0n]],
    ['WDF_VIOLATION, a request that was sent twice', 0x10d, [6n, 1n, of('irp'), 0n]],
    ['WDF_VIOLATION, a request that is not the framework’s', 0x10d, [0xcn, 0n, of('irp'), 0n]],
    ['VIDEO_TDR_ERROR, a display driver that does not answer', 0x116, [0xffffac0812345678n, code, 0n, 4n]],
    ['DRIVER_VERIFIER_DMA_VIOLATION, a device that wrote where it may not', 0xe6, [0x26n, of('device'), 0n, 0n]],
  ])('%s: the suspect is found by its parameters', async (_, bugcheck, parameters) => {
    const { culprit } = await analyseDump(fromBytes(fullDump({ memory, bugcheck, parameters })));
    expect(culprit).toMatchObject({ name: 'acmeusb.sys' });
    expect(culprit?.reasons[0]).toMatch(/parameter \d/);
  });
});

describe('leads', () => {
  const first = (code: number, ...parameters: bigint[]): string[] =>
    leadsOf(code, parameters).map(({ to, parameter }) => `${to} ${parameter}`);

  it('depend on parameter 1, and on parameter 2 where Microsoft says so', () => {
    expect(first(0x9f, 3n)).toEqual(['irp 4', 'device 2']);
    expect(first(0x9f, 6n)).toEqual(['power-device 2']);
    expect(first(0x9f, 7n)).toEqual([]);
    expect(first(0xfe, 8n, 2n)).toEqual(['device 3', 'irp 4']);
    expect(first(0xfe, 8n, 6n)).toEqual([]);
    expect(first(0xc9, 0x206n)).toEqual(['code 2', 'irp 3', 'device 4']);
    expect(first(0x1234, 0n)).toEqual([]);
  });
});
