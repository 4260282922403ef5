/**
 * Whose an API key is, as the store has it now: the key, its tenant and its principal, read at every call.
 *
 * Whose a key is never changes. So a process that has met a key asks for all three at once, and believes only what it
 * reads: where the key's row names another owner, that owner is looked up instead.
 */
import type { ApiKeyId, PrincipalId, TenantId } from '../ids.ts';
import type { Reader } from '../storage/tx.ts';
import { type ApiKeyRow, findApiKey } from './key-rows.ts';
import { findPrincipal, findTenant, type PrincipalRow, type TenantRow } from './store.ts';

/** How many keys a process remembers the owners of, those met last: about 200 bytes each. */
const MAX_MET = 5_000;

interface Owner {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
}

const met = new WeakMap<Reader<'records'>, Map<ApiKeyId, Owner>>();

export interface OwnedKey {
  readonly key: ApiKeyRow;
  readonly home: TenantRow | undefined;
  readonly row: PrincipalRow | undefined;
}

/** @returns undefined for a key that nobody has */
export async function findOwned(reader: Reader<'records'>, id: ApiKeyId): Promise<OwnedKey | undefined> {
  const owners = met.get(reader) ?? new Map<ApiKeyId, Owner>();
  met.set(reader, owners);
  const guess = owners.get(id);
  const ahead = guess && rowsOf(reader, guess);
  ahead?.catch(() => {});
  const key = await findApiKey(reader, id);
  owners.delete(id);
  if (key === undefined) return undefined;
  const owner = { tenant: key.tenant as TenantId, principal: key.principal as PrincipalId };
  const isGuessed = guess?.tenant === owner.tenant && guess.principal === owner.principal;
  const [home, row] = await (isGuessed && ahead ? ahead : rowsOf(reader, owner));
  owners.set(id, owner);
  for (const oldest of owners.keys()) {
    if (owners.size <= MAX_MET) break;
    owners.delete(oldest);
  }
  return { key, home, row };
}

function rowsOf(reader: Reader<'records'>, { tenant, principal }: Owner) {
  return Promise.all([findTenant(reader, tenant), findPrincipal(reader, tenant, principal)]);
}
