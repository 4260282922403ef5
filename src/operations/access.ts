/** Access: principals, purposes and tenants. */
import { addPrincipal } from './access/add-principal.ts';
import { addTenant } from './access/add-tenant.ts';
import { changePrincipal } from './access/change-principal.ts';
import { declarePurpose } from './access/declare-purpose.ts';
import { endApiKey } from './access/end-api-key.ts';
import { endPurpose } from './access/end-purpose.ts';
import { getMe } from './access/get-me.ts';
import { getPurpose } from './access/get-purpose.ts';
import { listPrincipals } from './access/list-principals.ts';
import { listPurposes } from './access/list-purposes.ts';
import { listTenants } from './access/list-tenants.ts';
import { revokePrincipal } from './access/revoke-principal.ts';
import { rotateApiKey } from './access/rotate-api-key.ts';
import type { AnyOperation } from './operation.ts';

export const ACCESS: readonly AnyOperation[] = [
  ...[getMe, addPrincipal, listPrincipals, changePrincipal, revokePrincipal],
  ...[rotateApiKey, endApiKey, addTenant, listTenants],
  ...[listPurposes, getPurpose, declarePurpose, endPurpose],
];
