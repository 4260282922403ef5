/**
 * The tenants of the vault, including erased ones, for the first tenant's people alone. The vault's own tenant, which
 * nobody enters, is not listed.
 */
import { assertOfFirstTenant } from '../../access/first-tenant.ts';
import { TenantsQuery, TenantsReply } from '../../access/schema.ts';
import { listTenants as list } from '../../access/store.ts';
import { tenantFacts } from '../../access/tenant-facts.ts';
import { nextOf } from '../../calls/page.ts';
import { perform } from '../../calls/perform.ts';
import { TENANT } from '../examples.ts';
import { operation } from '../operation.ts';

export const listTenants = operation({
  operationId: 'listTenants',
  action: 'list_tenants',
  method: 'get',
  path: '/v1/tenants',
  summary: 'The tenants of the vault, erased ones too.',
  description: 'Only administrators and the security team of the first tenant may.',
  query: TenantsQuery,
  reply: TenantsReply,
  problems: [],
  example: {
    reply: {
      tenants: [{ tenant: TENANT, name: 'shop-eu', createdAt: '2026-11-02T09:00:00.000Z' }],
    },
  },
  work: (vault, caller, page) =>
    perform(vault, caller, { action: 'list_tenants' }, (door) =>
      door.commit('shared', async (tx) => {
        await assertOfFirstTenant(tx, caller.tenant);
        const rows = await list(tx, { after: page.after, limit: page.limit + 1 });
        const tenants = rows.slice(0, page.limit).map(tenantFacts);
        return { reply: { tenants, ...nextOf(tenants, rows.length > page.limit, 'tenant') }, entry: {} };
      }),
    ),
});
