/**
 * Values of which there are no two: says of each value of a call whether a record has an equal one, before anything is
 * made for the call.
 *
 *   a claim     stands for every value that was stored since its type became unique (`search/value-claims.ts`). Only
 *               one call can insert it, so of two at once the second finds the first's, and begins again
 *   an index    finds what was stored before
 *
 * What either offers is opened and compared before it counts. Rotations of index keys change nothing: claims are not
 * made under these keys, and an index misses nothing while they are replaced.
 *
 * A claim without a record belongs to a call that is under way, or has crashed between the two stores. The value is
 * then stored as that very record, under the key that call has made. If both calls get so far, the second to store the
 * record fails with `already_exists`, and finds the other's value on its next try. After a day no call can be under
 * way: the claim is removed with its record's key. The sweep of keys does not, if an older record store has lost a
 * record that it has passed. So nothing blocks a value for long.
 * Does not: hold on a node that has not heard yet that the type is unique (`KEPT_MS` of the catalogue).
 */
import { type DataType, identityOf, type Json } from '../datatypes/datatype.ts';
import { VaultError } from '../errors.ts';
import type { RecordId, TenantId } from '../ids.ts';
import { liveCandidates, openRecords } from '../records/open-records.ts';
import { findCandidates } from '../search/blind-index.ts';
import type { Criterion } from '../search/criteria.ts';
import { type ClaimOf, claimKey, claimOf, findClaims } from '../search/value-claims.ts';
import type { Accepted } from './accept.ts';
import { type ClaimState, removeLost, statesOf } from './claim-states.ts';
import type { Parts } from './parts.ts';

/** Other records have values of this call. Nothing has been stored. */
export class ValueNotUniqueError extends VaultError {
  /** The values of the call, by their places, of which it tells no wrong guess. */
  readonly unspent: readonly number[];
  /** How many wrong guesses it tells of: for the audit entry. */
  readonly guesses: number;

  constructor(unspent: readonly number[], guesses: number, said = NOT_UNIQUE) {
    super('value_not_unique', said);
    this.unspent = unspent;
    this.guesses = guesses;
  }
}

const NOT_UNIQUE = 'Another record has an equal value, and values of this data type are unique.';
const TWICE = 'An earlier item of this call has an equal value, and values of this data type are unique.';

/** Another call is between its two stores with this value. */
function underWay(): VaultError {
  const said = 'Another call is storing, correcting or erasing an equal value. Repeat the call.';
  return new VaultError('concurrent_change', said);
}

/** A value that may be stored. */
export interface Claim {
  readonly of: ClaimOf;
  /** The record as which it is to be stored, under the key that another call has made; absent: as one of its own. */
  readonly as: RecordId | undefined;
}

interface Unique {
  readonly place: number;
  readonly value: Accepted & { readonly unique: Criterion };
  readonly of: ClaimOf;
}

/**
 * @param values of one call, by their places
 * @param isOne whether two of them, by their places, are to be one record
 * @param isLed which of these, by their places, lead to the token that an equal value had before; asked last
 * @returns by place, the claims that their records' keys are to be stored with
 * @throws {ValueNotUniqueError} @throws `concurrent_change`
 */
export async function assertUnique(
  parts: Parts,
  tenant: TenantId,
  values: readonly Accepted[],
  now: Date,
  isOne: (one: number, other: number) => boolean,
  isLed: (places: readonly number[]) => Promise<ReadonlySet<number>>,
): Promise<ReadonlyMap<number, Claim>> {
  const all = await uniqueOf(parts, tenant, values);
  if (all.length === 0) return new Map();
  const firsts = new Map<string, number>();
  for (const { of, place } of all.toReversed()) firsts.set(of.mac.toString('hex'), place);
  const repeated = all.filter(({ of, place }) => {
    const first = firsts.get(of.mac.toString('hex')) as number;
    return first !== place && !isOne(first, place);
  });
  const [again] = repeated;
  if (again !== undefined) {
    const places = all.map(({ place }) => place);
    throw new ValueNotUniqueError(places, 0, TWICE).at(`items/${again.place}/`);
  }
  const found = await holdersOf(parts, tenant, all, undefined, now);
  const doubtful = all.filter((_, n) => found[n] !== 'nobody').map(({ place }) => place);
  const led = doubtful.length === 0 ? NONE : await isLed(doubtful);
  const left = [...all.entries()].filter(([, { place }]) => !led.has(place));
  const taken = left.filter(([n]) => found[n] === 'another').map(([, { place }]) => place);
  const [first] = taken;
  if (first !== undefined) throw new ValueNotUniqueError(taken, all.length - taken.length).at(`items/${first}/`);
  const claims = left.map(([n, { place, of }]) => ({ place, of, state: stateIn(found[n]) }));
  if (claims.some(({ state }) => state?.is === 'under way')) throw underWay();
  await removeLost(
    parts,
    tenant,
    claims.map(({ state }) => state),
  );
  return new Map(
    claims.map(({ place, of, state }) => [place, { of, as: state?.is === 'unmade' ? state.record : undefined }]),
  );
}

