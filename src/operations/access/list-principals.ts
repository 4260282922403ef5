/** The principals of the caller's tenant, including revoked ones. Never an API key: the vault does not have them. */
import type { Role } from '../../access/roles.ts';
import { PrincipalSchema, PrincipalsQuery, PrincipalsReply } from '../../access/schema.ts';
import { listPrincipals as list } from '../../access/store.ts';
import { nextOf } from '../../calls/page.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError } from '../../errors.ts';
import type { PrincipalId } from '../../ids.ts';
import { storedJson } from '../../stored-json.ts';
import { PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

export const listPrincipals = operation({
  operationId: 'listPrincipals',
  action: 'list_principals',
  method: 'get',
  path: '/v1/principals',
  summary: 'The principals of the caller’s tenant.',
  query: PrincipalsQuery,
  reply: PrincipalsReply,
  problems: [],
  example: {
    reply: {
      principals: [
        {
          principal: PRINCIPAL,
          name: 'checkout',
          role: 'app',
          purposes: ['billing'],
          createdAt: '2026-11-02T09:00:00.000Z',
          expiresAt: '2027-11-02T09:00:00.000Z',
        },
      ],
    },
  },
  work: (vault, caller, page) =>
    perform(vault, caller, { action: 'list_principals' }, (door) =>
      door.commit('shared', async (tx) => {
        const rows = await list(tx, caller.tenant, { after: page.after, limit: page.limit + 1 });
        const principals = rows.slice(0, page.limit).map((row) => ({
          principal: row.principal as PrincipalId,
          name: row.name,
          role: row.role as Role,
          ...purposesOf(row.purposes),
          ...(row.audience === null ? {} : { audience: row.audience }),
          createdAt: new Date(row.created_at).toISOString(),
          ...(row.expires_at === null ? {} : { expiresAt: new Date(row.expires_at).toISOString() }),
          ...(row.revoked_at === null ? {} : { revokedAt: new Date(row.revoked_at).toISOString() }),
        }));
        const damaged = principals
          .filter(({ damaged }) => damaged)
          .map(({ principal }) => new IntegrityError({ target: principal }));
        return {
          reply: { principals, ...nextOf(principals, rows.length > page.limit, 'principal') },
          entry: { damaged },
        };
      }),
    ),
});

/** One altered row must not hide the others: whoever is to be revoked is found here. */
function purposesOf(text: string): { purposes: string[]; damaged?: true } {
  const purposes = storedJson(PrincipalSchema.shape.purposes, text);
  return purposes === undefined ? { purposes: [], damaged: true } : { purposes };
}
