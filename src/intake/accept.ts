/**
 * Turns what a caller sends into what the vault keeps. The data type, as the tenant has it now, checks the value; it is
 * cut to what the tenant keeps, and made a verifier where only that may be kept.
 *
 * Guarantees: what is cut is gone before anything is sealed, indexed or answered, and no token brought along holds it.
 * Nothing is stored here.
 */
import type { Catalogue, TenantType } from '../catalogue/catalogue.ts';
import type { Asker, PasswordHasher } from '../crypto/password-hash.ts';
import { parsePhc } from '../crypto/phc.ts';
import type { DataType, Json } from '../datatypes/datatype.ts';
import { codeOf, InvalidValueError, VaultError } from '../errors.ts';
import type { TenantId, Token } from '../ids.ts';
import type { Kept } from '../search/blind-index.ts';
import { type Criterion, criterionOf } from '../search/criteria.ts';
import { assertForeignToken } from '../tokens/foreign.ts';

/** A value as its data type has accepted it and the tenant keeps it. */
export interface Accepted {
  readonly type: DataType;
  readonly value: Json;
  /** Absent where the whole value is kept. */
  readonly kept: Kept | undefined;
  /** What other records must not match; absent where values may be there twice. */
  readonly unique?: Criterion;
}

export interface Offer {
  readonly type: string;
  readonly value?: unknown;
  /** A token brought along. */
  readonly token?: Token | undefined;
}

/**
 * New verifiers that one call may ask for. Each takes a processor some 0.2 s: one idle processor makes 25 in 5 s, well
 * before a client gives the call up (the typed client after 10 s) and repeats it.
 */
export const MAX_NEW_VERIFIERS = 25;

/**
 * @throws {InvalidValueError} @throws `invalid_token`, `unknown_type` with `field` naming `items/<n>/…` of the first
 *   item at fault
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
 * @param token brought along. Where a value is cut, only this sees the whole of it; the token may not hold the rest
 * @throws {InvalidValueError} @throws `invalid_token`
 */
export function accept(known: TenantType, value: unknown, now: Date, token?: Token): Accepted {
  const { type, keep } = known;
  const whole = type.parse(value, { now });
  if (keep === undefined) {
    const unique = known.unique && { unique: criterionOf(known, { value: whole }, { now }) };
    return { type, value: whole, kept: undefined, ...unique };
  }
  if (token !== undefined) assertForeignToken(token, type, whole);
  return { type, value: keep.cut(whole), kept: { name: keep.name, spread: keep.spread } };
}

/** The same for a value that was accepted before, in the form that was kept then. @throws {InvalidValueError} */
export function acceptAs(type: DataType, value: unknown, kept: string | undefined, now: Date): Accepted {
  const keep = kept === undefined ? undefined : type.keeps?.[kept];
  const lesser = keep && kept ? { ...keep, name: kept } : undefined;
  return accept({ type, keep: lesser, unique: false, earlier: [] }, value, now);
}

/**
 * The part of an offered value that may go into a MAC that is kept. Nothing, if only a verifier of it is kept or it is
 * in no store: guesses could be tested on the MAC fast. The kept form, if the value is cut. An unknown type, or a value
 * that it does not take, is refused later; until then it counts as the most secret.
 */
export async function asKept(catalogue: Catalogue, tenant: TenantId, offer: Offer, now: Date): Promise<unknown> {
  try {
    const known = await catalogue.type(tenant, offer.type);
    if ((known.type.custody ?? 'record') !== 'record') return null;
    return known.keep === undefined ? offer.value : accept(known, offer.value, now).value;
  } catch (error) {
    if (codeOf(error) === 'unknown_type' || error instanceof InvalidValueError) return null;
    throw error;
  }
}

/**
 * Replaces each value of which only a verifier may be kept (passwords); leaves the others as they are. What verifiers
 * that are brought along cost is remembered.
 * @param asker for whom; when its client has gone, nothing more is computed and nothing goes on from here
 * @param again accepts the others once more: verifiers take time, and the tenant may keep less of them by then
 * @throws `too_many_passwords` with `field` naming `items/<n>/value`
 * @throws {UnavailableError} `overloaded` while too many wait to be computed; @throws what the asker's signal says
 */
export async function withVerifiers<A extends Accepted>(
  hasher: PasswordHasher,
  accepted: readonly A[],
  asker: Asker,
  again?: () => Promise<readonly A[]>,
): Promise<A[]> {
  const done = [...accepted];
  for (const { type, value } of accepted) {
    const { phc } = (type.custody === 'verifier' ? value : {}) as { readonly phc?: string };
    if (phc !== undefined) hasher.costs.meet(asker.tenant, parsePhc(phc).params);
  }
  const passwords = [...accepted.entries()].flatMap(([i, { type, value }]) => {
    const { password } = (type.custody === 'verifier' ? value : {}) as { readonly password?: string };
    return password === undefined ? [] : [{ i, password }];
  });
  const tooMany = passwords[MAX_NEW_VERIFIERS];
  if (tooMany !== undefined) {
    const message = `A call makes verifiers of up to ${MAX_NEW_VERIFIERS} passwords; send the others in further calls.`;
    throw new VaultError('too_many_passwords', message, { field: `items/${tooMany.i}/value` });
  }
  if (passwords.length === 0) return done;
  const verifiers = await hasher.hashAll(
    passwords.map(({ password }) => password),
    asker,
  );
  for (const [n, { i }] of passwords.entries()) done[i] = { ...(done[i] as A), value: { phc: verifiers[n] as string } };
  const isMixed = accepted.some(({ type }) => type.custody !== 'verifier');
  const anew = isMixed && again !== undefined ? await again() : done;
  asker.gone?.throwIfAborted();
  return done.map((one, i) => (one.type.custody === 'verifier' ? one : (anew[i] as A)));
}
