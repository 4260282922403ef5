/** Where a request comes from, by what its peer and its headers say, and by whom the settings trust. */
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Log } from '../../src/http/serving/log.ts';
import { sourceOf } from '../../src/http/serving/source.ts';
import { newSources } from '../../src/http/serving/sources.ts';
import { type Network, readAddress, readNetwork } from '../../src/network-address.ts';
import { fc } from '../support/properties.ts';

const TRUSTED = ['10.0.0.0/24', '2001:db8:7::/64', '127.0.0.1'].map((text) => readNetwork(text) as Network);
const PROXY = '10.0.0.1';

/** As Node gives it: header lines of one name are joined by a comma and a space. */
function from(peer: string | undefined, headers: Record<string, string> = {}) {
  return sourceOf({ socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage, TRUSTED);
}
const xff = (text: string) => from(PROXY, { 'x-forwarded-for': text });
const forwarded = (text: string) => from(PROXY, { forwarded: text });
const believed = (address: string) => ({ address });
const unreadable = { address: PROXY, disbelieved: 'unreadable' };

test('is the peer, in one text, where nobody says otherwise', () => {
  expect(from('198.51.100.4')).toEqual(believed('198.51.100.4'));
  expect(from('::ffff:198.51.100.4')).toEqual(believed('198.51.100.4'));
  expect(from('2001:DB8:0:0::4')).toEqual(believed('2001:db8::4'));
  expect(from('fe80::1%eth0')).toEqual(believed('fe80::1'));
  expect(from(undefined)).toEqual({ address: undefined });
});

describe('of a peer that is not trusted, no header is believed', () => {
  test.each(['198.51.100.4', '10.0.1.1', '::1', '2001:db8:8::1', undefined])('%s', (peer) => {
    const address = peer;
    for (const headers of [{ 'x-forwarded-for': '203.0.113.7' }, { forwarded: 'for=203.0.113.7' }]) {
      expect(from(peer, headers)).toEqual({ address, disbelieved: 'peer' });
    }
  });
  test('not even where it is connected to over IPv4-mapped IPv6; a trusted one is known there', () => {
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    expect(from('::ffff:198.51.100.4', headers)).toEqual({ address: '198.51.100.4', disbelieved: 'peer' });
    expect(from('::ffff:10.0.0.1', headers)).toEqual(believed('203.0.113.7'));
  });
});

describe('X-Forwarded-For is read from the right, past trusted hops', () => {
  test.each([
    ['one client', '203.0.113.7', '203.0.113.7'],
    ['what the client sent is not believed', '192.0.2.1, 203.0.113.7', '203.0.113.7'],
    ['nor is it even read', 'rubbish,,"\\, 203.0.113.7', '203.0.113.7'],
    ['two proxies', '192.0.2.1, 203.0.113.7, 10.0.0.9', '203.0.113.7'],
    ['only trusted hops: the first', '10.0.0.7,10.0.0.9', '10.0.0.7'],
    ['a port', '203.0.113.7:4711', '203.0.113.7'],
    ['IPv6', '2001:DB8::0007', '2001:db8::7'],
    ['IPv6 with brackets', '[2001:db8::7]', '2001:db8::7'],
    ['IPv6 with a port', '192.0.2.1, [2001:db8::7]:443, 2001:db8:7::1', '2001:db8::7'],
    ['mapped', '::ffff:203.0.113.7', '203.0.113.7'],
    ['mapped and trusted', '203.0.113.7, ::ffff:10.0.0.9', '203.0.113.7'],
  ])('%s', (_, text, client) => expect(xff(text)).toEqual(believed(client)));

  test.each([
    ['unknown', 'unknown'],
    ['words', '203.0.113.7 evil'],
    ['nothing at the end', '203.0.113.7,'],
    ['octal', '0203.0.113.7'],
    ['short', '127.1'],
    ['hexadecimal', '0x7f000001'],
    ['a zone', 'fe80::1%eth0'],
    ['a name', 'localhost'],
    ['a network', '203.0.113.0/24'],
    ['brackets around IPv4', '[203.0.113.7]'],
    ['a bracket left open', '[2001:db8::7'],
    ['a port that is none', '203.0.113.7:port'],
    ['rubbish behind a trusted hop', '203.0.113.7, rubbish, 10.0.0.9'],
    ['an address in JSON', '203.0.113.7","status":200,"x":"'],
    ['more hops than anybody has', `203.0.113.7${', 10.0.0.9'.repeat(33)}`],
    ['only trusted hops, too many', Array(40).fill('10.0.0.9').join(',')],
  ])('not: %s', (_, text) => expect(xff(text)).toEqual(unreadable));
});

describe('Forwarded is read as RFC 7239 writes it', () => {
  test.each([
    ['one client', 'for=203.0.113.7', '203.0.113.7'],
    ['its parameters', 'by=203.0.113.1;For="203.0.113.7:4711";proto=https;host="vault.example"', '203.0.113.7'],
    ['IPv6', 'for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['what the client sent is not believed', 'for=192.0.2.1, for=203.0.113.7', '203.0.113.7'],
    ['two proxies', 'for=192.0.2.1,for=203.0.113.7;proto=http , for=10.0.0.9', '203.0.113.7'],
    ['a comma in quotes is none', 'for=192.0.2.1;host="a,for=192.0.2.2", for=203.0.113.7', '203.0.113.7'],
    ['escapes in quotes', 'for="203.0.113\\.7"', '203.0.113.7'],
    ['names of the client’s own', 'for=_hidden, for=unknown, for=203.0.113.7', '203.0.113.7'],
    ['empty pairs', ';for=203.0.113.7;', '203.0.113.7'],
  ])('%s', (_, text, client) => expect(forwarded(text)).toEqual(believed(client)));

  test.each([
    ['unknown', 'for=unknown'],
    ['obfuscated', 'for=_gazonk'],
    ['nobody', 'proto=https;by=203.0.113.1'],
    ['nobody behind a trusted hop', 'for=203.0.113.7, proto=https, for=10.0.0.9'],
    ['twice', 'for=203.0.113.7;for=203.0.113.8'],
    ['bare colons', 'for=2001:db8::7'],
    ['a quote left open', 'for="203.0.113.7'],
    ['a quote that swallows the proxy’s word', 'for=192.0.2.1;host=", for=203.0.113.7'],
    ['a quote that swallows a quoted one', 'for=192.0.2.1;host=", for="[2001:db8::7]"'],
    ['an escape at the end', 'for=192.0.2.1;host="\\, for="[2001:db8::7]"'],
    ['no grammar at all', '203.0.113.7'],
    ['broken far left', 'for=?\u0000, for=203.0.113.7'],
    ['spaces around =', 'for = 203.0.113.7'],
    ['something behind a quote', 'for="203.0.113.7"x'],
  ])('not: %s', (_, text) => expect(forwarded(text)).toEqual(unreadable));
});

test('two headers are believed where they name the same client, and not where they do not', () => {
  const both = (one: string, other: string) => from(PROXY, { forwarded: one, 'x-forwarded-for': other });
  expect(both('for="[2001:db8::7]:1"', '192.0.2.1, 2001:DB8::7')).toEqual(believed('2001:db8::7'));
  expect(both('for=192.0.2.1', '203.0.113.7')).toEqual(unreadable);
  expect(both('for=unknown', '203.0.113.7')).toEqual(unreadable);
  expect(both('for=203.0.113.7', 'unknown')).toEqual(unreadable);
  expect(both('', '203.0.113.7')).toEqual(believed('203.0.113.7'));
});

test('headers that nobody should believe are not read', () => {
  const headers = { 'x-real-ip': '192.0.2.1', 'x-client-ip': '192.0.2.1', 'x-forwarded-host': '192.0.2.1', via: '1' };
  expect(from(PROXY, headers)).toEqual(believed(PROXY));
});

test('whatever the headers say, what comes out is an address in its one text, and none of theirs left of a client', () => {
  const part = fc.oneof(
    fc.string(),
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('for=', '"', '\\', ',', ';', '10.0.0.9', 'for="[2001:db8::7]"', '[', ']', ':80', 'unknown'),
  );
  const header = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(header, header, fc.constantFrom(PROXY, '198.51.100.4'), (one, other, peer) => {
      const { address = '' } = from(peer, { forwarded: one, 'x-forwarded-for': other });
      expect(readAddress(address)?.toString()).toBe(address);
      if (peer !== PROXY) expect(address).toBe(peer);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(header, (client) => {
      // The proxy appends to what its client sent. A client that leaves a quote open hides; it does not lie.
      expect(xff(`${client}, 203.0.113.7`)).toEqual(believed('203.0.113.7'));
      const { address } = forwarded(`${client}, for="203.0.113.7:80"`);
      expect([PROXY, '203.0.113.7']).toContain(address);
    }),
    { numRuns: 1_000 },
  );
});

test('that a peer is not trusted is said once of each, of a few at most, and counted always', () => {
  const said: unknown[] = [];
  const log = { warn: (about: unknown) => void said.push(about) } as unknown as Log;
  let counted = 0;
  const sourceOfRequest = newSources(['10.0.0.0/24'], log, () => {
    counted += 1;
  });
  for (let i = 0; i < 60; i += 1) {
    const socket = { remoteAddress: `198.51.100.${i % 20}` };
    sourceOfRequest({ socket, headers: { forwarded: 'for=203.0.113.7' } } as unknown as IncomingMessage);
  }
  expect(counted).toBe(60);
  expect(said).toEqual(Array.from({ length: 8 }, (_, i) => ({ peer: `198.51.100.${i}` })));
});

test('a header as long as may be is read in little time', () => {
  const long = 16 * 1024;
  for (const text of ['10.0.0.9,', 'for=10.0.0.9,', '"\\', 'a;', ';', ' ', 'a', 'for="a', ':', '0', '.']) {
    for (const [before, after] of [
      ['', ''],
      ['', '?'],
      ['a=b', '?'],
      ['a="', '"?'],
      ['10.0.0.9,', '?'],
      ['for="[', '"'],
      ['[', ''],
    ]) {
      const header = before + text.repeat(long / text.length) + after;
      const startedAt = performance.now();
      from(PROXY, { forwarded: header, 'x-forwarded-for': header });
      expect([header.slice(0, 9), performance.now() - startedAt < 500]).toEqual([header.slice(0, 9), true]);
    }
  }
});
