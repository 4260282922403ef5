/** The settings of what stands in front: what is no network or no URL is refused at the start, by name. */
import { describe, expect, test } from 'vitest';
import { printable, readConfig } from '../../src/config.ts';
import { isIn, type NetworkAddress, readAddress, readNetwork } from '../../src/network-address.ts';

const proxies = (text: string) => readConfig({ LETHE_TRUSTED_PROXIES: text }).trustedProxies;
const url = (text: string) => readConfig({ LETHE_PUBLIC_URL: text }).publicUrl;

test('TLS takes a certificate and a key, and no half of them; their paths start at the home', () => {
  expect(readConfig({}).tls).toBeUndefined();
  const both = { LETHE_HOME: '/srv', LETHE_TLS_CERT: 'tls/chain.pem', LETHE_TLS_KEY: '/etc/key.pem' };
  expect(readConfig(both).tls).toEqual({ certificate: '/srv/tls/chain.pem', key: '/etc/key.pem' });
  for (const half of [{ LETHE_TLS_CERT: 'a' }, { LETHE_TLS_KEY: 'a' }]) {
    expect(() => readConfig(half)).toThrow(/LETHE_TLS_CERT and LETHE_TLS_KEY both/);
  }
});

test('nobody is trusted, and links stay where they are, unless somebody says so', () => {
  expect(readConfig({})).toMatchObject({ trustedProxies: [], publicUrl: undefined });
  expect(printable(readConfig({}))).not.toHaveProperty('trustedProxies');
});

test('networks of both families, and addresses alone', () => {
  const text = '10.0.0.2, 192.168.7.0/24,::1,2001:db8:7::/64';
  expect(proxies(text)).toEqual(['10.0.0.2', '192.168.7.0/24', '::1', '2001:db8:7::/64']);
  expect(printable(readConfig({ LETHE_TRUSTED_PROXIES: text })).trustedProxies).toBe(
    '10.0.0.2, 192.168.7.0/24, ::1, 2001:db8:7::/64',
  );
});

describe('what could trust more than was meant is refused', () => {
  test.each([
    ['everybody', '0.0.0.0/0'],
    ['everybody on IPv6', '::/0'],
    ['bits beyond the prefix', '10.0.0.5/8'],
    ['bits beyond the prefix of IPv6', '2001:db8:7::1/64'],
    ['a prefix too long', '10.0.0.0/33'],
    ['IPv4-mapped, as IPv6', '::ffff:10.0.0.0/104'],
    ['a short form', '10.0/16'],
    ['octal', '010.0.0.1'],
    ['a mask', '10.0.0.0/255.0.0.0'],
    ['a name', 'proxy.internal'],
    ['a word of another program', 'loopback'],
    ['a number of hops', '1'],
    ['a comma too many', '10.0.0.2,'],
    ['spaces between', '10.0.0.2 10.0.0.3'],
  ])('%s', (_, text) => expect(() => proxies(text)).toThrow(/LETHE_TRUSTED_PROXIES: must be/));
});

test('an address is in a network of its own family, to the bit', () => {
  const within = (address: string, network: string) => {
    const of = readNetwork(network);
    return isIn(readAddress(address) as NetworkAddress, of === undefined ? [] : [of]);
  };
  expect(within('10.0.0.127', '10.0.0.0/25')).toBe(true);
  expect(within('10.0.0.128', '10.0.0.0/25')).toBe(false);
  expect(within('::ffff:10.0.0.1', '10.0.0.0/25')).toBe(true);
  expect(within('::10.0.0.1', '10.0.0.0/25')).toBe(false);
  expect(within('2001:db8::1', '2001:db8::/127')).toBe(true);
  expect(within('2001:db8::2', '2001:db8::/127')).toBe(false);
  expect(within('10.0.0.1', '::/1')).toBe(false);
});

describe('a public URL', () => {
  test.each([
    ['an origin', 'https://vault.example.com', 'https://vault.example.com'],
    ['without the slash', 'https://vault.example.com/', 'https://vault.example.com'],
    ['a path', 'https://api.example.com/vault/', 'https://api.example.com/vault'],
    ['as a browser writes it', 'HTTPS://API.Example.com:443/vault', 'https://api.example.com/vault'],
    ['plain HTTP', 'http://10.0.0.2:8080/a/b', 'http://10.0.0.2:8080/a/b'],
  ])('%s', (_, text, read) => expect(url(text)).toBe(read));

  test.each([
    ['no scheme', 'vault.example.com'],
    ['another scheme', 'javascript:alert(1)'],
    ['a password', 'https://jane:hunter2@vault.example.com'],
    ['a query', 'https://vault.example.com/?a=hunter2'],
    ['a fragment', 'https://vault.example.com/#'],
  ])('not: %s', (_, text) => {
    expect(() => url(text)).toThrow(/LETHE_PUBLIC_URL: must be/);
    expect(() => url(text)).not.toThrow(/hunter2/);
  });
});
