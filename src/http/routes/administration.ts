/** Principals, tenants, the audit log and the vault's state. */
import { z } from 'zod';
import {
  AddPrincipalBody,
  AddPrincipalReply,
  AddTenantBody,
  AddTenantReply,
  PrincipalsQuery,
  PrincipalsReply,
  TenantsQuery,
  TenantsReply,
} from '../../access/schema.ts';
import { AuditQuery, AuditReply } from '../../audit/schema.ts';
import { addPrincipal } from '../../operations/access/add-principal.ts';
import { addTenant } from '../../operations/access/add-tenant.ts';
import { listPrincipals } from '../../operations/access/list-principals.ts';
import { listTenants } from '../../operations/access/list-tenants.ts';
import { revokePrincipal } from '../../operations/access/revoke-principal.ts';
import { getStatus as readStatus, StatusReply } from '../../operations/oversight/get-status.ts';
import { listAuditEntries } from '../../operations/oversight/list-audit-entries.ts';
import { PrincipalIdSchema } from '../../schema.ts';
import { route } from '../route.ts';

export const postPrincipal = route({
  method: 'post',
  path: '/v1/principals',
  operationId: 'addPrincipal',
  summary: 'Add a principal and get its API key, once.',
  action: 'add_principal',
  body: AddPrincipalBody,
  reply: AddPrincipalReply,
  status: 201,
  idempotent: true,
  problems: ['api_key_already_shown'],
  handle: (vault, caller, { body }) => addPrincipal(vault, caller, body),
});

export const getPrincipals = route({
  method: 'get',
  path: '/v1/principals',
  operationId: 'listPrincipals',
  summary: 'The principals of the caller’s tenant.',
  action: 'list_principals',
  query: PrincipalsQuery,
  reply: PrincipalsReply,
  problems: [],
  handle: (vault, caller, { query }) => listPrincipals(vault, caller, query),
});

export const deletePrincipal = route({
  method: 'delete',
  path: '/v1/principals/{principal}',
  operationId: 'revokePrincipal',
  summary: 'Revoke a principal; its API key stops working at once.',
  description:
    'Answered when both stores and the journal know of it, so that no older copy of one brings it back. With a 503 it may ' +
    'hold already: call again until it is answered.',
  action: 'revoke_principal',
  params: z.strictObject({ principal: PrincipalIdSchema }),
  reply: z.strictObject({
    principal: PrincipalIdSchema,
    revokedAt: z.iso.datetime().describe('Since when its API key no longer works, UTC.'),
  }),
  problems: ['principal_not_found', 'own_principal', 'journal_unavailable'],
  handle: (vault, caller, { params }) => revokePrincipal(vault, caller, params.principal),
});

export const postTenant = route({
  method: 'post',
  path: '/v1/tenants',
  operationId: 'addTenant',
  summary: 'Add a tenant with its first administrator.',
  description:
    'Only an administrator of the first tenant may. Send an `Idempotency-Key`: the same call then shows the same API key ' +
    'again for 24 hours, should the answer be lost. Without one, a lost answer leaves a tenant that nobody can enter: ' +
    'erase it (`npm run lethe -- tenants erase`), and add it again.',
  action: 'add_tenant',
  body: AddTenantBody,
  reply: AddTenantReply,
  status: 201,
  idempotent: true,
  problems: ['tenant_exists'],
  handle: (vault, caller, { body }) => addTenant(vault, caller, body),
});

export const getTenants = route({
  method: 'get',
  path: '/v1/tenants',
  operationId: 'listTenants',
  summary: 'The tenants of the vault, erased ones too.',
  description: 'Only administrators and the security team of the first tenant may.',
  action: 'list_tenants',
  query: TenantsQuery,
  reply: TenantsReply,
  problems: [],
  handle: (vault, caller, { query }) => listTenants(vault, caller, query),
});

export const getAuditEntries = route({
  method: 'get',
  path: '/v1/audit/entries',
  operationId: 'listAuditEntries',
  summary: 'The audit entries of the caller’s tenant, the newest first.',
  action: 'read_audit',
  query: AuditQuery,
  reply: AuditReply,
  problems: [],
  handle: (vault, caller, { query }) => listAuditEntries(vault, caller, query),
});

export const getStatus = route({
  method: 'get',
  path: '/v1/status',
  operationId: 'getStatus',
  summary: 'The state of the stores, the epoch, and work that waits.',
  action: 'read_status',
  reply: StatusReply,
  problems: [],
  handle: (vault, caller) => readStatus(vault, caller),
});
