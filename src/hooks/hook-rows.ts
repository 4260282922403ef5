/**
 * The rows of hooks. Where a hook leads, what it is told and by which secret that is signed lie sealed, under a key of
 * the tenant's in the key store: a copy of this store alone gives none of it away, and nobody who can only write to the
 * store leads a hook elsewhere.
 *
 *   settings   JSON of the address and the events     bound to tenant and hook
 *   secret     32 bytes                               bound to tenant, hook and when it was made
 *   earlier    the secret before, for an overlap      bound to tenant, hook and its end
 *
 * Does not: notice a row that was removed, put back to an earlier state, or marked as told or paused (THREATS.md).
 */
import { z } from 'zod';
import type { RandomSource } from '../crypto/random.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { HookId, TenantId } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import { handOver, secret, secrets } from '../secret.ts';
import { change, first, removeWhere, select } from '../storage/queries.ts';
import { type Row, table } from '../storage/table.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import { storedJson } from '../stored-json.ts';

export const hooks = table(
  'records',
  'hooks',
  {
    tenant: 'id:tenant',
    hook: 'id:hook',
    created_at: 'int',
    /** Up to where it was told. */
    position: 'int',
    /** Tries of the next one that have failed, and since when. */
    attempts: 'int',
    failing_since: 'int?',
    failure: 'text?',
    delivered_at: 'int?',
    /** When it is to be told more; absent: there is no more. */
    due_at: 'int?',
    /** Why it is told nothing. */
    paused: 'text?',
    seal_version: 'small',
    settings: 'bytes',
    secret: 'bytes',
    secret_at: 'int',
    earlier: 'bytes?',
    earlier_until: 'int?',
  },
  ['tenant', 'hook'],
);
export type HookRow = Row<typeof hooks>;

/** A hook's address, and the names of what it is told; undefined: everything. */
export interface HookSettings {
  readonly url: string;
  readonly events?: readonly string[] | undefined;
}

/** Why a hook is told nothing: somebody said so; it failed for days; its receiver said 410; its row was altered. */
export const PAUSES = ['asked', 'failing', 'gone', 'damaged'] as const;
export type Pause = (typeof PAUSES)[number];

/** A hook that was told nothing yet, and is to be told nothing. */
export const UNTOLD = {
  ...{ attempts: 0, failing_since: null, failure: null, delivered_at: null, due_at: null, paused: null },
  ...{ earlier: null, earlier_until: null },
} as const satisfies Partial<HookRow>;

/** A tenant has few: each is tried for days. */
export const MAX_HOOKS = 20;
export const SECRET_BYTES = 32;
const KEY_NAME = '@hook';
const SETTINGS = 'lethe/hook-settings/1';
const SECRET = 'lethe/hook-secret/1';
const EARLIER = 'lethe/hook-earlier-secret/1';

type Place = Pick<HookRow, 'tenant' | 'hook'>;

/** Under which a tenant's hooks are sealed. Read before the transaction that needs it begins. */
export function hookKey(indexes: IndexKeys, tenant: TenantId): Promise<IndexKey> {
  return indexes.current(tenant, KEY_NAME);
}

/** The same for a row that is there. */
export function keyOfHook(indexes: IndexKeys, { tenant, seal_version }: HookRow): Promise<IndexKey> {
  return indexes.version(tenant as TenantId, KEY_NAME, seal_version);
}

export function sealSettings(key: IndexKey, of: Place, settings: HookSettings, random: RandomSource): Buffer {
  const text = Buffer.from(JSON.stringify({ url: settings.url, events: settings.events }));
  return key.seal(SETTINGS, text, random, of.tenant, of.hook);
}

export function sealSecret(
  key: IndexKey,
  { tenant, hook, secret_at }: Place & Pick<HookRow, 'secret_at'>,
  bytes: Uint8Array,
  random: RandomSource,
): Buffer {
  return key.seal(SECRET, bytes, random, tenant, hook, secret_at);
}

export function sealEarlier(
  key: IndexKey,
  { tenant, hook }: Place,
  until: number,
  bytes: Uint8Array,
  random: RandomSource,
): Buffer {
  return key.seal(EARLIER, bytes, random, tenant, hook, until);
}

const Settings = z.strictObject({ url: z.string(), events: z.array(z.string()).optional() });

/** @throws {IntegrityError} for a row that was altered */
export function openSettings(key: IndexKey, row: HookRow): HookSettings {
  const text = key.open(SETTINGS, row.settings, row.tenant, row.hook).toString();
  const settings = storedJson(Settings, text);
  if (settings === undefined) throw new IntegrityError({ target: row.hook });
  return settings;
}

/** @returns bytes owned by the caller. @throws {IntegrityError} for a row that was altered */
export function openSecret(key: IndexKey, row: HookRow): Buffer {
  return key.open(SECRET, row.secret, row.tenant, row.hook, row.secret_at);
}

/** The secrets by which a message is signed now, the newest first; owned by the caller. @throws {IntegrityError} */
export function openSecrets(key: IndexKey, row: HookRow, now: Date): Buffer[] {
  using opened = secrets([openSecret(key, row)]);
  const { earlier, earlier_until } = row;
  if (earlier !== null && earlier_until !== null && earlier_until > now.getTime()) {
    opened.push(key.open(EARLIER, earlier, row.tenant, row.hook, earlier_until));
  }
  return handOver(opened);
}

/** A new secret, which the caller wipes. */
export function newSecret(random: RandomSource): Buffer & Disposable {
  return secret(random(SECRET_BYTES));
}

/** @throws `hook_not_found` */
export async function holdHook(tx: RecordTx, tenant: TenantId, hook: HookId): Promise<HookRow> {
  const row = await first(tx, hooks, { where: { tenant, hook }, lock: 'wait' });
  if (row === undefined) throw new VaultError('hook_not_found');
  return row;
}

export async function findHook(reader: Reader<'records'>, tenant: TenantId, hook: HookId) {
  return first(reader, hooks, { where: { tenant, hook } });
}

/** The tenant's hooks, the oldest first. */
export async function hooksOf(reader: Reader<'records'>, tenant: TenantId): Promise<HookRow[]> {
  return select(reader, hooks, { where: { tenant }, orderBy: ['hook'] });
}

export async function insertHook(tx: RecordTx, row: HookRow): Promise<void> {
  await tx.insert(hooks, [row]);
}

/** In the transaction that holds it. */
export async function setHook(tx: RecordTx, { tenant, hook }: Place, set: Partial<HookRow>): Promise<void> {
  await change(tx, hooks, { tenant, hook }, set);
}

/** The tenants among these, or of all, that have a hook. */
export async function heardTenants(reader: Reader<'records'>, among?: readonly string[]): Promise<Set<string>> {
  const where = among && { tenant: { in: among } };
  return new Set(
    (await select(reader, hooks, { columns: ['tenant'], ...(where && { where }) })).map(({ tenant }) => tenant),
  );
}

/** @returns how many there were */
export async function removeHooks(tx: RecordTx, tenant: TenantId, ids: readonly string[]): Promise<number> {
  return ids.length === 0 ? 0 : removeWhere(tx, hooks, { tenant, hook: { in: ids } });
}
