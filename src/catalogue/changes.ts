/**
 * Changes of a tenant's catalogue: declaring a type, choosing a lesser form. Both check all the rows they build on, so
 * that a change never endorses an earlier alteration.
 */
import { assertSound } from '../datatypes/custom.ts';
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

/**
 * Sets what the tenant keeps of a type's values from now on; null: the whole value. Only in an exclusive transaction.
 * @param builtIn the house's type of this name, if there is one; no other has lesser forms
 * @throws `unknown_type`, `unknown_keep`
 */
export async function changeKeep(
  tx: RecordTx,
  keys: CatalogueKeys,
  tenant: TenantId,
  name: string,
  builtIn: DataType | undefined,
  keep: string | null,
  now: Date,
): Promise<void> {
  const { types, settings } = await readCatalogue(tx, tenant, async () => keys);
  if (builtIn === undefined && !types.some((row) => row.name === name)) throw new VaultError('unknown_type');
  if (keep !== null && !Object.hasOwn(builtIn?.keeps ?? {}, keep)) throw new VaultError('unknown_keep');
  const standing = settings.find((row) => row.name === name);
  if ((standing?.keep ?? null) === keep) return;
  await putSetting(tx, keys, { tenant, name, keep, updated_at: now.getTime() }, standing === undefined);
}
