/**
 * Where a hook may lead: over https to public addresses, and to the operator's own networks that `LETHE_HOOK_NETWORKS`
 * names, there over http, too.
 *
 * Guarantees: an address is judged after its name was resolved, and only what was judged is called (`post.ts`). Every
 * address of a name must be one that may be called: a name that also leads inside is refused. So nobody who may add
 * hooks reaches this machine, its neighbours, or the metadata service of a cloud.
 * Does not: keep a hook from a public address of the operator's own.
 */
import { lookup } from 'node:dns/promises';
import { isIn, isPublic, type Network, type NetworkAddress, readAddress } from '../network-address.ts';

/** The addresses of a name, as text. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const resolveName: Resolve = async (host) => {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
};

export const MAX_URL = 1_000;

/** @returns what is wrong with the URL of a hook; undefined: nothing that can be seen without resolving its name */
export function faultOfAddress(text: string, networks: readonly Network[]): string | undefined {
  const url = text.length <= MAX_URL && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return 'This is no URL.';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && networks.length > 0)) {
    return 'A hook leads over https. Over http it may lead only into the networks that LETHE_HOOK_NETWORKS names.';
  }
  if (url.username !== '' || url.password !== '' || text.includes('#')) {
    return 'The URL of a hook has no user, no password and no fragment.';
  }
  const address = literalOf(url);
  return address === undefined || mayCall(url, address, networks) ? undefined : FORBIDDEN;
}

const FORBIDDEN =
  'A hook leads to a public address, or into the networks that the operator has named (LETHE_HOOK_NETWORKS).';

/** The URL leads where no hook may lead. */
export class ForbiddenAddressError extends Error {}

/** @throws {ForbiddenAddressError} unless every address may be called; @throws what `resolve` throws */
export async function addressesOf(
  url: URL,
  networks: readonly Network[],
  resolve: Resolve,
): Promise<readonly NetworkAddress[]> {
  const literal = literalOf(url);
  const found = literal === undefined ? (await resolve(hostOf(url))).map(readAddress) : [literal];
  const may = found.filter((address) => address !== undefined && mayCall(url, address, networks));
  if (may.length === 0 || may.length < found.length) throw new ForbiddenAddressError();
  return may as NetworkAddress[];
}

function mayCall({ protocol }: URL, address: NetworkAddress, networks: readonly Network[]): boolean {
  return isIn(address, networks) || (protocol === 'https:' && isPublic(address));
}

/** `new URL` has already made four decimal parts of any other spelling of an IPv4 address. */
function literalOf(url: URL): NetworkAddress | undefined {
  return readAddress(hostOf(url));
}

/** Without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
