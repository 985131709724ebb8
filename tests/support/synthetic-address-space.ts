/** What the entries of page tables have beside the frame: those that lead to a table, and those that lead to a page. */
export interface EntryBits {
  table: bigint;
  page: bigint;
}

/** Four levels of page tables, those of AMD64 by default; pages come into being when they are written. */
export class AddressSpace {
  readonly pages = new Map<number, Buffer>();
  readonly top: number;

  constructor(
    private readonly nextFrame: () => number,
    private readonly bits: EntryBits = { table: 0x8a00000000000063n, page: 0x8a00000000000063n },
  ) {
    this.top = this.newPage();
  }

  write(address: bigint, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const at = address + BigInt(done);
      const inside = Number(at % 4096n);
      const count = Math.min(bytes.length - done, 4096 - inside);
      this.pageOf(at).set(bytes.subarray(done, done + count), inside);
      done += count;
    }
  }

  unmap(address: bigint, how: 'transition' | 'paged-out' | 'absent'): void {
    const { table, index } = this.entryFor(address);
    const entry = table.readBigUInt64LE(index);
    const others = { transition: (entry & ~0x8000000000000fffn) | 0x880n, 'paged-out': 0x123400000080n, absent: 0n };
    table.writeBigUInt64LE(others[how], index);
  }

  frameOf(address: bigint): number {
    const { table, index } = this.entryFor(address);
    return Number((table.readBigUInt64LE(index) >> 12n) & 0xfffffffffn);
  }

  protected pageOf(address: bigint): Buffer {
    const { table, index } = this.entryFor(address);
    return this.follow(table, index, this.bits.page);
  }

  protected entryFor(address: bigint, shifts = [39n, 30n, 21n], last = 12n): { table: Buffer; index: number } {
    let table = this.pages.get(this.top) as Buffer;
    for (const shift of shifts) table = this.follow(table, Number((address >> shift) % 512n) * 8, this.bits.table);
    return { table, index: Number((address >> last) % 512n) * 8 };
  }

  private follow(table: Buffer, index: number, bits: bigint): Buffer {
    const entry = table.readBigUInt64LE(index);
    if (entry % 2n === 1n) return this.pages.get(Number((entry >> 12n) & 0xfffffffffn)) as Buffer;
    const frame = this.newPage();
    table.writeBigUInt64LE((BigInt(frame) << 12n) | bits, index);
    return this.pages.get(frame) as Buffer;
  }

  private newPage(): number {
    const frame = this.nextFrame();
    this.pages.set(frame, Buffer.alloc(4096));
    return frame;
  }
}

/** Gives memory that nothing else uses and says where it lies. */
export type Heap = (bytes: Uint8Array) => bigint;

export function heapAt(space: AddressSpace, start: bigint): Heap {
  let next = start;
  return (bytes) => {
    const at = next;
    space.write(at, bytes);
    next += BigInt((bytes.length + 15) & ~15);
    return at;
  };
}

/** Numbers of 8 bytes, one after another. */
export function numbers(...values: bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt.asUintN(64, value), index * 8));
  return bytes;
}
