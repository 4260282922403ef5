/** Access: principals and tenants. */
import { addPrincipal } from './access/add-principal.ts';
import { addTenant } from './access/add-tenant.ts';
import { listPrincipals } from './access/list-principals.ts';
import { listTenants } from './access/list-tenants.ts';
import { revokePrincipal } from './access/revoke-principal.ts';
import type { AnyOperation } from './operation.ts';

export const ACCESS: readonly AnyOperation[] = [addPrincipal, listPrincipals, revokePrincipal, addTenant, listTenants];
