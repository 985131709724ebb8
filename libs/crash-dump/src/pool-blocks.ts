import type { Lead } from './bugcheck-leads.data.js';
import type { PoolObject } from './dump-facts.js';
import { hex } from './fields.js';
import { ownerOfPoolTag } from './pool-tags.data.js';
import { say } from './sentences.js';
import type { VirtualMemory } from './virtual-memory.js';

/** POOL_HEADER, 64 bit (public symbols, Windows Vista to 11): sizes count units of 16 bytes. */
const header = { length: 0x10, previous: 0, size: 2, tag: 4, unit: 16 } as const;

/** What is at hand to tell whose memory it is. */
export interface PoolClues {
  memory: VirtualMemory;
  /** Names of drivers, in small letters. */
  names: ReadonlySet<string>;
}

/** What the header of a pool block tells, and of the block before it, which may have run over its end. */
export async function readPoolBlocks(
  { memory, names }: PoolClues,
  to: Lead['to'],
  value: bigint,
  parameter: number,
): Promise<PoolObject[]> {
  if (to === 'pool-tag') {
    const tag = tagOf(Number(value & 0xffffffffn));
    return tag === null ? [] : [blockOf(0n, say('by-parameter', { number: parameter }), parameter, tag, null, names)];
  }
  const at = to === 'pool-block' ? value - BigInt(header.length) : value;
  const found: PoolObject[] = [];
  const own = await headerAt(memory, at);
  if (!own) return [];
  found.push(blockOf(at, say('by-parameter', { number: parameter }), parameter, own.tag, own.bytes, names));
  const before = own.previous === 0 ? null : await headerAt(memory, at - BigInt(own.previous));
  if (before?.bytes === own.previous) {
    const place = at - BigInt(own.previous);
    found.push(blockOf(place, say('by-block-after', { address: hex(at) }), null, before.tag, before.bytes, names));
  }
  return found;
}

async function headerAt(
  memory: VirtualMemory,
  at: bigint,
): Promise<{ tag: string; bytes: number; previous: number } | null> {
  const view = await memory.read(at, header.length);
  if (view.byteLength < header.length) return null;
  const tag = tagOf(view.getUint32(header.tag, true));
  const bytes = view.getUint8(header.size) * header.unit;
  return tag === null || bytes === 0 ? null : { tag, bytes, previous: view.getUint8(header.previous) * header.unit };
}

/** Four letters, the first in the lowest byte; the highest bit marks a protected block. */
function tagOf(value: number): string | null {
  const letters = [0, 8, 16, 24].map((shift) => (value >>> shift) & (shift === 24 ? 0x7f : 0xff));
  return letters.every((code) => code >= 0x20 && code < 0x7f) && value !== 0 ? String.fromCharCode(...letters) : null;
}

function blockOf(
  address: bigint,
  from: string,
  parameter: number | null,
  tag: string,
  bytes: number | null,
  names: ReadonlySet<string>,
): PoolObject {
  const owner = ownerOfPoolTag(tag);
  return {
    ...{ what: 'pool', address: hex(address), from, parameter, tag, bytes, owner },
    ...{ driver: null, module: owner !== null && names.has(owner) ? owner : null },
  };
}
