/**
 * Gets shares of the root key for a command: from the files of `--share-file`, or at hidden prompts. A command that
 * opens the vault itself unseals it only for itself; `lethe unseal` opens a sealed server.
 */
import { readFile } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { StartError, VaultError } from '../errors.ts';
import { rootKeyOfShares } from '../operations/copies/restore.ts';
import { secret } from '../secret.ts';
import { openSealed } from '../vault/sealed.ts';
import type { Vault, VaultOptions } from '../vault/vault.ts';
import { askHidden } from './hidden-prompt.ts';

let shareFiles: readonly string[] = [];

/** Sets the files that `--share-file` named, for the command that is about to run. */
export function useShareFiles(files: readonly string[]): void {
  shareFiles = files;
}

/** @throws {StartError} naming the file, and nothing that it holds */
export async function readShareFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartError(`The share cannot be read (${path}, ${error.code}).`);
  });
  return oneShare(text, path);
}

/** The one share in a text. There may be lines around it that begin with `#`. */
export function oneShare(text: string, from: string): string {
  const [share, ...more] = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (share === undefined || more.length > 0) throw new StartError(`There is not one share in ${from}, on one line.`);
  return share;
}

/**
 * Opens a vault whose root key is in shares. It takes those of the files, and asks at the terminal for the missing
 * ones; there, a refused share can be given again.
 * @returns the vault and its root key; the caller owns both
 * @throws {VaultError} if a share in a file is refused
 * @throws {StartError} why the vault does not open
 */
export async function openWithShares(
  config: Config,
  options: VaultOptions,
): Promise<{ readonly vault: Vault; readonly rootKey: Buffer }> {
  let opened: { readonly vault: Vault; readonly rootKey: Buffer } | undefined;
  const sealed = await openSealed(config, {
    ...options,
    opened(vault, rootKey) {
      opened = { vault, rootKey: Buffer.from(rootKey) };
    },
  });
  try {
    for (const file of shareFiles) await sealed.give(await readShareFile(file));
    while (opened === undefined) {
      const { given, needed } = sealed.progress;
      const share = await askHidden(`Share ${given + 1} of the ${needed} that are needed (not shown): `);
      await sealed.give(share).catch((refusal: unknown) => {
        if (!(refusal instanceof VaultError) || refusal.code === 'unseal_failed') throw refusal;
        process.stderr.write(`${refusal.message}\n`);
      });
    }
    return opened;
  } catch (error) {
    if (error instanceof VaultError && error.code === 'unseal_failed') throw error.cause;
    throw error;
  } finally {
    await sealed.close();
  }
}

/**
 * Runs work that needs the root key but no open vault. It makes the key of shares if it must, and wipes it afterwards.
 */
export async function withRootKey<R>(config: Config, work: (config: Config) => Promise<R>): Promise<R> {
  if (config.rootKey.from !== 'shares') return work(config);
  using key = secret(
    await rootKeyOfShares(
      nextShare(shareFiles, (given, needed) =>
        needed === undefined ? 'A share of the root key' : `Share ${given + 1} of the ${needed} that are needed`,
      ),
    ),
  );
  return await work({ ...config, rootKey: { from: 'environment', key } });
}

/**
 * Gives one share after another: those of the files, then those typed at hidden prompts. There, a refused share can be
 * given again.
 * @param which says which share is asked for, and of how many, if that is known
 */
export function nextShare<N extends number | undefined>(
  named: readonly string[],
  which: (given: number, needed: N) => string,
): (given: number, needed: N, refusal: unknown) => Promise<string> {
  const files = [...named];
  return async (given, needed, refusal) => {
    if (refusal !== undefined) {
      if (named.length > 0) throw refusal;
      process.stderr.write(`${(refusal as Error).message}\n`);
    }
    const file = files.shift();
    return file === undefined ? askHidden(`${which(given, needed)} (not shown): `) : readShareFile(file);
  };
}
