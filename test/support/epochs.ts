/** Closes epochs in a test, without a runner: the job itself, with a context that lets it do what it wants. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { JobId, PrincipalId, TenantId } from '../../src/ids.ts';
import { type CloseEpochParts, closeEpoch } from '../../src/jobs/close-epoch.ts';
import type { Detail, LongJobContext } from '../../src/jobs/long-job.ts';
import { FileSlot, type FileSlotOptions } from '../../src/keyring/slots/file-slot.ts';
import type { RootSlots } from '../../src/keyring/slots/root-slots.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { type Home, withParts } from './home.ts';

export function contextOf(over: Partial<LongJobContext> = {}): LongJobContext {
  return {
    job: 'job_test' as JobId,
    tenant: 'ten_test' as TenantId,
    orderedBy: 'prn_test' as PrincipalId,
    params: {},
    fence: async () => {},
    progress: async () => {},
    stopping: () => false,
    ...over,
  };
}

export function closingParts(vault: Vault, around: CloseEpochParts['around'] = {}): CloseEpochParts {
  const { keyStore, keyring, random, clock } = vault;
  return { keyStore, keyring, random, clock, around };
}

/** Closes the current epoch. @returns what the job says of its outcome */
export function close(vault: Vault, over: Partial<LongJobContext> = {}): Promise<Detail> {
  return closeEpoch(closingParts(vault))(contextOf(over));
}

export async function rootKeyOf({ folder }: Home): Promise<Buffer> {
  return Buffer.from((await readFile(`${folder}/keys/root.key`, 'ascii')).trim(), 'hex');
}

/** The slot that a vault begins with. */
export function slotOf({ folder }: Home, rootKey: Buffer): FileSlot {
  return fileSlot(folder, `${folder}/keys/epochs`, rootKey);
}

/** A file slot of the vault whose home this is, at another place. */
export function fileSlot(
  home: string,
  path: string,
  rootKey: Buffer,
  options: Partial<FileSlotOptions> = {},
): FileSlot {
  return new FileSlot(path, rootKey, { vaultId: vaultIdOf(home), ...options });
}

/** As the home says it, also of one that is only begun. */
export function vaultIdOf(home: string): string {
  return readFileSync(`${home}/keys/vault.id`, 'ascii').trim().split(' ')[0] as string;
}

/** The vault with other slots than it was opened with. */
export function withSlots(vault: Vault, slots: RootSlots): Vault {
  const epochs = withParts(vault.keyring.epochs, { slots });
  return { ...vault, keyring: { ...vault.keyring, epochs } };
}
