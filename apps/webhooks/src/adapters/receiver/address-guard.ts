import { BlockList, isIP, isIPv6 } from 'node:net';

/** A receiver that must not be spoken to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** Who may be spoken to besides public addresses over HTTPS; entries are `host` or `host:port`. */
export interface AddressRules {
  allowedHosts: readonly string[];
  httpHosts: readonly string[];
  ports: readonly number[];
}

/**
 * IPv4 networks that are not somewhere else on the internet: the special-purpose registry of IANA
 * (https://www.iana.org/assignments/iana-ipv4-special-registry), multicast, what is reserved, and the address at which
 * a cloud serves its virtual machines although it is a public one.
 */
const notPublic4 = blockListOf('ipv4', [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32'],
]);
/** Of IPv6 only global unicast is public; loopback, mapped IPv4, NAT64, local and multicast addresses lie outside of it. */
const unicast6 = blockListOf('ipv6', ['2000::/3']);
/** Within it: protocol assignments with Teredo, documentation, 6to4, which wraps any IPv4 address. */
const notPublic6 = blockListOf('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/** Whether an address is one of the open internet. */
export function isPublicAddress(address: string): boolean {
  if (isIPv6(address)) return unicast6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6');
  return isIP(address) === 4 && !notPublic4.check(address, 'ipv4');
}

/** Reads the address of a receiver; throws AddressRefused with what was found and what was expected. */
export function readReceiverUrl(text: string, rules: AddressRules): URL {
  if (!URL.canParse(text)) throw new AddressRefused('found no URL; expected such as https://crm.example.com/hooks');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new AddressRefused(`found the scheme "${url.protocol.slice(0, 20)}"; expected https:`);
  if (url.protocol === 'http:' && !isNamed(url, rules.httpHosts))
    throw new AddressRefused('found http:; expected https:, or a host that WEBHOOK_HTTP_HOSTS names');
  if (url.username !== '' || url.password !== '')
    throw new AddressRefused('found a user name or password in the URL; expected none');
  if (!isNamed(url, rules.allowedHosts) && !rules.ports.includes(portOf(url)))
    throw new AddressRefused(`found port ${portOf(url)}; expected one of ${rules.ports.join(', ')} (WEBHOOK_PORTS)`);
  const host = bareHost(url);
  if (isIP(host) !== 0) checkAddresses(url, [host], rules);
  url.hash = '';
  return url;
}

/** Throws AddressRefused unless a host is allowed by name, or every one of its addresses is public. */
export function checkAddresses(url: URL, addresses: readonly string[], rules: AddressRules): void {
  if (isNamed(url, rules.allowedHosts)) return;
  const refused = addresses.find((address) => !isPublicAddress(address));
  if (refused !== undefined)
    throw new AddressRefused(
      `${bareHost(url)} is at ${refused}; expected an address of the internet, or a host that WEBHOOK_ALLOWED_HOSTS names`,
    );
}

/** The host without the brackets of IPv6 and without a closing dot. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

function isNamed(url: URL, hosts: readonly string[]): boolean {
  const host = url.hostname.replace(/\.$/, '');
  return hosts.includes(host) || hosts.includes(`${host}:${portOf(url)}`);
}

function blockListOf(family: 'ipv4' | 'ipv6', networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}
