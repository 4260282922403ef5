import { isIP, isIPv6 } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ip } from '../../src/datatypes/ip.ts';
import { fc } from '../support/properties.ts';
import { accepts, canonical, refusedField, seen, stored } from './expectations.ts';
import { ips } from './inputs.ts';

const accepted = ips.filter((input) => accepts(ip, input));

describe('comes back in the one text of RFC 5952', () => {
  test.each([
    ['IPv4', '203.0.113.77', '203.0.113.77'],
    ['trimmed', ' \u3000203.0.113.77\n', '203.0.113.77'],
    ['lower case', '2001:DB8::AB', '2001:db8::ab'],
    ['no leading zeros', '2001:0db8:0000:0000:0000:0000:0000:0077', '2001:db8::77'],
    ['one group of zeros stays (4.2.2)', '2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['the longest run goes (4.2.3)', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['of two the first (4.2.3)', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['of two the first, also at the start', '0:0:1:0:0:1:1:1', '::1:0:0:1:1:1'],
    ['no address at all', '0:0:0:0:0:0:0:0', '::'],
    ['dotted end (RFC 4291 2.2.3)', '64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['IPv4-mapped is the IPv4 address', '::ffff:198.51.100.23', '198.51.100.23'],
    ['IPv4-mapped in groups', '0:0:0:0:0:FFFF:c633:6417', '198.51.100.23'],
    ['IPv4-compatible is not', '::198.51.100.23', '::c633:6417'],
  ])('%s', (_, input, output) => {
    expect(stored(ip, input)).toBe(output);
    expect(canonical(ip, input)).toBe(output);
  });
});

describe('refused', () => {
  test.each([
    ['no string', 3_405_803_853],
    ['empty', ''],
    ['octet over 255', '256.1.1.1'],
    ['three octets', '1.2.3'],
    ['five octets', '1.2.3.4.5'],
    ['one number', '3405803853'],
    ['octal', '0203.0.0113.077'],
    ['leading zero', '203.0.113.07'],
    ['hexadecimal', '0xcb.0x0.0x71.0x4d'],
    ['full-width digits', '２０３.0.113.77'],
    ['not hexadecimal', '::g'],
    ['five digits in a group', '2001:00db8::1'],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['two gaps', '1::2::3'],
    ['a gap for nothing', '1:2:3:4::5:6:7:8'],
    ['octal in the dotted end', '::ffff:198.051.100.23'],
    ['hexadecimal in the dotted end', '::ffff:198.0x33.100.23'],
    ['dotted in the middle', '::198.51.100.23:1'],
    ['zone', 'fe80::1%eth0'],
    ['zone of an IPv4-mapped address', '::ffff:198.51.100.23%1'],
    ['network', '203.0.113.0/24'],
    ['network of IPv6', '2001:db8::/48'],
    ['brackets and port', '[2001:db8::1]:443'],
    ['port', '203.0.113.77:443'],
    ['something behind', '203.0.113.77 x'],
    ['endless', `${'0'.repeat(1000)}::1`],
  ])('%s', (_, input) => {
    expect(refusedField(ip, input)).toBe('value');
  });
});

test('what is stored is an address to Node, which spells IPv6 the same way', () => {
  fc.assert(
    fc.property(accepted, (input) => {
      const address = stored(ip, input);
      expect(isIP(address)).not.toBe(0);
      if (isIPv6(address)) expect(new URL(`http://[${address}]/`).hostname).toBe(`[${address}]`);
    }),
  );
});

test('what is an address here is one to Node, and the other way round but for zones', () => {
  const near = fc.stringMatching(/^[0-9a-f:.%x]{1,30}$/);
  fc.assert(
    fc.property(fc.oneof(near, ips), (input) => {
      const typed = input.replaceAll(/[\s\u0085]/g, '');
      expect(accepts(ip, input)).toBe(isIP(typed) > 0 && !typed.includes('%'));
    }),
    { numRuns: 1_000 },
  );
});

test('spellings of one address find each other, and two addresses do not', () => {
  const groups = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, groups, (one, other) => {
      const spell = (parts: number[], digits: number) =>
        parts.map((part) => part.toString(16).padStart(digits, '0')).join(':');
      expect(canonical(ip, spell(one, 4).toUpperCase())).toBe(canonical(ip, spell(one, 1)));
      expect(canonical(ip, spell(one, 1)) === canonical(ip, spell(other, 2))).toBe(spell(one, 1) === spell(other, 1));
    }),
  );
});

describe('views', () => {
  test.each([
    ['203.0.113.77', '203.0.113.0/24', '203.0.***.***'],
    ['::ffff:203.0.113.77', '203.0.113.0/24', '203.0.***.***'],
    ['2001:db8:7:1::77', '2001:db8:7::/48', '2001:db8:***'],
    ['2001:0:0:1::77', '2001::/48', '2001:0:***'],
    ['::1', '::/48', '0:0:***'],
  ])('%s', (input, network, masked) => {
    expect(seen(ip, 'network', input)).toBe(network);
    expect(seen(ip, 'masked', input)).toBe(masked);
  });

  test('show nothing of the bits they leave out', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), ([a, b, c, d, e]) => {
        expect(seen(ip, 'network', `${a}.${b}.${c}.${d}`)).toBe(seen(ip, 'network', `${a}.${b}.${c}.${e}`));
        expect(seen(ip, 'masked', `${a}.${b}.${c}.${d}`)).toBe(seen(ip, 'masked', `${a}.${b}.${d}.${e}`));
        expect(seen(ip, 'network', `20${a % 9}1:${b}:${c}::${d}`)).toBe(
          seen(ip, 'network', `20${a % 9}1:${b}:${c}:${e}::`),
        );
        expect(seen(ip, 'masked', `20${a % 9}1:${b}:${c}::${d}`)).toBe(
          seen(ip, 'masked', `20${a % 9}1:${b}:${d}::${e}`),
        );
      }),
    );
  });
});

describe('kept as its network alone', () => {
  const { cut } = ip.keeps!.network!;

  test('cutting twice changes nothing, and shows and compares as the network it is', () => {
    fc.assert(
      fc.property(accepted, (input) => {
        const address = stored(ip, input);
        const network = cut(address);
        expect(cut(network)).toBe(network);
        expect(network).toMatch(/^[0-9.]+\.0\/24$|^[0-9a-f:]*::\/48$/);
        for (const view of Object.values(ip.views)) expect(view(network)).toBe(view(address));
        expect(ip.canonical(network)).toBe(network);
      }),
    );
  });

  test('neighbours become one, and addresses of other networks do not', () => {
    const networks = [
      '203.0.113.1',
      '203.0.113.254',
      '203.0.114.1',
      '2001:db8:7::1',
      '2001:db8:7:ffff::1',
      '2001:db8:8::1',
    ];
    expect(networks.map((address) => cut(stored(ip, address)))).toEqual([
      ...['203.0.113.0/24', '203.0.113.0/24', '203.0.114.0/24'],
      ...['2001:db8:7::/48', '2001:db8:7::/48', '2001:db8:8::/48'],
    ]);
  });
});
