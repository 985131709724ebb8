import { utf16 } from './fields.js';

/** What a version resource says of its file. */
export interface VersionFacts {
  fileVersion: string | null;
  productVersion: string | null;
  product: string | null;
  company: string | null;
  description: string | null;
}

/** Larger ones are not believed. */
const maxNodes = 512;
const maxText = 256;

/** One node of VS_VERSION_INFO: {u16 length, u16 length of value, u16 type, key, value, children}, all at multiples of 4. */
interface Node {
  key: string;
  value: number;
  valueLength: number;
  end: number;
}

/** Reads VS_VERSION_INFO; null when it is none. */
export function readVersionResource(view: DataView): VersionFacts | null {
  const root = nodeAt(view, 0, view.byteLength);
  if (root?.key !== 'VS_VERSION_INFO') return null;
  const texts = new Map<string, string>();
  const budget = { nodes: maxNodes };
  for (const block of childrenOf(view, root, budget)) {
    if (block.key !== 'StringFileInfo') continue;
    for (const table of childrenOf(view, block, budget)) {
      for (const { key, value, end } of childrenOf(view, table, budget)) {
        const text = utf16(view, value, Math.min(end - value, maxText * 2)).split('\0')[0] ?? '';
        if (text.trim() !== '' && !texts.has(key)) texts.set(key, text.trim());
      }
    }
  }
  const fixed = root.valueLength >= 24 && signatureAt(view, root.value) ? root.value : null;
  return {
    fileVersion: fixed === null ? (texts.get('FileVersion') ?? null) : versionAt(view, fixed + 8),
    productVersion: fixed === null ? (texts.get('ProductVersion') ?? null) : versionAt(view, fixed + 16),
    product: texts.get('ProductName') ?? null,
    company: texts.get('CompanyName') ?? null,
    description: texts.get('FileDescription') ?? null,
  };
}

function signatureAt(view: DataView, at: number): boolean {
  return at + 24 <= view.byteLength && view.getUint32(at, true) === 0xfeef04bd;
}

function versionAt(view: DataView, at: number): string {
  return [2, 0, 6, 4].map((offset) => view.getUint16(at + offset, true)).join('.');
}

function nodeAt(view: DataView, at: number, limit: number): Node | null {
  if (at + 8 > limit) return null;
  const length = view.getUint16(at, true);
  if (length < 8 || at + length > limit) return null;
  let keyEnd = at + 6;
  while (keyEnd + 2 <= at + length && view.getUint16(keyEnd, true) !== 0) keyEnd += 2;
  return {
    key: utf16(view, at + 6, Math.min(keyEnd - at - 6, maxText * 2)),
    value: aligned(keyEnd + 2),
    valueLength: view.getUint16(at + 2, true),
    end: at + length,
  };
}

function* childrenOf(view: DataView, parent: Node, budget: { nodes: number }): Generator<Node> {
  let at = aligned(parent.key === 'VS_VERSION_INFO' ? parent.value + parent.valueLength : parent.value);
  while (at < parent.end && budget.nodes > 0) {
    budget.nodes -= 1;
    const node = nodeAt(view, at, parent.end);
    if (!node) return;
    yield node;
    at = aligned(node.end);
  }
}

function aligned(at: number): number {
  return (at + 3) & ~3;
}
