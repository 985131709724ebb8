import type { Module } from './dump-facts.js';
import { hex } from './fields.js';

/** An address as module and offset; both null when no module holds it. */
export interface Located {
  module: string | null;
  offset: string | null;
}

/** Finds which module holds an address. */
export interface ModuleMap {
  at(address: bigint): Module | null;
  locate(address: bigint): Located;
}

/** A map of loaded modules by address; where modules overlap, the one that begins last is taken. */
export function mapOfModules(modules: readonly Module[]): ModuleMap {
  const sorted = modules
    .map((module) => ({ module, base: BigInt(module.base), end: BigInt(module.base) + BigInt(module.size) }))
    .sort((a, b) => (a.base < b.base ? -1 : a.base > b.base ? 1 : 0));
  const find = (address: bigint): (typeof sorted)[number] | null => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as (typeof sorted)[number]).base <= address) low = middle + 1;
      else high = middle;
    }
    const nearest = sorted[low - 1];
    return nearest && address < nearest.end ? nearest : null;
  };
  return {
    at: (address) => find(address)?.module ?? null,
    locate(address) {
      const found = find(address);
      return found ? { module: found.module.name, offset: hex(address - found.base) } : { module: null, offset: null };
    },
  };
}

/** The last part of a path of Windows or of others. */
export function fileNameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1);
}
