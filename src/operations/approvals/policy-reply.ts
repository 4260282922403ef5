/** A policy, with who could approve at present, as the API shows both. */

import type { z } from 'zod';
import { type Approvers, approversOf } from '../../access/approvals/approvers.ts';
import type { Policy } from '../../access/approvals/policy.ts';
import type { PolicyReply } from '../../access/approvals/schema.ts';
import type { AccessKeys } from '../../access/keys.ts';
import type { TenantId } from '../../ids.ts';
import type { Reader } from '../../storage/tx.ts';

export async function policyReply(
  reader: Reader<'records'>,
  { principals: keys }: AccessKeys,
  { tenant, now }: { readonly tenant: TenantId; readonly now: Date },
  policy: Policy | undefined,
): Promise<z.infer<typeof PolicyReply>> {
  const { able }: Approvers = await approversOf(reader, keys, tenant, now);
  const approvers = [...able].sort();
  if (policy === undefined) return { approvers };
  const { changedAt, ...terms } = policy;
  return { policy: { ...terms, changedAt: changedAt.toISOString() }, approvers };
}
