/**
 * What was taken from a principal that goes on working: purposes, places from which it may call, and the time that an
 * API key had left. Each is noted like a revocation (`revocations.ts`), so that an older record store, once recovered,
 * gives none of it back.
 *
 *   kind `purpose`   target   prn_… : MAC of the purpose : 16 random bytes
 *   kind `key`       target   key_… : its end in milliseconds : 16 random bytes
 *   kind `networks`  target   prn_… : 16 random bytes
 *
 * The random bytes keep one narrowing apart from a later one that is the same, after a widening in between. A purpose
 * stands there as a MAC under the tenant's key: it is a word that people have chosen, and the journal holds none. Of
 * networks, which may be where people live, nothing stands there: once recovered, the principal is let in from nowhere,
 * until an administrator says again from where.
 *
 * Guarantees: a widening is noted nowhere. A restored principal has what it had in the copy, less all that was taken
 * from it since, so at most what it ever had; an administrator widens it again.
 */
import type { RandomSource } from '../crypto/random.ts';
import type { ApiKeyId, PrincipalId, TenantId } from '../ids.ts';
import type { IndexKey } from '../keyring/indexes/index-keys.ts';
import type { KeyStore, RecordStore, RecordTx } from '../storage/tx.ts';
import { NOWHERE } from './bounds.ts';
import { findApiKey } from './key-rows.ts';
import { type AccessKeys, hasOwnEnd, isSooner, setEnd } from './keys.ts';
import { isUnaltered, purposesOf, setBounds, setPurposes } from './principals.ts';
import { areNoted, type KeptRevocation, keptOf, noteRevocation, type RevokedKind } from './revocations.ts';
import { findPrincipal } from './store.ts';

export const NARROWINGS = ['key', 'purpose', 'networks'] as const satisfies readonly RevokedKind[];
const MAC_BYTES = 16;

export interface When {
  readonly tenant: TenantId;
  readonly at: Date;
  readonly random: RandomSource;
}

/** In the transaction that takes the purposes. */
export async function noteWithdrawn(
  tx: RecordTx,
  key: IndexKey,
  { tenant, at, random }: When,
  principal: PrincipalId,
  purposes: readonly string[],
): Promise<void> {
  for (const purpose of purposes) {
    const target = `${principal}:${macOf(key, principal, purpose)}:${markOf(random)}`;
    await noteRevocation(tx, { tenant, kind: 'purpose', target, at });
  }
}

/** In the transaction that gives the key a sooner end. */
export async function noteEnd(tx: RecordTx, { tenant, at, random }: When, key: ApiKeyId, end: number): Promise<void> {
  await noteRevocation(tx, { tenant, kind: 'key', target: `${key}:${end}:${markOf(random)}`, at });
}

/** In the transaction that binds a principal to fewer networks. */
export async function noteBound(tx: RecordTx, { tenant, at, random }: When, principal: PrincipalId): Promise<void> {
  await noteRevocation(tx, { tenant, kind: 'networks', target: `${principal}:${markOf(random)}`, at });
}

function markOf(random: RandomSource): string {
  return random(MAC_BYTES).toString('base64url');
}

function macOf(key: IndexKey, principal: PrincipalId, purpose: string): string {
  return key.mac('lethe/withdrawn-purpose/1', MAC_BYTES, principal, purpose).toString('base64url');
}

/** Whether the key store knows that an API key has ended, of which an older record store knows nothing. */
export async function hasEndedSince(
  { recordStore, keyStore }: { readonly recordStore: RecordStore; readonly keyStore: KeyStore },
  tenant: TenantId,
  key: string,
  now: Date,
): Promise<boolean> {
  const ends = await keptOf(keyStore.reader, { tenant, kind: 'key' }, key);
  const noted = await areNoted(recordStore.reader, ends);
  return ends.some(({ target }, i) => !noted[i] && partsOf(target).end <= now.getTime());
}

/**
 * Takes again what an older record store had given back. A row that was altered is left as it is: it opens nothing, and
 * a new MAC would say that it may.
 * @returns how many keys and purposes there were
 */
export async function narrowAgain(
  tx: RecordTx,
  keys: AccessKeys,
  tenant: TenantId,
  narrowings: readonly Pick<KeptRevocation, 'kind' | 'target'>[],
): Promise<number> {
  let narrowed = 0;
  for (const { kind, target } of narrowings) {
    const { of, mac, end } = partsOf(target);
    if (kind === 'key') {
      const row = await findApiKey(tx, of as ApiKeyId);
      // Notes carry no MAC, so one may say anything.
      if (row?.tenant !== tenant || !Number.isSafeInteger(end)) continue;
      if (!isSooner(end, row.expires_at) || !hasOwnEnd(keys.principals, row)) continue;
      await setEnd(tx, keys, row, end);
      narrowed += 1;
    } else {
      const row = await findPrincipal(tx, tenant, of as PrincipalId);
      if (row === undefined || !isUnaltered(keys.principals, row)) continue;
      if (kind === 'networks') {
        await setBounds(tx, keys, row, NOWHERE);
        narrowed += 1;
        continue;
      }
      const has = purposesOf(row);
      const left = has.filter(
        (purpose) => !keys.principals.some((key) => macOf(key, row.principal as PrincipalId, purpose) === mac),
      );
      if (left.length < has.length) await setPurposes(tx, keys, row, left);
      narrowed += has.length - left.length;
    }
  }
  return narrowed;
}

/** Of a key the second part is its end, of a purpose the MAC. */
function partsOf(target: string): { readonly of: string; readonly mac: string; readonly end: number } {
  const [of = '', mac = ''] = target.split(':');
  return { of, mac, end: Number(mac) };
}
