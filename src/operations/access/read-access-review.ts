/**
 * Who can see what, by which rule, and when they last did: what an access review looks at. Principals that are revoked
 * are left out. A page may be shorter than asked for, because it looks at a bounded number of entries of the log.
 */
import type { z } from 'zod';
import { keysOf } from '../../access/key-rows.ts';
import { accessKeys } from '../../access/keys.ts';
import { UNDECLARED } from '../../access/legal-basis.ts';
import { needsOf } from '../../access/needs.ts';
import type { Principal } from '../../access/principal.ts';
import { factsOf } from '../../access/principal-facts.ts';
import { isUnaltered, purposesOf } from '../../access/principals.ts';
import { purposesOfTenant } from '../../access/purposes.ts';
import { compileRole } from '../../access/roles/compiled-role.ts';
import { rulesOrDamage } from '../../access/roles/facts.ts';
import { rolesInForce } from '../../access/roles/rows.ts';
import { listPrincipals, type PrincipalRow } from '../../access/store.ts';
import { rightsOf, usesOf } from '../../audit/review.ts';
import { AccessReviewQuery, AccessReviewReply } from '../../audit/schema.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { resourceOf } from '../../calls/resource.ts';
import { IntegrityError } from '../../errors.ts';
import type { PrincipalId } from '../../ids.ts';
import type { Vault } from '../../vault/vault.ts';
import { KEY, PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

type Reviewed = z.infer<typeof AccessReviewReply>['principals'][number];
const MAX_ENTRIES = 20_000;

export const readAccessReview = operation({
  operationId: 'readAccessReview',
  action: 'read_access_review',
  method: 'get',
  path: '/v1/access/review',
  summary: 'Who can see what, by which rule, and when they last did.',
  description: 'Of the principals in force. A page may be shorter than `limit` and still have a `next`.',
  query: AccessReviewQuery,
  reply: AccessReviewReply,
  problems: [],
  example: {
    reply: {
      principals: [
        {
          ...{ principal: PRINCIPAL, name: 'checkout', role: 'app', purposes: ['billing'] },
          ...{ createdAt: '2026-11-02T09:00:00.000Z', keys: [{ key: KEY, createdAt: '2026-11-02T09:00:00.000Z' }] },
          ...{ endless: true, undeclared: ['billing'], lastCall: '2026-11-22T12:04:31.207Z' },
          usedSince: '2026-11-20T08:10:00.000Z',
          rights: [
            {
              ...{ action: 'detokenize', type: 'email', purpose: 'billing', views: ['plain', 'masked', 'domain'] },
              ...{ sometimes: false, rules: [2], lastUsed: '2026-11-22T12:04:31.207Z' },
            },
          ],
        },
      ],
    },
  },
  work: (vault, caller, page) =>
    perform(vault, caller, { action: 'read_access_review' }, async (door) => {
      // Outside of the transaction: it may take a while.
      const reviewed = await review(vault, caller, page, door.now);
      const { principals, next } = reviewed;
      const damaged = principals
        .filter((one) => one.damaged)
        .map(({ principal }) => new IntegrityError({ target: principal }));
      return door.commit('shared', async () => ({ reply: { principals, ...next }, entry: { damaged } }));
    }),
});

async function review(
  vault: Vault,
  { tenant }: Caller,
  { after, limit }: z.infer<typeof AccessReviewQuery>,
  now: Date,
): Promise<{ principals: Reviewed[]; next: { next?: PrincipalId } }> {
  const { reader } = vault.recordStore;
  const keys = await accessKeys(vault.keyring.indexes, tenant);
  const types = (await vault.catalogue.list(tenant)).map(({ type }) => resourceOf(type));
  const purposes = await purposesOfTenant(reader, keys.principals, tenant);
  const needs = needsOf(purposes);
  const undeclared = new Set(purposes.filter(({ basis }) => basis === UNDECLARED).map(({ purpose }) => purpose));
  const roles = new Map(
    (await rolesInForce(reader, tenant)).map((row) => [row.role, rulesOrDamage(keys.principals, row)]),
  );
  const rows = await listPrincipals(reader, tenant, { after, limit: limit + 1 });
  const all = Map.groupBy(
    await keysOf(
      reader,
      tenant,
      rows.map(({ principal }) => principal as PrincipalId),
    ),
    ({ principal }) => principal,
  );
  const principals: Reviewed[] = [];
  const done: PrincipalRow[] = [];
  let entries = 0;
  for (const row of rows.slice(0, limit)) {
    if (entries > MAX_ENTRIES) break;
    done.push(row);
    if (row.revoked_at !== null) continue;
    const { expiresAt: _, revokedAt: __, ...facts } = factsOf(row, all.get(row.principal) ?? [], now);
    const written = roles.get(row.role);
    const isSound = isUnaltered(keys.principals, row) && !(roles.has(row.role) && written === undefined);
    const who: Principal = {
      ...{
        principal: row.principal as PrincipalId,
        tenant,
        role: row.role,
        needs,
        audience: row.audience ?? undefined,
      },
      rules: written && compileRole(row.role, written),
      purposes: isSound ? purposesOf(row) : [],
    };
    const used = await usesOf(reader, who, new Date(row.created_at));
    entries += used.entries;
    const rights = (isSound ? rightsOf(who, types, used) : []).map(({ lastUsed, type, purpose, ...right }) => ({
      ...{ ...right, ...(type && { type }), ...(purpose && { purpose }) },
      ...{ views: [...right.views], rules: [...right.rules], ...(lastUsed && { lastUsed: lastUsed.toISOString() }) },
    }));
    principals.push({
      ...{ ...facts, rights, usedSince: used.since.toISOString() },
      ...(isSound ? {} : { damaged: true }),
      ...(used.lastCall && { lastCall: used.lastCall.toISOString() }),
      endless: facts.keys.some(({ expiresAt }) => expiresAt === undefined),
      undeclared: facts.purposes.filter((purpose) => undeclared.has(purpose)),
    });
  }
  const places = done.map(({ principal }) => ({ next: principal as PrincipalId }));
  return { principals, next: (rows.length > done.length && places.at(-1)) || {} };
}
