/**
 * The sources of requests, for the log. They are what `source.ts` finds. If that is not what a proxy said, the operator
 * is warned once for each peer, and for a few peers at most; every case is counted. So a stranger who sends such
 * headers neither fills the log nor hides a proxy that was forgotten in the settings.
 */
import type { IncomingMessage } from 'node:http';
import { type Caller, isService } from '../../calls/caller.ts';
import { networksOf } from '../../network-address.ts';
import type { Log } from './log.ts';
import { type Source, sourceOf } from './source.ts';

const MAX_SAID = 8;
const SAID = {
  peer: 'a peer that is not in LETHE_TRUSTED_PROXIES says whom it forwards for; it is not believed',
  unreadable: 'a trusted proxy names its client in a way that cannot be believed; the proxy counts as the client',
} as const;

export type Disbelieved = NonNullable<Source['disbelieved']>;

/** @returns a function that reads the source of a request; it returns undefined if the connection is gone */
export function newSources(
  trustedProxies: readonly string[],
  log: Log,
  count: (why: Disbelieved) => void = () => {},
): (request: IncomingMessage) => string | undefined {
  const trusted = networksOf(trustedProxies);
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
 * Whether the source of a call may be logged (decision 32). A service's may. That of a caller without a valid
 * credential may too, because it helps to find and end an attack. A person's own address is personal data, and is not
 * logged.
 */
export function mayLogSource(caller: Caller | undefined, status: number): boolean {
  return caller === undefined ? status === 401 : isService(caller);
}
