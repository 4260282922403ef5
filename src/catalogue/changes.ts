/**
 * Changes of a tenant's catalogue: declaring a type, choosing a lesser form. Both check all the rows they build on, so
 * that a change never endorses an earlier alteration.
 */
import { assertSound, isUnique } from '../datatypes/custom.ts';
import type { DataType } from '../datatypes/datatype.ts';
import type { TypeDefinition } from '../datatypes/definition.ts';
import { VaultError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import type { RecordTx } from '../storage/tx.ts';
import {
  type CatalogueKeys,
  definitionOf,
  insertType,
  MAX_TYPES,
  MAX_VERSIONS,
  putSetting,
  readCatalogue,
} from './store.ts';

/**
 * Declares a type, or a new version of one; a definition that stands already is no change. Only in an exclusive
 * transaction.
 * @returns the version that stands for the definition
 * @throws `invalid_definition`, `low_entropy_index` for an unfit definition
 * @throws `type_base_fixed`, `too_many_types`, `too_many_versions`
 * @throws `already_exists` if another node declares another version at the same time
 */
export async function declareType(
  tx: RecordTx,
  keys: CatalogueKeys,
  tenant: TenantId,
  definition: TypeDefinition,
  now: Date,
): Promise<number> {
  assertSound(definition);
  const { types } = await readCatalogue(tx, tenant, async () => keys);
  const text = JSON.stringify(definition);
  const newest = types.findLast(({ name }) => name === definition.name);
  if (newest?.definition === text) return newest.version;
  if (newest === undefined) {
    if (new Set(types.map(({ name }) => name)).size >= MAX_TYPES) throw new VaultError('too_many_types');
  } else {
    if (definitionOf(newest).base !== definition.base) throw new VaultError('type_base_fixed');
    if (newest.version >= MAX_VERSIONS) throw new VaultError('too_many_versions');
  }
  const version = (newest?.version ?? 0) + 1;
  const row = { tenant, name: definition.name, version, definition: text, created_at: now.getTime() };
  const standing = await insertType(tx, keys, row);
  if (standing.definition !== text) {
    throw new VaultError(
      'already_exists',
      'Another version was declared at the same time. Read the type again, then repeat.',
    );
  }
  return version;
}

/** What a tenant may set of a type of the house. */
export type TypeSetting = { readonly keep: string | null } | { readonly unique: boolean };

/**
 * Sets what the tenant keeps of a type's values from now on (null: the whole value), or whether no two records may have
 * an equal one. Only in an exclusive transaction.
 * @param builtIn the house's type of this name, if there is one; no other has settings
 * @throws `unknown_type`, `unknown_keep`, `unique_not_offered`
 */
export async function changeSetting(
  tx: RecordTx,
  keys: CatalogueKeys,
  tenant: TenantId,
  name: string,
  builtIn: DataType | undefined,
  change: TypeSetting,
  now: Date,
): Promise<void> {
  const { types, settings } = await readCatalogue(tx, tenant, async () => keys);
  const own = types.findLast((row) => row.name === name);
  if (builtIn === undefined && own === undefined) throw new VaultError('unknown_type');
  const standing = settings.find((row) => row.name === name);
  const before = { keep: standing?.keep ?? null, is_unique: standing?.is_unique ?? null };
  const after = { ...before, ...('keep' in change ? change : { is_unique: change.unique ? 1 : null }) };
  if ('keep' in change) {
    if (change.keep !== null && !Object.hasOwn(builtIn?.keeps ?? {}, change.keep)) throw new VaultError('unknown_keep');
  } else if (change.unique || isUnique(own && definitionOf(own))) {
    assertMayBeUnique(builtIn);
  }
  // Of two people in one network, the second could not be stored.
  if (after.keep !== null && after.is_unique !== null) {
    throw new VaultError(
      'unique_not_offered',
      'Values of which a lesser form is kept cannot be unique: end one first.',
    );
  }
  if (before.keep === after.keep && before.is_unique === after.is_unique) return;
  await putSetting(tx, keys, { tenant, name, ...after, updated_at: now.getTime() }, standing === undefined);
}

/** @throws `unique_not_offered` */
function assertMayBeUnique(builtIn: DataType | undefined): void {
  if (builtIn === undefined) {
    const said = 'A type of your own says `unique` in its definition: declare it again.';
    throw new VaultError('unique_not_offered', said);
  }
  if (builtIn.spread !== 'unique' || (builtIn.custody ?? 'record') !== 'record') {
    throw new VaultError(
      'unique_not_offered',
      'Many people have the same value of this data type, or it is not searched.',
    );
  }
}
