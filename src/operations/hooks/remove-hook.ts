/**
 * Removes a hook for good. It is answered only when both stores and the journal have noted it, so that no older copy of
 * the record store tells an address again that was given up.
 */
import { z } from 'zod';
import { keepRevocation, noteRevocation, type Revocation } from '../../access/revocations.ts';
import { perform } from '../../calls/perform.ts';
import { inTime } from '../../calls/time-limit.ts';
import { holdHook, removeHooks } from '../../hooks/hook-rows.ts';
import { HookIdSchema } from '../../schema.ts';
import { HOOK } from '../examples.ts';
import { operation } from '../operation.ts';

const RemovedHook = z.strictObject({
  hook: HookIdSchema,
  removedAt: z.iso.datetime().describe('Since when it is told nothing, UTC.'),
});

/**
 * @throws `hook_not_found`
 * @throws {UnavailableError} also where the hook is removed and only the key store or the journal could not note it; a
 *   job does
 */
export const removeHook = operation({
  operationId: 'removeHook',
  action: 'remove_hook',
  method: 'delete',
  path: '/v1/hooks/{hook}',
  summary: 'Remove a hook; it is told nothing more.',
  description:
    'Answered when both stores and the journal know of it, so that no older copy of one brings it back. A message that is ' +
    'under way still arrives. With a 503 it may hold already.',
  params: z.strictObject({ hook: HookIdSchema }),
  reply: RemovedHook,
  problems: ['hook_not_found', 'journal_unavailable'],
  example: { reply: { hook: HOOK, removedAt: '2026-11-23T09:00:00.000Z' } },
  work: async (vault, caller, { hook }) => {
    const { tenant } = caller;
    const of = (at: Date): Revocation => ({ tenant, kind: 'hook', target: hook, at });
    const reply = await perform<z.infer<typeof RemovedHook>>(vault, caller, { action: 'remove_hook' }, (door) =>
      door.commit('exclusive', async (tx) => {
        await holdHook(tx, tenant, hook);
        await removeHooks(tx, tenant, [hook]);
        await noteRevocation(tx, of(door.now));
        return { reply: { hook, removedAt: door.now.toISOString() }, entry: { target: hook } };
      }),
    );
    await inTime(caller.limit, keepRevocation(vault, of(new Date(reply.removedAt))));
    return reply;
  },
});
