/** Tenants and principals in the record store: small tables, off the path of any value. */

import { VaultError } from '../errors.ts';
import { idOfBytes, type PrincipalId, sizeOfId, type TenantId } from '../ids.ts';
import { change, first, select, values } from '../storage/queries.ts';
import { lookup, type Row, table, unpackRows } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import { type ApiKeyRow, apiKeys } from './key-rows.ts';

/** The tenant that an empty home makes; its administrators may add others. */
export const FIRST_TENANT = 'default';

/** The tenant of the vault's own records (`canaries/`): no principal is in it; no other's name begins like its. */
export const VAULT_TENANT = idOfBytes('tenant', Buffer.alloc(sizeOfId('tenant'))) as TenantId;
export const VAULT_TENANT_NAME = '@vault';

export const tenants = table(
  'records',
  'tenants',
  {
    tenant: 'id:tenant',
    name: 'text',
    created_at: 'int',
    /** Since when nothing of it opens, and by which erasure's order. */
    erased_at: 'int?',
    erasure: 'id:erasure?',
    /** From then on no call can be under way that began before the erasure. */
    settled_at: 'int?',
    /** Drawn anew by every change of who may do what (`roles/access-books.ts`). */
    access_mark: 'int',
    /** The end of the grant that lasts longest (`grants/`): after it no call asks for grants. */
    grants_until: 'int?',
    /** 1 once somebody's data was restricted: from then on every look asks whose it is (`ground.ts`). */
    restricts: 'small',
    /** Since when every call of it is refused. */
    suspended_at: 'int?',
  },
  ['tenant'],
);
export type TenantRow = Row<typeof tenants>;
const tenantByName = lookup(tenants, ['name']);
const tenantById = lookup(tenants, ['tenant']);
/** For conditions on other tables of the record store. */
export const erasedTenants = values(tenants, 'tenant', { erased_at: { not: null } });

/** @param onConflict `skip` leaves an existing tenant as it is */
export async function insertTenant(
  tx: RecordTx,
  { tenant, name, at }: { readonly tenant: TenantId; readonly name: string; readonly at: Date },
  onConflict: 'fail' | 'skip' = 'fail',
): Promise<void> {
  const none = { erased_at: null, erasure: null, settled_at: null, grants_until: null, suspended_at: null };
  const row = { tenant, name, created_at: at.getTime(), access_mark: 0, restricts: 0, ...none };
  await tx.insert(tenants, [row], onConflict);
}

export async function findTenantByName(reader: Reader<'records'>, name: string): Promise<TenantRow | undefined> {
  return (await reader.find(tenantByName, [[name]]))[0]?.[0];
}

/** Every tenant there ever was, including the vault's own. */
export async function allTenants(reader: Reader<'records'>): Promise<TenantId[]> {
  return namesOf(await select(reader, tenants, { columns: ['tenant'], orderBy: ['tenant'] }));
}

/** The tenants whose erasure was not ordered, including the vault's own. */
export async function liveTenants(reader: Reader<'records'>): Promise<TenantId[]> {
  const where = { erased_at: null };
  return namesOf(await select(reader, tenants, { columns: ['tenant'], where, orderBy: ['tenant'] }));
}

const namesOf = (rows: readonly Pick<TenantRow, 'tenant'>[]) => rows.map(({ tenant }) => tenant as TenantId);

export async function listErased(reader: Reader<'records'>): Promise<TenantRow[]> {
  return select(reader, tenants, { where: { erased_at: { not: null } } });
}

/** Erased tenants of which calls may still be under way, the earliest first. */
export async function unsettledTenants(reader: Reader<'records'>, limit: number): Promise<TenantRow[]> {
  const where = { erased_at: { not: null }, settled_at: null };
  return select(reader, tenants, { where, orderBy: ['erased_at'], limit });
}

/** @returns whether it was there and not yet erased */
export async function markTenantErased(
  tx: RecordTx,
  tenant: TenantId,
  { erasure, at }: { readonly erasure: string; readonly at: Date },
): Promise<boolean> {
  return (await change(tx, tenants, { tenant, erased_at: null }, { erased_at: at.getTime(), erasure })) > 0;
}

export async function markSettled(tx: RecordTx, tenant: string, at: number): Promise<void> {
  await change(tx, tenants, { tenant }, { settled_at: at });
}

export const MARK_BYTES = 6;
/**
 * In the transaction that changes who may do what: every process reads it anew at the tenant's next call.
 * @param mark bytes that no change had before, of which the first are taken
 */
export async function changeAccess(tx: RecordTx, tenant: TenantId, mark: Buffer): Promise<void> {
  await change(tx, tenants, { tenant }, { access_mark: mark.readUIntBE(0, MARK_BYTES) });
}

/** In the transaction that makes or lengthens a grant: calls ask for grants until then. */
export async function askForGrants(tx: RecordTx, tenant: TenantId, until: number): Promise<void> {
  await change(tx, tenants, { tenant, grants_until: null }, { grants_until: until });
  await change(tx, tenants, { tenant, grants_until: { '<': until } }, { grants_until: until });
}

/** Those that are not erased: few or none. */
export async function suspendedTenants(reader: Reader<'records'>): Promise<TenantId[]> {
  const where = { suspended_at: { not: null }, erased_at: null };
  return namesOf(await select(reader, tenants, { columns: ['tenant'], where }));
}

/** Frees the name of an erased tenant for another. */
export async function takeTenantName(tx: RecordTx, tenant: TenantId): Promise<void> {
  await change(tx, tenants, { tenant, name: { not: tenant } }, { name: tenant });
}

export async function findTenant(reader: Reader<'records'>, tenant: TenantId): Promise<TenantRow | undefined> {
  return (await reader.find(tenantById, [[tenant]]))[0]?.[0];
}

