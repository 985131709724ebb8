import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals a small secret under a token that only a link holds (HKDF-SHA-256, AES-256-GCM). Since nobody keeps the token,
 * what is kept reveals nothing. `context` is bound to the secret: no swapping of rows.
 */
export function sealUnder(token: string, secret: string, context: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(token), nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** Throws when the secret was sealed under another token or context, or was changed. */
export function unsealWith(token: string, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < nonceBytes + tagBytes)
    throw new Error(`a sealed secret has ${bytes.length} bytes; it needs at least 28`);
  const decipher = createDecipheriv('aes-256-gcm', keyOf(token), bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-tagBytes));
  return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
}

/** Has nothing in common with the hash by which a link is found, although both come from the token. */
function keyOf(token: string): Buffer {
  return Buffer.from(hkdfSync('sha256', token, '', 'caserelay password of an upload account', 32));
}
