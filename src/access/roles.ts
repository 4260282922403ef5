/**
 * The built-in roles. A role is a list of rules; what no rule allows is refused. No role can do everything: a role that
 * manages principals reveals nothing, and one that reveals reads no audit log.
 */
import type { Action } from './actions.ts';

export const ROLES = ['admin', 'app', 'support', 'receiver', 'auditor', 'security'] as const;
export type Role = (typeof ROLES)[number];

export interface Rule {
  readonly actions: readonly Action[];
  /** Data types the rule reaches; absent: all. */
  readonly types?: readonly string[];
  /** Views a reveal may show. `narrow` stands for every view a type offers besides `plain` and `masked`. */
  readonly views?: readonly ('plain' | 'masked' | 'narrow')[];
}

/** Whether a role reveals plain values at all. */
export function seesPlain(role: Role): boolean {
  return RULES[role].some(({ views = [] }) => views.includes('plain'));
}

/** What everyone with a valid API key may do. */
const EVERYONE: Rule = { actions: ['list_types', 'describe_caller'] };

/** An erasure is read in two ways, as receipt and as certificate: a role may read both or neither. */
const ASKS_OF_ERASURES = ['read_erasure', 'read_certificate'] as const;

/**
 * The roles of the first tenant that may also read the erasures of whole tenants, which have nobody left to ask. Each
 * has the rule for it below.
 */
export const OPERATORS: ReadonlySet<Role> = new Set<Role>(['admin', 'auditor', 'security']);

/** Who is told what happens, and where. */
const HOOKS = ['add_hook', 'list_hooks', 'change_hook', 'remove_hook', 'test_hook'] as const;

/** The roles that can be tied to an audience: the others could do nothing within one. */
export const HAVE_AUDIENCES: ReadonlySet<Role> = new Set<Role>(['app', 'support', 'receiver']);

/** The role that only reveals what it was given: it is tied to these tokens' audience, and has its own purpose. */
export const RECEIVES_ONLY: Role = 'receiver';
export const NEEDS_PURPOSE = 'A receiver only reveals, and needs a purpose for that.';

export const RULES: Readonly<Record<Role, readonly Rule[]>> = {
  admin: [
    EVERYONE,
    { actions: HOOKS },
    {
      actions: [
        ...(['add_principal', 'list_principals', 'revoke_principal', 'add_tenant', 'list_tenants'] as const),
        ...(['change_principal', 'rotate_api_key', 'end_api_key'] as const),
        ...(['erase_tenant', ...ASKS_OF_ERASURES] as const),
        ...(['declare_type', 'set_keep', 'set_unique', 'count_doubles', 'read_status', 'read_job', 'recover'] as const),
      ],
    },
  ],
  app: [
    EVERYONE,
    {
      actions: [
        ...['tokenize', 'verify', 'mint_token', 'change_token', 'correct', 'erase'],
        ...['describe_token', 'read_record', 'resolve_subject', 'read_subject'],
        ...ASKS_OF_ERASURES,
      ] as const,
    },
    { actions: ['detokenize', 'search', 'match'], views: ['plain', 'masked', 'narrow'] },
  ],
  support: [
    EVERYONE,
    { actions: ['describe_token', 'read_record', 'resolve_subject', 'read_subject'] },
    { actions: ['detokenize', 'search', 'match'], views: ['masked', 'narrow'] },
  ],
  receiver: [
    EVERYONE,
    { actions: ['describe_token', 'change_token'] },
    { actions: ['detokenize'], views: ['plain', 'masked', 'narrow'] },
  ],
  auditor: [EVERYONE, { actions: ['read_audit', 'list_keys', 'read_job', ...ASKS_OF_ERASURES] }],
  security: [
    EVERYONE,
    { actions: HOOKS },
    {
      actions: [
        ...(['read_status', 'read_audit', 'read_job', 'recover'] as const),
        ...(['list_keys', 'rotate_keys', 'compromise_keys', 'list_exposed'] as const),
        ...(['erase_tenant', ...ASKS_OF_ERASURES] as const),
        ...(['backup', 'drill', 'add_slot', 'remove_slot', 'check_slots'] as const),
        ...(['list_nodes', 'abandon_node', 'list_tenants', 'split_root', 'replace_root'] as const),
      ],
    },
  ],
};
