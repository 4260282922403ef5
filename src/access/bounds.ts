/**
 * From where a principal may call: from its networks alone, where it has any. They hold for every credential of it, so
 * a new API key has them from its first call, and a stolen one is of no use elsewhere.
 *
 * Guarantees: they are under the principal's MAC (`principals.ts`). A call whose address is not known is refused. The
 * answer is that of an unknown API key; only the audit log says why.
 * Does not: bind a command that has opened the vault itself. It comes over no network, and whoever runs it has the
 * root key and the stores. So networks shut no administrator out of the vault for good.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { VaultError } from '../errors.ts';
import { isIn, networksOf, readAddress, readNetwork } from '../network-address.ts';
import { storedJson } from '../stored-json.ts';

export const MAX_NETWORKS = 16;

/** As they are stored. No network at all, which only a restore makes: from nowhere. */
const Stored = z.strictObject({ networks: z.array(z.string()) });
export type Bounds = z.infer<typeof Stored>;

/** Where a call comes from; undefined: from a command that has opened the vault itself. */
export type From = { readonly address: string | undefined } | undefined;

export const NOWHERE: Bounds = { networks: [] };

/** @returns undefined where it has none @throws for a text that no MAC binds */
export function boundsIn(text: string | null): Bounds | undefined {
  return text === null ? undefined : Stored.parse(JSON.parse(text));
}

/** The same of a row that may have been altered. @returns undefined where it cannot be read */
export function readableBounds(text: string): Bounds | undefined {
  return storedJson(Stored, text);
}

export function boundsText(bounds: Bounds | undefined): string | null {
  return bounds === undefined ? null : JSON.stringify(bounds);
}

/** @throws `invalid_network` */
export function assertNetworks(networks: readonly string[]): void {
  if (networks.some((network) => readNetwork(network) === undefined)) throw new VaultError('invalid_network');
}

export function isWithin(bounds: Bounds | undefined, from: From): boolean {
  if (bounds === undefined || from === undefined) return true;
  const address = from.address === undefined ? undefined : readAddress(from.address);
  return address !== undefined && isIn(address, networksOf(bounds.networks));
}

/** Whether there is a place from which it could call before, and cannot now. Of two lists it is not looked closely. */
export function isNarrower(now: Bounds | undefined, before: Bounds | undefined): boolean {
  if (now === undefined || isDeepStrictEqual(now, before)) return false;
  if (before === undefined) return true;
  return before.networks.some((network) => !now.networks.includes(network));
}
