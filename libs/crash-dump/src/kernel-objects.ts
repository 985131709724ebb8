import type { Lead } from './bugcheck-leads.data.js';
import type { DeviceObject, DriverObject, IrpLocation, IrpObject, KernelObject, ProcessObject } from './dump-facts.js';
import { hex, printable, utf16 } from './fields.js';
import { ioFunctionNames } from './io-functions.data.js';
import { isKernelAddress } from './loaded-modules.js';
import { fileNameOf, type ModuleMap } from './module-map.js';
import { readPoolBlocks } from './pool-blocks.js';
import { processNameIn } from './process-name.js';
import { say } from './sentences.js';
import type { VirtualMemory } from './virtual-memory.js';

/** What is at hand to follow the leads of a bugcheck. */
export interface ObjectClues {
  memory: VirtualMemory;
  modules: ModuleMap;
  parameters: readonly bigint[];
  leads: readonly Lead[];
  build: number | null;
  /** Names of drivers, loaded now or before. */
  names: readonly string[];
}

/** DEVICE_OBJECT, 64 bit (wdm.h; the same on AMD64 and ARM64). */
const device = { type: 3, length: 0x140, driver: 0x8, attached: 0x18, extension: 0x138 } as const;
/** DEVOBJ_EXTENSION, 64 bit (public symbols, Windows 8 to 11). */
const extension = { type: 13, length: 0x38, device: 0x8, node: 0x28, attachedTo: 0x30 } as const;
/** DRIVER_OBJECT, 64 bit (wdm.h). */
const driver = { type: 4, length: 0x150, start: 0x18, size: 0x20, name: 0x38 } as const;
/** IRP, 64 bit (wdm.h). */
const irp = { type: 6, length: 0xd0, count: 0x42, current: 0x43, maxCount: 64 } as const;
/** IO_STACK_LOCATION, 64 bit (wdm.h); the locations follow the IRP, the lowest one first. */
const location = { length: 0x48, major: 0, minor: 1, control: 3, device: 0x28, completion: 0x38, pending: 1 } as const;
/** TRIAGE_DEVICE_NODE, 64 bit: the beginning of a plug and play node, which Windows keeps the same for debuggers. */
const node = { length: 0x48, device: 0x20, instance: 0x28, service: 0x38 } as const;
/** TRIAGE_POP_FX_DEVICE, 64 bit: the beginning of a device of the power manager. */
const powerDevice = { length: 0x38, irp: 0x10, node: 0x30 } as const;

/** Longest chain of devices that is followed; stacks have seldom more than ten. */
const maxDevices = 32;
const maxNameBytes = 1024;
/** More objects than a bugcheck leads to in any honest dump. */
const maxObjects = 256;

/** Follows the leads of a bugcheck to devices, drivers, requests and processes, and through whole device stacks. */
export async function readKernelObjects(clues: ObjectClues): Promise<KernelObject[]> {
  const reader = new ObjectReader(clues);
  for (const { to, parameter } of clues.leads) {
    const address = clues.parameters[parameter - 1] ?? 0n;
    const from = say('by-parameter', { number: parameter });
    if (to === 'service-start') reader.addService(address, from, parameter);
    if (to === 'pool-tag' || to === 'pool-header' || to === 'pool-block') {
      const names = new Set(clues.names.map((name) => name.toLowerCase()));
      reader.objects.push(...(await readPoolBlocks({ memory: clues.memory, names }, to, address, parameter)));
    }
    if (!isKernelAddress(address)) continue;
    if (to === 'device') await reader.addDeviceStack(address, from, parameter);
    else if (to === 'driver') await reader.addDriver(address, from, parameter);
    else if (to === 'irp') await reader.addIrp(address, from, parameter);
    else if (to === 'power-device') await reader.addPowerDevice(address, from, parameter);
    else if (to === 'process') await reader.addProcess(address, from, parameter);
    else if (to === 'code') reader.addCode(address, from, parameter);
    else if (to === 'driver-name') await reader.addName(address, from, parameter);
  }
  return reader.objects;
}

class ObjectReader {
  readonly objects: KernelObject[] = [];
  private readonly drivers = new Map<bigint, DriverObject | null>();

  constructor(private readonly clues: ObjectClues) {}

