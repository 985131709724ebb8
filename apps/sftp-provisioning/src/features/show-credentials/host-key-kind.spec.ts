import { expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { algorithmAndBits, hostKeyKind } from './host-key-kind.js';

it.each([
  ['ed25519', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9', 'ssh-ed25519', 255, 'ED25519'],
  ['ecdsa', 'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjE', 'ecdsa-sha2-nistp521', 521, 'ECDSA'],
  ['rsa of 2048 bits', rsaOf(2048), 'ssh-rsa', 2048, 'RSA'],
  ['rsa of an odd size', rsaOf(1027), 'ssh-rsa', 1027, 'RSA'],
  ['rsa whose modulus needs no zero before it', rsaOf(1031), 'ssh-rsa', 1031, 'RSA'],
])('a host key is shown as programs show it: %s', (_, hostKey, algorithm, bits, shortName) => {
  expect(hostKeyKind(hostKey)).toEqual({ algorithm, bits, shortName });
});

it('a host key of a kind that we do not know is shown without its size', () => {
  expect(hostKeyKind('ssh-ed448 AAAA')).toEqual({ algorithm: 'ssh-ed448', bits: null, shortName: 'ED448' });
  expect(algorithmAndBits('ssh-ed448 AAAA')).toBe('ssh-ed448');
  expect(algorithmAndBits('ssh-ed25519 AAAA')).toBe('ssh-ed25519 255');
});

/** RFC 4253, 6.6; a number whose highest bit is set has a zero before it. */
function rsaOf(bits: number): string {
  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' });
  const number = (base64: string): Buffer => {
    const bytes = Buffer.from(base64, 'base64url');
    return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
  };
  const parts = [Buffer.from('ssh-rsa'), number(e), number(n)].map((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return Buffer.concat([length, part]);
  });
  return `ssh-rsa ${Buffer.concat(parts).toString('base64')}`;
}
