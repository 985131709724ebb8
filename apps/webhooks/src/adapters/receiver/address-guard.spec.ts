import { describe, expect, test } from '@jest/globals';
import {
  AddressRefused,
  checkAddresses,
  isPublicAddress,
  readReceiverUrl,
  type AddressRules,
} from './address-guard.js';

const rules: AddressRules = {
  allowedHosts: ['crm.intranet', '10.1.2.3:8080', '[fd00::7]'],
  httpHosts: ['old.intranet', '10.1.2.3'],
  ports: [443, 8443],
};
const reading = (url: string) => () => readReceiverUrl(url, rules);

describe('an address that is not one of the internet', () => {
  test.each([
    ['this network', '0.0.0.0'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['shared between customers of a provider', '100.64.0.1'],
    ['the metadata of a cloud in that range', '100.100.100.200'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['link-local', '169.254.1.1'],
    ['the metadata of clouds', '169.254.169.254'],
    ['the host of virtual machines', '168.63.129.16'],
    ['protocol assignments', '192.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['6to4 relays', '192.88.99.1'],
    ['benchmarks', '198.18.0.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4 within IPv6', '::ffff:127.0.0.1'],
    ['IPv4 within IPv6, of the internet', '::ffff:8.8.8.8'],
    ['IPv4 within IPv6, the old way', '::127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::1'],
    ['discard', '100::1'],
    ['Teredo', '2001::1'],
    ['documentation', '2001:db8::1'],
    ['6to4 of 127.0.0.1', '2002:7f00:1::1'],
    ['documentation', '3fff::1'],
    ['unique local', 'fc00::1'],
    ['the metadata of a cloud', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['no address', 'example.com'],
  ])('%s: %s', (_, address) => expect(isPublicAddress(address)).toBe(false));

  test.each(['8.8.8.8', '100.63.255.255', '100.128.0.0', '172.32.0.1', '223.5.5.5', '2400:3200::1', '2606:4700::1111'])(
    'is not %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
});

describe('the URL of a receiver', () => {
  test.each([
    'https://hooks.example.com/a?b=c',
    'https://hooks.example.com:8443/',
    'https://8.8.8.8/',
    'https://crm.intranet:9000/x',
  ])('may be %s', (url) => expect(readReceiverUrl(url, rules).href).toBe(url));

  test.each([
    ['no URL', 'hooks.example.com', 'no URL'],
    ['another scheme', 'file:///etc/passwd', 'scheme'],
    ['another scheme', 'gopher://hooks.example.com/', 'scheme'],
    ['no TLS', 'http://hooks.example.com/', 'expected https:'],
    ['a user name', 'https://admin@hooks.example.com/', 'user name'],
    ['another port', 'https://hooks.example.com:22/', 'port 22'],
    ['another port', 'https://hooks.example.com:6379/', 'port 6379'],
    ['the machine itself', 'https://127.0.0.1/', '127.0.0.1'],
    ['the same, shorter', 'https://127.1/', '127.0.0.1'],
    ['the same, as a number', 'https://2130706433/', '127.0.0.1'],
    ['the same, hexadecimal', 'https://0x7f000001/', '127.0.0.1'],
    ['the same, octal', 'https://0177.0.0.1/', '127.0.0.1'],
    ['the same, in full-width digits', 'https://１２７.0.0.1/', '127.0.0.1'],
    ['the same as IPv6', 'https://[::1]/', '::1'],
    ['the same, mapped', 'https://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['the metadata of clouds', 'https://169.254.169.254/latest/meta-data/', '169.254.169.254'],
    ['an allowed host at another port', 'https://10.1.2.3/', '10.1.2.3'],
  ])('may not be %s: %s', (_, url, found) => {
    expect(reading(url)).toThrow(AddressRefused);
    expect(reading(url)).toThrow(found);
  });

  test.each(['http://10.1.2.3:8080/', 'https://10.1.2.3:8080/', 'https://[fd00::7]:9000/'])(
    'may be %s, for a setting names its host',
    (url) => expect(reading(url)).not.toThrow(),
  );
  test('may be without TLS only where that is named as well', () => {
    expect(reading('http://crm.intranet/')).toThrow('expected https:');
    expect(reading('http://old.intranet/')).toThrow('port 80');
  });
});

describe('what a name leads to', () => {
  const url = new URL('https://hooks.example.com/');
  test('must be of the internet, all of it', () => {
    expect(() => checkAddresses(url, ['8.8.8.8', '2400:3200::1'], rules)).not.toThrow();
    expect(() => checkAddresses(url, ['8.8.8.8', '10.0.0.5'], rules)).toThrow('hooks.example.com is at 10.0.0.5');
  });
  test('may be anything for a host that a setting names, with a closing dot or without', () => {
    expect(() => checkAddresses(new URL('https://crm.intranet./'), ['10.0.0.5'], rules)).not.toThrow();
  });
});
