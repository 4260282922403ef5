/**
 * Gives a hook another secret. For an overlap, messages are signed with both, so that the receiver takes over the new
 * one when it likes. An overlap of 0 ends the one before at once.
 */
import { z } from 'zod';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import {
  findHook,
  holdHook,
  keyOfHook,
  newSecret,
  openSecret,
  sealEarlier,
  sealSecret,
  setHook,
} from '../../hooks/hook-rows.ts';
import { secretText } from '../../hooks/message.ts';
import { RotateHookBody, RotateHookReply } from '../../hooks/schema.ts';
import { type ShownSecret, secretAgain } from '../../hooks/view.ts';
import { HookIdSchema } from '../../schema.ts';
import { secret } from '../../secret.ts';
import { EXAMPLE_SECRET, HOOK } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = z.infer<typeof RotateHookReply>;
type Kept = ShownSecret & Pick<Reply, 'earlierSecretUntil'>;

/** @throws `hook_not_found` @throws {IntegrityError} for a row that was altered */
export const rotateHook = operation({
  operationId: 'rotateHook',
  action: 'change_hook',
  method: 'post',
  path: '/v1/hooks/{hook}/rotate',
  summary: 'Give a hook another secret; messages carry both signatures for an overlap.',
  description: 'A secret that was replaced before ends at once: there are two at most.',
  params: z.strictObject({ hook: HookIdSchema }),
  body: RotateHookBody,
  reply: RotateHookReply,
  idempotent: true,
  problems: ['hook_not_found', 'hook_secret_replaced'],
  example: {
    request: { overlapSeconds: 86_400 },
    reply: { hook: HOOK, secret: EXAMPLE_SECRET, earlierSecretUntil: '2026-11-24T09:00:00.000Z' },
  },
  work: (vault, caller, { hook, ...body }) => {
    const { tenant } = caller;
    const { random, recordStore, keyring } = vault;
    let secretAt = 0;
    const idempotent = {
      body: { hook, ...body },
      remember: ({ secret: _, ...kept }: Reply): Kept => ({ ...kept, secretAt }),
      replay: async ({ secretAt: at, ...kept }: Kept): Promise<Reply> => ({
        ...kept,
        secret: await secretAgain(vault, tenant, { hook, secretAt: at }),
      }),
    };
    return perform<Reply>(vault, caller, { action: 'change_hook', idempotent }, async (door) => {
      const found = await findHook(recordStore.reader, tenant, hook);
      if (found === undefined) throw new VaultError('hook_not_found');
      const key = await keyOfHook(keyring.indexes, found);
      using drawn = newSecret(random);
      return await door.commit('exclusive', async (tx) => {
        const held = await holdHook(tx, tenant, hook);
        using before = secret(openSecret(key, held));
        // Later than that of the one before, whatever the clock says: it tells the two apart.
        secretAt = Math.max(door.now.getTime(), held.secret_at + 1);
        const until = body.overlapSeconds === 0 ? null : door.now.getTime() + body.overlapSeconds * 1000;
        await setHook(tx, held, {
          secret: sealSecret(key, { tenant, hook, secret_at: secretAt }, drawn, random),
          secret_at: secretAt,
          earlier: until === null ? null : sealEarlier(key, held, until, before, random),
          earlier_until: until,
        });
        const ends = until === null ? {} : { earlierSecretUntil: new Date(until).toISOString() };
        return { reply: { hook, secret: secretText(drawn), ...ends }, entry: { target: hook } };
      });
    });
  },
});
