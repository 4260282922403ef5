/** Sweeps tokens that have ended, so that they lead nowhere in the store, either. Every read sees their end exactly. */
import { unpackRows } from '../storage/table.ts';
import type { RecordStore } from '../storage/tx.ts';
import { type DeathCause, deadTokens } from './dead-tokens.ts';
import { type TokenRow, tokens } from './tokens.ts';

/**
 * The tokens that ended, by cause; if several causes apply, by the one that `causeOfDeath` names. Each condition begins
 * in the words of a partial index, or SQLite does not use it.
 */
const ENDED: readonly { readonly cause: DeathCause; readonly where: string; readonly timed: boolean }[] = [
  { cause: 'revoked', where: 'revoked_at IS NOT NULL', timed: false },
  { cause: 'used_up', where: 'uses_left = 0 AND revoked_at IS NULL', timed: false },
  {
    cause: 'expired',
    where: 'expires_at <= ? AND revoked_at IS NULL AND (uses_left IS NULL OR uses_left > 0)',
    timed: true,
  },
];

/** Moves tokens that have ended, at most `limit` of each cause. @returns how many */
export async function sweepDeadTokens(store: RecordStore, now: Date, limit: number): Promise<number> {
  let swept = 0;
  for (const { cause, where, timed } of ENDED) {
    const bindings = timed ? [now.getTime()] : [];
    swept += await store.exclusive(async (tx) => {
      const found = await tx.query<Pick<TokenRow, 'tenant' | 'token' | 'audience'>>((sql) => {
        const ended = sql(tokens.name).select('tenant', 'token', 'audience').whereRaw(where, bindings).limit(limit);
        return sql.client.config.client === 'pg' ? ended.forUpdate() : ended;
      });
      const rows = unpackRows(tokens, found);
      const remains = rows.map((row) => ({ ...row, cause, died_at: now.getTime() }));
      await tx.insert(deadTokens, remains, 'skip');
      await tx.remove(
        tokens,
        ['tenant', 'token'],
        rows.map((row) => [row.tenant, row.token]),
      );
      return rows.length;
    });
  }
  return swept;
}
