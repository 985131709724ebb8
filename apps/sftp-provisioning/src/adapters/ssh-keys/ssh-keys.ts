import { createHash, createPublicKey } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';

/** A public key as it is kept: the blob is what a client shows when it logs in. */
export interface PublicKey {
  readonly algorithm: string;
  readonly blob: Buffer;
  /** As `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  readonly comment: string;
}

const taken = new Set(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa']);
const fewestRsaBits = 2048;
const expected =
  'expected one line of a file such as id_ed25519.pub: ssh-ed25519, ecdsa-sha2-nistp256, -384, -521, or ssh-rsa with at least 2048 bits';

/** The key in a line as OpenSSH writes it, or what is wrong with the line, in words that never repeat it. */
export function readPublicKey(text: string): PublicKey | { fault: string } {
  const line = text.trim();
  if (line.includes('PRIVATE KEY'))
    return { fault: `found a private key, which nobody but its owner may hold: make a new one; ${expected}` };
  if (/[\r\n]/.test(line)) return { fault: `found more than one line; ${expected}` };
  const parsed = ssh2.utils.parseKey(line);
  if (parsed instanceof Error || Array.isArray(parsed)) return { fault: `found no public key; ${expected}` };
  if (!taken.has(parsed.type)) return { fault: `found a key of type ${parsed.type}; ${expected}` };
  const bits = rsaBits(parsed);
  if (bits !== null && bits < fewestRsaBits) return { fault: `found an RSA key of ${bits} bits; ${expected}` };
  const blob = parsed.getPublicSSH();
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  // Comments are free text of strangers: shown to operators, so without signs that steer a terminal.
  const comment = parsed.comment.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 100);
  return { algorithm: parsed.type, blob, fingerprint, comment };
}

/** Whether the holder of the key signed. RSA counts with SHA-2 only: a signature with SHA-1 can be forged. */
export function isSignedBy(
  blob: Buffer,
  { data, signature, hash }: { data: Buffer; signature: Buffer; hash: string | undefined },
): boolean {
  const key = ssh2.utils.parseKey(blob);
  if (key instanceof Error || Array.isArray(key)) return false;
  if (key.type === 'ssh-rsa' && hash !== 'sha256' && hash !== 'sha512') return false;
  const verdict: unknown = key.verify(data, signature, hash);
  return verdict === true;
}

function rsaBits(key: ParsedKey): number | null {
  if (key.type !== 'ssh-rsa') return null;
  return createPublicKey(key.getPublicPEM()).asymmetricKeyDetails?.modulusLength ?? 0;
}
