/** What the API tells of a purpose. */
import type { z } from 'zod';
import type { PurposeFacts } from './rows.ts';
import type { PurposeReply } from './schema.ts';

export function describePurpose(facts: PurposeFacts): z.infer<typeof PurposeReply> {
  const { purpose, told, basis, mayObject, mayWithdraw, types, version, declaredAt, changedAt, endedAt } = facts;
  return {
    purpose,
    ...(told === '' ? {} : { told }),
    ...{ basis, mayObject, mayWithdraw },
    ...(types === undefined ? {} : { types: [...types] }),
    ...{ version, declaredAt: declaredAt.toISOString(), changedAt: changedAt.toISOString() },
    ...(endedAt === undefined ? {} : { endedAt: endedAt.toISOString() }),
    ...(facts.isAltered ? { damaged: true } : {}),
  };
}
