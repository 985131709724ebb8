import { describe, expect, it } from '@jest/globals';
import { readClamdAddress } from './clamd-address.js';

describe('the address of clamd', () => {
  it.each([
    ['unix:/run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
    ['tcp:127.0.0.1:3310', { host: '127.0.0.1', port: 3310 }],
    ['tcp:scanner.example:3310', { host: 'scanner.example', port: 3310 }],
    ['tcp:[::1]:3310', { host: '::1', port: 3310 }],
  ])('is read from %s', (text, address) => {
    expect(readClamdAddress(text)).toEqual(address);
  });

  it.each([
    ...['/run/clamav/clamd.ctl', 'unix:clamd.ctl', `unix:/${'a'.repeat(107)}`, '127.0.0.1:3310', 'tcp:127.0.0.1'],
    ...['tcp:127.0.0.1:0', 'tcp:127.0.0.1:65536', 'tcp://127.0.0.1:3310', 'tcp:::1:3310', ''],
  ])('is not "%s"', (text) => {
    expect(readClamdAddress(text)).toBeNull();
  });
});