  async addDriver(address: bigint, from: string, parameter: number | null): Promise<DriverObject | null> {
    const known = this.drivers.get(address);
    if (known !== undefined) return known;
    const view = await this.clues.memory.read(address, driver.length);
    if (view.byteLength < 0x48 || view.getInt16(0, true) !== driver.type) {
      this.drivers.set(address, null);
      return null;
    }
    const start = view.getBigUint64(driver.start, true);
    const found: DriverObject = {
      ...{ what: 'driver', address: hex(address), from, parameter },
      driver: await this.text(view, driver.name),
      module: this.clues.modules.at(start)?.name ?? null,
      base: hex(start),
      size: view.getUint32(driver.size, true),
    };
    this.drivers.set(address, found);
    this.objects.push(found);
    return found;
  }

  /** A device and all that are attached to it, above and below. */
  async addDeviceStack(address: bigint, from: string, parameter: number | null): Promise<void> {
    const first = await this.addDevice(address, from, parameter);
    for (const direction of ['above', 'below'] as const) {
      let at: DeviceObject | null = first;
      for (let count = 0; at?.[direction] && count < maxDevices; count += 1) {
        at = await this.addDevice(
          BigInt(at[direction]),
          say(direction === 'above' ? 'by-above' : 'by-below', { address: at.address }),
          null,
        );
      }
    }
  }

  async addIrp(address: bigint, from: string, parameter: number | null): Promise<void> {
    const head = await this.clues.memory.read(address, irp.length);
    if (head.byteLength < irp.current + 1 || head.getInt16(0, true) !== irp.type) return;
    const count = head.getUint8(irp.count);
    const current = head.getUint8(irp.current);
    if (count === 0 || count > irp.maxCount || current > count + 1) return;
    const view = await this.clues.memory.read(address + BigInt(irp.length), count * location.length);
    const locations: IrpLocation[] = [];
    for (let index = 0; (index + 1) * location.length <= view.byteLength; index += 1) {
      locations.push(await this.locationAt(view, index, current));
    }
    const at = locations.find(({ isCurrent }) => isCurrent);
    const found: IrpObject = {
      ...{ what: 'irp', address: hex(address), from, parameter, currentLocation: current, stackCount: count },
      ...{ driver: at?.driver ?? null, module: at?.module ?? null, locations },
    };
    if (this.objects.every((one) => one.address !== found.address)) this.objects.push(found);
    for (const one of locations) {
      if (one.device)
        await this.addDeviceStack(
          BigInt(one.device),
          say('by-location', { index: one.index, address: hex(address) }),
          null,
        );
    }
  }

  async addPowerDevice(address: bigint, from: string, parameter: number): Promise<void> {
    const view = await this.clues.memory.read(address, powerDevice.length);
    if (view.byteLength < powerDevice.length) return;
    const physical = await this.deviceOfNode(view.getBigUint64(powerDevice.node, true));
    if (physical === null) return;
    await this.addDeviceStack(physical, from, parameter);
    const request = view.getBigUint64(powerDevice.irp, true);
    if (isKernelAddress(request)) await this.addIrp(request, say('by-request', { from }), parameter);
  }

  async addProcess(address: bigint, from: string, parameter: number): Promise<void> {
    const view = await this.clues.memory.read(address, 0xa00);
    const process = view.byteLength === 0 ? null : processNameIn(view, this.clues.build);
    if (!process) return;
    const found: ProcessObject = {
      ...{ what: 'process', address: hex(address), from, parameter, driver: null, module: null },
      ...process,
    };
    this.objects.push(found);
  }

  addCode(address: bigint, from: string, parameter: number): void {
    const module = this.clues.modules.at(address)?.name ?? null;
    this.objects.push({ what: 'code', address: hex(address), from, parameter, driver: null, module });
  }

  /** A text that names a driver: UTF-16, one byte a letter, or a UNICODE_STRING. Only names of known drivers count. */
  async addName(address: bigint, from: string, parameter: number): Promise<void> {
    const view = await this.clues.memory.read(address, 128);
    const texts = [utf16(view, 0, view.byteLength), printable(view, 0, view.byteLength)];
    if (view.byteLength >= 0x10) texts.push((await this.text(view, 0)) ?? '');
    for (const text of texts) {
      const name = fileNameOf(text).toLowerCase();
      const module = this.clues.names.find((one) => [name, `${name}.sys`].includes(one.toLowerCase()));
      if (module === undefined) continue;
      this.objects.push({ what: 'name', address: hex(address), from, parameter, name: module, driver: null, module });
      return;
    }
  }

