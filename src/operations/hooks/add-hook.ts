/**
 * Adds a hook, and shows its secret once. It is told what happens from then on.
 *
 * If the answer is lost, the same call under the same idempotency key shows the secret again, unless it was replaced.
 */
import type { z } from 'zod';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import { faultOfAddress } from '../../hooks/address.ts';
import {
  type HookRow,
  hookKey,
  hooksOf,
  insertHook,
  MAX_HOOKS,
  newSecret,
  sealSecret,
  sealSettings,
  UNTOLD,
} from '../../hooks/hook-rows.ts';
import { secretText } from '../../hooks/message.ts';
import { lastPosition } from '../../hooks/outbox.ts';
import { AddHookBody, AddHookReply } from '../../hooks/schema.ts';
import { type ShownSecret, secretAgain } from '../../hooks/view.ts';
import { newId } from '../../ids.ts';
import { EXAMPLE_SECRET, HOOK } from '../examples.ts';
import { operation } from '../operation.ts';

type Reply = z.infer<typeof AddHookReply>;

/** @throws `address_refused`, `too_many_hooks` */
export const addHook = operation({
  operationId: 'addHook',
  action: 'add_hook',
  method: 'post',
  path: '/v1/hooks',
  summary: 'Add a hook: an address that is told what happens, by signed messages.',
  description:
    'Messages follow Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`) and hold ids and the ' +
    'name of what happened: no value, ref or reason. They come in order, at least once, and are repeated for three days. ' +
    'An address is not changed: add another hook, and remove this one.',
  body: AddHookBody,
  reply: AddHookReply,
  status: 201,
  idempotent: true,
  problems: ['address_refused', 'too_many_hooks', 'hook_secret_replaced', 'hook_not_found'],
  example: {
    request: { url: 'https://alarms.example.com/lethe', events: ['integrity.failed', 'guesses.locked_out'] },
    reply: { hook: HOOK, secret: EXAMPLE_SECRET },
  },
  work: (vault, caller, body) => {
    const { tenant } = caller;
    const { random, hookNetworks } = vault;
    let secretAt = 0;
    const idempotent = {
      body,
      remember: ({ hook }: Reply): ShownSecret => ({ hook, secretAt }),
      replay: async (kept: ShownSecret) => ({ hook: kept.hook, secret: await secretAgain(vault, tenant, kept) }),
    };
    return perform<Reply>(vault, caller, { action: 'add_hook', idempotent }, async (door) => {
      const fault = faultOfAddress(body.url, hookNetworks);
      if (fault !== undefined) throw new VaultError('address_refused', fault);
      const key = await hookKey(vault.keyring.indexes, tenant);
      using drawn = newSecret(random);
      secretAt = door.now.getTime();
      const place = { tenant, hook: newId('hook', random, door.now), secret_at: secretAt };
      const sealed = {
        seal_version: key.version,
        settings: sealSettings(key, place, body, random),
        secret: sealSecret(key, place, drawn, random),
      };
      return await door.commit('exclusive', async (tx) => {
        if ((await hooksOf(tx, tenant)).length >= MAX_HOOKS) throw new VaultError('too_many_hooks');
        const row: HookRow = {
          ...place,
          ...sealed,
          ...UNTOLD,
          created_at: secretAt,
          position: await lastPosition(tx, tenant),
        };
        await insertHook(tx, row);
        return { reply: { hook: place.hook, secret: secretText(drawn) }, entry: { target: place.hook } };
      });
    });
  },
});
