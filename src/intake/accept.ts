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
import { UnknownTypeError, VaultError } from '../errors.ts';
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
 * Whether values of a type are kept as a verifier only, or in no store. Nothing may then be derived from one and kept by
 * which a guess could be tested fast. A type there is not is refused later; until then it counts as the most secret.
 */
export async function isSecret(catalogue: Catalogue, tenant: TenantId, name: string): Promise<boolean> {
  const known = await catalogue.type(tenant, name).catch((error: unknown) => {
    if (error instanceof UnknownTypeError) return undefined;
    throw error;
  });
  return known === undefined || (known.type.custody ?? 'record') !== 'record';
}

/**
 * Puts a verifier in the place of each value of which only that may be kept (passwords); leaves the others as they are.
 * @throws {UnavailableError} `overloaded` while too many wait to be computed
 */
export async function withVerifiers<A extends Accepted>(hasher: PasswordHasher, accepted: readonly A[]): Promise<A[]> {
  const done = [...accepted];
  const waiting = [...accepted.entries()].filter(([, { type }]) => type.custody === 'verifier');
  if (waiting.length === 0) return done;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, one] = next;
      done[i] = { ...one, value: await verifierOf(hasher, one.value) };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done;
}

async function verifierOf(hasher: PasswordHasher, value: Json): Promise<Json> {
  const { password } = value as { readonly password?: string };
  return password === undefined ? value : { phc: await hasher.hash(password) };
}
