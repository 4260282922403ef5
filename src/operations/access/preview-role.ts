/**
 * What a changed role would open and close, for whom, and what would have come of the calls of the last 30 days.
 * Changes nothing.
 */
import { accessKeys } from '../../access/keys.ts';
import { needsOf } from '../../access/needs.ts';
import { purposesOfTenant } from '../../access/purposes.ts';
import { RoleBody, RoleChangeReply, RoleParams } from '../../access/roles/schema.ts';
import { replay } from '../../audit/replay.ts';
import { perform } from '../../calls/perform.ts';
import { knownTypes, resourceOf } from '../../calls/resource.ts';
import { DESK_BODY, DESK_CHANGE, REPLAYED } from '../examples.ts';
import { operation } from '../operation.ts';
import { lookAtChange } from './role-change.ts';

const REPLAYED_MS = 30 * 24 * 60 * 60 * 1000;

/** @throws as `changeRole` */
export const previewRole = operation({
  operationId: 'previewRole',
  action: 'read_role',
  method: 'post',
  path: '/v1/roles/{role}/preview',
  summary: 'What a changed role would open and close. Changes nothing.',
  description:
    '`replayed` tries it on the log: how many values that those who have the role asked for in the last 30 days would ' +
    'have been answered differently.',
  params: RoleParams,
  body: RoleBody,
  reply: RoleChangeReply,
  problems: ['built_in_role', 'own_role', 'role_changed', 'invalid_role', 'duties_conflict'],
  example: { request: DESK_BODY, reply: { ...DESK_CHANGE, replayed: REPLAYED } },
  work: (vault, caller, body) =>
    perform(vault, caller, { action: 'read_role' }, async (door) => {
      const { tenant } = caller;
      const keys = await accessKeys(vault.keyring.indexes, tenant);
      const known = await knownTypes(vault, tenant);
      const { reader } = vault.recordStore;
      const { reply, before } = await lookAtChange(reader, keys, caller, body, known);
      const types = new Map((await vault.catalogue.list(tenant)).map(({ type }) => [type.name, resourceOf(type)]));
      const needs = needsOf(await purposesOfTenant(reader, keys.principals, tenant));
      const since = new Date(door.now.getTime() - REPLAYED_MS);
      const { role, rules: after } = body;
      const change = { tenant, role, before, after, holders: reply.principals, types, needs };
      // Outside of the transaction: it may take a while.
      const found = reply.changed ? await replay(reader, change, since, vault.clock) : undefined;
      const replayed = found && { since: since.toISOString(), ...found };
      return door.commit('shared', async () => ({ reply: { ...reply, ...(replayed && { replayed }) }, entry: {} }));
    }),
});