const NONE: ReadonlySet<number> = new Set();

/**
 * The same for a value that is to take the place of a record's.
 * @returns the claim, if the type is unique
 */
export async function assertUniqueFor(
  parts: Parts,
  tenant: TenantId,
  value: Accepted,
  now: Date,
  own: RecordId,
): Promise<ClaimOf | undefined> {
  const [unique] = await uniqueOf(parts, tenant, [value]);
  if (unique === undefined) return undefined;
  const [holder] = await holdersOf(parts, tenant, [unique], own, now);
  if (holder === 'another') throw new ValueNotUniqueError([0], 0);
  const state = stateIn(holder);
  if (state !== undefined && state.is !== 'lost') throw underWay();
  await removeLost(parts, tenant, [state]);
  return unique.of;
}

async function uniqueOf({ keyring }: Parts, tenant: TenantId, values: readonly Accepted[]): Promise<Unique[]> {
  const wanted = [...values.entries()].flatMap(([place, value]) => {
    const { unique } = value;
    return unique === undefined ? [] : [{ place, value: { ...value, unique } }];
  });
  if (wanted.length === 0) return [];
  const key = await claimKey(keyring.indexes, tenant);
  return wanted.map((one) => ({ ...one, of: claimOf(key, tenant, one.value.type, one.value.value) }));
}

type Holder = 'nobody' | 'another' | ClaimState;

function stateIn(holder: Holder | undefined): ClaimState | undefined {
  return typeof holder === 'object' ? holder : undefined;
}

/** @param own a record that does not count as another */
async function holdersOf(
  parts: Parts,
  tenant: TenantId,
  all: readonly Unique[],
  own: RecordId | undefined,
  now: Date,
): Promise<Holder[]> {
  const { keyStore } = parts;
  const claims = await findClaims(
    keyStore.reader,
    all.map(({ of }) => of),
  );
  const others = claims.map((row) => (row?.record === own ? undefined : row));
  const candidates = await Promise.all(all.map(({ value }) => candidatesFor(parts, tenant, value.unique)));
  const offered = all.map((_, n) => {
    const ids = new Set([...(candidates[n] ?? []), ...(others[n] ? [others[n].record as RecordId] : [])]);
    return [...ids].filter((id) => id !== own);
  });
  const equal = await equalAmong(parts, tenant, all, offered);
  const states = await statesOf(parts, tenant, others, now);
  return all.map((_, n) => {
    if (equal[n]) return 'another';
    const claim = others[n];
    return claim === undefined ? 'nobody' : (states[n] as ClaimState);
  });
}

/** Every record that an index offers; a value that nobody has costs one look. */
async function candidatesFor(
  { keyStore, indexer }: Parts,
  tenant: TenantId,
  { forms }: Criterion,
): Promise<RecordId[]> {
  const found: RecordId[] = [];
  for (let after: RecordId | undefined; ; ) {
    const page = await findCandidates(keyStore.reader, indexer, tenant, forms, after);
    found.push(...page.records);
    after = page.records.at(-1);
    if (!page.more || after === undefined) return found;
  }
}

/** Whether one of the records that were offered for each value holds an equal one. */
async function equalAmong(
  { recordStore, keyStore, keyring, catalogue }: Parts,
  tenant: TenantId,
  all: readonly Unique[],
  offered: readonly (readonly RecordId[])[],
): Promise<boolean[]> {
  const ids = [...new Set(offered.flat())];
  if (ids.length === 0) return all.map(() => false);
  const live = await liveCandidates(recordStore.reader, tenant, ids);
  const from = { records: recordStore.reader, keys: keyStore.reader, keyring };
  const entries = await openRecords(from, tenant, live);
  const opened = new Map(entries.flatMap((entry) => (entry instanceof VaultError ? [] : [[entry.row.record, entry]])));
  try {
    const equal: boolean[] = [];
    for (const [n, { value }] of all.entries()) {
      let isEqual = false;
      for (const id of offered[n] ?? []) {
        const entry = opened.get(id);
        if (entry === undefined || entry.row.type !== value.type.name) continue;
        const stored = await catalogue.stored(tenant, entry.row.type, entry.row.type_version);
        isEqual ||= areEqual(stored, entry.value.expose() as Json, value);
      }
      equal.push(isEqual);
    }
    return equal;
  } finally {
    for (const { value } of opened.values()) value.wipe();
  }
}

/** As `reuse` decides it; and for a value under an earlier version of its type, as a search does. */
function areEqual(of: DataType, stored: Json, { type, value, unique }: Unique['value']): boolean {
  if (identityOf(of, stored) === identityOf(type, value)) return true;
  return of.version !== type.version && unique.matches(of, stored);
}
