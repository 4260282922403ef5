/** A hook as the API shows it. Its secret is shown by the call that makes it, and by that call's repeats. */
import { IntegrityError, VaultError } from '../errors.ts';
import type { HookId, TenantId } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import { secret } from '../secret.ts';
import type { Reader, RecordStore } from '../storage/tx.ts';
import { findHook, type HookRow, type HookSettings, keyOfHook, openSecret, openSettings, PAUSES } from './hook-rows.ts';
import { secretText } from './message.ts';
import { eventsAfter } from './outbox.ts';
import type { HookView } from './schema.ts';
import { wants } from './turn.ts';

/** By what a repeated call finds the secret again that it showed the first time. */
export interface ShownSecret {
  readonly hook: HookId;
  readonly secretAt: number;
}

/** @throws `hook_not_found`, `hook_secret_replaced` */
export async function secretAgain(
  { recordStore, keyring }: { readonly recordStore: RecordStore; readonly keyring: { readonly indexes: IndexKeys } },
  tenant: TenantId,
  { hook, secretAt }: ShownSecret,
): Promise<string> {
  const row = await findHook(recordStore.reader, tenant, hook);
  if (row === undefined) throw new VaultError('hook_not_found');
  if (row.secret_at !== secretAt) throw new VaultError('hook_secret_replaced');
  using opened = secret(openSecret(await keyOfHook(keyring.indexes, row), row));
  return secretText(opened);
}

const COUNTED = 1_000;

/** @returns undefined for a row that was altered */
export async function settingsOf(indexes: IndexKeys, row: HookRow): Promise<HookSettings | undefined> {
  try {
    return openSettings(await keyOfHook(indexes, row), row);
  } catch (error) {
    if (error instanceof IntegrityError) return undefined;
    throw error;
  }
}

/** @param settings undefined for a row that was altered */
export async function viewOf(
  reader: Reader<'records'>,
  row: HookRow,
  settings: HookSettings | undefined,
  now: Date,
): Promise<HookView> {
  const behind = row.due_at === null ? [] : await eventsAfter(reader, row.tenant, row.position, COUNTED);
  const pending = behind.filter((event) => wants(row, settings?.events, event)).length;
  const paused = PAUSES.find((why) => why === row.paused);
  const earlierUntil = row.earlier_until !== null && row.earlier_until > now.getTime() ? row.earlier_until : null;
  return {
    hook: row.hook as HookId,
    ...(settings === undefined ? { damaged: true } : { url: settings.url }),
    ...(settings?.events && { events: [...settings.events] }),
    state: row.paused !== null ? 'paused' : row.failing_since === null ? 'active' : 'failing',
    ...(paused && { paused }),
    ...(row.failure !== null && { failure: row.failure }),
    attempts: row.attempts,
    pending,
    createdAt: timeOf(row.created_at),
    secretSince: timeOf(row.secret_at),
    ...(earlierUntil !== null && { earlierSecretUntil: timeOf(earlierUntil) }),
    ...(row.failing_since !== null && { failingSince: timeOf(row.failing_since) }),
    ...(row.paused === null && row.failing_since !== null && row.due_at !== null && { nextTryAt: timeOf(row.due_at) }),
    ...(row.delivered_at !== null && { deliveredAt: timeOf(row.delivered_at) }),
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
