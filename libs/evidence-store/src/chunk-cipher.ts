import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** So many bytes of content are encrypted together, and so many more each such chunk takes. */
export const chunkBytes = 65_536;
const saltBytes = 16;
const tagBytes = 16;
/** Salt, counter, version and length stand before the content, the tag behind it. */
const headBytes = saltBytes + 8 + 4 + 4;
export const frameOverhead = headBytes + tagBytes;
export const frameBytes = chunkBytes + frameOverhead;

const mostKeys = 64;
const mostPieces = 8;
const noSalt = Buffer.alloc(saltBytes);

export interface Chunk {
  content: Buffer;
  version: number;
}

/** Bytes that a body of so much content takes. */
export function bodyBytesOf(contentBytes: number): number {
  const whole = Math.floor(contentBytes / chunkBytes);
  const rest = contentBytes % chunkBytes;
  return whole * frameBytes + (rest > 0 ? rest + frameOverhead : 0);
}

/**
 * Encrypts and decrypts the chunks of one file. Whoever writes draws a salt and derives a key of its own from it, under
 * which a counter is the nonce: so no nonce is used twice under one key, whatever is rewritten, copied or lost in a crash.
 */
export class ChunkCipher {
  private readonly keys = new Map<string, Buffer>();
  private readonly salt = randomBytes(saltBytes);
  private readonly ownKey: Buffer;
  private counter = 0;

  constructor(
    private readonly dataKey: Buffer,
    private readonly fileId: Buffer,
  ) {
    this.ownKey = this.derive(this.salt);
  }

  /** The frame of a chunk, in pieces as its content is. Its place, version and length are bound to it. */
  encrypt(index: number, version: number, pieces: readonly Buffer[]): Buffer[] {
    const head = Buffer.allocUnsafe(headBytes);
    this.salt.copy(head);
    head.writeBigUInt64BE(BigInt(this.counter), saltBytes);
    this.counter += 1;
    head.writeUInt32BE(version, saltBytes + 8);
    head.writeUInt32BE(bytesIn(pieces), saltBytes + 12);
    const cipher = createCipheriv('aes-256-gcm', this.ownKey, nonceIn(head)).setAAD(this.associated(index, head));
    // To join large pieces first costs more than to encrypt each of them.
    const encrypted = (pieces.length > mostPieces ? [Buffer.concat(pieces)] : pieces).map((piece) =>
      cipher.update(piece),
    );
    cipher.final();
    return [head, ...encrypted, cipher.getAuthTag()];
  }

  /** `hole` for a place to which nothing was written, `broken` for anything that was not encrypted here. */
  decrypt(index: number, frame: Buffer): Chunk | 'hole' | 'broken' {
    if (frame.length <= frameOverhead) return 'broken';
    const salt = frame.subarray(0, saltBytes);
    if (salt.equals(noSalt)) return frame.every((byte) => byte === 0) ? 'hole' : 'broken';
    const length = frame.readUInt32BE(saltBytes + 12);
    if (length === 0 || length > frame.length - frameOverhead) return 'broken';
    const tag = frame.subarray(headBytes + length, headBytes + length + tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.keyOf(salt), nonceIn(frame), { authTagLength: tagBytes })
      .setAAD(this.associated(index, frame))
      .setAuthTag(tag);
    const content = decipher.update(frame.subarray(headBytes, headBytes + length));
    try {
      decipher.final();
    } catch {
      return 'broken';
    }
    return { content, version: frame.readUInt32BE(saltBytes + 8) };
  }

  private associated(index: number, head: Buffer): Buffer {
    const bound = Buffer.allocUnsafe(this.fileId.length + 16);
    this.fileId.copy(bound);
    bound.writeBigUInt64BE(BigInt(index), this.fileId.length);
    head.copy(bound, this.fileId.length + 8, saltBytes + 8, headBytes);
    return bound;
  }

  private keyOf(salt: Buffer): Buffer {
    const name = salt.toString('latin1');
    const known = this.keys.get(name);
    if (known) return known;
    if (this.keys.size >= mostKeys) this.keys.clear();
    const key = this.derive(salt);
    this.keys.set(name, key);
    return key;
  }

  private derive(salt: Buffer): Buffer {
    return Buffer.from(hkdfSync('sha256', this.dataKey, salt, 'caserelay evidence chunks', 32));
  }
}

export function bytesIn(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

function nonceIn(head: Buffer): Buffer {
  const nonce = Buffer.alloc(12);
  head.copy(nonce, 4, saltBytes, saltBytes + 8);
  return nonce;
}
