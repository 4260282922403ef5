/** Closes epochs in a test, without a runner: the job itself, with a context that lets it do what it wants. */
import type { JobId, PrincipalId, TenantId } from '../../src/ids.ts';
import { type CloseEpochParts, closeEpoch } from '../../src/jobs/close-epoch.ts';
import type { Detail, LongJobContext } from '../../src/jobs/long-job.ts';
import type { Vault } from '../../src/vault/vault.ts';

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
