/** Every route there is, the busiest first. A new one is a line here. */
import type { Route } from './route.ts';
import {
  deletePrincipal,
  getAuditEntries,
  getPrincipals,
  getStatus,
  getTenants,
  postPrincipal,
  postTenant,
} from './routes/administration.ts';
import { getCertificate, getErasure, postErasure } from './routes/erasures.ts';
import { getJob, getJobEvents, postRotateKeys } from './routes/jobs.ts';
import { getExposed, getKeys, postCompromise } from './routes/keys.ts';
import { getSubject, postSubjectResolve } from './routes/subjects.ts';
import { deleteToken, getToken, patchToken, postToken } from './routes/tokens.ts';
import { getTypes, postType, putKeep } from './routes/types.ts';
import { getRecord, patchRecord, postDetokenize, postSearch, postTokenize, postVerify } from './routes/values.ts';

export const ROUTES: readonly Route[] = [
  postDetokenize,
  postTokenize,
  postSearch,
  postVerify,
  getToken,
  postToken,
  patchToken,
  deleteToken,
  getRecord,
  patchRecord,
  postErasure,
  getErasure,
  getCertificate,
  postSubjectResolve,
  getSubject,
  getKeys,
  postCompromise,
  getExposed,
  getTypes,
  postType,
  putKeep,
  postPrincipal,
  getPrincipals,
  deletePrincipal,
  postTenant,
  getTenants,
  postRotateKeys,
  getJob,
  getJobEvents,
  getAuditEntries,
  getStatus,
];
