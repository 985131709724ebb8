import { describe, expect, it } from '@jest/globals';
import { isAllowed, networkParts, ownNetwork, plainAddress } from './address-rules.js';

describe('a list of addresses', () => {
  it.each([
    ['203.0.113.7', ['203.0.113.0/24'], true],
    ['203.0.114.7', ['203.0.113.0/24'], false],
    ['203.0.113.7', ['203.0.113.7'], true],
    ['203.0.113.8', ['203.0.113.7'], false],
    ['::ffff:203.0.113.7', ['203.0.113.0/24'], true],
    ['2001:db8:1::5', ['2001:db8::/32'], true],
    ['2001:db9::5', ['2001:db8::/32'], false],
    ['2001:db8::5', ['203.0.113.0/24', '2001:db8::/32'], true],
    ['203.0.113.7', ['2001:db8::/32'], false],
    ['203.0.113.7', ['0.0.0.0/0'], true],
    ['203.0.113.7', [], true],
    ['nonsense', ['0.0.0.0/0'], false],
  ])('%s in %j: %s', (address, networks, isIn) => {
    expect(isAllowed(address, networks)).toBe(isIn);
  });

  it.each([
    '203.0.113.0/33',
    '2001:db8::/129',
    '203.0.113/24',
    'example.com',
    '',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/',
  ])('refuses %j as a network', (text) => {
    expect(networkParts(text)).toBeNull();
  });
});

describe('the network of one person', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (address, network) => {
    expect(ownNetwork(address)).toBe(network);
  });

  it('forgets the zone of a link-local address', () => {
    expect(plainAddress('FE80::1%eth0')).toBe('fe80::1');
  });
});
