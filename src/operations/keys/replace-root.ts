/**
 * Replaces the root key without touching a record. It closes epochs until everything is wrapped under keys that are
 * made with the new root key. Afterwards the old root key opens nothing in the key store, and its shares are worthless.
 * Earlier copies of the key store still open with the old root key and an old epoch's secret; that secret is destroyed
 * like any other's.
 *
 * The replacement may be interrupted anywhere and run again with the same two keys. The vault does not serve in
 * between. Stop the servers first: one that still runs begins no epoch and cannot use the new key, so it fails and
 * harms nothing.
 */
import { closing } from '../../background/long-jobs.ts';
import { backupKeyStore } from '../../backup/backups.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { pooledRandom } from '../../crypto/random.ts';
import { StartError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { closeEpoch } from '../../jobs/close-epoch.ts';
import type { LeaseOptions } from '../../jobs/lease.ts';
import type { LongJobContext } from '../../jobs/long-job.ts';
import { type Pace, Progress, paceOf } from '../../jobs/progress.ts';
import { besideNoJob } from '../../jobs/runner.ts';
import { keyFact } from '../../keyring/key-store-facts.ts';
import { GivenShares } from '../../keyring/root/given-shares.ts';
import { loadRootKey, rootKeyCheck } from '../../keyring/root/root-key.ts';
import { beginReplacement, finishReplacement } from '../../keyring/root/root-replacement.ts';
import { type NewShares, RootShares, shareSetOf } from '../../keyring/root/root-shares.ts';
import { BackupKey } from '../../keyring/tree/backup-key.ts';
import { JournalKey } from '../../keyring/tree/journal-key.ts';
import { openStore } from '../../storage/opening/open-store.ts';
import type { KeyTx } from '../../storage/tx.ts';
import { findVault } from '../../vault/home.ts';
import type { Vault, VaultConfig } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

/** One close is interrupted at most, by an older one that must be ended first. The rest is for cases not thought of. */
const MAX_CLOSES = 4;

export interface ReplaceRootOptions {
  /** The vault was opened with this key; the caller keeps and wipes it. */
  readonly newKey: Buffer;
  /** Splits the new key first. The lines must be in people's hands when `handOut` resolves. */
  readonly split?:
    | { readonly shares: number; readonly threshold: number; handOut(made: NewShares): Promise<void> }
    | undefined;
  /** Reports progress, shaped as the row of a job: at most twice a second, and always when the step changes. */
  readonly progress?: (pace: Pace) => void;
  /** Ends the replacement after the current page. */
  readonly stopping?: () => boolean;
  readonly lease?: LeaseOptions;
}

/**
 * @param vault opened with `nextRootKey`
 * @throws `unfit_root_key`, `invalid_share_count`, `approval_needed`; nothing has been changed
 * @throws {UnavailableError} where a slot or a store does not answer: run it again, with the same two keys
 */
export const replaceRoot = commandOperation({
  operationId: 'replaceRoot',
  action: 'replace_root',
  work: async (vault: Vault, caller: Caller, options: ReplaceRootOptions): Promise<void> => {
    const vaultId = (await keyFact(vault.keyStore.reader, 'vault')) ?? '';
    const check = rootKeyCheck(options.newKey, vaultId);
    await perform(vault, caller, { action: 'replace_root', firstTenantOnly: true }, async (door) => {
      const shares =
        options.split &&
        (await new RootShares(vault.keyStore, options.newKey, vaultId, vault.random).split(
          options.split.shares,
          options.split.threshold,
          door.now,
        ));
      const goesOn = (await keyFact(vault.keyStore.reader, 'root_key_check_next')) === check;
      const askSecond = await door.secondPerson();
      await door.commit('exclusive', async (tx) => {
        const into = options.split && { shares: options.split.shares, threshold: options.split.threshold };
        // The new key itself is not bound: each try may draw another. One that was begun goes on without asking.
        if (!goesOn) await askSecond(tx, { kind: 'root', request: { into }, about: { ...into } });
        return { reply: undefined, entry: { target: 'begun' } };
      });
      if (shares !== undefined) {
        await options.split?.handOut(shares);
        await shares.takeEffect();
      }
      await beginReplacement(vault.keyStore, check);
    });
    await perform(vault, caller, { action: 'replace_root', mayTakeLong: true }, async (door) => {
      await moveAll(vault, caller, options);
      const { epochs, wrapped, registry, nodes } = vault.keyring;
      const retag = async (tx: KeyTx) => {
        await registry.retag(tx, options.newKey);
        await epochs.ledger.retag(tx, options.newKey);
        await nodes.retag(tx, options.newKey);
      };
      const journalKey = new JournalKey(options.newKey, vaultId);
      const removeOld = await vault.journal.rewriteUnder(journalKey).finally(() => journalKey.wipe());
      await finishReplacement(vault.keyStore, check, epochs.current, wrapped, retag);
      await removeOld();
      await door.commit('shared', async () => ({ reply: undefined, entry: { target: 'completed' } }));
    });
    await backUpUnder(vault, options.newKey, vaultId);
  },
});

/** Earlier copies, including that of the last close, open only with the old root key beside the new one. */
async function backUpUnder(vault: Vault, newKey: Buffer, vaultId: string): Promise<void> {
  if (vault.keyBackupDir === undefined) return;
  const backups = new BackupKey(newKey, vaultId);
  await backupKeyStore({ ...vault, keyring: { backups } }, vault.keyBackupDir).finally(() => backups.wipe());
}

/** Holds the lease of long jobs: a server that was left running closes no epoch meanwhile. */
async function moveAll(
  vault: Vault,
  caller: Caller,
  { progress, stopping = () => false, lease: options }: ReplaceRootOptions,
): Promise<void> {
  const shown = new Progress(async (place) => progress?.(paceOf(place)), options?.elapsed ?? (() => performance.now()));
  await besideNoJob(vault, options, (lease) =>
    closeAll(vault, options, {
      ...{ job: newId('job', vault.random, vault.clock()), tenant: caller.tenant, orderedBy: caller.principal },
      progress: (step, done, total) => shown.at(step, done, total),
      params: {},
      fence: (tx) => lease.assertHeld(tx),
      stopping,
    }),
  );
}

async function closeAll(vault: Vault, look: LeaseOptions | undefined, context: LongJobContext): Promise<void> {
  const { keyring } = vault;
  const close = closeEpoch(closing(vault, look));
  for (let closes = 0; ; closes += 1) {
    await keyring.refresh();
    // A resumed run may find that the next epoch has begun and not everything is moved. That epoch is then not closed;
    // the work on it only goes on.
    const isNew = await keyring.epochs.isUnderNewest(keyring.epochs.current);
    if (closes > 0 && isNew) return;
    if (closes === MAX_CLOSES) throw new StartError('The epoch does not close. Run it again.');
    await close({ ...context, params: isNew ? { epoch: keyring.epochs.current - 1 } : {} });
  }
}

/**
 * Whether a replacement was begun and not finished, and the set of shares of its new key, if that was split.
 * @throws {StartError} where there is no vault; nothing has been changed
 */
export async function replacementUnderWay(config: VaultConfig) {
  const { vaultId } = await findVault(config);
  const store = await openStore('keys', config.keyStoreUrl);
  try {
    const next = await keyFact(store.reader, 'root_key_check_next');
    return next === undefined ? undefined : { vaultId, set: await shareSetOf(store.reader, next) };
  } finally {
    await store.close();
  }
}

/** @returns the key in the file, which is made durably if it is not there; the caller owns it */
export function newKeyOfFile(path: string): Promise<Buffer> {
  return loadRootKey({ from: 'file', path }, pooledRandom(), true);
}

export function freshKey(): Buffer {
  return pooledRandom()(32);
}

/**
 * The new key of an interrupted replacement, from its shares.
 * @param ask gives the next share; called until there are enough. If it throws, this ends
 */
export async function newKeyOfShares(
  { vaultId, set }: NonNullable<Awaited<ReturnType<typeof replacementUnderWay>>>,
  ask: (given: number, needed: number, refusal: unknown) => Promise<string>,
): Promise<Buffer> {
  if (set === undefined) {
    throw new StartError('The new root key of this replacement is in a file. Name it with --new-key-file.');
  }
  const given = new GivenShares(set, vaultId);
  try {
    for (let refusal: unknown; given.count < set.threshold; ) {
      const line = await ask(given.count, set.threshold, refusal);
      try {
        given.give(line);
        refusal = undefined;
      } catch (error) {
        refusal = error;
      }
    }
    return await given.combine();
  } finally {
    given.forget();
  }
}
