/**
 * A tenant's own data types and settings, in the record store: small tables, read whole, not on the path of any value.
 * Each row carries a MAC under the index key `@catalogue`.
 *
 * Guarantees: a row that was edited, was moved to another name, version or tenant, or has lost an earlier version
 * beside it, is an integrity failure.
 * Does not: notice that the newest version, a whole type or a setting was removed, or that a setting was put back to an
 * older state of its own.
 */
import type { Field } from '../crypto/associated-data.ts';
import { equalBytes } from '../crypto/mac.ts';
import type { TypeDefinition } from '../datatypes/definition.ts';
import { IntegrityError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { change } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';

const KEY_NAME = '@catalogue';
const MAC_BYTES = 32;

export const MAX_TYPES = 200;
export const MAX_VERSIONS = 100;

export const customTypes = table(
  'records',
  'custom_types',
  {
    tenant: 'id:tenant',
    name: 'text',
    version: 'small',
    definition: 'text',
    created_at: 'int',
    tag: 'bytes',
    tag_version: 'small',
  },
  ['tenant', 'name', 'version'],
);
export type CustomTypeRow = Row<typeof customTypes>;
const typesOfTenant = lookup(customTypes, ['tenant'], {
  orderBy: ['name', 'version'],
  limit: MAX_TYPES * MAX_VERSIONS,
});

export const typeSettings = table(
  'records',
  'type_settings',
  {
    tenant: 'id:tenant',
    name: 'text',
    keep: 'text?',
    /** 1 where no two records may have an equal value. */
    is_unique: 'int?',
    updated_at: 'int',
    tag: 'bytes',
    tag_version: 'small',
  },
  ['tenant', 'name'],
);
export type TypeSettingRow = Row<typeof typeSettings>;
const settingsOfTenant = lookup(typeSettings, ['tenant'], { orderBy: ['name'] });

/** Every version of the tenant's index key, the oldest first; read before a transaction begins. */
export type CatalogueKeys = readonly IndexKey[];

export function catalogueKeys(indexes: IndexKeys, tenant: TenantId): Promise<CatalogueKeys> {
  return indexes.versions(tenant, KEY_NAME);
}

/**
 * The tenant's rows, by name and version.
 * @param keysOf called only if there are rows: a tenant that never declared anything needs no key
 * @throws {IntegrityError} for a row that is not as the vault wrote it
 */
export async function readCatalogue(
  reader: Reader<'records'>,
  tenant: TenantId,
  keysOf: () => Promise<CatalogueKeys>,
): Promise<{ types: CustomTypeRow[]; settings: TypeSettingRow[] }> {
  // One after the other: a transaction has one connection.
  const [types = []] = await reader.find(typesOfTenant, [[tenant]]);
  const [settings = []] = await reader.find(settingsOfTenant, [[tenant]]);
  if (types.length + settings.length === 0) return { types, settings };
  const keys = await keysOf();
  for (const row of types) assertOurs(keys, row, 'lethe/custom-type/1', typeFields(row));
  for (const row of settings) assertOurs(keys, row, ...settingFields(row));
  for (const [i, row] of types.entries()) {
    const before = types[i - 1];
    if (row.version !== (before?.name === row.name ? before.version + 1 : 1)) throw new IntegrityError();
  }
  return { types, settings };
}

/** @param row its tag was checked, so it holds what `declareType` put there */
export function definitionOf(row: CustomTypeRow): TypeDefinition {
  const definition = JSON.parse(row.definition) as TypeDefinition;
  return { ...definition, views: Object.fromEntries(Object.entries(definition.views).map(inTodaysWords)) };
}

/** A view of a document was once written as `{"pointer": "/total"}`. */
function inTodaysWords([name, how]: [string, string | { readonly pointer: string }]): [string, string] {
  return [name, typeof how === 'string' ? how : how.pointer];
}

type Untagged<R> = Omit<R, 'tag' | 'tag_version'>;

/** @returns the row that stands now: this one, or that of a concurrent declaration of the same version */
export async function insertType(
  tx: RecordTx,
  keys: CatalogueKeys,
  row: Untagged<CustomTypeRow>,
): Promise<CustomTypeRow> {
  const tagged = { ...row, ...tagOf(keys, 'lethe/custom-type/1', typeFields(row)) };
  const [standing] = await tx.insertOrGet(customTypes, [tagged]);
  return standing ?? tagged;
}

/** Only in an exclusive transaction. @param isNew whether the type had no setting so far */
export async function putSetting(
  tx: RecordTx,
  keys: CatalogueKeys,
  row: Untagged<TypeSettingRow>,
  isNew: boolean,
): Promise<void> {
  const tagged = { ...row, ...tagOf(keys, ...settingFields(row)) };
  if (isNew) return tx.insert(typeSettings, [tagged]);
  const { tenant, name, ...changed } = tagged;
  await change(tx, typeSettings, { tenant, name }, changed);
}

function tagOf(keys: CatalogueKeys, label: string, fields: readonly Field[]) {
  const key = keys.at(-1) as IndexKey;
  return { tag: key.mac(label, MAC_BYTES, ...fields), tag_version: key.version };
}

function assertOurs(
  keys: CatalogueKeys,
  row: { tag: Buffer; tag_version: number },
  label: string,
  fields: readonly Field[],
): void {
  const key = keys.find(({ version }) => version === row.tag_version);
  // The vault never wrote a number that no MAC can be made of.
  const ours = fields.every((field) => typeof field !== 'number' || (Number.isSafeInteger(field) && field >= 0));
  if (key === undefined || !ours || !equalBytes(key.mac(label, MAC_BYTES, ...fields), row.tag)) {
    throw new IntegrityError();
  }
}

function typeFields(row: Untagged<CustomTypeRow>): Field[] {
  return [row.tenant, row.name, row.version, row.definition, row.created_at];
}

/** No lesser form has an empty name, so `''` stands for none. A row of the release before is bound as it bound it. */
function settingFields(row: Untagged<TypeSettingRow>): [label: string, fields: Field[]] {
  const fields = [row.tenant, row.name, row.keep ?? '', row.updated_at];
  return row.is_unique === null
    ? ['lethe/type-setting/1', fields]
    : ['lethe/type-setting/2', [...fields, row.is_unique]];
}
