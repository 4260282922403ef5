/**
 * A command's way into the vault: the same operations as the API, with a real principal. A command opens the vault of
 * `LETHE_HOME` itself, also while a server runs on it, and makes none where there is none. It calls with the API key of
 * `--key-file`, `LETHE_API_KEY`, or the first administrator's file.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authenticate } from '../calls/authenticate.ts';
import type { Caller } from '../calls/caller.ts';
import { type Config, readConfig } from '../config.ts';
import { StartError, VaultError } from '../errors.ts';
import { newId } from '../ids.ts';
import { secret } from '../secret.ts';
import { openVault } from '../vault/open-vault.ts';
import type { Vault, VaultOptions } from '../vault/vault.ts';
import { openWithShares } from './shares.ts';

/** The options of a command that calls with an API key, mostly that of the security team. */
export interface KeyOptions {
  readonly keyFile?: string;
}

export const KEY_FILE = ['--key-file <file>', 'file with the API key of the security team'] as const;

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
  readonly visiting?: boolean;
  readonly nextRootKey?: Buffer;
}

/** Opens the vault, runs the work, and closes the vault whatever happens. */
export async function withSession<R>(
  config: Config,
  options: SessionOptions,
  work: (session: Session) => Promise<R>,
): Promise<R> {
  const { recovering = false, visiting = false, nextRootKey } = options;
  const { vault, rootKey } = await openAsSet(config, { recovering, visiting, ...(nextRootKey && { nextRootKey }) });
  using held = secret(rootKey);
  try {
    const apiKey = await readApiKey(config, options.keyFile);
    const caller = (idempotencyKey?: string) =>
      authenticate(vault, apiKey, newId('request', vault.random, vault.clock()), idempotencyKey);
    const opened = held ? { ...config, rootKey: { from: 'environment' as const, key: held } } : config;
    return await work({ vault, caller, config: opened });
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    throw withWhoseKey(error.code, `${error.message} (${error.code})`, config, options.keyFile) ?? error;
  } finally {
    await vault.close();
  }
}

/** Calls one operation in a session of its own. */
export function call<Given extends unknown[], R>(
  options: SessionOptions,
  operation: (vault: Vault, caller: Caller, ...given: Given) => Promise<R>,
  ...given: Given
): Promise<R> {
  return withSession(readConfig(), options, async ({ vault, caller }) => operation(vault, await caller(), ...given));
}

/**
 * Opens the vault with the root key the settings name; shares are asked for.
 * @returns the vault and, where it was put together of shares, its root key; both the caller's
 */
export async function openAsSet(
  config: Config,
  options: VaultOptions = {},
): Promise<{ readonly vault: Vault; readonly rootKey: Buffer | undefined }> {
  if (config.rootKey.from === 'shares') return openWithShares(config, options);
  return { vault: await openVault(config, options), rootKey: undefined };
}

/** Where the API key of a command comes from; undefined: from `LETHE_API_KEY`. */
function keyPathOf({ apiKey, keysPath }: Config, keyFile: string | undefined): string | undefined {
  return keyFile ?? (apiKey === undefined ? join(keysPath, 'admin.key') : undefined);
}

/** @returns a refusal together with whose key was used, and how to come by another; undefined if it is no refusal */
export function withWhoseKey(
  code: string,
  said: string,
  config: Config,
  keyFile: string | undefined,
): StartError | undefined {
  if (code !== 'not_allowed' && code !== 'unauthenticated') return undefined;
  const from = keyPathOf(config, keyFile) ?? 'LETHE_API_KEY';
  if (code === 'unauthenticated') {
    return new StartError(
      `The API key of ${from} is not one that this vault knows: it is another vault’s, expired, revoked or cut (${code}).`,
    );
  }
  return new StartError(
    `${said}\nThe key is that of ${from}; --key-file names another. An administrator makes one:\n` +
      '  npm run lethe -- principals add NAME --role ROLE --save FILE',
  );
}

export async function readApiKey(config: Config, keyFile: string | undefined): Promise<string> {
  const path = keyPathOf(config, keyFile);
  if (path === undefined) return config.apiKey as string;
  try {
    return (await readFile(path, 'ascii')).trim();
  } catch {
    throw new StartError(
      `There is no API key in ${path}. Name a file with --key-file, or set LETHE_API_KEY to the key itself.`,
    );
  }
}
