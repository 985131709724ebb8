import { parseConfig } from '@caserelay/service-host';
import { expect, it } from '@jest/globals';
import { config } from './config.js';

const given = { EVIDENCE_KEY: 'none' };

it('scans nothing unless it is told where clamd is', () => {
  expect(parseConfig(config, given).CLAMD_ADDRESS).toBeUndefined();
});

it('does not start with an address of clamd that is none, and says what it found and expected', () => {
  const address = '/run/clamav/clamd.ctl';
  expect(() => parseConfig(config, { ...given, CLAMD_ADDRESS: address })).toThrow(
    /CLAMD_ADDRESS.*expected unix:\/path or tcp:host:port/,
  );
  expect(() => parseConfig(config, { ...given, CLAMD_ADDRESS: address })).toThrow(address);
});
