import { createRequire } from 'node:module';

/** Whether the part of ssh2 that is compiled when it is installed is there; without it ciphers cost about half as much again. */
export function hasNativeCrypto(): boolean {
  const load = createRequire(import.meta.url);
  return (load('ssh2/lib/protocol/crypto.js') as { bindingAvailable: boolean }).bindingAvailable;
}
