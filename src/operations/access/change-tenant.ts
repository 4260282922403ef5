/**
 * Suspends a tenant, or lets it go on. While it is suspended, every call of it is refused with one code, on every node
 * from the next call on; its hooks are told nothing, and its jobs wait. Nothing of it is lost, erasures that were
 * ordered go on, and so does the rotation of the whole vault's keys. It can be erased.
 *
 * A suspension is answered only when both stores and the journal have noted it, so that no older copy ends it. That it
 * went on is noted nowhere: after a restore to before it, whoever operates the vault says so again.
 */
import { z } from 'zod';
import { firstTenant } from '../../access/first-tenant.ts';
import { keepNoted, noteRevocation } from '../../access/revocations.ts';
import { ChangeTenantBody, TenantSchema } from '../../access/schema.ts';
import { findTenant, VAULT_TENANT } from '../../access/store.ts';
import { tenantFacts } from '../../access/tenant-facts.ts';
import { setSuspended } from '../../access/tenant-states.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { VaultError } from '../../errors.ts';
import { TenantIdSchema } from '../../schema.ts';
import { TENANT } from '../examples.ts';
import { operation } from '../operation.ts';

const MARK_BYTES = 16;

/** @throws `tenant_not_found`, `tenant_erased`, `tenant_needed` */
export const changeTenant = operation({
  operationId: 'changeTenant',
  action: 'suspend_tenant',
  method: 'patch',
  path: '/v1/tenants/{tenant}',
  summary: 'Suspend a tenant, or let it go on.',
  description:
    'Only administrators and the security team of the first tenant may. Every call of a suspended tenant is refused ' +
    '(`tenant_suspended`); nothing of it is lost. With a 503 it may hold already: call again until it is answered.',
  params: z.strictObject({ tenant: TenantIdSchema }),
  body: ChangeTenantBody,
  reply: TenantSchema,
  problems: ['tenant_not_found', 'tenant_erased', 'tenant_needed', 'journal_unavailable'],
  example: {
    request: { suspended: true },
    reply: {
      tenant: TENANT,
      name: 'shop-eu',
      createdAt: '2026-11-02T09:00:00.000Z',
      suspendedAt: '2026-11-22T12:00:00.000Z',
    },
  },
  work: async (vault, caller, { tenant, suspended }) => {
    const call = { action: 'suspend_tenant', firstTenantOnly: true } as const;
    const reply = await perform(vault, caller, call, (door) =>
      door.commit('exclusive', async (tx) => {
        const found = await findTenant(tx, tenant);
        if (found === undefined || tenant === VAULT_TENANT) throw new VaultError('tenant_not_found');
        if (found.erased_at !== null) throw new VaultError('tenant_erased');
        if (tenant === (await firstTenant(tx))) throw new VaultError('tenant_needed');
        const isSame = (found.suspended_at !== null) === suspended;
        const at = isSame ? found.suspended_at : suspended ? door.now.getTime() : null;
        if (!isSame) await setSuspended(tx, tenant, at);
        if (!isSame && suspended) {
          const target = `${tenant}:${vault.random(MARK_BYTES).toString('base64url')}`;
          await noteRevocation(tx, { tenant, kind: 'suspension', target, at: door.now });
        }
        const entry = { target: `${tenant} ${suspended ? 'suspended' : 'resumed'}` };
        return { reply: tenantFacts({ ...found, suspended_at: at }), entry };
      }),
    );
    await inTime(caller.limit, keepNoted(vault, tenant, ['suspension'], [tenant]));
    return reply;
  },
});
