/** What revoking and extending a token have in common. A token that has ended stays so: another is minted instead. */

import type { Caller } from '../../calls/caller.ts';
import type { Call } from '../../calls/door.ts';
import { perform } from '../../calls/perform.ts';
import { VaultError } from '../../errors.ts';
import type { RecordId, Token } from '../../ids.ts';
import { liveRecord } from '../../records/open-records.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { changeToken as change, lockTokens } from '../../tokens/token-changes.ts';
import { findToken, type TokenRow, tokenKey } from '../../tokens/tokens.ts';
import type { Vault } from '../../vault/vault.ts';

/** The change to a token's row, and the answer for the changed row. */
export interface TokenChange<R> {
  readonly with: Partial<Pick<TokenRow, 'expires_at' | 'uses_left' | 'revoked_at'>>;
  /** What else the transaction writes. */
  also?(tx: RecordTx): Promise<void>;
  reply(changed: TokenRow): R;
}

/**
 * Changes a token of a record that is there, as `decide` says for its row.
 * @throws `token_not_found` @throws {RecordErasedError}; for a token that ended before, why
 */
export async function changeToken<R>(
  vault: Vault,
  caller: Caller,
  token: Token,
  idempotent: Call<R>['idempotent'],
  decide: (row: TokenRow, now: Date) => TokenChange<R>,
): Promise<R> {
  const { tenant, audience } = caller;
  return perform(vault, caller, { action: 'change_token', ...(idempotent && { idempotent }) }, async (door) => {
    const { indexes } = vault.keyring;
    const key = await tokenKey(indexes, tenant);
    return door.commit('exclusive', async (tx) => {
      await lockTokens(tx, tenant, [token]);
      const row = await findToken(tx, indexes, { tenant, audience, now: door.now }, token);
      const record = row.record as RecordId;
      await liveRecord(tx, tenant, record);
      const { with: changes, also, reply } = decide(row, door.now);
      if (!(await change(tx, key, row, changes))) throw new VaultError('concurrent_change');
      await also?.(tx);
      return { reply: reply({ ...row, ...changes }), entry: { records: [record] } };
    });
  });
}
