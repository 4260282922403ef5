/**
 * The built-in roles. A role is a list of rules; what no rule allows is refused. No role can do everything: who
 * manages principals reveals nothing, who reveals reads no audit log.
 */
import type { Action } from './actions.ts';

export const ROLES = ['admin', 'app', 'support', 'auditor', 'security'] as const;
export type Role = (typeof ROLES)[number];

export interface Rule {
  readonly actions: readonly Action[];
  /** Data types the rule reaches; absent: all. */
  readonly types?: readonly string[];
  /** Views a reveal may show. `narrow` stands for every view a type offers besides `plain` and `masked`. */
  readonly views?: readonly ('plain' | 'masked' | 'narrow')[];
}

/** What everyone with a valid API key may do. */
const EVERYONE: Rule = { actions: ['list_types'] };

export const RULES: Readonly<Record<Role, readonly Rule[]>> = {
  admin: [
    EVERYONE,
    {
      actions: [
        ...(['add_principal', 'list_principals', 'revoke_principal', 'add_tenant'] as const),
        ...(['erase_tenant', 'read_erasure'] as const),
        ...(['declare_type', 'set_keep', 'read_status', 'read_job', 'recover'] as const),
      ],
    },
  ],
  app: [
    EVERYONE,
    {
      actions: [
        ...['tokenize', 'verify', 'mint_token', 'change_token', 'correct', 'erase'],
        ...['describe_token', 'read_record', 'read_erasure', 'resolve_subject', 'read_subject'],
        'read_certificate',
      ] as const,
    },
    { actions: ['detokenize', 'search'], views: ['plain', 'masked', 'narrow'] },
  ],
  support: [
    EVERYONE,
    { actions: ['describe_token', 'read_record', 'resolve_subject', 'read_subject'] },
    { actions: ['detokenize', 'search'], views: ['masked', 'narrow'] },
  ],
  auditor: [EVERYONE, { actions: ['read_audit', 'list_keys', 'read_job', 'read_certificate'] }],
  security: [
    EVERYONE,
    {
      actions: [
        ...(['read_status', 'read_audit', 'read_job', 'recover'] as const),
        ...(['list_keys', 'rotate_keys', 'compromise_keys', 'list_exposed'] as const),
        ...(['erase_tenant', 'read_erasure', 'read_certificate'] as const),
        ...(['backup', 'drill', 'add_slot', 'remove_slot', 'check_slots'] as const),
        ...(['split_root', 'replace_root'] as const),
      ],
    },
  ],
};
