/**
 * An internet address, IPv4 or IPv6, stored in the one text that RFC 5952 gives it. It reads every spelling of RFC 4291
 * 2.2. It refuses networks, and what `network-address.ts` refuses.
 * It does not tell where an address is, nor that a network hides a crowd: a /24 has 256 addresses, but a /48 may be one
 * household or office (RFC 6177).
 */
import ipaddr from 'ipaddr.js';
import { InvalidValueError } from '../errors.ts';
import { readAddress } from '../network-address.ts';
import type { DataType } from './datatype.ts';
import { trim } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

const MAX_INPUT = 64;
/** How many bits of an address are left without its last octet, or its last eighty bits. */
const NETWORK_BITS = { ipv4: 24, ipv6: 48 };

export const ip: DataType<string> = {
  name: 'ip',
  version: 1,
  category: 'device',
  description:
    'An IPv4 or IPv6 address, without zone or prefix length. Comes back in the text of RFC 5952 (2001:db8::1), an ' +
    'IPv4-mapped address as the IPv4 address; all spellings of one address are the same. Views: network ' +
    '(203.0.113.0/24, 2001:db8:7::/48), masked (203.0.***.***, 2001:db8:***: the first half of an IPv4 address, 32 ' +
    'bits of an IPv6 address).',
  input: typedText,
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
    const address = typed.length > MAX_INPUT ? undefined : readAddress(typed);
    if (address === undefined) throw refused();
    return address.toString();
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

/** A value that was already cut to its network stays as it is. */
function networkOf(value: string): string {
  if (value.includes('/')) return value;
  if (value.includes(':')) {
    const cidr = `${value}/${NETWORK_BITS.ipv6}`;
    return `${ipaddr.IPv6.networkAddressFromCIDR(cidr)}/${NETWORK_BITS.ipv6}`;
  }
  return `${ipaddr.IPv4.networkAddressFromCIDR(`${value}/${NETWORK_BITS.ipv4}`)}/${NETWORK_BITS.ipv4}`;
}

function refused(): InvalidValueError {
  return new InvalidValueError(
    '',
    'Must be an IPv4 address of four decimal octets, or an IPv6 address without a zone.',
  );
}
