import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const keyBytes = 32;

/** A data key as it lies in the header of a file: encrypted under a master key. */
export interface WrappedKey {
  keyId: Buffer;
  nonce: Buffer;
  wrapped: Buffer;
  tag: Buffer;
}

/** Evidence was encrypted under a master key that nobody has told us. */
export class UnknownKey extends Error {
  override readonly name = 'UnknownKey';

  constructor(keyId: string, known: readonly string[]) {
    super(
      `the evidence is encrypted under the master key ${keyId}; known are ${known.length === 0 ? 'none' : known.join(', ')}; ` +
        'add it to EVIDENCE_KEY behind those that are there',
    );
  }
}

/** The master keys of a store, which lie elsewhere: the first encrypts what is new, all decrypt what is there. */
export class MasterKeys {
  private readonly byId: ReadonlyMap<string, Buffer>;
  private readonly first: Buffer;

  constructor(keys: readonly [Buffer, ...Buffer[]]) {
    for (const key of keys)
      if (key.length !== keyBytes) throw new Error(`found a master key of ${key.length} bytes; expected ${keyBytes}`);
    this.first = keys[0];
    this.byId = new Map(keys.map((key) => [idOf(key).toString('hex'), key]));
  }

  /** Encrypts a data key; `context` binds it to the file that it belongs to. */
  wrap(dataKey: Buffer, context: Buffer): WrappedKey {
    const keyId = idOf(this.first);
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.first, nonce).setAAD(Buffer.concat([context, keyId]));
    const wrapped = Buffer.concat([cipher.update(dataKey), cipher.final()]);
    return { keyId, nonce, wrapped, tag: cipher.getAuthTag() };
  }

  /** Null when it was not wrapped so: changed, or for another file. */
  unwrap({ keyId, nonce, wrapped, tag }: WrappedKey, context: Buffer): Buffer | null {
    const key = this.byId.get(keyId.toString('hex'));
    if (!key) throw new UnknownKey(keyId.toString('hex'), [...this.byId.keys()]);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
      .setAAD(Buffer.concat([context, keyId]))
      .setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(wrapped), decipher.final()]);
    } catch {
      return null;
    }
  }
}

/** Tells a key without giving it away. */
function idOf(key: Buffer): Buffer {
  return createHash('sha256').update('caserelay evidence master key').update(key).digest().subarray(0, 8);
}
