/** Changes what a hook is told, pauses it, or lets it go on. Its address stays: see `add-hook.ts`. */
import { z } from 'zod';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import {
  findHook,
  type HookRow,
  holdHook,
  keyOfHook,
  openSettings,
  sealSettings,
  setHook,
} from '../../hooks/hook-rows.ts';
import { ChangeHookBody, HookSchema, type HookView } from '../../hooks/schema.ts';
import { viewOf } from '../../hooks/view.ts';
import { HookIdSchema } from '../../schema.ts';
import { HOOK } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `hook_not_found` @throws {IntegrityError} for a row that was altered: sealed anew, it would be believed */
export const changeHook = operation({
  operationId: 'changeHook',
  action: 'change_hook',
  method: 'patch',
  path: '/v1/hooks/{hook}',
  summary: 'Change what a hook is told, pause it, or let it go on.',
  params: z.strictObject({ hook: HookIdSchema }),
  body: ChangeHookBody,
  reply: HookSchema,
  problems: ['hook_not_found'],
  example: {
    request: { events: ['integrity.failed'], paused: false },
    reply: {
      ...{ hook: HOOK, url: 'https://alarms.example.com/lethe', events: ['integrity.failed'] },
      ...{ state: 'active', attempts: 0, pending: 2 },
      ...{ createdAt: '2026-11-22T12:00:00.000Z', secretSince: '2026-11-22T12:00:00.000Z' },
    },
  },
  work: (vault, caller, { hook, ...body }) =>
    perform<HookView>(vault, caller, { action: 'change_hook' }, async (door) => {
      const { tenant } = caller;
      const found = await findHook(vault.recordStore.reader, tenant, hook);
      if (found === undefined) throw new VaultError('hook_not_found');
      const key = await keyOfHook(vault.keyring.indexes, found);
      return door.commit('exclusive', async (tx) => {
        const held = await holdHook(tx, tenant, hook);
        const before = openSettings(key, held);
        const settings = body.events === undefined ? before : { url: before.url, events: body.events ?? undefined };
        const set: Partial<HookRow> = {
          settings: sealSettings(key, held, settings, vault.random),
          ...stateFor(held, body.paused, door.now),
        };
        await setHook(tx, held, set);
        return { reply: await viewOf(tx, { ...held, ...set }, settings, door.now), entry: { target: hook } };
      });
    }),
});

/** A hook that goes on is tried at once, as if it had not failed. */
function stateFor(held: HookRow, paused: boolean | undefined, now: Date): Partial<HookRow> {
  if (paused === undefined || paused === (held.paused !== null)) return {};
  if (paused) return { paused: 'asked' };
  return { paused: null, attempts: 0, failing_since: null, failure: null, due_at: now.getTime() };
}
