/**
 * The purposes of a tenant: a registry of the words for which values may be asked, each with what people are told, its
 * legal basis, and the data types that it needs.
 *
 * Guarantees: an altered purpose says nothing, and can be given to nobody (`purposes/rows.ts`). A principal gets only
 * purposes that are declared and not ended, asked in the transaction that gives them: `holdPurposes` holds their rows,
 * so that none ends in between. None ends while a principal in force has it. What people were told stays readable.
 * Does not: decide a call. `roles/access-books.ts` reads which types a purpose needs, and `decide.ts` asks that.
 */
import { IntegrityError, VaultError } from '../errors.ts';
import { allOf } from '../faults.ts';
import type { TenantId } from '../ids.ts';
import type { IndexKey } from '../keyring/indexes/index-key.ts';
import { count, select } from '../storage/queries.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import { type DeclaredBasis, takesObjections, UNDECLARED } from './legal-basis.ts';
import {
  type Content,
  factsOf,
  holdPurpose,
  isUnaltered,
  type Place,
  type PurposeFacts,
  type PurposeKeys,
  purposes,
  purposesForGiving,
  purposeVersions,
  writePurpose,
} from './purposes/rows.ts';
import { principals } from './store.ts';

/** A tenant's purposes are read whole. Words that were on principals before there were purposes are all taken over. */
export const MAX_PURPOSES = 200;
/** How many earlier versions of a purpose are shown. */
const MAX_SHOWN = 100;

/** What an administrator says of a purpose. */
export interface Declaration {
  readonly basis: DeclaredBasis;
  readonly told: string;
  readonly types?: readonly string[] | undefined;
  /** Undefined: as the basis has it. */
  readonly mayObject?: boolean | undefined;
}

/** Every purpose of the tenant in the order of their words, ended and altered ones too. @param keys `principalKeys` */
export async function purposesOfTenant(
  reader: Reader<'records'>,
  keys: readonly IndexKey[],
  tenant: TenantId,
): Promise<readonly PurposeFacts[]> {
  const rows = await select(reader, purposes, { where: { tenant }, orderBy: ['purpose'] });
  return rows.map((row) => factsOf(keys, row));
}

/** A purpose as it stands. @throws `purpose_not_found` @throws {IntegrityError} for an altered one */
export async function standingPurpose(
  reader: Reader<'records'>,
  keys: readonly IndexKey[],
  tenant: TenantId,
  purpose: string,
): Promise<PurposeFacts> {
  const [row] = await select(reader, purposes, { where: { tenant, purpose } });
  if (row === undefined) throw new VaultError('purpose_not_found');
  const facts = factsOf(keys, row);
  if (facts.isAltered) throw new IntegrityError();
  return facts;
}

/** A purpose as it stands, and its newest earlier versions. @throws `purpose_not_found` */
export async function getPurpose(
  reader: Reader<'records'>,
  keys: readonly IndexKey[],
  tenant: TenantId,
  purpose: string,
): Promise<{ readonly standing: PurposeFacts; readonly earlier: readonly PurposeFacts[] }> {
  const where = { tenant, purpose };
  const [row] = await select(reader, purposes, { where });
  if (row === undefined) throw new VaultError('purpose_not_found');
  const newest = { orderBy: ['version'], descending: true, limit: MAX_SHOWN + 1 } as const;
  const versions = await select(reader, purposeVersions, { where, ...newest });
  const earlier = versions.filter(({ version }) => version !== row.version).slice(0, MAX_SHOWN);
  return { standing: factsOf(keys, row), earlier: earlier.map((each) => factsOf(keys, each)) };
}

/**
 * Asserts that these words can be given to a principal, and holds that until the transaction ends: the end of one waits
 * for this, or this waits for it.
 * @throws `unknown_purpose` for each that is not declared or has ended, with its place in `purposes`
 * @throws {IntegrityError} for an altered one
 */
