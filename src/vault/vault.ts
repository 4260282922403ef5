/**
 * An open vault as every call and all work beside a server get it: its two stores, its keys and what is composed of
 * them; and the options it is opened with. `open-vault.ts` makes it.
 */
import { join } from 'node:path';
import type { AccessBooks } from '../access/roles/access-books.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { PasswordHasherOptions } from '../crypto/password-hash.ts';
import type { RandomSource } from '../crypto/random.ts';
import type { GuessBudgets } from '../guesses/budgets.ts';
import type { Parts } from '../intake/parts.ts';
import type { LookOptions } from '../keyring/nodes/node-silence.ts';
import type { ProcessKind } from '../keyring/nodes/nodes.ts';
import { EPOCHS_FOLDER } from '../keyring/private-files.ts';
import type { RootKeySource } from '../keyring/settings.ts';
import type { Network } from '../network-address.ts';
import type { StoreLimits } from '../storage/limits.ts';
import type { Signals } from './signals.ts';

export interface Vault extends Parts {
  readonly accessBooks: AccessBooks;
  readonly clock: Clock;
  readonly signals: Signals;
  readonly guesses: GuessBudgets;
  /** The name of the node that this process runs on; undefined for a copy. */
  readonly node: string | undefined;
  /** Where the root key came from. */
  readonly rootKeyFrom: RootKeySource['from'];
  /** Where copies of the record store go that are ordered over the API; undefined: none can be ordered. */
  readonly backupDir: string | undefined;
  /** Where the close of an epoch puts a copy of the key store; undefined: nowhere. */
  readonly keyBackupDir: string | undefined;
  /** Networks of the operator's own into which hooks may lead. */
  readonly hookNetworks: readonly Network[];
  /** The interval of rotation; undefined: keys, also those of indexes, are rotated by order alone. */
  readonly rotateEveryMs: number | undefined;
  /** How long an API key works of which nobody says how long; undefined: for ever. */
  readonly apiKeysLastMs: number | undefined;
  /** How long a call may take, see `time-limit.ts`. */
  readonly callLimitMs: number;
  /** Where the first administrator's API key was written, if the vault has just been made. */
  readonly firstKeyPath: string | undefined;
  /**
   * Runs work that no caller waits for, and that `close` waits for. A failure is a signal, named `job`. Runs nothing
   * once the vault is closing.
   */
  later(job: string, work: () => Promise<void>): void;
  /**
   * Asserts that the stores are the ones that were opened, as far as was noticed. Asked before every call, at no cost.
   * @throws {UnavailableError} with `store_replaced` or `store_went_back`, for as long as this process runs
   */
  assertInPlace(): void;
  /** The same after a look, for a caller that met what such a store would explain. */
  lookInPlace(): Promise<void>;
  /** A sign of life, and a look at the stores, now: what the timer does every few seconds. Never fails. */
  beat(): Promise<void>;
  /** Finishes what was accepted, closes the stores and wipes the keys. */
  close(): Promise<void>;
}

export type VaultConfig = Pick<Config, 'rootKey' | 'recordStoreUrl' | 'keyStoreUrl' | 'keysPath'> &
  Partial<
    Pick<
      Config,
      | 'plannedRecords'
      | 'rotateEveryMs'
      | 'backupDir'
      | 'keyBackupDir'
      | 'slotSecrets'
      | 'hookNetworks'
      | 'apiKeysLastMs'
    >
  >;

export interface VaultOptions {
  readonly clock?: Clock;
  readonly random?: RandomSource;
  /** For password verifiers: tests make weak ones, which are quick; of several workers, each computes few at once. */
  readonly passwords?: Pick<PasswordHasherOptions, 'params' | 'maxRunning'>;
  /** Makes a vault in an empty home, or resumes making it. Only `lethe init` and a server's start set it. */
  readonly mayMake?: boolean;
  /** Opens although a store lacks erasures, to run `recover` and nothing else. */
  readonly recovering?: boolean;
  /** Opens copies: nothing is made, nothing of what ended is destroyed, no root slot is written to. */
  readonly drilling?: boolean;
  /** What this process is, for others to see. */
  readonly process?: ProcessKind;
  /** How the silence of other processes is measured. */
  readonly look?: LookOptions;
  /** Opens beside nodes that share no root slot with this one, only to act on those nodes. */
  readonly visiting?: boolean;
  /** Receives the root key once it opens the keys, for others who open the vault as well; the keyring wipes it. */
  readonly unsealed?: ((rootKey: Buffer) => void) | undefined;
  /** How long calls and stores are waited for; defaults unless given. */
  readonly limits?: Partial<StoreLimits & { readonly callMs: number }>;
  /** The root key that is to replace the vault's. Opens it with both, for `replaceRoot`, also where that was begun. */
  readonly nextRootKey?: Buffer;
}

/** Folder of the file slot that a vault begins with. */
export function epochsPathOf({ keysPath }: Pick<VaultConfig, 'keysPath'>): string {
  return join(keysPath, EPOCHS_FOLDER);
}
