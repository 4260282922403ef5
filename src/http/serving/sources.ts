/**
 * The sources of requests, for the log: what `source.ts` finds, and a word to the operator where it is not what a proxy
 * said. That is said once of each peer, of a few peers at most, and counted always: a stranger who sends such headers
 * neither fills the log nor hides the proxy that was forgotten.
 */
import type { IncomingMessage } from 'node:http';
import { type Caller, isService } from '../../calls/caller.ts';
import { type Network, readNetwork } from '../../network-address.ts';
import type { Log } from './log.ts';
import { type Source, sourceOf } from './source.ts';

const MAX_SAID = 8;
const SAID = {
  peer: 'a peer that is not in LETHE_TRUSTED_PROXIES says whom it forwards for; it is not believed',
  unreadable: 'a trusted proxy names its client in a way that cannot be believed; the proxy counts as the client',
} as const;

export type Disbelieved = NonNullable<Source['disbelieved']>;

/** @returns what reads the source of a request; undefined where its connection has gone */
export function newSources(
  trustedProxies: readonly string[],
  log: Log,
  count: (why: Disbelieved) => void = () => {},
): (request: IncomingMessage) => string | undefined {
  const trusted = trustedProxies.map(readNetwork).filter((network): network is Network => network !== undefined);
  const said = new Set<string>();
  return (request) => {
    const { address, disbelieved } = sourceOf(request, trusted);
    if (disbelieved === undefined) return address;
    count(disbelieved);
    const about = `${disbelieved} ${address}`;
    if (said.size < MAX_SAID && !said.has(about)) {
      said.add(about);
      log.warn({ peer: address }, SAID[disbelieved]);
    }
    return address;
  };
}

/**
 * Whether the source of a call may stand in the log (decision 32): that of a service, and that of whoever brought no
 * valid credential, by which an attack is found and ended. A person's own address is personal data, and stays out.
 */
export function mayLogSource(caller: Caller | undefined, status: number): boolean {
  return caller === undefined ? status === 401 : isService(caller);
}
