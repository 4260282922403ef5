/**
 * What a tenant has said of approvals: how many others must say yes, above how many subjects an erasure asks for it,
 * and for how long an approval holds. A tenant that has said nothing acts as if there were no approvals.
 *
 * Guarantees: a MAC binds the row; an altered one stops all that may need approval. A policy that asks for more than
 * before is noted like a revocation (`revocations.ts`), so an older record store, once recovered, asks for no less.
 * Does not: notice that the row was removed in the database (THREATS.md).
 *
 *   kind `policy`   target   approvers : subjects : hours : 16 random bytes
 */
import { equalBytes } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError } from '../../errors.ts';
import type { PrincipalId, TenantId } from '../../ids.ts';
import type { IndexKey } from '../../keyring/indexes/index-key.ts';
import { first, removeWhere, select } from '../../storage/queries.ts';
import { type Row, table } from '../../storage/table.ts';
import type { Reader, RecordTx } from '../../storage/tx.ts';
import { type AccessKeys, MAC_BYTES } from '../keys.ts';
import { THE_VAULT_ITSELF } from '../principal.ts';
import { noteRevocation } from '../revocations.ts';
import { changeAccess, MARK_BYTES } from '../store.ts';
import { PolicyBody, type PolicyTerms } from './schema.ts';

export const approvalPolicies = table(
  'records',
  'approval_policies',
  {
    tenant: 'id:tenant',
    approvers: 'small',
    erasure_subjects: 'small',
    hours: 'small',
    changed_at: 'int',
    changed_by: 'id:principal',
    tag: 'bytes',
  },
  ['tenant'],
);
type PolicyRow = Row<typeof approvalPolicies>;

export interface Policy extends PolicyTerms {
  readonly changedAt: Date;
  readonly changedBy: PrincipalId;
}

/** @param lock holds it until the transaction ends @throws {IntegrityError} for a row that was altered */
export async function policyOf(
  reader: Reader<'records'>,
  keys: readonly IndexKey[],
  tenant: TenantId,
  lock?: 'wait',
): Promise<Policy | undefined> {
  const row = await first(reader, approvalPolicies, { where: { tenant }, ...(lock && { lock }) });
  if (row === undefined) return undefined;
  if (!keys.some((key) => equalBytes(tagOf(key, row), row.tag))) throw new IntegrityError();
  const { approvers, erasure_subjects: erasureSubjects, hours, changed_at, changed_by } = row;
  return { approvers, erasureSubjects, hours, changedAt: new Date(changed_at), changedBy: changed_by as PrincipalId };
}

/**
 * How many subjects a call may erase without asking for a second person; undefined: it need not ask. An altered row
 * lets one person be erased still, and of more `policyOf` then says that it was altered.
 */
export async function erasesAloneIn(
  reader: Reader<'records'>,
  keys: readonly IndexKey[],
  tenant: TenantId,
): Promise<number | undefined> {
  return policyOf(reader, keys, tenant).then(
    (policy) => policy?.erasureSubjects,
    (error: unknown) => {
      if (error instanceof IntegrityError) return 1;
      throw error;
    },
  );
}

/** Whether one asks for less than another in any respect; none asks for nothing. */
export function isWeaker(one: PolicyTerms, than: PolicyTerms | undefined): boolean {
  if (than === undefined) return false;
  const { approvers, erasureSubjects, hours } = than;
  return one.approvers < approvers || one.erasureSubjects > erasureSubjects || one.hours > hours;
}

export interface Setting {
  readonly tenant: TenantId;
  readonly by: PrincipalId;
  readonly at: Date;
  readonly random: RandomSource;
}

/**
 * Puts a policy in force. Only in an exclusive transaction that holds the one before.
 * @returns the target of the note, where it asks for more than the one before: `keepNoted` keeps it
 */
export async function setPolicy(
  tx: RecordTx,
  keys: Pick<AccessKeys, 'principal'>,
  { tenant, by, at, random }: Setting,
  terms: PolicyTerms,
  before: PolicyTerms | undefined,
): Promise<string | undefined> {
  const { approvers, erasureSubjects: erasure_subjects, hours } = terms;
  const said = { tenant, approvers, erasure_subjects, hours, changed_at: at.getTime(), changed_by: by };
  await removeWhere(tx, approvalPolicies, { tenant });
  await tx.insert(approvalPolicies, [{ ...said, tag: tagOf(keys.principal, said) }]);
  await changeAccess(tx, tenant, random(MARK_BYTES));
  if (before !== undefined && !isWeaker(before, terms)) return undefined;
  const target = [approvers, erasure_subjects, hours, random(MAC_BYTES / 2).toString('base64url')].join(':');
  await noteRevocation(tx, { tenant, kind: 'policy', target, at });
  return target;
}

/** From then on nothing of the tenant needs approval. Only in an exclusive transaction. */
export async function endPolicy(tx: RecordTx, { tenant, random }: Setting): Promise<void> {
  await removeWhere(tx, approvalPolicies, { tenant });
  await changeAccess(tx, tenant, random(MARK_BYTES));
}

/**
 * Lets a tenant ask again for what an older record store had forgotten it asks for. Notes carry no MAC, so one may say
 * anything: what no policy can say is passed over. A row that was altered stays, and goes on stopping everything.
 * @returns how many policies there were
 */
export async function strengthenAgain(
  tx: RecordTx,
  keys: AccessKeys,
  { tenant, at, random }: Omit<Setting, 'by'>,
  notes: readonly { readonly target: string }[],
): Promise<number> {
  const noted = notes.flatMap(({ target }) => {
    const [approvers, erasureSubjects, hours] = target.split(':').map(Number);
    const read = PolicyBody.safeParse({ approvers, erasureSubjects, hours });
    return read.success ? [read.data] : [];
  });
  if (noted.length === 0) return 0;
  let standing: Policy | undefined;
  try {
    standing = await policyOf(tx, keys.principals, tenant, 'wait');
  } catch (error) {
    if (error instanceof IntegrityError) return 0;
    throw error;
  }
  const all = standing === undefined ? noted : [...noted, standing];
  const terms = {
    approvers: Math.max(...all.map(({ approvers }) => approvers)),
    erasureSubjects: Math.min(...all.map(({ erasureSubjects }) => erasureSubjects)),
    hours: Math.min(...all.map(({ hours }) => hours)),
  };
  if (standing !== undefined && !isWeaker(standing, terms)) return 0;
  await setPolicy(tx, keys, { tenant, by: THE_VAULT_ITSELF, at, random }, terms, standing);
  return 1;
}

/** The tenants that have a policy, for the doctor, which has no keys. */
export async function tenantsWithPolicy(reader: Reader<'records'>): Promise<Set<string>> {
  return new Set((await select(reader, approvalPolicies, { columns: ['tenant'] })).map(({ tenant }) => tenant));
}

function tagOf(key: IndexKey, row: Omit<PolicyRow, 'tag'>): Buffer {
  const { tenant, approvers, erasure_subjects, hours, changed_at, changed_by } = row;
  const fields = [tenant, approvers, erasure_subjects, hours, changed_at, changed_by];
  return key.mac('lethe/approval-policy/1', MAC_BYTES, ...fields);
}
