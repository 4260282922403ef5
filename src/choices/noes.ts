/**
 * What a person has said no to, noted like a revocation (`access/revocations.ts`), so that an older record store, once
 * recovered, undoes no withdrawal, no objection and no restriction.
 *
 *   kind `choice`   target   sub_… : MAC of the purpose, or - for a restriction : 16 random bytes
 *
 * The random bytes keep one no apart from a later one to the same, after a yes in between. A yes is noted nowhere, so a
 * restored person has said at most what they ever said, less every no since.
 *
 * Guarantees: a no comes back for all data types, whatever it named: that is the narrower reading. One to a purpose
 * that the older store does not know stands against every purpose of which the person has said nothing.
 */
import { ALL, having } from '../access/ground.ts';
import { principalKeys } from '../access/keys.ts';
import { THE_VAULT_ITSELF } from '../access/principal.ts';
import { purposesOfTenant } from '../access/purposes.ts';
import { type KeptRevocation, noteRevocation, type Revocation } from '../access/revocations.ts';
import { startRestricting } from '../access/tenant-states.ts';
import type { RandomSource } from '../crypto/random.ts';
import { isId, type SubjectId, type TenantId } from '../ids.ts';
import type { IndexKey, IndexKeys } from '../keyring/indexes/index-keys.ts';
import type { RecordTx } from '../storage/tx.ts';
import { holdSubjects, isErased } from '../subjects/subjects.ts';
import { addChoice, RESTRICTION } from './history.ts';
import { changeState, choiceKey } from './state.ts';

const MAC_BYTES = 16;
const OF_RESTRICTION = '-';

export interface No {
  readonly tenant: TenantId;
  readonly subject: SubjectId;
  /** Undefined: a restriction. */
  readonly purpose: string | undefined;
  readonly at: Date;
}

/** In the transaction that notes the choice. @returns what is to be kept after its commit, and before its answer */
export async function noteNo(tx: RecordTx, key: IndexKey, random: RandomSource, no: No): Promise<Revocation> {
  const { tenant, subject, purpose, at } = no;
  const mac = purpose === undefined ? OF_RESTRICTION : macOf(key, purpose);
  const target = `${subject}:${mac}:${random(MAC_BYTES).toString('base64url')}`;
  const revocation: Revocation = { tenant, kind: 'choice', target, at };
  await noteRevocation(tx, revocation);
  return revocation;
}

function macOf(key: IndexKey, purpose: string): string {
  return key.mac('lethe/no/1', MAC_BYTES, purpose).toString('base64url');
}

/** Says every no again that an older record store has lost. @returns how many there were */
export async function sayNoAgain(
  tx: RecordTx,
  indexes: IndexKeys,
  tenant: TenantId,
  noes: readonly Pick<KeptRevocation, 'kind' | 'target' | 'revoked_at'>[],
): Promise<number> {
  if (noes.length === 0) return 0;
  const key = await choiceKey(indexes, tenant);
  const purposes = await purposesOfTenant(tx, await principalKeys(indexes, tenant), tenant);
  const byMac = new Map(purposes.map((facts) => [macOf(key, facts.purpose), facts]));
  let said = 0;
  for (const { target, revoked_at } of noes) {
    const [subject, mac = ''] = target.split(':');
    // Notes carry no MAC, so one may say anything.
    if (!isId('subject', subject) || (await isErased(tx, tenant, subject))) continue;
    const at = new Date(revoked_at);
    await holdSubjects(tx, tenant, [subject], at);
    const facts = byMac.get(mac);
    const isRestriction = mac === OF_RESTRICTION;
    const choice = facts?.basis === 'consent' ? 'withdrawn' : 'objected';
    await changeState(tx, key, { tenant, subject }, (before) =>
      isRestriction ? { ...before, restricted: [] } : having(before, facts?.purpose ?? ALL, choice, undefined),
    );
    if (isRestriction) await startRestricting(tx, tenant);
    await addChoice(tx, key, {
      ...{ tenant, subject, at, by: THE_VAULT_ITSELF, evidence: { means: 'recovered' }, types: undefined },
      ...{ purpose: isRestriction ? RESTRICTION : (facts?.purpose ?? ALL), purposeVersion: facts?.version ?? 0 },
      choice: isRestriction ? 'restricted' : choice,
    });
    said += 1;
  }
  return said;
}
