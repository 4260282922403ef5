/**
 * Separation of duties: what no single role may hold together. Whoever manages access sees nothing of a value; whoever
 * sees values neither watches the log nor holds the keys.
 *
 * Guarantees: the built-in roles keep to it (a test). A role of a tenant's own that does not is refused when it is
 * written, and again when somebody is given it: a later release may know of more duties than the one that kept it.
 * Does not: keep one person from holding two API keys. Give each a post of its own.
 */
import type { Action } from '../actions.ts';
import type { Rule } from './rules.ts';

type Duty = 'values' | 'access' | 'oversight' | 'keys' | 'approval';

const ACCESS = [
  ...(['add_principal', 'revoke_principal', 'change_principal', 'rotate_api_key', 'end_api_key'] as const),
  ...(['change_role', 'end_role', 'add_tenant', 'declare_purpose', 'set_approval_policy'] as const),
];
const DUTIES: Readonly<Record<Duty, { readonly does: string; readonly actions: ReadonlySet<Action> }>> = {
  values: {
    does: 'uses values',
    actions: new Set<Action>([
      ...(['tokenize', 'detokenize', 'verify', 'match', 'search', 'correct', 'erase'] as const),
      ...(['mint_token', 'change_token', 'describe_token', 'read_record', 'resolve_subject', 'read_subject'] as const),
    ]),
  },
  access: { does: 'manages access', actions: new Set<Action>(ACCESS) },
  oversight: { does: 'reads the audit log', actions: new Set<Action>(['read_audit']) },
  keys: {
    does: 'holds keys',
    actions: new Set<Action>([
      ...(['rotate_keys', 'compromise_keys', 'backup', 'drill', 'add_slot', 'remove_slot', 'abandon_node'] as const),
      ...(['split_root', 'replace_root'] as const),
    ]),
  },
  approval: { does: 'approves what others ask for', actions: new Set<Action>(['give_approval']) },
};

const APART: readonly (readonly [Duty, Duty])[] = [
  ['values', 'access'],
  ['values', 'oversight'],
  ['values', 'keys'],
  ['values', 'approval'],
  ['access', 'oversight'],
  ['access', 'keys'],
];

/** @returns what a role would hold together and must not, in words; undefined if it may be */
export function conflictOf(rules: readonly Rule[]): string | undefined {
  const held = rules.filter(({ effect }) => effect === 'allow').flatMap(({ actions }) => actions);
  const of = (duty: Duty) => held.find((action) => DUTIES[duty].actions.has(action));
  for (const [one, other] of APART) {
    const [a, b] = [of(one), of(other)];
    if (a !== undefined && b !== undefined) {
      return `${a} and ${b}: whoever ${DUTIES[one].does} must not be who ${DUTIES[other].does}`;
    }
  }
  return undefined;
}
