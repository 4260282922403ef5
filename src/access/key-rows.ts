/** The rows of API keys in the record store. `keys.ts` says what may change of them. */
import type { ApiKeyId, PrincipalId, TenantId } from '../ids.ts';
import { select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { Reader } from '../storage/tx.ts';

export const apiKeys = table(
  'records',
  'api_keys',
  {
    api_key: 'id:apiKey',
    tenant: 'id:tenant',
    principal: 'id:principal',
    secret_mac: 'bytes',
    mac_version: 'small',
    created_at: 'int',
    /** When it stops working. */
    expires_at: 'int?',
    revoked_at: 'int?',
    /** Where the end was changed: the one that it was made with, and a MAC of the present one. */
    made_until: 'int?',
    end_tag: 'bytes?',
  },
  ['api_key'],
);
export type ApiKeyRow = Row<typeof apiKeys>;
const apiKeyById = lookup(apiKeys, ['api_key']);

export async function findApiKey(reader: Reader<'records'>, id: ApiKeyId): Promise<ApiKeyRow | undefined> {
  return (await reader.find(apiKeyById, [[id]]))[0]?.[0];
}

/** The keys of these principals, the oldest first. Those that ended long ago are removed when another is made. */
export async function keysOf(
  reader: Reader<'records'>,
  tenant: TenantId,
  ids: readonly PrincipalId[],
): Promise<ApiKeyRow[]> {
  return select(reader, apiKeys, { where: { tenant, principal: { in: ids } }, orderBy: ['api_key'] });
}

export function isLive({ expires_at, revoked_at }: Pick<ApiKeyRow, 'expires_at' | 'revoked_at'>, now: Date): boolean {
  return revoked_at === null && (expires_at === null || expires_at > now.getTime());
}
