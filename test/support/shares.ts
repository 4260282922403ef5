/** A vault whose root key was split, and the lines that people hold. */

import { onTestFinished } from 'vitest';
import { splitRoot } from '../../src/operations/keys/split-root.ts';
import { openSealed, type SealedVault } from '../../src/vault/sealed.ts';
import type { Vault, VaultConfig } from '../../src/vault/vault.ts';
import { appOf, freshHome, type Home } from './home.ts';
import type { Engine } from './stores.ts';
import { NOW, QUICK_PASSWORDS } from './vault.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The share with one character exchanged for another of its alphabet. */
export function mistyped(line: string, at: number): string {
  const now = line.charAt(at);
  return `${line.slice(0, at)}${ALPHABET.charAt((ALPHABET.indexOf(now) + 1) % 32)}${line.slice(at + 1)}`;
}

export async function split(vault: Vault, home: Home, shares: number, threshold: number): Promise<readonly string[]> {
  const made = await splitRoot(vault, await appOf(vault, home, 'security'), { shares, threshold });
  await made.takeEffect();
  return made.lines;
}

export interface SplitHome {
  readonly home: Home;
  readonly lines: readonly string[];
  readonly config: VaultConfig;
}

/** Made, split, closed. */
export async function splitHome(engine: Engine, shares: number, threshold: number): Promise<SplitHome> {
  const home = await freshHome(engine);
  const vault = await home.open();
  const lines = await split(vault, home, shares, threshold);
  await vault.close();
  return { home, lines, config: { ...home.config, rootKey: { from: 'shares' } } };
}

export interface Sealed {
  readonly sealed: SealedVault;
  /** The vault, once it is open. */
  vault(): Vault | undefined;
  advance(ms: number): void;
}

export async function sealedAt(config: VaultConfig, opened?: (vault: Vault) => void): Promise<Sealed> {
  let time = NOW.getTime();
  let vault: Vault | undefined;
  const sealed = await openSealed(config, {
    clock: () => new Date(time),
    passwords: QUICK_PASSWORDS,
    opened(open) {
      opened?.(open);
      let closing: Promise<void> | undefined;
      const close = () => {
        closing ??= open.close();
        return closing;
      };
      vault = { ...open, close };
    },
  });
  onTestFinished(async () => {
    await sealed.close();
    await vault?.close();
  });
  return {
    sealed,
    vault: () => vault,
    advance: (ms) => {
      time += ms;
    },
  };
}
