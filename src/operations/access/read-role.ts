/** One role: its rules, who has it, and what it was before. */
import type { z } from 'zod';
import { accessKeys } from '../../access/keys.ts';
import { builtInFacts, roleFacts } from '../../access/roles/facts.ts';
import { holdersOf, versionsOf } from '../../access/roles/rows.ts';
import { RoleHistoryReply, RoleParams } from '../../access/roles/schema.ts';
import { isBuiltIn } from '../../access/roles.ts';
import type { Done } from '../../calls/door.ts';
import { perform } from '../../calls/perform.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import type { PrincipalId } from '../../ids.ts';
import { DESK_ROLE, PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = z.infer<typeof RoleHistoryReply>;
const SHOWN = 20;

/** @throws `role_not_found` */
export const readRole = operation({
  operationId: 'readRole',
  action: 'read_role',
  method: 'get',
  path: '/v1/roles/{role}',
  summary: 'One role: its rules, who has it, and its earlier versions.',
  params: RoleParams,
  reply: RoleHistoryReply,
  problems: ['role_not_found'],
  example: { reply: { ...DESK_ROLE, principals: [PRINCIPAL], earlier: [] } },
  work: (vault, caller, { role }) =>
    perform<Reply>(vault, caller, { action: 'read_role' }, async (door) => {
      const keys = await accessKeys(vault.keyring.indexes, caller.tenant);
      return door.commit('shared', async (tx): Promise<Done<Reply>> => {
        const principals = await holdersOf(tx, caller.tenant, role);
        if (isBuiltIn(role)) return { reply: { ...builtInFacts(role), principals, earlier: [] }, entry: {} };
        const [newest, ...others] = await versionsOf(tx, caller.tenant, role);
        if (newest === undefined) throw new VaultError('role_not_found');
        const facts = roleFacts(keys.principals, newest);
        const ended = newest.ended_at === null ? {} : { endedAt: new Date(newest.ended_at).toISOString() };
        const earlier = others.slice(0, SHOWN).flatMap((row) => {
          const { damaged, version = row.version, description, rules, changedAt } = roleFacts(keys.principals, row);
          const of = { changedAt: changedAt ?? '', changedBy: row.changed_by as PrincipalId };
          return damaged ? [] : [{ version, ...of, description, rules }];
        });
        const damaged = facts.damaged || earlier.length < Math.min(others.length, SHOWN) ? [new IntegrityError()] : [];
        return { reply: { ...facts, ...ended, principals, earlier }, entry: { damaged } };
      });
    }),
});
