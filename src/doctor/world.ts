/**
 * What the doctor looks at: settings, places, stores opened for reading only, PostgreSQL servers, and the keyring where
 * the settings have the root key. What is unavailable throws when a check asks for it, and that check is then `unseen`.
 */
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { LookOptions } from '../keyring/nodes/node-silence.ts';
import type { ServerLook } from '../storage/postgres/server-look.ts';
import type { StoreName } from '../storage/table.ts';
import type { KeyStore, RecordStore } from '../storage/tx.ts';

export interface World {
  readonly config: Config;
  readonly clock: Clock;
  /** How the silence of nodes is measured. */
  readonly look: LookOptions;
  /** @throws {VaultError} where the home and its stores do not belong to one vault */
  vaultId(): Promise<string>;
  /** @throws {VaultError} where it cannot be read */
  recordStore(): Promise<RecordStore>;
  keyStore(): Promise<KeyStore>;
  /** Undefined for a store on SQLite. */
  server(store: StoreName): Promise<ServerLook | undefined>;
  /** @throws {VaultError} where the settings have no root key, or it opens nothing */
  keyring(): Promise<Keyring>;
}

export const STORES = ['records', 'keys'] as const;

/** The store's URL. */
export function urlOf({ config }: Pick<World, 'config'>, store: StoreName): string {
  return store === 'records' ? config.recordStoreUrl : config.keyStoreUrl;
}

/** Spells a duration for people, in the largest unit that makes it two or more. */
export function spell(ms: number): string {
  for (const [name, unit] of [
    ['days', 86_400_000],
    ['hours', 3_600_000],
    ['minutes', 60_000],
  ] as const) {
    if (ms >= 2 * unit) return `${Math.floor(ms / unit)} ${name}`;
  }
  return `${Math.max(0, Math.round(ms / 1000))} seconds`;
}
