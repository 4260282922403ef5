/** The principals of the caller's tenant, including revoked ones. Never an API key: the vault does not have them. */
import { keysOf } from '../../access/key-rows.ts';
import { factsOf } from '../../access/principal-facts.ts';
import { PrincipalsQuery, PrincipalsReply } from '../../access/schema.ts';
import { listPrincipals as list } from '../../access/store.ts';
import { nextOf } from '../../calls/page.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError } from '../../errors.ts';
import type { PrincipalId } from '../../ids.ts';
import { KEY, PRINCIPAL } from '../examples.ts';
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
          keys: [{ key: KEY, createdAt: '2026-11-02T09:00:00.000Z', expiresAt: '2027-11-02T09:00:00.000Z' }],
        },
      ],
    },
  },
  work: (vault, caller, page) =>
    perform(vault, caller, { action: 'list_principals' }, (door) =>
      door.commit('shared', async (tx) => {
        const rows = await list(tx, caller.tenant, { after: page.after, limit: page.limit + 1 });
        const shown = rows.slice(0, page.limit);
        const keys = await keysOf(
          tx,
          caller.tenant,
          shown.map(({ principal }) => principal as PrincipalId),
        );
        const by = Map.groupBy(keys, ({ principal }) => principal);
        const principals = shown.map((row) => factsOf(row, by.get(row.principal) ?? [], door.now));
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
