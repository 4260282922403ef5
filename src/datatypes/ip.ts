/**
 * An internet address, IPv4 or IPv6, stored in the one text that RFC 5952 gives it. Every spelling of RFC 4291 2.2 is
 * read; an IPv4-mapped address (`::ffff:192.0.2.1`) is the IPv4 address it carries, since the two are one peer.
 *
 * Refused: octets with leading zeros, octal, hexadecimal and short IPv4 forms, which different programs read as
 * different addresses (CVE-2021-28918); zone ids, which mean something on one machine only (RFC 4007); networks.
 * Does not say where an address is, nor that a network hides a crowd: a /24 has 256 addresses, but a /48 may be a
 * single household or office (RFC 6177).
 */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { trim } from './normalise.ts';
import { requireString } from './shape.ts';

const MAX_INPUT = 64;
/** What is left of an address when its last octet, or its last eighty bits, are cut. */
const NETWORK_BITS = { ipv4: 24, ipv6: 48 };
/** The dotted end of an IPv6 address (RFC 4291 2.2.3). */
const DOTTED_END = /(?<=:)[^:]*\.[^:]*$/;

export const ip: DataType<string> = {
  name: 'ip',
  version: 1,
  category: 'device',
  description:
    'An IPv4 or IPv6 address, without zone or prefix length. Comes back in the text of RFC 5952 (2001:db8::1), an ' +
    'IPv4-mapped address as the IPv4 address; all spellings of one address are the same. Views: network ' +
    '(203.0.113.0/24, 2001:db8:7::/48), masked (203.0.***.***, 2001:db8:***: the first half of an IPv4 address, 32 ' +
    'bits of an IPv6 address).',
  input: z.string().max(MAX_INPUT),
  examples: ['203.0.113.77', '2001:DB8:7:0::0077', '::ffff:198.51.100.23'],
  spread: 'unique',
  guessable: { shown: (value) => [networkOf(value)] },
  keeps: {
    network: {
      description: 'The network alone: the first 24 bits of an IPv4 address, the first 48 of an IPv6 address.',
      spread: 'shared',
      cut: networkOf,
    },
  },

  parse(input) {
    const typed = trim(requireString(input));
    if (typed.length > MAX_INPUT) throw refused();
    return (typed.includes(':') ? readIpv6(typed) : readIpv4(typed)).toString();
  },

  canonical: (value) => value,

  views: {
    network: networkOf,
    masked(value) {
      const [address = ''] = value.split('/');
      if (!address.includes(':')) return `${address.split('.').slice(0, 2).join('.')}.***.***`;
      const [first = 0, second = 0] = ipaddr.IPv6.parse(address).parts;
      return `${first.toString(16)}:${second.toString(16)}:***`;
    },
  },
};

/** A value that was cut to its network already stays as it is. */
function networkOf(value: string): string {
  if (value.includes('/')) return value;
  if (value.includes(':')) {
    const cidr = `${value}/${NETWORK_BITS.ipv6}`;
    return `${ipaddr.IPv6.networkAddressFromCIDR(cidr)}/${NETWORK_BITS.ipv6}`;
  }
  return `${ipaddr.IPv4.networkAddressFromCIDR(`${value}/${NETWORK_BITS.ipv4}`)}/${NETWORK_BITS.ipv4}`;
}

function readIpv4(text: string): ipaddr.IPv4 {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) throw refused();
  return ipaddr.IPv4.parse(text);
}

function readIpv6(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  // ipaddr.js reads octal in a dotted end, and takes ::192.0.2.1 for IPv4-mapped: it gets groups instead.
  const groups = text.replace(DOTTED_END, (dotted) => {
    const [a = 0, b = 0, c = 0, d = 0] = readIpv4(dotted).octets;
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  if (groups.includes('%') || !ipaddr.IPv6.isValid(groups)) throw refused();
  const address = ipaddr.IPv6.parse(groups);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function refused(): InvalidValueError {
  return new InvalidValueError(
    '',
    'Must be an IPv4 address of four decimal octets, or an IPv6 address without a zone.',
  );
}
