/** Tenants, principals and API keys in the record store: small tables, off the path of any value. */

import { VaultError } from '../errors.ts';
import { type ApiKeyId, firstIdAt, type PrincipalId, type TenantId } from '../ids.ts';
import type { Row } from '../storage/table.ts';
import { lookup, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';

/** The tenant that an empty home makes; its administrators may add others. */
export const FIRST_TENANT = 'default';

/**
 * The tenant of the vault's own records (`canaries/`). No principal is in it, and no other tenant's name begins like
 * its.
 */
export const VAULT_TENANT = firstIdAt('tenant', new Date(0));
export const VAULT_TENANT_NAME = '@vault';

export const tenants = table(
  'records',
  'tenants',
  {
    tenant: 'text',
    name: 'text',
    created_at: 'int',
    /** Since when nothing of it opens, and by which erasure's order. */
    erased_at: 'int?',
    erasure: 'text?',
    /** From then on no call can be under way that began before the erasure. */
    settled_at: 'int?',
  },
  ['tenant'],
);
export type TenantRow = Row<typeof tenants>;
export const tenantByName = lookup(tenants, ['name']);
const tenantById = lookup(tenants, ['tenant']);

export function newTenantRow(tenant: TenantId, name: string, at: Date): TenantRow {
  return { tenant, name, created_at: at.getTime(), erased_at: null, erasure: null, settled_at: null };
}

export async function findTenant(reader: Reader<'records'>, tenant: TenantId): Promise<TenantRow | undefined> {
  return (await reader.find(tenantById, [[tenant]]))[0]?.[0];
}

/**
 * @param tx the transaction of the call. A call that asked here before the tenant was erased, and commits after it,
 *   made its keys before it, too; so their destruction reaches them (`erasure/tenants.ts`)
 * @throws `tenant_erased`
 */
export async function assertTenantLives(tx: RecordTx, tenant: TenantId): Promise<void> {
  const row = await findTenant(tx, tenant);
  if (row === undefined || row.erased_at !== null) throw new VaultError('tenant_erased');
}

/**
 * Whether the tenant is there and no erasure of it was ordered. Holds this until the transaction ends: an order waits
 * for this, or this waits for the order.
 */
export async function livesUntilCommit(tx: RecordTx, tenant: TenantId): Promise<boolean> {
  const held = await tx.query((sql) =>
    sql('tenants').select('tenant').where({ tenant }).whereNull('erased_at').forUpdate(),
  );
  return held.length > 0;
}

export const principals = table(
  'records',
  'principals',
  {
    tenant: 'text',
    principal: 'text',
    name: 'text',
    role: 'text',
    purposes: 'text',
    created_at: 'int',
    revoked_at: 'int?',
    tag: 'bytes',
    audience: 'text?',
  },
  ['tenant', 'principal'],
);
export type PrincipalRow = Row<typeof principals>;
const principalById = lookup(principals, ['tenant', 'principal']);

export const apiKeys = table(
  'records',
  'api_keys',
  {
    api_key: 'text',
    tenant: 'text',
    principal: 'text',
    secret_mac: 'bytes',
    mac_version: 'int',
    created_at: 'int',
    expires_at: 'int?',
    revoked_at: 'int?',
  },
  ['api_key'],
);
export type ApiKeyRow = Row<typeof apiKeys>;
const apiKeyById = lookup(apiKeys, ['api_key']);

export async function findApiKey(reader: Reader<'records'>, id: ApiKeyId): Promise<ApiKeyRow | undefined> {
  return (await reader.find(apiKeyById, [[id]]))[0]?.[0];
}

export async function findPrincipal(reader: Reader<'records'>, tenant: TenantId, id: PrincipalId) {
  return (await reader.find(principalById, [[tenant, id]]))[0]?.[0];
}

/** A page of the tenant's principals in the order they were added, after `after` (exclusive). */
export async function listPrincipals(
  tx: RecordTx,
  tenant: TenantId,
  page: { readonly after: PrincipalId | undefined; readonly limit: number },
): Promise<(PrincipalRow & { expires_at: number | null })[]> {
  return tx.query((sql) => {
    const rows = sql('principals as p')
      .leftJoin('api_keys as k', (on) => on.on('k.tenant', 'p.tenant').andOn('k.principal', 'p.principal'))
      .where('p.tenant', tenant)
      .select('p.*', 'k.expires_at')
      .orderBy('p.principal')
      .limit(page.limit);
    return page.after === undefined ? rows : rows.andWhere('p.principal', '>', page.after);
  });
}

/** A page of the tenants in the order they were added, after `after` (exclusive); without the vault's own. */
export async function listTenants(
  reader: Reader<'records'>,
  page: { readonly after: TenantId | undefined; readonly limit: number },
): Promise<TenantRow[]> {
  return reader.query((sql) =>
    sql('tenants')
      .whereNot({ tenant: VAULT_TENANT })
      .andWhere('tenant', '>', page.after ?? '')
      .orderBy('tenant')
      .limit(page.limit),
  );
}

/** The principals that have one of these roles and an API key that works, in every tenant that is not erased. */
export async function listAdmitted(
  reader: Reader<'records'>,
  roles: readonly string[],
  now: Date,
): Promise<Pick<PrincipalRow, 'tenant' | 'principal'>[]> {
  return reader.query((sql) =>
    sql('principals as p')
      .join('tenants as t', 't.tenant', 'p.tenant')
      .join('api_keys as k', (on) => on.on('k.tenant', 'p.tenant').andOn('k.principal', 'p.principal'))
      .select('p.tenant', 'p.principal')
      .whereIn('p.role', [...roles])
      .where({ 't.erased_at': null, 'p.revoked_at': null, 'k.revoked_at': null })
      .andWhere((live) => live.whereNull('k.expires_at').orWhere('k.expires_at', '>', now.getTime())),
  );
}

/** @returns whether it was there and not yet revoked */
export async function revokePrincipal(tx: RecordTx, tenant: TenantId, id: PrincipalId, at: Date): Promise<boolean> {
  const changed = await tx.execute((sql) =>
    sql('principals').where({ tenant, principal: id, revoked_at: null }).update({ revoked_at: at.getTime() }),
  );
  await tx.execute((sql) =>
    sql('api_keys').where({ tenant, principal: id, revoked_at: null }).update({ revoked_at: at.getTime() }),
  );
  return changed > 0;
}