export async function holdPurposes(
  tx: RecordTx,
  keys: Pick<PurposeKeys, 'principals'>,
  tenant: TenantId,
  words: readonly string[],
): Promise<void> {
  if (words.length === 0) return;
  const asked = words.map((word) => [tenant, word]);
  const found = await tx.find(purposesForGiving, asked);
  const unknown = found.flatMap(([row], i) =>
    row === undefined || row.ended_at !== null ? new VaultError('unknown_purpose', { field: `purposes/${i}` }) : [],
  );
  if (unknown.length > 0) throw allOf(unknown);
  if (found.flat().some((row) => !isUnaltered(keys.principals, row))) throw new IntegrityError();
}

/**
 * Declares a purpose, or says something else of it; one that had ended is in use again. What stands already is no
 * change. An altered row gives way to what is said now. Only in an exclusive transaction.
 * @throws `too_many_purposes`
 */
export async function declarePurpose(
  tx: RecordTx,
  keys: PurposeKeys,
  place: Place,
  { basis, told, types, mayObject = takesObjections(basis) }: Declaration,
): Promise<PurposeFacts> {
  const needed = types === undefined ? null : JSON.stringify([...types].sort());
  const content: Content = { basis, told, types: needed, may_object: mayObject ? 1 : 0, ended_at: null };
  const known = await holdPurpose(tx, place);
  if (known === undefined && (await count(tx, purposes, { where: { tenant: place.tenant } })) >= MAX_PURPOSES) {
    throw new VaultError('too_many_purposes');
  }
  const standing = known ?? (await writePurpose(tx, keys, place, content));
  const isSame = Object.entries(content).every(([name, value]) => standing[name as keyof Content] === value);
  const isOurs = isUnaltered(keys.principals, standing);
  if (isSame && isOurs) return factsOf(keys.principals, standing);
  const before = isOurs ? standing : { declared_at: place.at.getTime() };
  return factsOf(keys.principals, await writePurpose(tx, keys, place, content, before));
}

/**
 * Ends a purpose: from then on it can be given to nobody. One that has ended stays as it is. Only in an exclusive
 * transaction.
 * @throws `purpose_not_found`, `purpose_in_use`
 * @throws {IntegrityError} for an altered row: a new tag would say that it is as it should be
 */
export async function endPurpose(tx: RecordTx, keys: PurposeKeys, place: Place): Promise<PurposeFacts> {
  const { tenant, purpose, at } = place;
  const row = await holdPurpose(tx, place);
  if (row === undefined) throw new VaultError('purpose_not_found');
  if (!isUnaltered(keys.principals, row)) throw new IntegrityError();
  if (row.ended_at !== null) return factsOf(keys.principals, row);
  const holders = await select(tx, principals, { columns: ['purposes'], where: { tenant, revoked_at: null } });
  // A word needs no escapes in JSON, so this also finds it in a list that cannot be read any more.
  if (holders.some((holder) => holder.purposes.includes(`"${purpose}"`))) throw new VaultError('purpose_in_use');
  const { basis, told, types, may_object } = row;
  const content = { basis, told, types, may_object, ended_at: at.getTime() };
  return factsOf(keys.principals, await writePurpose(tx, keys, place, content, row));
}

/**
 * Makes a purpose of each of these words that is none yet, with nothing said of it. Only in an exclusive transaction.
 * @returns how many it has made
 */
export async function adoptPurposes(
  tx: RecordTx,
  keys: PurposeKeys,
  { tenant, at }: Pick<Place, 'tenant' | 'at'>,
  words: readonly string[],
): Promise<number> {
  const known = new Set((await select(tx, purposes, { where: { tenant } })).map(({ purpose }) => purpose));
  const fresh = words.filter((word) => !known.has(word));
  const content = { basis: UNDECLARED, told: '', types: null, may_object: 0, ended_at: null };
  for (const purpose of fresh) await writePurpose(tx, keys, { tenant, purpose, at }, content);
  return fresh.length;
}

/** The purposes of which nobody has said what they rest on, of every tenant; for the doctor, which has no keys. */
export async function listUndeclared(reader: Reader<'records'>) {
  const where = { basis: UNDECLARED, ended_at: null };
  return select(reader, purposes, { columns: ['tenant', 'purpose'], where, orderBy: ['tenant', 'purpose'] });
}
