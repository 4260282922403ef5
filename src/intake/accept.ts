/**
 * From what a caller sends to what the vault keeps: checked by the data type as the tenant has it now, cut to what the
 * tenant keeps of it, and turned into a verifier where only that may be kept.
 *
 * Guarantees: what is cut is gone before anything is sealed, indexed or answered, and no token brought along holds it.
 * Nothing is stored here.
 */
import type { Catalogue, TenantType } from '../catalogue/catalogue.ts';
import type { PasswordHasher } from '../crypto/password-hash.ts';
import type { DataType, Json } from '../datatypes/datatype.ts';
import { InvalidValueError, UnknownTypeError, VaultError } from '../errors.ts';
import type { TenantId, Token } from '../ids.ts';
import type { Kept } from '../search/blind-index.ts';
import { assertForeignToken } from '../tokens/foreign.ts';

/** A value as its data type has accepted it and the tenant keeps it. */
export interface Accepted {
  readonly type: DataType;
  readonly value: Json;
  /** Absent where the whole value is kept. */
  readonly kept: Kept | undefined;
}

export interface Offer {
  readonly type: string;
  readonly value?: unknown;
  /** A token brought along. */
  readonly token?: Token | undefined;
}

/** Verifiers made at once for one call; the hasher's own queue is for all calls together. */
const AT_ONCE = 2;

/**
 * @throws {InvalidValueError} @throws {InvalidTokenError} @throws {UnknownTypeError} with `field` naming `items/<n>/…`, the
 * first that is at fault
 */
export async function acceptAll(
  catalogue: Catalogue,
  tenant: TenantId,
  offers: readonly Offer[],
  now: Date,
): Promise<Accepted[]> {
  const types = new Map<string, TenantType>();
  const accepted: Accepted[] = [];
  for (const [i, { type, value, token }] of offers.entries()) {
    try {
      let known = types.get(type);
      if (known === undefined) {
        known = await catalogue.type(tenant, type);
        types.set(type, known);
      }
      accepted.push(accept(known, value, now, token));
    } catch (error) {
      throw error instanceof VaultError ? error.at(`items/${i}/`) : error;
    }
  }
  return accepted;
}

/**
 * @param token brought along; where a value is cut, the whole is seen here alone, and its token may not hold the rest
 * @throws {InvalidValueError} @throws {InvalidTokenError}
 */
export function accept({ type, keep }: TenantType, value: unknown, now: Date, token?: Token): Accepted {
  const whole = type.parse(value, { now });
  if (keep === undefined) return { type, value: whole, kept: undefined };
  if (token !== undefined) assertForeignToken(token, type, whole);
  return { type, value: keep.cut(whole), kept: { name: keep.name, spread: keep.spread } };
}

/** The same for a value that was accepted before, kept as it was kept then. @throws {InvalidValueError} */
export function acceptAs(type: DataType, value: unknown, kept: string | undefined, now: Date): Accepted {
  const keep = kept === undefined ? undefined : type.keeps?.[kept];
  return accept({ type, keep: keep && kept ? { ...keep, name: kept } : undefined, earlier: [] }, value, now);
}

/**
 * As much of an offered value as a MAC that is kept may be made of: nothing of one of which a verifier alone is kept, or
 * which is in no store, for a guess could be tested on it fast; of one that is cut, the form that is kept. A type there
 * is not, or a value it does not take, is refused later; until then it counts as the most secret.
 */
export async function asKept(catalogue: Catalogue, tenant: TenantId, offer: Offer, now: Date): Promise<unknown> {
  try {
    const known = await catalogue.type(tenant, offer.type);
    if ((known.type.custody ?? 'record') !== 'record') return null;
    return known.keep === undefined ? offer.value : accept(known, offer.value, now).value;
  } catch (error) {
    if (error instanceof UnknownTypeError || error instanceof InvalidValueError) return null;
    throw error;
  }
}

/**
 * Puts a verifier in the place of each value of which only that may be kept (passwords); leaves the others as they are.
 * @param again accepts them once more: verifiers take their time, and less may be kept of the others by then
 * @throws {UnavailableError} `overloaded` while too many wait to be computed
 */
export async function withVerifiers<A extends Accepted>(
  hasher: PasswordHasher,
  accepted: readonly A[],
  again?: () => Promise<readonly A[]>,
): Promise<A[]> {
  const done = [...accepted];
  const waiting = [...accepted.entries()].filter(([, { type }]) => type.custody === 'verifier');
  if (waiting.length === 0) return done;
  const isMixed = waiting.length < done.length;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, one] = next;
      done[i] = { ...one, value: await verifierOf(hasher, one.value) };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (!isMixed || again === undefined) return done;
  const anew = await again();
  return done.map((one, i) => (one.type.custody === 'verifier' ? one : (anew[i] as A)));
}

async function verifierOf(hasher: PasswordHasher, value: Json): Promise<Json> {
  const { password } = value as { readonly password?: string };
  return password === undefined ? value : { phc: await hasher.hash(password) };
}
