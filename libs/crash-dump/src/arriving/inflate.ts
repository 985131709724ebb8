import {
  distanceBases,
  distanceBits,
  fixedDistances,
  fixedLiterals,
  lengths,
  lengths64,
  orderOfLengths,
  repeat,
  windowBytes,
} from './deflate-codes.js';
import { huffmanCode, symbolAt, type HuffmanCode } from './huffman.js';

/** Thrown for packed bytes that nobody can have written so. */
export class DamagedStream extends Error {
  override readonly name = 'DamagedStream';
}

/** No repetition is written with more bytes: 15, 16, 15 and 14 bits. */
const longestCodeBytes = 8;

type Step = 'block' | 'stored' | 'coded';

/**
 * Unpacks Deflate and Deflate64 while the packed bytes arrive. Whatever the pieces, all that they determine comes out at
 * once, also what comes before a defect; where the stream ends is known to the byte. Holds a window of 64 KiB and a few
 * hundred bytes of its input. A copy of it is a place to come back to.
 */
export class Inflate {
  /** Whether the stream has come to its end. */
  ended = false;
  /** When it has: how many of the bytes pushed last come behind it. */
  unused = 0;

  private readonly window = new Uint8Array(windowBytes);
  private at = 0;
  private written = 0;
  private input: Uint8Array = new Uint8Array(0);
  private place = 0;
  private hold = 0;
  private held = 0;
  private step: Step = 'block';
  private isLast = false;
  private storedLeft = 0;
  private copyLeft = 0;
  private distance = 0;
  private pushed = 0;
  private literals = fixedLiterals;
  private distances = fixedDistances;

  constructor(private readonly is64 = false) {}

  /** How many packed bytes were used up so far, all but bits of the last ones. */
  get consumed(): number {
    return this.pushed - (this.input.byteLength - this.place);
  }

  /** Gives what comes out, in pieces that are overwritten when the next one is asked for. */
  *push(bytes: Uint8Array): Generator<Uint8Array, void> {
    if (this.ended) {
      this.unused = bytes.byteLength;
      return;
    }
    this.take(bytes);
    for (;;) {
      if (this.at === windowBytes) this.at = 0;
      const given = this.at;
      const stop = this.tryRun();
      if (this.at > given) yield this.window.subarray(given, this.at);
      if (stop instanceof Error) throw stop;
      if (stop !== 'full') break;
    }
  }

  /** One that goes on from here when it is given the packed bytes behind `consumed`. */
  copy(): Inflate {
    const copy = new Inflate(this.is64);
    const { consumed } = this;
    Object.assign(copy, this, { window: this.window.slice(), input: new Uint8Array(0), place: 0, pushed: consumed });
    return copy;
  }

  private tryRun(): 'full' | 'hungry' | 'ended' | Error {
    try {
      return this.run();
    } catch (error) {
      return error as Error;
    }
  }

  private take(bytes: Uint8Array): void {
    this.pushed += bytes.byteLength;
    const rest = this.input.byteLength - this.place;
    const joined = rest === 0 ? bytes : new Uint8Array(rest + bytes.byteLength);
    if (rest > 0) {
      joined.set(this.input.subarray(this.place));
      joined.set(bytes, rest);
    }
    this.input = joined;
    this.place = 0;
  }

  /** Goes on until the window is full, the input used up, or the stream at its end. */
  private run(): 'full' | 'hungry' | 'ended' {
    for (;;) {
      if (this.step === 'stored' || this.step === 'coded') {
        const stop = this.step === 'stored' ? this.copyStored() : this.decode();
        if (stop === 'full') return 'full';
        if (stop === 'hungry') return this.keepRest();
        this.step = 'block';
        if (this.isLast) return this.end();
      } else if (!this.whole(() => this.beginBlock())) return this.keepRest();
    }
  }

  /** What is left of the input is the caller's memory, so that it is copied. */
  private keepRest(): 'hungry' {
    this.input = Uint8Array.from(this.input.subarray(this.place));
    this.place = 0;
    return 'hungry';
  }

  private end(): 'ended' {
    this.ended = true;
    this.unused = this.input.byteLength - this.place + (this.held >> 3);
    this.pushed -= this.unused;
    this.input = new Uint8Array(0);
    this.place = 0;
    return 'ended';
  }

