import { describe, expect, it } from '@jest/globals';
import { readPoolBlocks } from './pool-blocks.js';
import { ownerOfPoolTag } from './pool-tags.data.js';
import { judgeVerifier } from './verifier.js';
import type { VirtualMemory } from './virtual-memory.js';

const start = 0xffff800000001000n;

/** Blocks of 16-byte units one after another: what went before, own size, tag. */
function poolOf(...blocks: [previous: number, size: number, tag: string][]): VirtualMemory {
  const bytes = Buffer.alloc(0x1000);
  let at = 0;
  for (const [previous, size, tag] of blocks) {
    bytes.writeUInt8(previous, at);
    bytes.writeUInt8(size, at + 2);
    bytes.write(tag, at + 4, 'latin1');
    at += size * 16;
  }
  return {
    async read(address, length) {
      const inside = Number(address - start);
      const part = inside < 0 || inside > bytes.length ? Buffer.alloc(0) : bytes.subarray(inside, inside + length);
      return new DataView(part.buffer, part.byteOffset, part.byteLength);
    },
  };
}

const names = new Set(['ntfs.sys', 'ntoskrnl.exe']);

describe('a pool block', () => {
  it('tells its tag and owner, and those of the block before it, which may have run over its end', async () => {
    const memory = poolOf([0, 8, 'Ntfx'], [8, 4, 'AcmF']);
    expect(await readPoolBlocks({ memory, names }, 'pool-header', start + 0x80n, 2)).toMatchObject([
      { tag: 'AcmF', bytes: 0x40, owner: null, module: null, parameter: 2, from: 'parameter 2' },
      { tag: 'Ntfx', bytes: 0x80, owner: 'ntfs.sys', module: 'ntfs.sys', parameter: null },
    ]);
  });

  it('has its header before what the allocation gave', async () => {
    const memory = poolOf([0, 8, 'Ntfx']);
    expect(await readPoolBlocks({ memory, names }, 'pool-block', start + 0x10n, 4)).toMatchObject([{ tag: 'Ntfx' }]);
  });

  it('is none when its tag is no text or its size is zero, and no neighbour is believed that does not fit', async () => {
    expect(await readPoolBlocks({ memory: poolOf([0, 8, '\x01\x02ab']), names }, 'pool-header', start, 2)).toEqual([]);
    expect(await readPoolBlocks({ memory: poolOf([0, 0, 'Ntfx']), names }, 'pool-header', start, 2)).toEqual([]);
    const memory = poolOf([0, 8, 'Ntfx'], [7, 4, 'AcmF']);
    expect(await readPoolBlocks({ memory, names }, 'pool-header', start + 0x80n, 2)).toHaveLength(1);
  });

  it('is told by the tag alone where that is a parameter', async () => {
    expect(await readPoolBlocks({ memory: poolOf(), names }, 'pool-tag', 0x7866744en, 3)).toMatchObject([
      { tag: 'Ntfx', owner: 'ntfs.sys', bytes: null },
    ]);
  });
});

describe('owners of pool tags', () => {
  it.each([
    ['Ntfx', 'ntfs.sys'],
    ['NDam', 'ndis.sys'],
    ['AfdE', 'afd.sys'],
    ['MmSt', 'ntoskrnl.exe'],
    ['File', null],
    ['AcmF', null],
    ['Nt', null],
  ])('%s: %s', (tag, owner) => {
    expect(ownerOfPoolTag(tag)).toBe(owner);
  });
});

describe('Driver Verifier', () => {
  it('is on when its level says so, with the names that `verifier` itself uses', () => {
    expect(judgeVerifier(0x50, 0x9, ['acme.sys'])).toEqual({
      ...{ active: true, specialPool: true, flags: '0x9', drivers: ['acme.sys'] },
      options: ['special pool', 'pool tracking'],
    });
  });

  it('is on by the bugcheck that only it raises, and special pool by those that only it raises', () => {
    expect(judgeVerifier(0xc4, null, [])).toMatchObject({ active: true, specialPool: false, flags: null });
    expect(judgeVerifier(0xd5, null, [])).toMatchObject({ active: false, specialPool: true });
  });

  it('is not called off where nothing tells of it', () => {
    expect(judgeVerifier(0x9f, null, [])).toBeNull();
    expect(judgeVerifier(0x9f, 0, [])).toMatchObject({ active: false, flags: '0x0', options: [] });
  });
});