  /** The first letters of a service's name, in the number itself. */
  addService(value: bigint, from: string, parameter: number): void {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setBigUint64(0, value, true);
    const start = printable(bytes, 0, 8).toLowerCase();
    const found = this.clues.names.filter((name) => start.length >= 3 && name.toLowerCase().startsWith(start));
    const [module] = found;
    if (module === undefined || found.length > 1) return;
    this.objects.push({ what: 'name', address: hex(value), from, parameter, name: start, driver: null, module });
  }

  private async addDevice(address: bigint, from: string, parameter: number | null): Promise<DeviceObject | null> {
    const known = this.objects.find((one) => one.what === 'device' && one.address === hex(address));
    if (known?.what === 'device') {
      if (parameter !== null && known.parameter === null) Object.assign(known, { from, parameter });
      return null;
    }
    if (this.objects.length >= maxObjects) return null;
    const view = await this.clues.memory.read(address, device.length);
    if (view.byteLength < device.attached + 8 || view.getInt16(0, true) !== device.type) return null;
    const owner = await this.addDriver(
      view.getBigUint64(device.driver, true),
      say('by-driver', { address: hex(address) }),
      null,
    );
    const attached = view.getBigUint64(device.attached, true);
    const found: DeviceObject = {
      ...{ what: 'device', address: hex(address), from, parameter },
      ...{ driver: owner?.driver ?? null, module: owner?.module ?? null },
      above: isKernelAddress(attached) ? hex(attached) : null,
      ...(await this.extensionOf(view, address)),
    };
    this.objects.push(found);
    return found;
  }

  private async extensionOf(
    view: DataView,
    address: bigint,
  ): Promise<Pick<DeviceObject, 'below' | 'instancePath' | 'service'>> {
    const none = { below: null, instancePath: null, service: null };
    if (view.byteLength < device.length) return none;
    const place = view.getBigUint64(device.extension, true);
    const more = await this.clues.memory.read(place, extension.length);
    const isOwn = more.byteLength === extension.length && more.getInt16(0, true) === extension.type;
    if (!isOwn || more.getBigUint64(extension.device, true) !== address) return none;
    const below = more.getBigUint64(extension.attachedTo, true);
    return {
      below: isKernelAddress(below) ? hex(below) : null,
      ...(await this.nodeOf(more.getBigUint64(extension.node, true), address)),
    };
  }

  private async nodeOf(place: bigint, physical: bigint): Promise<Pick<DeviceObject, 'instancePath' | 'service'>> {
    const view = await this.clues.memory.read(place, node.length);
    if (view.byteLength < node.length || view.getBigUint64(node.device, true) !== physical) {
      return { instancePath: null, service: null };
    }
    return { instancePath: await this.text(view, node.instance), service: await this.text(view, node.service) };
  }

  private async deviceOfNode(place: bigint): Promise<bigint | null> {
    const view = await this.clues.memory.read(place, node.length);
    if (view.byteLength < node.length) return null;
    const physical = view.getBigUint64(node.device, true);
    return isKernelAddress(physical) ? physical : null;
  }

  private async locationAt(view: DataView, index: number, current: number): Promise<IrpLocation> {
    const at = index * location.length;
    const target = view.getBigUint64(at + location.device, true);
    const completion = view.getBigUint64(at + location.completion, true);
    const owner = isKernelAddress(target) ? await this.driverOf(target) : null;
    const names = ioFunctionNames(view.getUint8(at + location.major), view.getUint8(at + location.minor));
    return {
      ...{ index: index + 1, isCurrent: index + 1 === current, device: isKernelAddress(target) ? hex(target) : null },
      ...{ majorFunction: names.major, minorFunction: names.minor },
      ...{ driver: owner?.driver ?? null, module: owner?.module ?? null },
      isPending: (view.getUint8(at + location.control) & location.pending) !== 0,
      completionModule: this.clues.modules.at(completion)?.name ?? null,
    };
  }

  private async driverOf(target: bigint): Promise<DriverObject | null> {
    const view = await this.clues.memory.read(target, 0x10);
    if (view.byteLength < 0x10 || view.getInt16(0, true) !== device.type) return null;
    return this.addDriver(view.getBigUint64(device.driver, true), say('by-driver', { address: hex(target) }), null);
  }

  /** UNICODE_STRING: u16 bytes, u16 room, u64 address of the text. */
  private async text(view: DataView, at: number): Promise<string | null> {
    const bytes = Math.min(view.getUint16(at, true), maxNameBytes);
    const found = utf16(await this.clues.memory.read(view.getBigUint64(at + 8, true), bytes), 0, bytes);
    return found === '' ? null : found;
  }
}