  /** Does a step that needs all its bits; undone (false) when they are not there yet. */
  private whole(step: () => void): boolean {
    const before = { place: this.place, hold: this.hold, held: this.held, step: this.step };
    let damage: unknown = null;
    try {
      step();
    } catch (error) {
      damage = error;
    }
    if (!this.isCovered()) {
      Object.assign(this, before);
      return false;
    }
    if (damage !== null) throw damage as Error;
    return true;
  }

  /** Bits past the input are read as zeros; false when they mattered. */
  private isCovered(): boolean {
    const phantom = this.place - this.input.byteLength;
    if (phantom <= 0) return true;
    if (this.held < phantom * 8) return false;
    this.held -= phantom * 8;
    this.hold &= (1 << this.held) - 1;
    this.place = this.input.byteLength;
    return true;
  }

  private look(count: number): void {
    while (this.held < count) {
      const byte = this.place < this.input.byteLength ? (this.input[this.place] ?? 0) : 0;
      this.hold |= byte << this.held;
      this.held += 8;
      this.place += 1;
    }
  }

  private bits(count: number): number {
    this.look(count);
    const value = this.hold & ((1 << count) - 1);
    this.hold >>>= count;
    this.held -= count;
    return value;
  }

  private symbol(code: HuffmanCode): number {
    this.look(15);
    const found = symbolAt(code, this.hold);
    if (found < 0) {
      // As many bits as were looked at speak against it.
      this.bits(15);
      return -1;
    }
    this.hold >>>= found & 15;
    this.held -= found & 15;
    return found >> 4;
  }

  private beginBlock(): void {
    const isLast = this.bits(1) === 1;
    const type = this.bits(2);
    if (type === 0) this.beginStored();
    else if (type === 1) [this.literals, this.distances] = [fixedLiterals, fixedDistances];
    else if (type === 2) this.readCodes();
    else throw new DamagedStream('a block of an unknown type');
    this.isLast = isLast;
    this.step = type === 0 ? 'stored' : 'coded';
  }

  private beginStored(): void {
    this.bits(this.held & 7);
    const length = this.bits(16);
    if ((this.bits(16) ^ 0xffff) !== length) throw new DamagedStream('a stored block whose length contradicts itself');
    this.storedLeft = length;
  }

