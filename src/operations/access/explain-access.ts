/**
 * Why a principal, or anybody with a role, may do something or not: which rules speak of it, and what would be needed.
 * Asks no stored value. Whoever is refused a call learns its code alone; this is for those who manage access.
 */
import type { z } from 'zod';
import { type AccessKeys, accessKeys } from '../../access/keys.ts';
import { needsOf } from '../../access/needs.ts';
import type { Principal } from '../../access/principal.ts';
import { purposesOfTenant } from '../../access/purposes.ts';
import { GRANTED, SELF, STRANGER } from '../../access/relation.ts';
import { explain } from '../../access/roles/explain.ts';
import { inForce } from '../../access/roles/rows.ts';
import { ExplainBody, ExplainReply } from '../../access/roles/schema.ts';
import { isBuiltIn } from '../../access/roles.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { principalNow } from '../../calls/principal-now.ts';
import { resourceOf } from '../../calls/resource.ts';
import type { RecordTx } from '../../storage/tx.ts';
import { PRINCIPAL } from '../examples.ts';
import { operation } from '../operation.ts';

type Body = z.infer<typeof ExplainBody>;

const RELATIONS = { any: STRANGER, granted: GRANTED, self: SELF };

/** @throws `principal_not_found`, `principal_revoked`, `unknown_role`, `unknown_type` */
export const explainAccess = operation({
  operationId: 'explainAccess',
  action: 'explain_access',
  method: 'post',
  path: '/v1/access/explain',
  summary: 'Why somebody may do something, or may not, and what would be needed.',
  description:
    'Nothing is revealed and no token is asked for. What an audience, a tenant or a budget of guesses narrows for a ' +
    'single token is not told here.',
  body: ExplainBody,
  reply: ExplainReply,
  problems: ['principal_not_found', 'principal_revoked', 'unknown_role', 'unknown_type'],
  example: {
    request: {
      principal: PRINCIPAL,
      action: 'detokenize',
      value: { type: 'email', view: 'plain' },
      purpose: 'support',
    },
    reply: {
      allowed: false,
      code: 'not_allowed',
      role: 'help-desk',
      rules: [{ rule: 1, effect: 'allow', counts: false, unmet: ['ticket'], untold: [] }],
      needs: ['conditions'],
    },
  },
  work: (vault, caller, body) =>
    perform(vault, caller, { action: 'explain_access' }, async (door) => {
      const { action, value, purpose, reason, ticket, address, subjects = 'any' } = body;
      const type = value && (await vault.catalogue.type(caller.tenant, value.type)).type;
      const keys = await accessKeys(vault.keyring.indexes, caller.tenant);
      return door.commit('shared', async (tx) => {
        const who = await principalOf(caller, tx, keys, body);
        const relation = RELATIONS[subjects];
        const resource = { type: type && resourceOf(type), view: value?.view, purpose, relation };
        const at = body.at === undefined ? door.now : new Date(body.at);
        const { rules, needs, ...found } = explain(who, action, resource, { at, reason, ticket, address });
        const shown = rules.map(({ unmet, untold, ...rule }) => ({ ...rule, unmet: [...unmet], untold: [...untold] }));
        const entry = 'principal' in body ? { target: body.principal } : {};
        return { reply: { ...found, role: who.role, rules: shown, needs: [...needs] }, entry };
      });
    }),
});

/** @throws `principal_not_found`, `principal_revoked`, `unknown_role` @throws {IntegrityError} */
async function principalOf(
  { tenant, principal: caller }: Caller,
  tx: RecordTx,
  keys: AccessKeys,
  body: Body,
): Promise<Principal> {
  if ('principal' in body) return principalNow(tx, keys, tenant, body.principal);
  const { role, purposes = [], audience } = body;
  const needs = needsOf(await purposesOfTenant(tx, keys.principals, tenant));
  const rules = isBuiltIn(role) ? undefined : await inForce(tx, keys, tenant, role);
  return { principal: caller, tenant, role, rules, purposes, needs, audience };
}
