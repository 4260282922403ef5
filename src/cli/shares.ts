/**
 * Shares of the root key as a command gets them: from the files of `--share-file`, or at hidden prompts. A command that
 * opens the vault itself unseals it for itself alone; a sealed server is opened by `lethe unseal`.
 */
import { readFile } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { StartError, VaultError } from '../errors.ts';
import { rootKeyOfShares } from '../operations/copies/restore.ts';
import { openSealed } from '../vault/sealed.ts';
import type { Vault, VaultOptions } from '../vault/vault.ts';
import { askHidden } from './hidden-prompt.ts';

let shareFiles: readonly string[] = [];

/** What `--share-file` named, for the command that is about to run. */
export function useShareFiles(files: readonly string[]): void {
  shareFiles = files;
}

/** @throws {StartError} naming the file, and none of what it holds */
export async function readShareFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartError(`The share cannot be read (${path}, ${error.code}).`);
  });
  return oneShare(text, path);
}

/** A file may have lines around the share; they begin with `#`. */
export function oneShare(text: string, from: string): string {
  const [share, ...more] = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (share === undefined || more.length > 0) throw new StartError(`There is not one share in ${from}, on one line.`);
  return share;
}

/**
 * Opens a vault whose root key is in shares: those of the files, then as many as are missing from the terminal, where a
 * refused one can be given again.
 * @returns the vault and its root key, both the caller's
 * @throws {VaultError} for a share in a file that is refused; @throws {StartError} why the vault does not open
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

/** Runs the work with the root key at hand where no vault can be opened: shares are put together, and wiped after it. */
export async function withRootKey<R>(config: Config, work: (config: Config) => Promise<R>): Promise<R> {
  if (config.rootKey.from !== 'shares') return work(config);
  const files = [...shareFiles];
  const key = await rootKeyOfShares(async (given, needed, refusal) => {
    if (refusal !== undefined) {
      if (shareFiles.length > 0) throw refusal;
      process.stderr.write(`${(refusal as Error).message}\n`);
    }
    const file = files.shift();
    if (file !== undefined) return readShareFile(file);
    const which =
      needed === undefined ? 'A share of the root key' : `Share ${given + 1} of the ${needed} that are needed`;
    return askHidden(`${which} (not shown): `);
  });
  try {
    return await work({ ...config, rootKey: { from: 'environment', key } });
  } finally {
    key.fill(0);
  }
}