  /** The codes of a block stand before it, themselves written in a code (RFC 1951, 3.2.7). */
  private readCodes(): void {
    const literals = this.bits(5) + 257;
    const distances = this.bits(5) + 1;
    const used = this.bits(4) + 4;
    const ofLengths = new Uint8Array(19);
    for (const symbol of orderOfLengths.slice(0, used)) ofLengths[symbol] = this.bits(3);
    const code = codeOf(ofLengths);
    const all = new Uint8Array(literals + distances);
    for (let at = 0; at < all.length;) {
      const symbol = this.symbol(code);
      if (symbol < 0 || (symbol === 16 && at === 0)) throw new DamagedStream('codes that make no sense');
      const [length, times] =
        symbol < 16
          ? [symbol, 1]
          : symbol === 16
            ? [all[at - 1] ?? 0, 3 + this.bits(2)]
            : [0, symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7)];
      if (at + times > all.length) throw new DamagedStream('more codes than there are symbols');
      all.fill(length, at, at + times);
      at += times;
    }
    this.literals = codeOf(all.subarray(0, literals));
    this.distances = codeOf(all.subarray(literals));
  }

  private copyStored(): 'full' | 'hungry' | 'done' {
    while (this.storedLeft > 0) {
      if (this.at === windowBytes) return 'full';
      if (this.held >= 8) {
        this.put(this.bits(8));
        this.storedLeft -= 1;
        continue;
      }
      const count = Math.min(this.storedLeft, windowBytes - this.at, this.input.byteLength - this.place);
      if (count === 0) return 'hungry';
      this.window.set(this.input.subarray(this.place, this.place + count), this.at);
      this.at += count;
      this.written += count;
      this.place += count;
      this.storedLeft -= count;
    }
    return 'done';
  }

  private decode(): 'full' | 'hungry' | 'done' {
    for (;;) {
      const length = Math.min(this.copyLeft, windowBytes - this.at);
      this.at = repeat(this.window, this.at, this.distance, length);
      this.written += length;
      this.copyLeft -= length;
      if (this.copyLeft === 0) this.decodeQuickly();
      if (this.at === windowBytes) return 'full';
      if (this.copyLeft > 0) continue;
      const { place, hold, held } = this;
      const symbol = this.symbol(this.literals);
      const isSound = symbol <= 256 ? symbol >= 0 : this.beginCopy(symbol - 257);
      if (!this.isCovered()) {
        Object.assign(this, { place, hold, held, copyLeft: 0 });
        return 'hungry';
      }
      if (!isSound || (this.copyLeft > 0 && this.distance > this.written))
        throw new DamagedStream('a code or a distance that makes no sense');
      if (symbol === 256) return 'done';
      if (symbol < 256) this.put(symbol);
    }
  }

  /**
   * Decodes while all bits of whatever comes are there, in local variables, which is several times as fast. Whatever is
   * not ordinary (the end of a block, a defect) is left as it stands.
   */
  private decodeQuickly(): void {
    const { window, input, literals, distances, written } = this;
    const { bases, bits } = this.is64 ? lengths64 : lengths;
    const symbols = this.is64 ? 32 : 30;
    const lastPlace = input.byteLength - longestCodeBytes;
    const begun = this.at;
    let { at, place, hold, held } = this;
    while (place <= lastPlace && at < windowBytes) {
      if (held < 16) {
        hold |= ((input[place++] as number) | ((input[place++] as number) << 8)) << held;
        held += 16;
      }
      const found = symbolAt(literals, hold);
      const symbol = found >> 4;
      if (symbol < 0 || symbol === 256 || symbol - 257 >= bases.length) break;
      const placeBefore = place;
      const holdBefore = hold;
      const heldBefore = held;
      hold >>>= found & 15;
      held -= found & 15;
      if (symbol < 256) {
        window[at++] = symbol;
        continue;
      }
      if (held < 16) {
        hold |= ((input[place++] as number) | ((input[place++] as number) << 8)) << held;
        held += 16;
      }
      const extra = bits[symbol - 257] as number;
      const length = (bases[symbol - 257] as number) + (hold & ((1 << extra) - 1));
      hold >>>= extra;
      held -= extra;
      if (held < 16) {
        hold |= ((input[place++] as number) | ((input[place++] as number) << 8)) << held;
        held += 16;
      }
      const far = symbolAt(distances, hold);
      hold >>>= far & 15;
      held -= far & 15;
      if (held < 16) {
        hold |= ((input[place++] as number) | ((input[place++] as number) << 8)) << held;
        held += 16;
      }
      const farExtra = far < 0 ? 0 : (distanceBits[far >> 4] as number);
      const distance = far < 0 ? 0 : (distanceBases[far >> 4] as number) + (hold & ((1 << farExtra) - 1));
      hold >>>= farExtra;
      held -= farExtra;
      if (far < 0 || far >> 4 >= symbols || distance > written + at - begun) {
        place = placeBefore;
        hold = holdBefore;
        held = heldBefore;
        break;
      }
      const now = Math.min(length, windowBytes - at);
      at = repeat(window, at, distance, now);
      if (now < length) {
        this.copyLeft = length - now;
        this.distance = distance;
        break;
      }
    }
    Object.assign(this, { place, hold, held, at, written: written + at - begun });
  }

  /** False when there is no such length or distance. */
  private beginCopy(index: number): boolean {
    const { bases, bits } = this.is64 ? lengths64 : lengths;
    const base = bases[index];
    if (base === undefined) return false;
    const length = base + this.bits(bits[index] ?? 0);
    const symbol = this.symbol(this.distances);
    if (symbol < 0 || symbol >= (this.is64 ? 32 : 30)) return false;
    this.distance = (distanceBases[symbol] ?? 0) + this.bits(distanceBits[symbol] ?? 0);
    this.copyLeft = length;
    return true;
  }

  private put(byte: number): void {
    this.window[this.at] = byte;
    this.at += 1;
    this.written += 1;
  }
}

function codeOf(lengthsOfCodes: Uint8Array): HuffmanCode {
  const code = huffmanCode(lengthsOfCodes);
  if (code === null) throw new DamagedStream('more codes than their lengths allow');
  return code;
}
