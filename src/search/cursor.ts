/**
 * Where a page of results ended, as a text that the caller sends back. It is sealed, because a record id tells when a
 * value was stored; and bound to the principal, so that nobody continues another's search.
 */
import type { RandomSource } from '../crypto/random.ts';
import { VaultError } from '../errors.ts';
import { isId, type PrincipalId, type RecordId, type TenantId } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';

const KEY_NAME = '@cursor';
const LABEL = 'lethe/cursor/1';

interface Reader {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
}

/** @param last the record after which the next page begins; no other principal can go on from there */
export async function sealCursor(
  indexes: IndexKeys,
  { tenant, principal }: Reader,
  last: RecordId,
  random: RandomSource,
): Promise<string> {
  const key = await indexes.current(tenant, KEY_NAME);
  return key.seal(LABEL, Buffer.from(last), random, tenant, principal).toString('base64url');
}

/** @throws `invalid_request` for a text that ended no page of this principal's */
export async function openCursor(indexes: IndexKeys, { tenant, principal }: Reader, cursor: string): Promise<RecordId> {
  for (const key of await indexes.versions(tenant, KEY_NAME)) {
    try {
      const last = key.open(LABEL, Buffer.from(cursor, 'base64url'), tenant, principal).toString();
      if (isId('record', last)) return last;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
    }
  }
  throw new VaultError('invalid_request', 'Must be the `next` of a page before.', { field: 'after' });
}
