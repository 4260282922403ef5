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
import type { DataType, Json, ParseContext } from '../datatypes/datatype.ts';
import { codeOf, InvalidValueError, VaultError } from '../errors.ts';
import { Faults } from '../faults.ts';
import type { TenantId, Token } from '../ids.ts';
import type { Kept } from '../search/blind-index.ts';
import { assertTakesCountry, type Criterion, criterionOf } from '../search/criteria.ts';
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
  /** By whose rules a national form is read. */
  readonly country?: string | undefined;
  /** A token brought along. */
  readonly token?: Token | undefined;
}

/**
 * New verifiers that one call may ask for. Each takes a processor some 0.2 s: one idle processor makes 25 in 5 s, well
 * before a client gives the call up (the typed client after 10 s) and repeats it.
 */
export const MAX_NEW_VERIFIERS = 25;
const TOO_MANY = `A call makes verifiers of up to ${MAX_NEW_VERIFIERS} passwords; send the others in further calls.`;

/**
 * Computes nothing slow: of a call that is refused, no verifier is made.
 * @param offers undefined for an item that was refused before; its number still counts
 * @param also what else is checked of an item
 * @throws {InvalidValueError} @throws `invalid_token`, `unknown_type`, `too_many_passwords`: the fault of each item at
 *   fault, with `field` naming `items/<n>/…`
 */
export async function acceptAll(
  catalogue: Catalogue,
  tenant: TenantId,
  offers: readonly (Offer | undefined)[],
  now: Date,
  also: (accepted: Accepted, i: number) => void = () => {},
): Promise<Accepted[]> {
  const types = new Map<string, TenantType>();
  const faults = new Faults();
  const accepted: Accepted[] = [];
  let passwords = 0;
  for (const [i, offer] of offers.entries()) {
    if (faults.areMany) break;
    if (offer === undefined) continue;
    const { type, value, country, token } = offer;
    await faults.of(`items/${i}/`, async () => {
      const known = types.get(type) ?? (await catalogue.type(tenant, type));
      types.set(type, known);
      const one = accept(known, value, { now, country }, token);
      const isPassword = passwordIn(one) !== undefined;
      passwords += isPassword ? 1 : 0;
      // Said once, of the first that is too many.
      if (isPassword && passwords === MAX_NEW_VERIFIERS + 1) {
        throw new VaultError('too_many_passwords', TOO_MANY, { field: 'value' });
      }
      also(one, i);
      accepted.push(one);
    });
  }
  faults.throwIfAny();
  return accepted;
}

/**
 * @param token brought along. Where a value is cut, only this sees the whole of it; the token may not hold the rest
 * @throws {InvalidValueError} @throws `invalid_token`
 */
export function accept(known: TenantType, value: unknown, context: ParseContext, token?: Token): Accepted {
  const { type, keep } = known;
  assertTakesCountry(type, context);
  const whole = type.parse(value, context);
  if (keep === undefined) {
    const unique = known.unique && { unique: criterionOf(known, { value: whole }, { now: context.now }) };
    return { type, value: whole, kept: undefined, ...unique };
  }
  if (token !== undefined) assertForeignToken(token, type, whole);
  return { type, value: keep.cut(whole), kept: { name: keep.name, spread: keep.spread } };
}

/** The same for a value that was accepted before, in the form that was kept then. @throws {InvalidValueError} */
export function acceptAs(type: DataType, value: unknown, kept: string | undefined, context: ParseContext): Accepted {
  const keep = kept === undefined ? undefined : type.keeps?.[kept];
  const lesser = keep && kept ? { ...keep, name: kept } : undefined;
  return accept({ type, keep: lesser, unique: false, earlier: [] }, value, context);
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
    return known.keep === undefined ? offer.value : accept(known, offer.value, { now, country: offer.country }).value;
  } catch (error) {
    if (codeOf(error) === 'unknown_type' || error instanceof InvalidValueError) return null;
    throw error;
  }
}

/**
 * Replaces each value of which only a verifier may be kept (passwords); leaves the others as they are.
 * @param asker for whom; when its client has gone, nothing more is computed and nothing goes on from here
 * @param again accepts the others once more: verifiers take time, and the tenant may keep less of them by then
 * @throws {UnavailableError} `overloaded` while too many wait to be computed; @throws what the asker's signal says
 */
export async function withVerifiers<A extends Accepted>(
  hasher: PasswordHasher,
  accepted: readonly A[],
  asker: Asker,
  again?: () => Promise<readonly A[]>,
): Promise<A[]> {
  const done = [...accepted];
  const passwords = [...accepted.entries()].flatMap(([i, one]) => {
    const password = passwordIn(one);
    return password === undefined ? [] : [{ i, password }];
  });
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

/** The password of which a verifier is to be made. */
function passwordIn({ type, value }: Accepted): string | undefined {
  return type.custody === 'verifier' ? (value as { readonly password?: string }).password : undefined;
}

/**
 * Remembers what the verifiers of a person cost, before they can be found: every sign-in by a name costs as much from
 * then on. Never of one that is nobody's. No name leads to it, and a caller tied to an audience, which stores for
 * nobody, would make everybody's sign-in slow.
 */
export function meetVerifiers({ costs }: PasswordHasher, tenant: TenantId, ofPeople: readonly Accepted[]): void {
  for (const { type, value } of ofPeople) {
    const { phc } = (type.custody === 'verifier' ? value : {}) as { readonly phc?: string };
    if (phc !== undefined) costs.meet(tenant, parsePhc(phc).params);
  }
}
