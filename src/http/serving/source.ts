/**
 * Finds where a request comes from: the peer of its connection, or the client that trusted proxies say they serve.
 *
 *   client 203.0.113.7 → proxy 10.0.0.2 → proxy 10.0.0.1 → Lethe          trusted: 10.0.0.0/30
 *   X-Forwarded-For: 198.51.100.9, 203.0.113.7, 10.0.0.2
 *                    anybody's word ↑  the client ↑  ↑ trusted: skipped
 *
 * Guarantees: `Forwarded` (RFC 7239) and `X-Forwarded-For` are read only if the peer itself is trusted. They are read
 * from the right, past trusted hops. The first hop that is not trusted is the client, and nothing left of it is
 * believed. The source is the peer if a hop up to there cannot be read (`unknown`, an obfuscated name, too many hops),
 * if `Forwarded` breaks its grammar anywhere, or if the two headers name two clients. An address is parsed and written
 * anew; the header's own text never comes out.
 * Does not: know whether a trusted proxy removes what its client sent. If a proxy passes on a header that it does not
 * set, that header is the client's word. `X-Forwarded-Proto`, `-Host`, `-Port` and `X-Real-IP` are never read.
 */
import type { IncomingMessage } from 'node:http';
import { isIn, type Network, type NetworkAddress, readAddress } from '../../network-address.ts';

export interface Source {
  /** As RFC 5952 writes it; undefined if the connection is gone. */
  readonly address: string | undefined;
  /** Why headers that name another client were not believed. */
  readonly disbelieved?: 'peer' | 'unreadable';
}

/** Nobody has more proxies in a row. */
const MAX_HOPS = 32;
/** An address with brackets and a port is shorter. */
const MAX_NODE_LENGTH = 64;

export function sourceOf({ socket, headers }: IncomingMessage, trusted: readonly Network[]): Source {
  // A link-local peer comes with the zone of this machine.
  const peer = readAddress((socket.remoteAddress ?? '').replace(/%.*$/, ''));
  const address = peer?.toString();
  const { forwarded, 'x-forwarded-for': xForwardedFor } = headers;
  const said: (readonly string[] | undefined)[] = [];
  if (forwarded) said.push(hopsOf(forwarded));
  if (xForwardedFor) said.push(String(xForwardedFor).split(','));
  if (said.length === 0) return { address };
  if (peer === undefined || !isIn(peer, trusted)) return { address, disbelieved: 'peer' };
  const clients = said.map((hops) => clientOf(hops ?? [], trusted)?.toString());
  const [client] = clients;
  const agreed = client !== undefined && clients.every((other) => other === client);
  return agreed ? { address: client } : { address, disbelieved: 'unreadable' };
}

/** @param hops the client's first; the nearest proxy's word last */
function clientOf(hops: readonly string[], trusted: readonly Network[]): NetworkAddress | undefined {
  let client: NetworkAddress | undefined;
  for (const hop of hops.slice(-MAX_HOPS).reverse()) {
    client = addressOf(hop.trim());
    if (client === undefined || !isIn(client, trusted)) return client;
  }
  return hops.length > MAX_HOPS ? undefined : client;
}

/** Reads a node of RFC 7239 section 6, with or without a port, and a bare IPv6 address, as in `X-Forwarded-For`. */
function addressOf(node: string): NetworkAddress | undefined {
  if (node.length > MAX_NODE_LENGTH) return undefined;
  const bracketed = /^\[([^\]]*:[^\]]*)\](?::\d{1,5})?$/.exec(node)?.[1];
  const dotted = /^([\d.]+):\d{1,5}$/.exec(node)?.[1];
  return readAddress(bracketed ?? dotted ?? node);
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** One pair or none, and what ends it. Each space can match in one place only, so that matching takes linear time. */
const PAIR = new RegExp(`[ \\t]*(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)")[ \\t]*)?([;,]|$)`, 'y');

/**
 * What each element of `Forwarded` names under `for`; an empty text if it names nobody.
 * @returns undefined if the header breaks the grammar of RFC 7239 section 4: by an open quote, a client could make a
 *   proxy's word part of its own
 */
function hopsOf(header: string): readonly string[] | undefined {
  const hops: string[] = [];
  let node: string | undefined;
  PAIR.lastIndex = 0;
  for (;;) {
    const [found, name = '', bare, quoted = '', end] = PAIR.exec(header) ?? [];
    if (found === undefined) return undefined;
    if (name.toLowerCase() === 'for') {
      if (node !== undefined) return undefined;
      node = bare ?? quoted.replaceAll(/\\(.)/g, '$1');
    }
    if (end === ';') continue;
    hops.push(node ?? '');
    if (end === '') return hops;
    node = undefined;
  }
}
