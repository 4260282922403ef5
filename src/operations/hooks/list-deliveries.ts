/** What a hook was told in the last 30 days, and what it is still to be told. */
import { z } from 'zod';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { findHook } from '../../hooks/hook-rows.ts';
import { eventsBefore } from '../../hooks/outbox.ts';
import { DeliveriesQuery, DeliveriesReply } from '../../hooks/schema.ts';
import { wants } from '../../hooks/turn.ts';
import { settingsOf } from '../../hooks/view.ts';
import type { EventId } from '../../ids.ts';
import { HookIdSchema } from '../../schema.ts';
import { EVENT } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `hook_not_found` */
export const listDeliveries = operation({
  operationId: 'listDeliveries',
  action: 'list_hooks',
  method: 'get',
  path: '/v1/hooks/{hook}/deliveries',
  summary: 'What a hook was told, and what it is still to be told.',
  description: 'Of the last 30 days, and as the hook is set now. What has just happened appears within seconds.',
  params: z.strictObject({ hook: HookIdSchema }),
  query: DeliveriesQuery,
  reply: DeliveriesReply,
  problems: ['hook_not_found'],
  example: {
    reply: {
      deliveries: [{ event: EVENT, name: 'erasure.final', at: '2026-11-23T08:30:00.000Z', state: 'delivered' }],
    },
  },
  work: (vault, caller, { hook, after, limit }) =>
    perform<z.infer<typeof DeliveriesReply>>(vault, caller, { action: 'list_hooks' }, async (door) => {
      const { reader } = vault.recordStore;
      const row = await findHook(reader, caller.tenant, hook);
      if (row === undefined) throw new VaultError('hook_not_found');
      const settings = await settingsOf(vault.keyring.indexes, row);
      const found = await eventsBefore(reader, caller.tenant, after, limit);
      const own = found.filter((event) => event.noted_at >= row.created_at && wants(row, settings?.events, event));
      const deliveries = own.map(({ event, name, noted_at, position }) => ({
        ...{ event: event as EventId, name, at: new Date(noted_at).toISOString() },
        state: Number(position) <= row.position ? ('delivered' as const) : ('pending' as const),
      }));
      const last = found.at(-1);
      const next = found.length === limit && last !== undefined ? { next: last.event as EventId } : {};
      return door.commit('shared', async () => ({ reply: { deliveries, ...next }, entry: { target: hook } }));
    }),
});
