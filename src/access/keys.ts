/**
 * The API keys of a principal: how one is made, when it ends, and how two of them overlap while a service takes over
 * the new one.
 *
 * Guarantees: the end of a key is bound by a MAC. The secret's own MAC binds the end that the key was made with, and it
 * cannot be made again without the secret, so a changed end has a MAC of its own. A key that has ended stays ended. At
 * most two keys of a principal work at a time.
 * Does not: notice a changed end that was put back with its MAC, or a key put back to the end it was made with; see
 * `principals.ts`.
 */
import type { Clock } from '../clock.ts';
import { equalBytes } from '../crypto/mac.ts';
import type { RandomSource } from '../crypto/random.ts';
import { IntegrityError } from '../errors.ts';
import { type ApiKeyId, newId, type PrincipalId, type TenantId } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { secret } from '../secret.ts';
import { change, removeWhere } from '../storage/queries.ts';
import type { RecordTx } from '../storage/tx.ts';
import { newApiKey } from './api-key.ts';
import { type ApiKeyRow, apiKeys } from './key-rows.ts';

const SECRET_KEY = '@api-key';
const PRINCIPAL_KEY = '@principal';
export const MAC_BYTES = 32;
/** How many keys of a principal may work at a time: the one in use, and the one that takes its place. */
export const MAX_LIVE = 2;
/** Until then, a call with an ended key is known for whose it was. */
const ENDED_KEPT_MS = 30 * 86_400_000;

/** The index keys under which principals and their API keys are bound. */
export interface AccessKeys {
  readonly secret: IndexKey;
  readonly principal: IndexKey;
  /** Every version of `principal`, for what was bound before. */
  readonly principals: readonly IndexKey[];
}

/** Read before the transaction that needs them begins. */
export async function accessKeys(indexes: IndexKeys, tenant: TenantId): Promise<AccessKeys> {
  return {
    secret: await indexes.current(tenant, SECRET_KEY),
    principal: await indexes.current(tenant, PRINCIPAL_KEY),
    principals: await indexes.versions(tenant, PRINCIPAL_KEY),
  };
}

export function secretKey(indexes: IndexKeys, tenant: TenantId, version: number): Promise<IndexKey> {
  return indexes.version(tenant, SECRET_KEY, version);
}

export function principalKeys(indexes: IndexKeys, tenant: TenantId): Promise<readonly IndexKey[]> {
  return indexes.versions(tenant, PRINCIPAL_KEY);
}

/**
 * @param secretFrom the source of the API key's secret, if not `random`
 * @returns the API key's text, which exists nowhere else
 */
export async function addKey(
  tx: RecordTx,
  keys: AccessKeys,
  { tenant, principal }: { readonly tenant: TenantId; readonly principal: PrincipalId },
  expiresAt: Date | undefined,
  random: RandomSource,
  clock: Clock,
  secretFrom = random,
): Promise<{ key: ApiKeyId; apiKey: string }> {
  const now = clock();
  const key = newId('apiKey', random, now);
  const { text, secret: drawn } = newApiKey(key, secretFrom);
  using held = secret(drawn);
  const row = {
    api_key: key,
    tenant,
    principal,
    mac_version: keys.secret.version,
    created_at: now.getTime(),
    expires_at: expiresAt?.getTime() ?? null,
    revoked_at: null,
    made_until: null,
    end_tag: null,
  };
  await tx.insert(apiKeys, [{ ...row, secret_mac: secretMac(keys.secret, row, held) }]);
  return { key, apiKey: text };
}

type Made = Omit<ApiKeyRow, 'secret_mac'>;

/** The MAC of a key's secret, and of the end that it was made with. */
export function secretMac(key: IndexKey, row: Made, secret: Buffer): Buffer {
  const { tenant, principal, api_key: id, expires_at, made_until, end_tag } = row;
  const until = (end_tag === null ? expires_at : made_until) ?? 0;
  return key.mac('lethe/api-key/1', MAC_BYTES, tenant, principal, id, until, secret);
}

function endTag(key: IndexKey, { tenant, principal, api_key: id, expires_at }: Made): Buffer {
  return key.mac('lethe/api-key-end/1', MAC_BYTES, tenant, principal, id, expires_at ?? 0);
}

/** Whether the end is as it was set. Of an end that was never changed, the secret's MAC tells. */
export function hasOwnEnd(keys: readonly IndexKey[], row: ApiKeyRow): boolean {
  const { end_tag } = row;
  return end_tag === null || keys.some((key) => equalBytes(endTag(key, row), end_tag));
}

/**
 * Gives a key another end. The caller holds its principal.
 * @param at null: never
 * @throws {IntegrityError} for an end that was altered: a new MAC would say that it was set
 */
export async function setEnd(
  tx: RecordTx,
  keys: Pick<AccessKeys, 'principal' | 'principals'>,
  row: ApiKeyRow,
  at: number | null,
): Promise<ApiKeyRow> {
  if (!hasOwnEnd(keys.principals, row)) throw new IntegrityError();
  const made_until = row.end_tag === null ? row.expires_at : row.made_until;
  const changed = { ...row, expires_at: at, made_until };
  const end_tag = endTag(keys.principal, changed);
  await change(tx, apiKeys, { api_key: row.api_key }, { expires_at: at, made_until, end_tag });
  return { ...changed, end_tag };
}

/** Removes the keys of a principal that ended long ago, so that a list of its keys stays short. */
export async function removeLongEnded(tx: RecordTx, tenant: TenantId, principal: PrincipalId, now: Date) {
  await removeWhere(tx, apiKeys, { tenant, principal, expires_at: { '<': now.getTime() - ENDED_KEPT_MS } });
}

/** The end of a key of which nobody has said how long it lasts. @param lastMs undefined: keys last for ever */
export function lastingFrom(now: Date, lastMs: number | undefined): number | null {
  return lastMs === undefined ? null : now.getTime() + lastMs;
}

/** Whether one end is sooner than another. */
export function isSooner(end: number | null, than: number | null): boolean {
  return end !== null && (than === null || end < than);
}
