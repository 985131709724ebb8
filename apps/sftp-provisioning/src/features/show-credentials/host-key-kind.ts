/** What programs show of a host key beside its fingerprint. */
export interface HostKeyKind {
  readonly algorithm: string;
  /** Null for a kind that we do not know the size of. */
  readonly bits: number | null;
  /** As OpenSSH writes it. */
  readonly shortName: string;
}

/** As WinSCP and FileZilla write it. */
export function algorithmAndBits(hostKey: string): string {
  const { algorithm, bits } = hostKeyKind(hostKey);
  return bits === null ? algorithm : `${algorithm} ${bits}`;
}

/** Reads a key as it stands in `known_hosts`: kind and base64. */
export function hostKeyKind(hostKey: string): HostKeyKind {
  const [algorithm = '', base64 = ''] = hostKey.split(' ');
  const curve = /^ecdsa-sha2-nistp(\d+)$/.exec(algorithm)?.[1];
  if (curve !== undefined) return { algorithm, bits: Number(curve), shortName: 'ECDSA' };
  if (algorithm === 'ssh-ed25519') return { algorithm, bits: 255, shortName: 'ED25519' };
  if (algorithm === 'ssh-rsa') return { algorithm, bits: modulusBits(Buffer.from(base64, 'base64')), shortName: 'RSA' };
  return { algorithm, bits: null, shortName: algorithm.replace(/^ssh-/, '').toUpperCase() };
}

/** RFC 4253, 6.6: the name of the algorithm, the exponent, the modulus, each behind its length. */
function modulusBits(blob: Buffer): number {
  let at = 0;
  for (let passed = 0; passed < 2; passed += 1) at += 4 + blob.readUInt32BE(at);
  const modulus = blob.subarray(at + 4, at + 4 + blob.readUInt32BE(at));
  const first = modulus.findIndex((byte) => byte !== 0);
  return (modulus.length - first) * 8 - (Math.clz32(modulus[first] ?? 0) - 24);
}
