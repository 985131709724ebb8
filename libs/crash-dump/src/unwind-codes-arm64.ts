/**
 * What one unwind code undoes. save: registers lie one after another from sp + `offset` on, and sp moves by `moves`
 * afterwards. Registers of vectors are not needed for a walk, so saving them only moves sp.
 */
export type Operation =
  | { kind: 'save'; registers: readonly number[]; offset: number; moves: number }
  | { kind: 'move'; bytes: number }
  | { kind: 'frame'; offset: number }
  | { kind: 'nothing' | 'plain-return' | 'trap-frame' | 'machine-frame' | 'context' | 'exact-return' }
  | { kind: 'unknown'; code: number };

/** How a function is undone, wherever in it the processor stands. */
export interface FunctionPlan {
  /** In bytes. */
  length: number;
  /** What is still to be undone when all instructions before `offset` were run. */
  operationsFrom(offset: number): Operation[];
}

/** An operation and how many instructions of the prolog or epilog it stands for. */
interface Step {
  operation: Operation;
  instructions: 0 | 1;
}

/** The end of a sequence of codes; `chained`: those of the function it was cut from follow. */
type End = 'end' | 'chained';
/** `next`: save_next, the pair of registers after the one that is saved next. */
type Code = Step | End | 'next';

const frame = 29;
const link = 30;
const firstSaved = 19;
/** Registers x19 to x28 are kept by functions; pairs beyond them are registers of vectors. */
const lastSaved = 28;

/** Words of `.xdata`: the header, perhaps its extension, scopes of epilogs, codes. */
export interface FullUnwindData {
  /** Bytes of the record up to and with its codes. */
  bytes: number;
  length: number;
  /** Whether a single epilog is at the end of the function; else `scopes` tells where they are. */
  isPackedEpilog: boolean;
  /** Of a packed epilog: which byte of the codes is its first. */
  epilogIndex: number;
  scopesAt: number;
  scopes: number;
  codesAt: number;
}

/**
 * The header of unwind data in `.xdata`, after Microsoft's "ARM64 exception handling": function length 18 bits, version 2,
 * X, E, epilogs 5, words of codes 5; when both counts are 0 a second word has them in 16 and 8 bits. Null: of a version
 * that is not known.
 */
export function readFullHeader(view: DataView): FullUnwindData | null {
  const header = view.getUint32(0, true);
  if (((header >>> 18) & 3) !== 0) return null;
  let epilogs = (header >>> 22) & 31;
  let words = header >>> 27;
  let at = 4;
  if (epilogs === 0 && words === 0) {
    if (view.byteLength < 8) return null;
    const extension = view.getUint32(4, true);
    epilogs = extension & 0xffff;
    words = (extension >>> 16) & 0xff;
    at = 8;
  }
  const isPackedEpilog = ((header >>> 21) & 1) === 1;
  const scopes = isPackedEpilog ? 0 : epilogs;
  const codesAt = at + scopes * 4;
  return {
    ...{ bytes: codesAt + words * 4, length: (header & 0x3ffff) * 4, isPackedEpilog },
    ...{ epilogIndex: isPackedEpilog ? epilogs : 0, scopesAt: at, scopes, codesAt },
  };
}

/** The plan of a function whose unwind data is in `.xdata`. */
export function fullPlan(view: DataView, header: FullUnwindData): FunctionPlan {
  const { length, isPackedEpilog, epilogIndex, scopesAt, scopes, codesAt, bytes } = header;
  const codes = new DataView(view.buffer, view.byteOffset + codesAt, bytes - codesAt);
  return {
    length,
    operationsFrom(offset) {
      const place = Math.floor(offset / 4);
      const body = decode(codes, 0);
      const prolog = instructionsOf(body);
      if (place < prolog) return without(body, prolog - place);
      if (isPackedEpilog) {
        const epilog = decode(codes, epilogIndex);
        const start = length / 4 - (instructionsOf(epilog) + 1);
        return place >= start ? without(epilog, place - start) : without(body, 0);
      }
      for (let scope = 0; scope < scopes; scope += 1) {
        const word = view.getUint32(scopesAt + scope * 4, true);
        const start = word & 0x3ffff;
        if (place < start) break;
        // An epilog has at most as many instructions as there are bytes of codes, and its return.
        if (place > start + codes.byteLength) continue;
        const epilog = decode(codes, word >>> 22);
        if (place < start + instructionsOf(epilog) + 1) return without(epilog, place - start);
      }
      return without(body, 0);
    },
  };
}

/** Instructions of a prolog or epilog: up to the first end. */
function instructionsOf(codes: readonly Code[]): number {
  let count = 0;
  for (const code of codes) {
    if (code === 'end' || code === 'chained') break;
    count += code === 'next' ? 1 : code.instructions;
  }
  return count;
}

