/**
 * Whether what is asked for waits for others, and whether they have said yes. Asked in the transaction that does it.
 *
 *   no policy                           → it is done
 *   nobody else could approve           → it is done (`approvers.ts` says of when)
 *   enough others have approved it      → it is done, and the approval is used, in one transaction
 *   otherwise                           → `ApprovalNeededError`; nothing is done
 *
 * Guarantees: an approval is used once, by whoever asked, for the very request that was approved, before it expires.
 * Everybody who approved it can still approve at that moment, and none of them is who asked. The policy's row is held
 * all the while, so that of two calls on two nodes one is second and finds the approval used.
 */
import { VaultError } from '../../errors.ts';
import type { ApprovalId, PrincipalId } from '../../ids.ts';
import type { Reader, RecordTx } from '../../storage/tx.ts';
import type { Action } from '../actions.ts';
import type { AccessKeys } from '../keys.ts';
import { type Approvers, approversOf } from './approvers.ts';
import { type Policy, policyOf } from './policy.ts';
import { type ApprovalRow, type Asking, endApproval, insertApproval, openOnes, requestMac } from './rows.ts';
import type { About } from './schema.ts';

export type Kind = 'key' | 'purposes' | 'role' | 'purpose' | 'erasure' | 'tenant' | 'root' | 'policy';

/** What takes a second person. */
export interface Order {
  readonly kind: Kind;
  /** All that decides what is done. Bound by a MAC, and not kept. */
  readonly request: unknown;
  /** What whoever is to approve it is shown. */
  readonly about: About;
}

/** Thrown out of the transaction, which keeps nothing; another one then makes the approval. */
export class WaitsForOthers extends VaultError {
  readonly order: Order;

  constructor(order: Order) {
    super('approval_needed', 'This takes a second person.');
    this.order = order;
  }
}

export interface Circle {
  readonly policy: Policy | undefined;
  readonly approvers: Approvers;
}

export async function circleOf(
  reader: Reader<'records'>,
  keys: AccessKeys,
  tenant: Asking['tenant'],
  now: Date,
  lock?: 'wait',
): Promise<Circle> {
  const policy = await policyOf(reader, keys.principals, tenant, lock);
  return { policy, approvers: await approversOf(reader, keys.principals, tenant, now) };
}

/** How many must approve what somebody asks for; 0: nobody need, or nobody could. */
export function neededFor({ policy, approvers: { counted } }: Circle, orderedBy: string): number {
  const others = [...counted].filter((principal) => principal !== orderedBy).length;
  return policy === undefined ? 0 : Math.min(policy.approvers, others);
}

/** Who has approved it, and still may. */
export function approvedBy({ approvers: { able } }: Circle, row: ApprovalRow): PrincipalId[] {
  const ids = row.approved_by as readonly PrincipalId[];
  return ids.filter((principal) => able.has(principal) && principal !== row.ordered_by);
}

/**
 * Call it in the transaction that does what is asked for, before it is done.
 * @returns the approval that is used by it; undefined where none is needed
 * @throws {WaitsForOthers} @throws {IntegrityError}
 */
export async function useApproval(
  tx: RecordTx,
  keys: AccessKeys,
  asking: Asking,
  { action, now }: { readonly action: Action; readonly now: Date },
  order: Order,
): Promise<ApprovalId | undefined> {
  const policy = await policyOf(tx, keys.principals, asking.tenant, 'wait');
  if (policy === undefined) return undefined;
  const circle = { policy, approvers: await approversOf(tx, keys.principals, asking.tenant, now) };
  const needed = neededFor(circle, asking.principal);
  if (needed === 0) return undefined;
  for (const row of await openOnes(tx, keys, asking, action, order.request, now)) {
    if (approvedBy(circle, row).length < needed) continue;
    await endApproval(tx, keys, row, { by: asking.principal, at: now, how: 'used' });
    return row.approval as ApprovalId;
  }
  throw new WaitsForOthers(order);
}

/**
 * Makes the approval that a request waits for; the same request again finds the same one. Only in an exclusive
 * transaction.
 * @throws `too_many_approvals` @throws {IntegrityError}
 */
export async function orderApproval(
  tx: RecordTx,
  keys: AccessKeys,
  asking: Asking,
  { approval, action, now }: { readonly approval: ApprovalId; readonly action: Action; readonly now: Date },
  { kind, request, about }: Order,
): Promise<{ readonly approval: ApprovalId; readonly expiresAt: Date }> {
  const policy = await policyOf(tx, keys.principals, asking.tenant, 'wait');
  const [waiting] = await openOnes(tx, keys, asking, action, request, now);
  if (waiting !== undefined) {
    return { approval: waiting.approval as ApprovalId, expiresAt: new Date(waiting.expires_at) };
  }
  // The policy may have ended in between: then the call succeeds when it is made again.
  const expires_at = now.getTime() + (policy?.hours ?? 1) * 3_600_000;
  await insertApproval(tx, keys, {
    ...{ tenant: asking.tenant, approval, kind, action, ordered_by: asking.principal },
    ...{ ordered_at: now.getTime(), expires_at, about: JSON.stringify(about) },
    request_mac: requestMac(keys.principal, asking, action, request),
  });
  return { approval, expiresAt: new Date(expires_at) };
}
