/** What the API tells of a principal: never an API key, which the vault does not have. */
import type { z } from 'zod';
import type { ApiKeyId, PrincipalId } from '../ids.ts';
import { storedJson } from '../stored-json.ts';
import { readableBounds } from './bounds.ts';
import { type ApiKeyRow, isLive } from './key-rows.ts';
import { type ApiKeySchema, PrincipalSchema } from './schema.ts';
import type { PrincipalRow } from './store.ts';

/** @param keys its keys, the oldest first */
export function factsOf(row: PrincipalRow, keys: readonly ApiKeyRow[], now: Date): z.infer<typeof PrincipalSchema> {
  const live = keys.filter((key) => isLive(key, now));
  return {
    principal: row.principal as PrincipalId,
    name: row.name,
    role: row.role,
    ...told(row),
    ...(row.audience === null ? {} : { audience: row.audience }),
    createdAt: new Date(row.created_at).toISOString(),
    ...endOf((live.at(-1) ?? keys.at(-1))?.expires_at ?? null),
    ...(row.revoked_at === null ? {} : { revokedAt: new Date(row.revoked_at).toISOString() }),
    keys: live.map(keyFactsOf),
  };
}

/** One altered row must not hide the others: whoever is to be revoked is found here. */
function told(row: PrincipalRow): { purposes: string[]; networks?: string[]; damaged?: true } {
  const purposes = storedJson(PrincipalSchema.shape.purposes, row.purposes);
  const bounds = row.bounds === null ? undefined : readableBounds(row.bounds);
  const isDamaged = purposes === undefined || (row.bounds !== null && bounds === undefined);
  return { purposes: purposes ?? [], ...bounds, ...(isDamaged && { damaged: true }) };
}

export function keyFactsOf({ api_key, created_at, expires_at }: ApiKeyRow): z.infer<typeof ApiKeySchema> {
  return { key: api_key as ApiKeyId, createdAt: new Date(created_at).toISOString(), ...endOf(expires_at) };
}

export function endOf(end: number | null): { expiresAt?: string } {
  return end === null ? {} : { expiresAt: new Date(end).toISOString() };
}
