/**
 * Erases a whole tenant. Its own administrator may, and an administrator or the security team of the first tenant. From
 * one commit on, none of its API keys is known and no call of it commits, on any node; the keys are destroyed
 * afterwards. The caller repeats the tenant's name.
 *
 * The first tenant cannot be erased: its principals operate the vault, and read the receipts of tenants that have
 * nobody left. To end a whole vault, destroy its root key and its root slots.
 */
import { firstTenant } from '../../access/first-tenant.ts';
import { findTenant, findTenantByName, VAULT_TENANT } from '../../access/store.ts';
import { appendAuditEntry } from '../../audit/entries.ts';
import type { Caller } from '../../calls/caller.ts';
import { receiptFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import type { DestructionRow } from '../../erasure/destructions.ts';
import type { EraseTenantRequest, Receipt } from '../../erasure/schema.ts';
import { findTenantErasure, orderTenantErasure } from '../../erasure/tenants.ts';
import { VaultError } from '../../errors.ts';
import { type ErasureId, newId, type TenantId } from '../../ids.ts';
import { orderJob } from '../../jobs/job-store.ts';
import type { Vault } from '../../vault/vault.ts';

const NOT_YOURS =
  'A tenant is erased by an administrator of its own, or by an administrator or the security team of the first tenant.';

/**
 * @param body without `tenant`: the tenant whose name is confirmed
 * @returns the receipt at once; the keys are destroyed by a long job
 * @throws `tenant_not_found`, `not_confirmed`, `first_tenant`, `tenant_erased`; nothing is erased then
 */
export async function eraseWholeTenant(vault: Vault, caller: Caller, body: EraseTenantRequest): Promise<Receipt> {
  const idempotent = {
    body,
    remember: (order: DestructionRow) => ({ erasure: order.erasure }),
    replay: ({ erasure }: { erasure: string }) => findTenantErasure(vault.recordStore.reader, erasure as ErasureId),
  };
  const call = { action: 'erase_tenant' as const, reason: body.reason, idempotent };
  let ordered = false;
  const order = await perform<DestructionRow>(vault, caller, call, async (door) => {
    const askSecond = await door.secondPerson();
    return door.commit('exclusive', async (tx) => {
      const first = await firstTenant(tx);
      const named = await findTenantByName(tx, body.confirm);
      const found = body.tenant === undefined ? named : await findTenant(tx, body.tenant);
      const isOwn = found?.tenant === caller.tenant;
      // Callers outside the first tenant get the same answer, whether or not the tenant is there.
      if (first !== caller.tenant && !(isOwn && caller.role === 'admin'))
        throw new VaultError('not_allowed', NOT_YOURS);
      // Nobody erases the vault's own canaries: no epoch is closed without them.
      if (found === undefined || found.tenant === VAULT_TENANT) throw new VaultError('tenant_not_found');
      if (found.erased_at !== null) throw new VaultError('tenant_erased');
      if (found.tenant === first) throw new VaultError('first_tenant');
      if (found.name !== body.confirm) throw new VaultError('not_confirmed');
      const tenant = found.tenant as TenantId;
      await askSecond(tx, { kind: 'tenant', request: { tenant }, about: { tenant, name: found.name } });
      const erasure = newId('erasure', vault.random, door.now);
      const row = await orderTenantErasure(tx, { tenant, erasure, by: caller.principal, at: door.now });
      if (row === undefined) throw new VaultError('tenant_erased');
      const entry = { erasure, target: tenant };
      if (isOwn && first !== undefined) {
        // Nobody reads the tenant's own log any more. Those who operate the vault find the erasure in theirs.
        await appendAuditEntry(tx, {
          ...{ ...entry, entry: newId('audit', vault.random, door.now), tenant: first, at: door.now },
          ...{ principal: caller.principal, action: call.action, outcome: 'done', request: caller.request },
        });
      }
      // In the first tenant's name: the erased tenant has nobody left who could ask how far the job is.
      await orderJob(tx, {
        ...{ job: newId('job', vault.random, door.now), kind: 'erase_tenant', params: { erasure } },
        ...{ tenant: first ?? caller.tenant, by: caller.principal, at: door.now },
      });
      ordered = true;
      return { reply: row, entry };
    });
  });
  if (ordered) {
    vault.keyring.forget(order.tenant as TenantId);
    vault.signals.emit('jobOrdered');
  }
  return receiptFor(caller, order);
}
