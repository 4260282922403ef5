/**
 * The built-in roles, written in the language of rules. They can be read and copied, not changed: they are part of the
 * release, in no store, so nothing in a store can widen them. No role can do everything: a role that manages principals
 * reveals nothing, and one that reveals reads no audit log. `roles/duties.ts` holds that for roles of a tenant's own,
 * too.
 */
import type { Action } from './actions.ts';
import { type CompiledRole, compileRole } from './roles/compiled-role.ts';
import type { Rule } from './roles/rules.ts';

export const ROLES = ['admin', 'app', 'support', 'receiver', 'auditor', 'security'] as const;
/** A role of the house. A tenant's own roles have other names. */
export type Role = (typeof ROLES)[number];

/** An erasure is read in two ways, as receipt and as certificate: a role may read both or neither. */
const ASKS_OF_ERASURES = ['read_erasure', 'read_certificate'] as const;

/** Who may look at roles, and ask why somebody may do something. */
const READS_ROLES = ['list_roles', 'read_role', 'explain_access', 'read_access_matrix', 'read_access_review'] as const;

/**
 * The roles of the first tenant that may also read the erasures of whole tenants, which have nobody left to ask. Each
 * has the rule for it below.
 */
export const OPERATORS: ReadonlySet<string> = new Set<Role>(['admin', 'auditor', 'security']);

/** Who agrees to grants for support, and ends them. */
const GRANTS = ['list_grants', 'approve_grant', 'end_grant', 'close_ticket'] as const;

/** Who is told what happens, and where. */
const HOOKS = ['add_hook', 'list_hooks', 'change_hook', 'remove_hook', 'test_hook'] as const;

/** Who may be the second to say yes, and who may take back what they have asked for. */
const OF_APPROVALS = ['read_approvals', 'give_approval', 'refuse_approval', 'withdraw_approval'] as const;
const OF_ASKERS = ['read_approvals', 'withdraw_approval'] as const;

/** The role that only reveals what it was given: it is tied to these tokens' audience, and has its own purpose. */
export const RECEIVES_ONLY: Role = 'receiver';
export const NEEDS_PURPOSE = 'A receiver only reveals, and needs a purpose for that.';

const allow = (actions: readonly Action[], views?: readonly string[]): Rule => ({
  effect: 'allow',
  actions: [...actions],
  ...(views && { views: [...views] }),
});

export const RULES: Readonly<Record<Role, readonly Rule[]>> = {
  admin: [
    allow([
      ...(['add_principal', 'list_principals', 'revoke_principal', 'add_tenant', 'list_tenants'] as const),
      ...(['change_principal', 'rotate_api_key', 'end_api_key', 'change_role', 'end_role', ...READS_ROLES] as const),
      ...(['declare_purpose', 'end_purpose', 'set_approval_policy', ...OF_APPROVALS, ...GRANTS, ...HOOKS] as const),
      ...(['suspend_tenant', 'erase_tenant', ...ASKS_OF_ERASURES] as const),
      ...(['declare_type', 'set_keep', 'set_unique', 'count_doubles', 'read_status', 'read_job', 'recover'] as const),
    ]),
  ],
  app: [
    allow([
      ...(['tokenize', 'verify', 'mint_token', 'change_token', 'correct', 'erase'] as const),
      ...(['describe_token', 'read_record', 'resolve_subject', 'read_subject', 'offer_code'] as const),
      ...(['record_choice', 'read_choices', 'filter_choices', 'restrict_subject', 'lift_restriction'] as const),
      ...ASKS_OF_ERASURES,
      ...OF_ASKERS,
    ]),
    allow(['detokenize', 'search', 'match'], ['plain']),
  ],
  support: [
    allow(['describe_token', 'read_record', 'resolve_subject', 'read_subject']),
    allow(['record_choice', 'read_choices', 'restrict_subject']),
    allow(['detokenize', 'search', 'match'], ['masked', 'narrow']),
    // Of one person, for one case, and for as long as somebody else has agreed to.
    allow(['list_grants', 'end_grant', 'redeem_code']),
    { ...allow(['order_grant']), grant: { minutes: 60, approval: 'one' } },
    { ...allow(['detokenize'], ['plain']), subjects: 'granted' },
  ],
  receiver: [allow(['describe_token', 'change_token']), allow(['detokenize'], ['plain'])],
  auditor: [
    allow([
      ...(['read_audit', 'read_access_exposure', 'list_keys', 'read_job', 'read_approvals', 'list_grants'] as const),
      ...[...ASKS_OF_ERASURES, ...READS_ROLES],
    ]),
  ],
  security: [
    allow([
      ...(['read_status', 'read_audit', 'read_access_exposure', 'read_job', 'recover'] as const),
      ...[...READS_ROLES, ...GRANTS],
      ...(['list_keys', 'rotate_keys', 'compromise_keys', 'list_exposed', ...HOOKS] as const),
      ...(['suspend_tenant', 'erase_tenant', ...ASKS_OF_ERASURES] as const),
      ...(['backup', 'drill', 'add_slot', 'remove_slot', 'check_slots'] as const),
      ...(['list_nodes', 'abandon_node', 'list_tenants', 'split_root', 'replace_root'] as const),
      ...OF_APPROVALS,
    ]),
  ],
};

const COMPILED: ReadonlyMap<string, CompiledRole> = new Map(
  ROLES.map((name) => [name, compileRole(name, RULES[name])]),
);

/** @returns undefined for a role of a tenant's own, and for what is none */
export function builtInRole(name: string): CompiledRole | undefined {
  return COMPILED.get(name);
}

export function isBuiltIn(name: string): name is Role {
  return COMPILED.has(name);
}

/** The built-in roles that have one of these rights; an audience, a purpose or the tenant may narrow it further. */
export function rolesWith(actions: readonly Action[]): Role[] {
  return ROLES.filter((role) => actions.some((action) => COMPILED.get(role)?.rules.has(action)));
}
