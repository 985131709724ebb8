import { numbers, type Heap } from './synthetic-address-space.js';
import type { Images } from './synthetic-call-stack.js';
import type { TrueObject } from './synthetic-truth.js';

/** A location of an I/O request: which device it was sent to, and what it asks. */
export interface LocationPlan {
  device: bigint;
  major: number;
  minor: number;
  isPending?: boolean;
  completion?: bigint;
}

/** Objects of the I/O system as wdm.h lays them out on 64 bits; what was made is written down. */
export class IoObjects {
  readonly truth: TrueObject[] = [];

  constructor(
    private readonly heap: Heap,
    private readonly images: Images,
    private readonly write: (address: bigint, bytes: Uint8Array) => void,
  ) {}

  driver(name: string, module: string): bigint {
    const plan = this.images.get(module)?.plan;
    if (!plan) throw new Error(`there is no ${module}`);
    const text = Buffer.from(name, 'utf16le');
    const driver = Buffer.alloc(0x150);
    driver.writeInt16LE(4, 0);
    driver.writeInt16LE(0x150, 2);
    numbers(plan.base).copy(driver, 0x18);
    driver.writeUInt32LE(plan.size, 0x20);
    driver.writeUInt16LE(text.length, 0x38);
    driver.writeUInt16LE(text.length + 2, 0x3a);
    numbers(this.heap(text)).copy(driver, 0x40);
    const address = this.heap(driver);
    this.truth.push({ what: 'driver', address, driver: name, module });
    return address;
  }

  /** A device of a driver on top of another one; `instance` makes it the physical device of a node. */
  device(
    driver: bigint,
    { on = null, instance, service }: { on?: bigint | null; instance?: string; service?: string } = {},
  ): bigint {
    const extension = this.heap(Buffer.alloc(0x70));
    const device = Buffer.alloc(0x150);
    device.writeInt16LE(3, 0);
    device.writeUInt16LE(0x150, 2);
    device.writeInt32LE(1, 4);
    numbers(driver).copy(device, 8);
    numbers(extension).copy(device, 0x138);
    const address = this.heap(device);
    this.write(extension, Buffer.from([13, 0, 0, 0]));
    this.write(extension + 8n, numbers(address));
    if (on !== null) {
      this.write(on + 0x18n, numbers(address));
      this.write(extension + 0x30n, numbers(on));
    }
    if (instance !== undefined) this.write(extension + 0x28n, numbers(this.node(address, instance, service ?? '')));
    const owner = this.truth.find((one) => one.address === driver);
    this.truth.push({ what: 'device', address, driver: owner?.driver ?? null, module: owner?.module ?? null });
    return address;
  }

  /** An I/O request; `current` counts its locations from 1, the lowest one. */
  irp(locations: readonly LocationPlan[], current: number): bigint {
    const irp = Buffer.alloc(0xd0 + locations.length * 0x48);
    irp.writeInt16LE(6, 0);
    irp.writeUInt16LE(irp.length, 2);
    irp.writeUInt8(locations.length, 0x42);
    irp.writeUInt8(current, 0x43);
    locations.forEach(({ device, major, minor, isPending, completion = 0n }, index) => {
      const at = 0xd0 + index * 0x48;
      irp.writeUInt8(major, at);
      irp.writeUInt8(minor, at + 1);
      irp.writeUInt8(isPending ? 1 : 0, at + 3);
      numbers(device, 0n, completion).copy(irp, at + 0x28);
    });
    const address = this.heap(irp);
    this.write(address + 0xb8n, numbers(address + BigInt(0xd0 + (current - 1) * 0x48)));
    const device = this.truth.find((one) => one.address === locations[current - 1]?.device);
    this.truth.push({ what: 'irp', address, driver: device?.driver ?? null, module: device?.module ?? null });
    return address;
  }

  private node(device: bigint, instance: string, service: string): bigint {
    const node = Buffer.alloc(0x310);
    numbers(device).copy(node, 0x20);
    [instance, service].forEach((text, index) => {
      const bytes = Buffer.from(text, 'utf16le');
      node.writeUInt16LE(bytes.length, 0x28 + index * 0x10);
      node.writeUInt16LE(bytes.length + 2, 0x2a + index * 0x10);
      numbers(this.heap(bytes)).copy(node, 0x30 + index * 0x10);
    });
    return this.heap(node);
  }
}
