/**
 * Tells a hook something that did not happen, so that somebody sees it arrive. It goes the way of everything else,
 * after what is told before it. The call waits for no receiver, and so says nothing of what answers at that address.
 */
import { z } from 'zod';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { holdHook } from '../../hooks/hook-rows.ts';
import { noteEvents } from '../../hooks/outbox.ts';
import { TestHookReply } from '../../hooks/schema.ts';
import { newId } from '../../ids.ts';
import { HookIdSchema } from '../../schema.ts';
import { EVENT, HOOK } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `hook_not_found`, `hook_paused` */
export const testHook = operation({
  operationId: 'testHook',
  action: 'test_hook',
  method: 'post',
  path: '/v1/hooks/{hook}/test',
  summary: 'Send a hook a message of the type `hook.test`.',
  description: 'Answers at once; `GET /v1/hooks/{hook}/deliveries` says when it was taken.',
  params: z.strictObject({ hook: HookIdSchema }),
  reply: TestHookReply,
  status: 202,
  problems: ['hook_not_found', 'hook_paused'],
  example: { reply: { hook: HOOK, event: EVENT } },
  work: (vault, caller, { hook }) =>
    perform<z.infer<typeof TestHookReply>>(vault, caller, { action: 'test_hook' }, (door) => {
      const { tenant, principal } = caller;
      const event = newId('event', vault.random, door.now);
      return door.commit('exclusive', async (tx) => {
        if ((await holdHook(tx, tenant, hook)).paused !== null) throw new VaultError('hook_paused');
        await noteEvents(tx, [{ tenant, event, name: 'hook.test', at: door.now, about: { principal }, hook }]);
        return { reply: { hook, event }, entry: { target: hook } };
      });
    }),
});
