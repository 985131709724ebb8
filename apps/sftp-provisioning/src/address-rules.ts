import { BlockList, isIP } from 'node:net';

/** An address as it is kept and compared: an IPv4 one in IPv6 clothes is an IPv4 one, and zones do not count. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  return mapped ?? bare;
}

/** Whether an address is in the list of networks; an empty list lets everybody in. */
export function isAllowed(address: string, networks: readonly string[]): boolean {
  if (networks.length === 0) return true;
  const plain = plainAddress(address);
  const version = isIP(plain);
  if (version === 0) return false;
  const list = new BlockList();
  for (const network of networks) {
    const parts = networkParts(network);
    if (parts) list.addSubnet(parts.address, parts.prefix, parts.version);
  }
  return list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

/** `203.0.113.0/24`, `2001:db8::/32` or one address; null when it is neither. */
export function networkParts(text: string): { address: string; prefix: number; version: 'ipv4' | 'ipv6' } | null {
  const [given = '', prefixText, ...more] = text.trim().split('/');
  const address = plainAddress(given);
  const version = isIP(address);
  if (version === 0 || more.length > 0) return null;
  const most = version === 4 ? 32 : 128;
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return null;
  const prefix = prefixText === undefined ? most : Number(prefixText);
  return prefix <= most ? { address, prefix, version: version === 4 ? 'ipv4' : 'ipv6' } : null;
}

/** The network that one person is likely to own: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function ownNetwork(address: string): string {
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