/**
 * @param tx the transaction of the call. A call that asked here before the tenant was erased, and commits after it,
 *   made its keys before it, too; so their destruction reaches them (`erasure/tenants.ts`)
 * @throws `tenant_erased`, `tenant_suspended`
 */
export async function assertTenantLives(tx: RecordTx, tenant: TenantId): Promise<TenantRow> {
  const row = await findTenant(tx, tenant);
  if (row === undefined || row.erased_at !== null) throw new VaultError('tenant_erased');
  if (row.suspended_at !== null) throw new VaultError('tenant_suspended');
  return row;
}

/**
 * Whether the tenant is there and no erasure of it was ordered. Holds this until the transaction ends: an order waits
 * for this, or this waits for the order.
 */
export async function livesUntilCommit(tx: RecordTx, tenant: TenantId): Promise<boolean> {
  const where = { tenant, erased_at: null };
  return (await select(tx, tenants, { columns: ['tenant'], where, lock: 'wait' })).length > 0;
}

export const principals = table(
  'records',
  'principals',
  {
    tenant: 'id:tenant',
    principal: 'id:principal',
    name: 'text',
    role: 'text',
    purposes: 'text',
    created_at: 'int',
    revoked_at: 'int?',
    tag: 'bytes',
    audience: 'text?',
    /** From where it may call (`bounds.ts`); null: from everywhere. */
    bounds: 'text?',
  },
  ['tenant', 'principal'],
);
export type PrincipalRow = Row<typeof principals>;
const principalById = lookup(principals, ['tenant', 'principal']);

export async function hasPrincipals(reader: Reader<'records'>): Promise<boolean> {
  return (await first(reader, principals, { columns: ['principal'] })) !== undefined;
}

export async function findPrincipal(reader: Reader<'records'>, tenant: TenantId, id: PrincipalId) {
  return (await reader.find(principalById, [[tenant, id]]))[0]?.[0];
}

/** A page of the tenant's principals in the order they were added, after `after` (exclusive). */
export async function listPrincipals(
  reader: Reader<'records'>,
  tenant: TenantId,
  page: { readonly after: PrincipalId | undefined; readonly limit: number },
): Promise<PrincipalRow[]> {
  const after = page.after && { principal: page.after };
  return select(reader, principals, { where: { tenant }, orderBy: ['principal'], after, limit: page.limit });
}

/** A page of the tenants in the order they were added, after `after` (exclusive); without the vault's own. */
export async function listTenants(
  reader: Reader<'records'>,
  page: { readonly after: TenantId | undefined; readonly limit: number },
): Promise<TenantRow[]> {
  const where = { tenant: { not: VAULT_TENANT } };
  const last = page.after && (await first(reader, tenants, { where: { tenant: page.after } }));
  if (page.after !== undefined && last === undefined) return [];
  return select(reader, tenants, { where, orderBy: ['created_at', 'tenant'], after: last, limit: page.limit });
}

/** A principal, with those of its API keys that work. */
export interface Admitted {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
  readonly keys: readonly Pick<ApiKeyRow, 'api_key' | 'expires_at'>[];
}

/** The principals with one of these roles, or any, and an API key that works, in every tenant that is not erased. */
export async function listAdmitted(
  reader: Reader<'records'>,
  roles: readonly string[] | undefined,
  now: Date,
): Promise<Admitted[]> {
  const rows = await reader.query<Pick<ApiKeyRow, 'tenant' | 'principal' | 'api_key' | 'expires_at'>>((sql) =>
    sql({ p: principals.name })
      .join({ t: tenants.name }, 't.tenant', 'p.tenant')
      .join({ k: apiKeys.name }, (on) => on.on('k.tenant', 'p.tenant').andOn('k.principal', 'p.principal'))
      .select('p.tenant', 'p.principal', 'k.api_key', 'k.expires_at')
      .where((ofRole) => (roles === undefined ? ofRole : ofRole.whereIn('p.role', [...roles])))
      .where({ 't.erased_at': null, 'p.revoked_at': null, 'k.revoked_at': null })
      .andWhere((live) => live.whereNull('k.expires_at').orWhere('k.expires_at', '>', now.getTime())),
  );
  return [...Map.groupBy(unpackRows(apiKeys, rows), ({ principal }) => principal)].map(([principal, keys]) => ({
    tenant: keys[0]?.tenant as TenantId,
    principal: principal as PrincipalId,
    keys,
  }));
}

/** @returns whether it was there and not yet revoked */
export async function revokePrincipal(tx: RecordTx, tenant: TenantId, id: PrincipalId, at: Date): Promise<boolean> {
  const inForce = { tenant, principal: id, revoked_at: null };
  const changed = await change(tx, principals, inForce, { revoked_at: at.getTime() });
  await change(tx, apiKeys, inForce, { revoked_at: at.getTime() });
  return changed > 0;
}

/**
 * Removes names and purposes from principals of an erased tenant, at most `limit`. The rows stay: the audit log names
 * them by their ids. @returns how many
 */
export async function takeNames(tx: RecordTx, tenant: TenantId, at: Date, limit: number): Promise<number> {
  const where = { tenant, name: { not: '' } };
  const named = await select(tx, principals, { columns: ['principal'], where, limit });
  const ids = named.map(({ principal }) => principal);
  const blank = { name: '', purposes: '[]', audience: null, bounds: null, tag: Buffer.alloc(0) };
  const revoked = { revoked_at: { unlessSet: at.getTime() } };
  if (ids.length > 0) await change(tx, principals, { tenant, principal: { in: ids } }, { ...blank, ...revoked });
  return ids.length;
}