/** What is left when `skipped` codes were undone already; a chained end leads on into the function that it was cut from. */
function without(codes: readonly Code[], skipped: number): Operation[] {
  let from = 0;
  while (from < skipped && from < codes.length && codes[from] !== 'end' && codes[from] !== 'chained') from += 1;
  const operations: Operation[] = [];
  let pairs = 0;
  for (const code of codes.slice(from)) {
    if (code === 'next') pairs += 1;
    else if (typeof code !== 'string') {
      operations.push(widened(code.operation, pairs));
      pairs = 0;
    }
  }
  return operations;
}

/** Each `next` before a saved pair stands for one more pair in the 16 bytes behind it. */
function widened(operation: Operation, pairs: number): Operation {
  if (pairs === 0 || operation.kind !== 'save') return operation;
  const first = operation.registers[0] ?? firstSaved;
  const count = Math.min(operation.registers.length + 2 * pairs, lastSaved + 1 - first);
  return { ...operation, registers: numbersFrom(first, count) };
}

/** Codes from a byte on up to the real end. */
function decode(codes: DataView, from: number): Code[] {
  const list: Code[] = [];
  for (let at = from; at < codes.byteLength;) {
    const first = codes.getUint8(at);
    const size = sizeOf(first);
    const code = at + size > codes.byteLength ? step({ kind: 'unknown', code: first }) : codeOf(codes, at, first);
    list.push(code);
    if (code === 'end') break;
    at += size;
  }
  return list;
}

function sizeOf(code: number): number {
  if (code < 0xc0) return 1;
  if (code < 0xe0) return 2;
  return { 0xe0: 4, 0xe2: 2, 0xe7: 3, 0xf8: 2, 0xf9: 3, 0xfa: 4, 0xfb: 5 }[code] ?? 1;
}

function step(operation: Operation, instructions: 0 | 1 = 1): Step {
  return { operation, instructions };
}

function save(registers: readonly number[], offset: number, moves = 0): Step {
  return step({ kind: 'save', registers, offset, moves });
}

function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

function move(bytes: number): Step {
  return step({ kind: 'move', bytes });
}

/** The codes of Microsoft's table, each for one instruction; those of hand-written code for none. */
function codeOf(codes: DataView, at: number, first: number): Code {
  if (first < 0x20) return move(first * 16);
  if (first < 0x40) return save([19, 20], 0, (first & 31) * 8);
  if (first < 0x80) return save([frame, link], (first & 63) * 8);
  if (first < 0xc0) return save([frame, link], 0, ((first & 63) + 1) * 8);
  if (first < 0xe0) return pairOf((first << 8) | codes.getUint8(at + 1));
  if (first === 0xe0) return move((codes.getUint32(at) & 0xffffff) * 16);
  if (first === 0xe2) return step({ kind: 'frame', offset: codes.getUint8(at + 1) * 8 });
  if (first === 0xe7) return anyRegister(codes.getUint16(at + 1));
  const whole = ofOneByte.get(first);
  if (whole !== undefined) return whole;
  return first >= 0xf8 ? step({ kind: 'nothing' }) : step({ kind: 'unknown', code: first }, 0);
}

const ofOneByte: ReadonlyMap<number, Code> = new Map<number, Code>([
  [0xe1, step({ kind: 'frame', offset: 0 })],
  [0xe3, step({ kind: 'nothing' })],
  [0xe4, 'end'],
  [0xe5, 'chained'],
  [0xe6, 'next'],
  [0xe8, step({ kind: 'trap-frame' }, 0)],
  [0xe9, step({ kind: 'machine-frame' }, 0)],
  [0xea, step({ kind: 'context' }, 0)],
  [0xec, step({ kind: 'exact-return' }, 0)],
  [0xfc, step({ kind: 'plain-return' })],
]);

/** The codes of two bytes: six, seven or eight bits say which, then the register and the place in units of 8. */
function pairOf(word: number): Step {
  const register = firstSaved + ((word >> 6) & 15);
  const place = (word & 63) * 8;
  if (word < 0xc800) return move((word & 0x7ff) * 16);
  if (word < 0xcc00) return save([register, register + 1], place);
  if (word < 0xd000) return save([register, register + 1], 0, place + 8);
  if (word < 0xd400) return save([register], place);
  if (word < 0xd600) return save([firstSaved + ((word >> 5) & 15)], 0, (word & 31) * 8 + 8);
  if (word < 0xd800) return save([firstSaved + 2 * ((word >> 6) & 7), link], place);
  // save_fregp and save_freg leave sp alone; save_fregp_x and save_freg_x move it.
  if (word < 0xda00) return move(0);
  if (word < 0xdc00) return move(place + 8);
  if (word < 0xde00) return move(0);
  return word < 0xdf00 ? move((word & 31) * 8 + 8) : step({ kind: 'unknown', code: 0xdf });
}

