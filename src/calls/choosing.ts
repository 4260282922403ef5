/** Noting what a person has chosen: what a call brings to it, and what is to be kept before it is answered. */
import { principalKeys } from '../access/keys.ts';
import { keepRevocation, type Revocation } from '../access/revocations.ts';
import type { Choosing } from '../choices/choose.ts';
import { choiceKey } from '../choices/state.ts';
import type { SubjectId } from '../ids.ts';
import type { Vault } from '../vault/vault.ts';
import type { Caller } from './caller.ts';
import { inTime } from './time-limit.ts';

/** Before the transaction begins. */
export async function choosing(
  vault: Vault,
  { tenant, principal }: Pick<Caller, 'tenant' | 'principal'>,
  subject: SubjectId,
  at: Date,
): Promise<Choosing> {
  const { indexes } = vault.keyring;
  const keys = { key: await choiceKey(indexes, tenant), purposeKeys: await principalKeys(indexes, tenant) };
  return { tenant, subject, by: principal, at, random: vault.random, ...keys };
}

/**
 * Keeps what people have said no to in the key store and the journal. Call it after the commit, and before its answer.
 * @throws {UnavailableError} where one of them cannot be written: what was said holds, and a job keeps it
 */
export async function keepNoes(vault: Vault, { limit }: Caller, noes: readonly (Revocation | undefined)[]) {
  for (const no of noes) if (no !== undefined) await inTime(limit, keepRevocation(vault, no));
}
