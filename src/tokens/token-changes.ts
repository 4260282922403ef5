/**
 * Changes of tokens: uses, revocations, longer and shorter lives. Each gives the row a new MAC.
 *
 * Guarantees: a row changes only if it still is as it was read, and only if it was not altered.
 */
import { IntegrityError } from '../errors.ts';
import type { TenantId, Token } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { change, select } from '../storage/queries.ts';
import type { RecordTx } from '../storage/tx.ts';
import { keyOf, type TokenRow, tagOf, tokenById, tokenKeys, tokens } from './tokens.ts';

/**
 * Writes what has changed of a token: a use, a revocation, a longer life.
 * @returns whether the row was still as it was read; otherwise nothing has been changed
 */
export async function changeToken(
  tx: RecordTx,
  key: IndexKey,
  from: TokenRow,
  changed: Partial<Pick<TokenRow, 'expires_at' | 'uses_left' | 'revoked_at'>>,
): Promise<boolean> {
  const to = { ...from, ...changed };
  const { expires_at, uses_left, revoked_at } = to;
  const where = { tenant: from.tenant, token: from.token, tag: from.tag };
  const set = { expires_at, uses_left, revoked_at, tag: tagOf(key, to), tag_version: key.version };
  return (await change(tx, tokens, where, set)) === 1;
}

/**
 * Revokes tokens that are alive in a store which was put back. An altered row is left as it is: it opens nothing, and a
 * new tag would say that it may.
 * @returns how many there were
 */
export async function revokeAgain(
  tx: RecordTx,
  indexes: IndexKeys,
  tenant: TenantId,
  revoked: readonly { readonly token: Token; readonly at: number }[],
): Promise<number> {
  const found = await tx.find(
    tokenById,
    revoked.map(({ token }) => [tenant, token]),
  );
  if (found.every((rows) => rows.length === 0)) return 0;
  const keys = await tokenKeys(indexes, tenant);
  let changed = 0;
  for (const [i, [row]] of found.entries()) {
    if (row === undefined || row.revoked_at !== null) continue;
    const key = keyOf(keys, row);
    if (key !== undefined && (await changeToken(tx, key, row, { revoked_at: revoked[i]?.at ?? 0 }))) changed += 1;
  }
  return changed;
}

/** Holds tokens against every other change until the transaction ends; what is read after this stays true. */
export async function lockTokens(tx: RecordTx, tenant: TenantId, ids: readonly Token[]): Promise<void> {
  const where = { tenant, token: { in: ids } };
  await select(tx, tokens, { columns: ['token'], where, orderBy: ['token'], lock: 'wait' });
}

/** Takes one use of a limited token that the transaction holds. @throws {IntegrityError} if it is not as it was read */
export async function takeUse(tx: RecordTx, key: IndexKey, token: TokenRow): Promise<void> {
  const changed = await changeToken(tx, key, token, { uses_left: (token.uses_left ?? 0) - 1 });
  if (!changed) throw new IntegrityError({ record: token.record });
}
