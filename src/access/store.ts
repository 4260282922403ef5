/** Tenants, principals and API keys in the record store: small tables, off the path of any value. */

import type { ApiKeyId, PrincipalId, TenantId } from '../ids.ts';
import type { Row } from '../storage/table.ts';
import { lookup, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';

/** The tenant that an empty home makes; its administrators may add others. */
export const FIRST_TENANT = 'default';

export const tenants = table('records', 'tenants', { tenant: 'text', name: 'text', created_at: 'int' }, ['tenant']);
export const tenantByName = lookup(tenants, ['name']);

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

/** A page of the tenant's principals, in the order they were added, after the one named (exclusive). */
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

/** @returns whether it was there and not revoked before */
export async function revokePrincipal(tx: RecordTx, tenant: TenantId, id: PrincipalId, at: Date): Promise<boolean> {
  const changed = await tx.execute((sql) =>
    sql('principals').where({ tenant, principal: id, revoked_at: null }).update({ revoked_at: at.getTime() }),
  );
  await tx.execute((sql) =>
    sql('api_keys').where({ tenant, principal: id, revoked_at: null }).update({ revoked_at: at.getTime() }),
  );
  return changed > 0;
}
