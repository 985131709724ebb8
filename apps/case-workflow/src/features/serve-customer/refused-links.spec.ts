import { expect, it } from '@jest/globals';
import { RefusedLinks } from './refused-links.js';

const limit = { atOnce: 3, milliseconds: 1_000, addresses: 5 };

it('lets an address try a few, then one each while', () => {
  const refused = new RefusedLinks(limit);
  for (let time = 0; time < 3; time += 1) {
    expect(refused.isTooMany('192.0.2.1', 0)).toBe(false);
    refused.note('192.0.2.1', 0);
  }
  expect(refused.isTooMany('192.0.2.1', 999)).toBe(true);
  expect(refused.isTooMany('192.0.2.2', 999)).toBe(false);
  expect(refused.isTooMany('192.0.2.1', 1_000)).toBe(false);
  refused.note('192.0.2.1', 1_000);
  expect(refused.isTooMany('192.0.2.1', 1_500)).toBe(true);
});

it('counts a network of IPv6 as one, and an address of IPv4 the same however it is written', () => {
  const refused = new RefusedLinks({ ...limit, atOnce: 1 });
  refused.note('2001:db8:0:1::5', 0);
  expect(refused.isTooMany('2001:db8:0:1:ffff::9', 0)).toBe(true);
  expect(refused.isTooMany('2001:db8:0:2::5', 0)).toBe(false);
  refused.note('::ffff:192.0.2.9', 0);
  expect(refused.isTooMany('192.0.2.9', 0)).toBe(true);
});

it('remembers so many addresses and no more', () => {
  const refused = new RefusedLinks({ ...limit, atOnce: 1 });
  for (let number = 0; number < 1_000; number += 1) refused.note(`192.0.${number % 250}.${number >> 2}`, 0);
  expect(refused.remembered).toBe(5);
});
