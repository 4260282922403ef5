/**
 * Replaces a verifier that was made with weaker parameters than today's, or of another spelling, once the right
 * password was in hand. It leaves the verifier if the record has changed.
 */
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { DataType } from '../../datatypes/datatype.ts';
import { InvalidValueError } from '../../errors.ts';
import type { RecordId } from '../../ids.ts';
import { acceptAs } from '../../intake/accept.ts';
import { decideFor, finish, prepare } from '../../intake/replacement.ts';
import type { RecordRow } from '../../records/store.ts';
import type { Vault } from '../../vault/vault.ts';

export async function upgradeVerifier(vault: Vault, caller: Caller, row: RecordRow, value: unknown): Promise<void> {
  await perform<void>(
    vault,
    { ...caller, idempotencyKey: undefined, limit: undefined },
    { action: 'verify' },
    async (door) => {
      const type = await vault.catalogue.stored(caller.tenant, row.type, row.type_version);
      const password = assertPassword(type, value, door.now);
      const accepted = {
        type,
        value: { phc: await vault.hasher.hash(password, { tenant: caller.tenant }) },
        kept: undefined,
      };
      const next = await prepare(vault, row, accepted, door.now);
      const order = await door.commit('exclusive', async (tx) => {
        const order = await decideFor(tx, vault, row, next, caller.principal, door.now);
        return { reply: order, entry: { records: [row.record as RecordId], code: 'verifier_upgraded' } };
      });
      await finish(vault, order, next, vault.clock);
    },
  );
}

/**
 * The password that a caller offers. Knowing a verifier, but not what it verifies, must not let anybody in.
 * @throws {InvalidValueError}
 */
export function assertPassword(type: DataType, value: unknown, now: Date): string {
  const { password } = acceptAs(type, value, undefined, now).value as { readonly password?: string };
  if (password === undefined) throw new InvalidValueError('', 'Must be the value itself, not a verifier of it.');
  return password;
}
