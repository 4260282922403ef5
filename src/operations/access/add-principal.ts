/** Adds a principal to the caller's tenant and hands out its API key, once. */
import type { z } from 'zod';
import { accessKeys, addPrincipal as add } from '../../access/principals.ts';
import { HAVE_AUDIENCES, RECEIVES_ONLY } from '../../access/roles.ts';
import type { AddPrincipalBody, AddPrincipalReply } from '../../access/schema.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import type { Vault } from '../../vault/vault.ts';

type Reply = z.infer<typeof AddPrincipalReply>;

/** @throws `invalid_request` for a role that cannot have what was asked for, or could do nothing without what was not */
function assertFits({ role, audience, purposes }: z.infer<typeof AddPrincipalBody>): void {
  const say = (field: string, message: string) => new VaultError('invalid_request', message, { field });
  if (audience !== undefined && !HAVE_AUDIENCES.has(role)) {
    throw say('audience', 'Only the roles app, support and receiver use tokens, and can be tied to an audience.');
  }
  if (role !== RECEIVES_ONLY) return;
  if (audience === undefined) throw say('audience', 'A receiver is tied to the audience whose tokens it is given.');
  if (purposes.length === 0) throw say('purposes', 'A receiver only reveals, and needs a purpose for that.');
}

export async function addPrincipal(
  vault: Vault,
  caller: Caller,
  body: z.infer<typeof AddPrincipalBody>,
): Promise<Reply> {
  const idempotent = {
    body,
    remember: (reply: Reply) => ({ principal: reply.principal }),
    replay: (): Reply => {
      throw new VaultError('api_key_already_shown');
    },
  };
  return perform<Reply>(vault, caller, { action: 'add_principal', idempotent }, async (door) => {
    door.decide();
    assertFits(body);
    const keys = await accessKeys(vault.keyring.indexes, caller.tenant);
    return door.commit('exclusive', async (tx) => {
      const expiresAt = body.expiresAt === undefined ? undefined : new Date(body.expiresAt);
      const { name, role, purposes, audience } = body;
      const wanted = { name, role, purposes, audience, expiresAt };
      const reply = await add(tx, keys, caller.tenant, wanted, vault.random, vault.clock);
      return { reply, entry: { target: reply.principal } };
    });
  });
}
