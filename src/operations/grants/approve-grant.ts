/**
 * Agrees to a grant. It begins, and its time runs, when the last one needed has agreed.
 *
 * Guarantees: nobody agrees to what they use or have ordered themselves. Where two must agree, they are two principals
 * of two roles. What was ordered is decided again, and so is whether those who agreed before still may; whoever was
 * revoked meanwhile agrees to nothing. Neither can be revoked while this commits.
 */
import { decide, type Resource, rulesOf } from '../../access/decide.ts';
import { type AccessKeys, accessKeys } from '../../access/keys.ts';
import { holdPrincipal } from '../../access/principals.ts';
import { termsFor } from '../../access/roles/terms-for.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { principalNow } from '../../calls/principal-now.ts';
import { codeOf, VaultError } from '../../errors.ts';
import { approvalsOf, changeGrant, type GrantRow, grantKeys, isWaiting, MINUTE_MS } from '../../grants/rows.ts';
import { GrantParams, GrantSchema, type GrantView } from '../../grants/schema.ts';
import type { PrincipalId, SubjectId } from '../../ids.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { livingOf } from '../../subjects/subjects.ts';
import { APPROVED_GRANT } from '../examples.ts';
import { operation } from '../operation.ts';
import { assertOthers, grantFor, shownGrant, subjectOf, typesOfGrant } from './shown-grants.ts';

type Types = readonly NonNullable<Resource['type']>[];
/** How somebody else than the caller may be gone. */
const GONE: ReadonlySet<string> = new Set(['principal_revoked', 'principal_not_found', 'unknown_role']);
const NEEDED = { none: 0, one: 1, two: 2, afterwards: 0 } as const;

/** @throws `grant_not_found`, `own_grant`, `grant_not_open`, `already_approved`, `grant_lapsed`, `subject_erased` */
export const approveGrant = operation({
  operationId: 'approveGrant',
  action: 'approve_grant',
  method: 'post',
  path: '/v1/grants/{grant}/approve',
  summary: 'Agree to somebody else’s grant; it begins when the last one needed has agreed.',
  params: GrantParams,
  reply: GrantSchema,
  problems: [
    ...(['grant_not_found', 'own_grant', 'grant_not_open', 'already_approved', 'grant_lapsed'] as const),
    ...(['subject_erased', 'principal_not_found', 'principal_revoked'] as const),
  ],
  example: { reply: APPROVED_GRANT },
  work: (vault, caller, { grant }) =>
    perform<GrantView>(vault, caller, { action: 'approve_grant' }, async (door) => {
      const { tenant, principal: by, role } = caller;
      const keys = await grantKeys(vault.keyring.indexes, tenant);
      const access = await accessKeys(vault.keyring.indexes, tenant);
      const ordered = (await grantFor(vault.recordStore.reader, keys, caller, grant)).row;
      const types = await typesOfGrant(vault, tenant, ordered);
      for (const type of types) door.decide({ type });
      const now = door.now.getTime();
      return door.commit('exclusive', async (tx) => {
        await holdThem(tx, caller, ordered);
        const { row, people } = await grantFor(tx, keys, caller, grant, 'wait');
        assertOthers(row, caller);
        if (!isWaiting(row, door.now)) throw new VaultError('grant_not_open');
        const subjects = people.map(({ subject }) => subject as SubjectId);
        if ((await livingOf(tx, tenant, subjects)).length < people.length) throw new VaultError('subject_erased');
        const needed = await stillNeeded(tx, access, row, types);
        const earlier = approvalsOf(row);
        const isSame = earlier.some((one) => one.by === by || (needed > 1 && one.role === role));
        if (isSame) throw new VaultError('already_approved');
        const approvals = [...earlier, { by, role, at: now }];
        const begun = { begins_at: now, ends_at: now + row.minutes * MINUTE_MS };
        const changed = await changeGrant(tx, keys, row, {
          ...{ approvals: JSON.stringify(approvals), needed },
          ...(approvals.length >= needed && begun),
        });
        const code = changed.begins_at === null ? 'grant_waiting' : undefined;
        const reply = await shownGrant(tx, keys, changed, people, door.now);
        return { reply, entry: { target: grant, subject: subjectOf(people), code } };
      });
    }),
});

/** Before the grant, as a revocation does: two that hold the same then do not wait for each other. */
async function holdThem(tx: RecordTx, { tenant, principal }: Caller, row: GrantRow): Promise<void> {
  const all = new Set([principal, ...(row.principal === null ? [] : [row.principal]), ...approvers(row)]);
  for (const one of [...all].sort()) {
    await holdPrincipal(tx, tenant, one as PrincipalId).catch((error: unknown) => {
      throw one === principal ? error : lapsed(error);
    });
  }
}

function approvers(row: GrantRow): PrincipalId[] {
  return approvalsOf(row).map(({ by }) => by);
}

function lapsed(error: unknown): unknown {
  const isGone = GONE.has(codeOf(error));
  return isGone ? new VaultError('grant_lapsed') : error;
}

/**
 * How many must agree as the role of its principal stands now: never fewer than when it was ordered.
 * @throws `grant_lapsed`
 */
async function stillNeeded(tx: RecordTx, access: AccessKeys, row: GrantRow, types: Types): Promise<number> {
  const now = async (principal: string) =>
    principalNow(tx, access, row.tenant as never, principal as PrincipalId).catch((error: unknown) => {
      throw lapsed(error);
    });
  // What a call must state, and where from, was decided when it was ordered.
  const best = { assume: 'best' as const };
  const user = await now(row.principal as string);
  const may = types.every((type) => decide(user, 'order_grant', { type, ...best }).allowed);
  const terms = termsFor(rulesOf(user), best, { types, minutes: row.minutes, breakGlass: false });
  if (!may || terms === undefined) throw new VaultError('grant_lapsed');
  for (const by of approvers(row)) {
    const approver = await now(by);
    if (!types.every((type) => decide(approver, 'approve_grant', { type, ...best }).allowed)) {
      throw new VaultError('grant_lapsed');
    }
  }
  return Math.max(row.needed, NEEDED[terms.approval]);
}
