/**
 * A command's way into the vault: the same verbs as the API, with a real principal. A command opens the vault of
 * `LETHE_HOME` itself, also while a server runs on it, and calls with the API key of `--key-file`, `LETHE_API_KEY`, or
 * the first administrator's file.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { StartError } from '../errors.ts';
import { newId } from '../ids.ts';
import { authenticate } from '../vault/authenticate.ts';
import type { Caller } from '../vault/caller.ts';
import { openVault, type Vault } from '../vault/vault.ts';
import { openWithShares } from './shares.ts';

export interface Session {
  readonly vault: Vault;
  /** By which this vault can be opened once more; its root key is wiped with the session. */
  readonly config: Config;
  /** The caller, recognised anew for each call. */
  caller(idempotencyKey?: string): Promise<Caller>;
}

export interface SessionOptions {
  readonly keyFile?: string | undefined;
  readonly recovering?: boolean;
  readonly nextRootKey?: Buffer;
}

/** Opens the vault, runs the work, and closes the vault whatever happens. */
export async function withSession<R>(
  config: Config,
  options: SessionOptions,
  work: (session: Session) => Promise<R>,
): Promise<R> {
  const { recovering = false, nextRootKey } = options;
  const opening = { recovering, ...(nextRootKey && { nextRootKey }) };
  const { vault, rootKey } =
    config.rootKey.from === 'shares'
      ? await openWithShares(config, opening)
      : { vault: await openVault(config, opening), rootKey: undefined };
  if (vault.firstKeyPath !== undefined) {
    // Whoever stands in the wrong folder would otherwise hand out a key of a vault that no server serves.
    process.stderr.write(`Lethe made a new vault in ${config.home}. To use another, set LETHE_HOME.\n`);
  }
  try {
    const apiKey = await readApiKey(config, options.keyFile);
    const caller = (idempotencyKey?: string) =>
      authenticate(vault, apiKey, newId('request', vault.random, vault.clock()), idempotencyKey);
    const opened = rootKey ? { ...config, rootKey: { from: 'environment' as const, key: rootKey } } : config;
    return await work({ vault, caller, config: opened });
  } finally {
    rootKey?.fill(0);
    await vault.close();
  }
}

export async function readApiKey(config: Config, keyFile: string | undefined): Promise<string> {
  if (keyFile === undefined && config.apiKey !== undefined) return config.apiKey;
  const path = keyFile ?? join(config.keysPath, 'admin.key');
  try {
    return (await readFile(path, 'ascii')).trim();
  } catch {
    throw new StartError(
      `There is no API key in ${path}. Name a file with --key-file, or set LETHE_API_KEY to the key itself.`,
    );
  }
}