/** save_any_reg: 0pxrrrrr ffoooooo; p a pair, x sp moves, f 0 x, 1 d, 2 q; the place in units of 16 for pairs, x and q. */
function anyRegister(word: number): Step {
  const isPair = (word & 0x4000) !== 0;
  const moves = (word & 0x2000) !== 0;
  const file = (word >> 6) & 3;
  if ((word & 0x8000) !== 0 || file === 3) return step({ kind: 'unknown', code: 0xe7 });
  const unit = moves || isPair || file === 2 ? 16 : 8;
  const place = ((word & 63) + (moves ? 1 : 0)) * unit;
  if (file !== 0) return move(moves ? place : 0);
  const register = (word >> 8) & 31;
  const count = isPair ? 2 : 1;
  if (register + count > link + 1) return step({ kind: 'unknown', code: 0xe7 });
  return save(numbersFrom(register, count), moves ? 0 : place, moves ? place : 0);
}

/**
 * The plan of a function whose unwind data is packed into its entry of `.pdata`: flag 2 bits, length 11, RegF 3, RegI 4,
 * H 1, CR 2, frame size 9. The prolog is the canonical one; how it is laid out in the cases that the documentation leaves
 * open is as RtlVirtualUnwind has it (unwinder.cpp of .NET's runtime, which Microsoft published). Null: a reserved flag.
 */
export function packedPlan(word: number): FunctionPlan | null {
  const flag = word & 3;
  const length = ((word >>> 2) & 0x7ff) * 4;
  if (flag === 3) return null;
  const { prolog, homes } = canonicalProlog(word);
  const body = [...prolog].reverse();
  // The epilog stores no arguments. It sets no stack from the frame either, which changes nothing where the frame is fixed.
  const epilog = body.filter((one) => !homes.has(one));
  return {
    length,
    operationsFrom(offset) {
      const place = Math.floor(offset / 4);
      if (flag === 2) return without(body, 0);
      if (place < body.length) return without(body, body.length - place);
      const start = length / 4 - (epilog.length + 1);
      return place >= start ? without(epilog, place - start) : without(body, 0);
    },
  };
}

function canonicalProlog(word: number): { prolog: Step[]; homes: Set<Step> } {
  const vectors = (word >>> 13) & 7;
  const general = (word >>> 16) & 15;
  const hasHomes = ((word >>> 20) & 1) === 1;
  const chain = (word >>> 21) & 3;
  const frameBytes = (word >>> 23) * 16;
  const savesLink = chain === 1;
  const slots = general + (savesLink ? 1 : 0) + (vectors === 0 ? 0 : vectors + 1);
  const saved = slots === 0 ? 0 : ((slots + (hasHomes ? 8 : 0) + 1) & ~1) * 8;
  const prolog: Step[] = chain === 2 ? [step({ kind: 'plain-return' })] : [];
  prolog.push(...savedRegisters(general, savesLink, vectors, saved));
  const homes = new Set<Step>();
  if (hasHomes && slots > 0) for (let pair = 0; pair < 4; pair += 1) homes.add(step({ kind: 'nothing' }));
  prolog.push(...homes);
  const local = frameBytes - saved;
  if (local > 0 && chain >= 2) {
    prolog.push(...(local <= 512 ? [save([frame, link], 0, local)] : [...allocated(local), save([frame, link], 0)]));
    prolog.push(step({ kind: 'frame', offset: 0 }));
  } else if (local > 0) prolog.push(...allocated(local));
  return { prolog, homes };
}

/** More than one instruction can take from sp is taken by two. */
function allocated(bytes: number): Step[] {
  return bytes <= 4080 ? [move(bytes)] : [move(4080), move(bytes - 4080)];
}

/** The first instruction that saves also moves sp; x19 and lr alone have none that does, so sp is moved before. */
function savedRegisters(general: number, savesLink: boolean, vectors: number, saved: number): Step[] {
  const steps: Step[] = [];
  let slot = 0;
  let isMoved = false;
  const put = (make: (offset: number, moves: number) => Step, slots: number): void => {
    steps.push(isMoved ? make(slot * 8, 0) : make(0, saved));
    isMoved = true;
    slot += slots;
  };
  if (general === 1 && savesLink) {
    steps.push(move(saved));
    isMoved = true;
  }
  for (let register = 0; register + 1 < general; register += 2) {
    put((offset, moves) => save(numbersFrom(firstSaved + register, 2), offset, moves), 2);
  }
  const last = firstSaved + general - 1;
  if (general % 2 === 1 && savesLink) {
    steps.push(save([last, link], slot * 8));
    slot += 2;
  } else if (general % 2 === 1) put((offset, moves) => save([last], offset, moves), 1);
  else if (savesLink) put((offset, moves) => save([link], offset, moves), 1);
  const pairs = vectors === 0 ? 0 : Math.ceil((vectors + 1) / 2);
  for (let pair = 0; pair < pairs; pair += 1) put((_, moves) => move(moves), 2);
  return steps;
}
