/**
 * Adds a tenant with its first administrator. Only an administrator of the first tenant may. Administrators of other
 * tenants manage their own tenant and cannot tell what else the vault holds.
 *
 * If the answer were lost, nobody could enter the new tenant. So the same call under the same idempotency key shows the
 * same API key again (`calls/api-key-of-call.ts`).
 */
import type { z } from 'zod';
import { parseApiKey } from '../../access/api-key.ts';
import { assertOfFirstTenant } from '../../access/first-tenant.ts';
import { accessKeys } from '../../access/keys.ts';
import { addFirstAdmin } from '../../access/principals.ts';
import { AddTenantBody, AddTenantReply } from '../../access/schema.ts';
import { findTenantByName, insertTenant } from '../../access/store.ts';
import { ApiKeyOfCall } from '../../calls/api-key-of-call.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { type ApiKeyId, newTenantId } from '../../ids.ts';
import { wipe } from '../../secret.ts';
import { EXAMPLE_API_KEY, TENANT } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = z.infer<typeof AddTenantReply>;
type Made = Pick<Reply, 'tenant' | 'principal'> & { readonly key: ApiKeyId; readonly salt: string };

/** @throws `tenant_exists` */
export const addTenant = operation({
  operationId: 'addTenant',
  action: 'add_tenant',
  method: 'post',
  path: '/v1/tenants',
  summary: 'Add a tenant with its first administrator.',
  description:
    'Only an administrator of the first tenant may. Send an `Idempotency-Key`: the same call then shows the same API key ' +
    'again for 24 hours, should the answer be lost. Without one, a lost answer leaves a tenant that nobody can enter: ' +
    'erase it (`npm run lethe -- tenants erase`), and add it again.',
  body: AddTenantBody,
  reply: AddTenantReply,
  status: 201,
  idempotent: true,
  problems: ['tenant_exists'],
  example: {
    request: { name: 'shop-eu' },
    reply: {
      tenant: TENANT,
      principal: 'prn_01m6dqs9m0e1y8eq2fz3zp9jq3',
      apiKey: EXAMPLE_API_KEY,
    },
  },
  work: async (vault, caller, body) => {
    const ofCall = new ApiKeyOfCall(vault, caller);
    const idempotent = {
      body,
      remember: ({ tenant, principal, apiKey }: Reply) => ({ tenant, principal, key: idOf(apiKey), salt: ofCall.salt }),
      replay: async ({ tenant, principal, key, salt }: Made): Promise<Reply> => {
        return { tenant, principal, apiKey: await ofCall.again(tenant, key, salt) };
      },
    };
    return perform<Reply>(vault, caller, { action: 'add_tenant', idempotent }, async (door) => {
      const tenant = newTenantId(vault.random);
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      return ofCall.making(tenant, (secretFrom) =>
        door.commit('exclusive', async (tx) => {
          await assertOfFirstTenant(tx, caller.tenant);
          if ((await findTenantByName(tx, body.name)) !== undefined) throw new VaultError('tenant_exists');
          await insertTenant(tx, { tenant, name: body.name, at: door.now });
          const { principal, apiKey } = await addFirstAdmin(tx, keys, tenant, vault.random, vault.clock, secretFrom);
          return { reply: { tenant, principal, apiKey }, entry: { target: tenant } };
        }),
      );
    });
  },
});

function idOf(apiKey: string): ApiKeyId {
  const parsed = parseApiKey(apiKey);
  if (parsed === undefined) throw new TypeError('Not an API key.');
  wipe(parsed.secret);
  return parsed.id;
}
