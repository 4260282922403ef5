/** Every route there is, the busiest first. A new one is a line here. */
import type { Route } from './route.ts';
import {
  deletePrincipal,
  getAuditEntries,
  getPrincipals,
  getStatus,
  getTypes,
  postPrincipal,
  postTenant,
} from './routes/administration.ts';
import { getErasure, postErasure } from './routes/erasures.ts';
import { getSubject, postSubjectResolve } from './routes/subjects.ts';
import { getToken, patchRecord, postDetokenize, postSearch, postTokenize } from './routes/values.ts';

export const ROUTES: readonly Route[] = [
  postDetokenize,
  postTokenize,
  postSearch,
  getToken,
  patchRecord,
  postErasure,
  getErasure,
  postSubjectResolve,
  getSubject,
  getTypes,
  postPrincipal,
  getPrincipals,
  deletePrincipal,
  postTenant,
  getAuditEntries,
  getStatus,
];
