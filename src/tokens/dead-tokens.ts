/**
 * Dead tokens: what is left of a token that expired, was used up or was revoked. A sweep moves it here. It then leads
 * to no record any more, is never given out again, and still says why it died.
 */
import type { TenantId, Token } from '../ids.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { Reader } from '../storage/tx.ts';

export type DeathCause = 'expired' | 'used_up' | 'revoked';

export const deadTokens = table(
  'records',
  'dead_tokens',
  { tenant: 'id:tenant', token: 'id:token', audience: 'text?', cause: 'text', died_at: 'int' },
  ['tenant', 'token'],
);
export type DeadTokenRow = Row<typeof deadTokens>;
const deadTokenById = lookup(deadTokens, ['tenant', 'token']);

/** @returns for each token its remains, or undefined */
export async function findDead(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly Token[],
): Promise<(DeadTokenRow | undefined)[]> {
  const found = await reader.find(
    deadTokenById,
    ids.map((id) => [tenant, id]),
  );
  return found.map(([row]) => row);
}
