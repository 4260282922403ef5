/** Access: principals and tenants. */
import { addPrincipal } from './access/add-principal.ts';
import { addTenant } from './access/add-tenant.ts';
import { changePrincipal } from './access/change-principal.ts';
import { endApiKey } from './access/end-api-key.ts';
import { getMe } from './access/get-me.ts';
import { listPrincipals } from './access/list-principals.ts';
import { listTenants } from './access/list-tenants.ts';
import { revokePrincipal } from './access/revoke-principal.ts';
import { rotateApiKey } from './access/rotate-api-key.ts';
import type { AnyOperation } from './operation.ts';

export const ACCESS: readonly AnyOperation[] = [
  ...[getMe, addPrincipal, listPrincipals, changePrincipal, revokePrincipal],
  ...[rotateApiKey, endApiKey, addTenant, listTenants],
];
