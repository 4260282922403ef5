/** Access: principals, purposes, roles and tenants. */
import { addPrincipal } from './access/add-principal.ts';
import { addTenant } from './access/add-tenant.ts';
import { changePrincipal } from './access/change-principal.ts';
import { changeRole } from './access/change-role.ts';
import { changeTenant } from './access/change-tenant.ts';
import { declarePurpose } from './access/declare-purpose.ts';
import { endApiKey } from './access/end-api-key.ts';
import { endPurpose } from './access/end-purpose.ts';
import { endRole } from './access/end-role.ts';
import { explainAccess } from './access/explain-access.ts';
import { getMe } from './access/get-me.ts';
import { getPurpose } from './access/get-purpose.ts';
import { listPrincipals } from './access/list-principals.ts';
import { listPurposes } from './access/list-purposes.ts';
import { listRoles } from './access/list-roles.ts';
import { listTenants } from './access/list-tenants.ts';
import { previewRole } from './access/preview-role.ts';
import { readAccessExposure } from './access/read-access-exposure.ts';
import { readAccessMatrix } from './access/read-access-matrix.ts';
import { readAccessReview } from './access/read-access-review.ts';
import { readRole } from './access/read-role.ts';
import { revokePrincipal } from './access/revoke-principal.ts';
import { rotateApiKey } from './access/rotate-api-key.ts';
import type { AnyOperation } from './operation.ts';

export const ACCESS: readonly AnyOperation[] = [
  ...[getMe, addPrincipal, listPrincipals, changePrincipal, revokePrincipal],
  ...[rotateApiKey, endApiKey, addTenant, listTenants, changeTenant],
  ...[listRoles, readRole, changeRole, previewRole, endRole, explainAccess, readAccessMatrix],
  ...[readAccessExposure, readAccessReview],
  ...[listPurposes, getPurpose, declarePurpose, endPurpose],
];
