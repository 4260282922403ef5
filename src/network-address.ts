/**
 * Reads internet addresses and networks strictly, so that no two programs read one text as two addresses. An
 * IPv4-mapped address (`::ffff:192.0.2.1`) is read as the IPv4 address it carries, since the two are one peer.
 *
 * It refuses octets with leading zeros, and octal, hexadecimal and short IPv4 forms, which different programs read as
 * different addresses (CVE-2021-28918). It refuses zone ids, which have a meaning on one machine only (RFC 4007).
 */
import ipaddr from 'ipaddr.js';

/** `toString` writes it as RFC 5952 does. */
export type NetworkAddress = ipaddr.IPv4 | ipaddr.IPv6;

export interface Network {
  readonly address: NetworkAddress;
  readonly bits: number;
}

/** The dotted end of an IPv6 address (RFC 4291 2.2.3). */
const DOTTED_END = /(?<=:)[^:]*\.[^:]*$/;

/** @returns undefined unless the text is an address, alone and without spaces */
export function readAddress(text: string): NetworkAddress | undefined {
  return text.includes(':') ? readIpv6(text) : readIpv4(text);
}

/**
 * @param text in CIDR notation (RFC 4632, RFC 4291 2.3); an address alone is a network of one
 * @returns undefined if it is no network; if it has bits beyond its prefix, because another network was meant; and for
 *   `/0`, which is everybody
 */
export function readNetwork(text: string): Network | undefined {
  const [, host = '', prefix] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = readAddress(host);
  if (address === undefined) return undefined;
  const width = address.kind() === 'ipv4' ? 32 : 128;
  const bits = prefix === undefined ? width : Number(prefix);
  if (bits > width) return undefined;
  const kind = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return kind.networkAddressFromCIDR(`${address}/${bits}`).toString() === address.toString()
    ? { address, bits }
    : undefined;
}

export function isIn(address: NetworkAddress, networks: readonly Network[]): boolean {
  return networks.some(({ address: of, bits }) => of.kind() === address.kind() && address.match(of, bits));
}

/** @param texts that were checked when the settings were read */
export function networksOf(texts: readonly string[]): readonly Network[] {
  return texts.map(readNetwork).filter((network) => network !== undefined);
}

/** 2000::/3 (IANA, “IPv6 Global Unicast Address Assignments”): beyond it lie forms that carry an IPv4 address. */
const GLOBAL = readNetwork('2000::/3') as Network;
/** Public by its number, and inside by its use: the agent of Azure's host, which every virtual machine there has. */
const HOSTS_AGENT = readNetwork('168.63.129.16') as Network;

/** Whether the address belongs to one machine of the whole internet: not to this one, its neighbours or no one. */
export function isPublic(address: NetworkAddress): boolean {
  if (address.range() !== 'unicast' || isIn(address, [HOSTS_AGENT])) return false;
  return address.kind() === 'ipv4' || isIn(address, [GLOBAL]);
}

function readIpv4(text: string): ipaddr.IPv4 | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined;
}

function readIpv6(text: string): NetworkAddress | undefined {
  // ipaddr.js reads octal in a dotted end, and takes ::192.0.2.1 for IPv4-mapped. So this gives it groups instead.
  const groups = text.replace(DOTTED_END, (dotted) => {
    const octets = readIpv4(dotted)?.octets;
    if (octets === undefined) return dotted;
    const [a = 0, b = 0, c = 0, d = 0] = octets;
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  if (groups.includes('%') || groups.includes('.') || !ipaddr.IPv6.isValid(groups)) return undefined;
  const address = ipaddr.IPv6.parse(groups);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}
