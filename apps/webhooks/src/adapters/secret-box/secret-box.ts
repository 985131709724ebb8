import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Keeps secrets encrypted (AES-256-GCM) under keys that lie outside the database. The first key encrypts, all decrypt.
 * A sealed text is `v1.<key id>.<nonce>.<ciphertext and tag>`, each part base64url.
 */
export class SecretBox {
  private readonly byId: ReadonlyMap<string, Buffer>;

  constructor(private readonly keys: readonly Buffer[]) {
    this.byId = new Map(keys.map((key) => [idOf(key), key]));
  }

  /** Whether there is a key to encrypt with. */
  get isUsable(): boolean {
    return this.keys.length > 0;
  }

  /** `context` says whose secret it is; it opens for the same context alone. */
  seal(secret: string, context: string): string {
    const key = this.keys[0];
    if (!key) throw new Error('no key to encrypt secrets with; set WEBHOOK_SECRET_KEY');
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return ['v1', idOf(key), nonce.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /** Throws when the key is not known, or when it was not sealed so: changed, or of somebody else. */
  open(sealedText: string, context: string): string {
    const [version, keyId = '', nonce = '', sealedPart = ''] = sealedText.split('.');
    const key = this.byId.get(keyId);
    if (version !== 'v1') throw new Error(`found a sealed secret of version "${version ?? ''}"; expected v1`);
    if (!key) {
      const known = [...this.byId.keys()].join(', ') || 'none';
      throw new Error(
        `a secret is encrypted under key ${keyId}; known are ${known}; add it to WEBHOOK_SECRET_KEY behind the others`,
      );
    }
    const sealed = Buffer.from(sealedPart, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 })
      .setAAD(Buffer.from(context))
      .setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString('utf8');
  }
}

/** Tells a key without giving it away. */
function idOf(key: Buffer): string {
  return createHash('sha256')
    .update('caserelay webhook secret key')
    .update(key)
    .digest()
    .subarray(0, 8)
    .toString('hex');
}
