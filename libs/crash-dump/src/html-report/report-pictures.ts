import type { DumpReport, Frame, MemoryHeld, Module } from '../dump-facts.js';
import { isThirdParty } from '../find-culprit.js';
import { html, type Markup } from './markup.js';

/** Of the coordinates of a strip; it is stretched to the width of the page. */
const width = 1000;

/** How modules are coloured. */
export function colourOf(module: Pick<Module, 'name' | 'company'>): 'third' | 'ms' | 'unsaid' {
  const third = isThirdParty(module);
  return third === null ? 'unsaid' : third ? 'third' : 'ms';
}

/** How far a frame can be believed, as a bar. */
export function trustBar({ trust, confidence }: Pick<Frame, 'trust' | 'confidence'>): Markup {
  const length = Math.max(3, Math.round(Math.min(1, Math.max(0, confidence)) * 46));
  return html`<svg width="46" height="9" viewBox="0 0 46 9" aria-hidden="true">
    <rect class="fill-track" width="46" height="9" rx="3" />
    <rect class="fill-${trust}" width="${length}" height="9" rx="3" />
  </svg>`;
}

/** Physical memory by how full its parts are, or the largest pieces of an address space side by side. */
export function memoryStrip(memory: MemoryHeld, report: Pick<DumpReport, 'modules' | 'stack'>): Markup {
  return memory.space === 'physical' ? densityStrip(memory) : pieceStrip(memory, report);
}

function densityStrip({ density }: MemoryHeld): Markup {
  const height = 64;
  const step = width / Math.max(1, density.length);
  // One shape, for bars side by side show seams between them. What is there at all must be seen.
  const tops = density.map((share) => (share === 0 ? height : height - Math.max(3, share * height)));
  const outline = tops.map((top, index) => `L${round(index * step)} ${round(top)}H${round((index + 1) * step)}`);
  return html`<svg class="strip" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img">
    <rect class="fill-track" width="${width}" height="${height}" />
    <path class="fill-held" d="M0 ${height}${outline.join('')}L${width} ${height}z" />
  </svg>`;
}

function pieceStrip({ largest }: MemoryHeld, report: Pick<DumpReport, 'modules' | 'stack'>): Markup {
  const colours = { module: 'ms', stack: 'context', other: 'unsaid' } as const;
  return strip(
    largest.map((piece) => ({
      weight: piece.bytes,
      colour: colours[placeOfPiece(piece, report)],
      title: `${piece.from} (${piece.bytes})`,
    })),
    null,
  );
}

function placeOfPiece(
  { from, bytes }: MemoryHeld['largest'][number],
  { modules, stack }: Pick<DumpReport, 'modules' | 'stack'>,
): 'module' | 'stack' | 'other' {
  const [start, end] = [BigInt(from), BigInt(from) + BigInt(bytes)];
  const pointer = stack[0]?.stackPointer ?? null;
  if (pointer !== null && BigInt(pointer) >= start && BigInt(pointer) < end) return 'stack';
  return modules.some(({ base, size }) => start < BigInt(base) + BigInt(size) && end > BigInt(base))
    ? 'module'
    : 'other';
}

/** Modules in the order of their addresses; the one in which it crashed is marked. */
export function moduleStrip({ modules, crash }: Pick<DumpReport, 'modules' | 'crash'>): Markup {
  const sorted = [...modules].sort((a, b) => (BigInt(a.base) < BigInt(b.base) ? -1 : 1));
  const address = crash === null ? null : BigInt(crash.address);
  const crashed = sorted.findIndex(
    ({ base, size }) => address !== null && address >= BigInt(base) && address < BigInt(base) + BigInt(size),
  );
  return strip(
    // The roots keep small drivers visible beside a kernel that is a hundred times as large.
    sorted.map((one) => ({ weight: Math.sqrt(one.size), colour: colourOf(one), title: one.name })),
    crashed < 0 ? null : crashed,
  );
}

function strip(blocks: readonly { weight: number; colour: string; title: string }[], marked: number | null): Markup {
  const total = blocks.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const [top, height] = [12, 44];
  let at = 0;
  const drawn = blocks.map(({ weight, colour, title }, index) => {
    const wide = (weight / total) * width;
    const x = at;
    at += wide;
    const middle = x + wide / 2;
    return html`<rect
        class="fill-${colour}"
        x="${round(x)}"
        y="${top}"
        width="${round(Math.max(0.7, wide - 0.8))}"
        height="${height}"
      >
        <title>${title}</title></rect
      >${
        marked === index &&
        html`<path class="fill-ink" d="M${round(middle - 7)} 0h14l-7 10z" /><rect
            class="fill-ink"
            x="${round(middle - 0.8)}"
            y="6"
            width="1.6"
            height="${top + height - 6}"
          />`
      }`;
  });
  return html`<svg class="strip" viewBox="0 0 ${width} ${top + height}" preserveAspectRatio="none" role="img">
    ${drawn}
  </svg>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
