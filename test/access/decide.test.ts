/** The one decision, as tables: whatever no row allows is refused. */
import { describe, expect, test } from 'vitest';
import { ACTIONS, type Action } from '../../src/access/actions.ts';
import { decide, mayBeShown, type Resource } from '../../src/access/decide.ts';
import type { Principal } from '../../src/access/principal.ts';
import { compileRole } from '../../src/access/roles/compiled-role.ts';
import { OPERATORS, ROLES, type Role, RULES } from '../../src/access/roles.ts';
import type { PrincipalId, TenantId } from '../../src/ids.ts';

const EMAIL = { name: 'email', views: ['masked', 'domain'] };
const CARD = { name: 'card', views: ['masked', 'bin', 'last4', 'expiry'] };

function principal(role: Role, purposes: readonly string[] = ['billing']): Principal {
  return { principal: 'prn_test' as PrincipalId, tenant: 'ten_test' as TenantId, role, purposes, audience: undefined };
}

/** What comes of it, in a word: the view allowed, `yes` where no view is meant, or the code of the refusal. */
function answer(role: Role, action: Action, resource: Resource = {}, purposes?: readonly string[]): string {
  const decision = decide(principal(role, purposes), action, resource);
  return decision.allowed ? (decision.view ?? 'yes') : decision.refusal.code;
}

const READS_ROLES = ['list_roles', 'read_role', 'explain_access', 'read_access_matrix', 'read_access_review'] as const;

const APPROVES = ['read_approvals', 'give_approval', 'refuse_approval', 'withdraw_approval'] as const;

/** Every action that a role may do; a new action is nobody's until a row says so. */
const MAY: Record<Role, readonly Action[]> = {
  admin: [
    ...([
      'list_types',
      'list_purposes',
      'describe_caller',
      'declare_type',
      'set_keep',
      'set_unique',
      'count_doubles',
      'read_status',
      'read_job',
      'recover',
    ] as const),
    ...(['add_principal', 'list_principals', 'revoke_principal', 'add_tenant', 'list_tenants'] as const),
    ...(['change_principal', 'rotate_api_key', 'end_api_key', 'change_role', 'end_role'] as const),
    ...(['declare_purpose', 'end_purpose', ...READS_ROLES] as const),
    ...(['list_grants', 'approve_grant', 'end_grant', 'close_ticket'] as const),
    ...(['add_hook', 'list_hooks', 'change_hook', 'remove_hook', 'test_hook'] as const),
    ...(['suspend_tenant', 'erase_tenant', 'read_erasure', 'read_certificate'] as const),
    ...(['set_approval_policy', ...APPROVES] as const),
  ],
  app: [
    ...([
      'list_types',
      'list_purposes',
      'describe_caller',
      'tokenize',
      'detokenize',
      'describe_token',
      'search',
      'match',
      'correct',
      'erase',
      'read_erasure',
    ] as const),
    ...(['resolve_subject', 'read_subject', 'read_record', 'verify', 'mint_token', 'change_token'] as const),
    'offer_code',
    ...(['read_certificate', 'read_approvals', 'withdraw_approval'] as const),
    ...(['record_choice', 'read_choices', 'filter_choices', 'restrict_subject', 'lift_restriction'] as const),
  ],
  support: [
    ...([
      'list_types',
      'list_purposes',
      'describe_caller',
      'detokenize',
      'describe_token',
      'read_record',
      'search',
      'match',
    ] as const),
    ...(['resolve_subject', 'read_subject', 'record_choice', 'read_choices', 'restrict_subject'] as const),
    ...(['order_grant', 'list_grants', 'end_grant', 'redeem_code'] as const),
  ],
  receiver: ['list_types', 'list_purposes', 'describe_caller', 'describe_token', 'change_token', 'detokenize'],
  auditor: [
    ...(['list_types', 'list_purposes', 'describe_caller', 'read_audit', 'list_keys', 'read_job'] as const),
    'read_approvals',
    'read_access_exposure',
    ...(['read_erasure', 'read_certificate', 'list_grants', ...READS_ROLES] as const),
  ],
  security: [
    ...(['list_types', 'list_purposes', 'describe_caller', 'read_status', 'read_audit', 'rotate_keys'] as const),
    ...(['read_job', 'recover', 'list_keys', 'compromise_keys', 'list_exposed', ...READS_ROLES] as const),
    ...(['read_certificate', 'suspend_tenant', 'erase_tenant', 'read_erasure', 'read_access_exposure'] as const),
    ...APPROVES,
    ...(['list_grants', 'approve_grant', 'end_grant', 'close_ticket'] as const),
    ...(['backup', 'drill', 'add_slot', 'remove_slot', 'check_slots'] as const),
    ...(['list_nodes', 'abandon_node', 'list_tenants', 'split_root', 'replace_root'] as const),
    ...(['add_hook', 'list_hooks', 'change_hook', 'remove_hook', 'test_hook'] as const),
  ],
};

describe.each(ROLES)('the role %s', (role) => {
  test.each(ACTIONS)('%s', (action) => {
    const allowed = MAY[role].includes(action);

    expect(answer(role, action, { purpose: 'billing' })).toBe(allowed ? 'yes' : 'not_allowed');
    expect(answer(role, action, { purpose: 'billing', type: EMAIL, view: 'masked' })).toBe(
      allowed ? (['detokenize', 'search', 'match'].includes(action) ? 'masked' : 'yes') : 'not_allowed',
    );
  });
});

test('who reads receipts reads certificates, and those who operate the vault read both', () => {
  for (const role of ROLES)
    expect([role, answer(role, 'read_certificate')]).toEqual([role, answer(role, 'read_erasure')]);
  for (const role of ROLES.filter((one) => OPERATORS.has(one)))
    expect([role, answer(role, 'read_erasure')]).toEqual([role, 'yes']);
});

/** What of that is left to one that is tied to an audience: nothing that names a record or a subject. */
const TIED: Partial<Record<Role, readonly Action[]>> = {
  app: [
    ...(['list_types', 'describe_caller', 'tokenize', 'detokenize', 'describe_token', 'search'] as const),
    ...(['verify', 'match', 'change_token'] as const),
  ],
  receiver: ['list_types', 'describe_caller', 'describe_token', 'change_token', 'detokenize'],
  support: ['list_types', 'describe_caller', 'detokenize', 'describe_token', 'search', 'match'],
};

describe.each(ROLES)('the role %s, tied to an audience', (role) => {
  test.each(ACTIONS)('%s', (action) => {
    const { allowed } = decide({ ...principal(role), audience: 'crm' }, action, { purpose: 'billing' });

    expect(allowed).toBe((TIED[role] ?? ['list_types', 'describe_caller']).includes(action));
  });
});

test.each<[Role, Action, Resource, string]>([
  ['support', 'detokenize', { purpose: 'billing', type: EMAIL, view: 'plain' }, 'one of the roles app and receiver'],
  [
    'support',
    'search',
    { purpose: 'billing', type: { ...CARD, ofPlain: { views: [], whole: true } }, whole: true },
    'the role app',
  ],
  ['admin', 'detokenize', {}, 'one of the roles app, support and receiver'],
  ['app', 'check_slots', {}, 'the role security'],
])('%s is refused %s with the roles that may, and its own', (role, action, resource, needed) => {
  const decision = decide(principal(role), action, resource);
  expect(decision).toMatchObject({
    allowed: false,
    refusal: { message: `This takes ${needed}. This API key has the role ${role}.` },
  });
});

type Row = [role: Role, type: typeof EMAIL, view: string | undefined, purpose: string | undefined, answer: string];
const REVEALS: Row[] = [
  ['app', EMAIL, 'plain', 'billing', 'plain'],
  ['app', EMAIL, 'masked', 'billing', 'masked'],
  ['app', EMAIL, 'domain', 'billing', 'domain'],
  ['app', EMAIL, undefined, 'billing', 'plain'],
  ['app', EMAIL, 'last4', 'billing', 'unknown_view'],
  ['app', EMAIL, '', 'billing', 'unknown_view'],
  ['app', EMAIL, 'constructor', 'billing', 'unknown_view'],
  ['app', EMAIL, 'plain', 'marketing', 'purpose_not_allowed'],
  ['app', EMAIL, 'plain', '', 'purpose_not_allowed'],
  ['app', EMAIL, 'plain', undefined, 'purpose_not_allowed'],
  ['app', EMAIL, 'last4', 'marketing', 'purpose_not_allowed'],
  ['app', CARD, 'last4', 'billing', 'last4'],

  ['support', EMAIL, 'plain', 'billing', 'not_allowed'],
  ['support', EMAIL, 'masked', 'billing', 'masked'],
  ['support', EMAIL, 'domain', 'billing', 'domain'],
  ['support', EMAIL, undefined, 'billing', 'masked'],
  ['support', EMAIL, 'last4', 'billing', 'unknown_view'],
  ['support', EMAIL, 'masked', 'marketing', 'purpose_not_allowed'],
  ['support', EMAIL, 'masked', undefined, 'purpose_not_allowed'],
  ['support', CARD, undefined, 'billing', 'masked'],
  ['support', CARD, 'bin', 'billing', 'bin'],
  ['support', CARD, 'plain', 'billing', 'not_allowed'],

  ['receiver', EMAIL, undefined, 'billing', 'plain'],
  ['receiver', EMAIL, 'domain', 'billing', 'domain'],
  ['receiver', EMAIL, 'plain', 'marketing', 'purpose_not_allowed'],

  ['admin', EMAIL, 'masked', 'billing', 'not_allowed'],
  ['admin', EMAIL, undefined, 'billing', 'not_allowed'],
  ['auditor', EMAIL, 'masked', 'billing', 'not_allowed'],
  ['auditor', CARD, 'last4', 'billing', 'not_allowed'],
  ['security', EMAIL, 'masked', 'billing', 'not_allowed'],
  ['security', EMAIL, 'plain', undefined, 'not_allowed'],
];

test.each(REVEALS)('%s, %o, view %s, purpose %s: %s', (role, type, view, purpose, expected) => {
  expect(answer(role, 'detokenize', { type, view, purpose })).toBe(expected);
  expect(answer(role, 'search', { type, view, purpose })).toBe(role === 'receiver' ? 'not_allowed' : expected);
});

test('a purpose is one of the caller’s own, to the letter', () => {
  const own = ['billing', 'support'];
  expect(answer('app', 'detokenize', { purpose: 'support' }, own)).toBe('yes');
  for (const purpose of ['Billing', 'billing ', 'bill', 'billing,support', 'toString']) {
    expect(answer('app', 'detokenize', { purpose }, own)).toBe('purpose_not_allowed');
  }
  expect(answer('app', 'detokenize', { purpose: 'billing' }, [])).toBe('purpose_not_allowed');
});

test('whoever could see nothing of a value for a purpose of its own is told nothing that takes after it', () => {
  const told = ROLES.filter((role) => mayBeShown(principal(role), CARD));
  expect(told).toEqual(['app', 'support', 'receiver']);
  expect(ROLES.filter((role) => mayBeShown(principal(role, []), CARD))).toEqual([]);
});

test('an action that shows nothing asks for no purpose and gives no view', () => {
  expect(answer('app', 'erase', { purpose: undefined, type: EMAIL }, [])).toBe('yes');
  expect(answer('app', 'tokenize', { type: EMAIL, view: 'plain' }, [])).toBe('yes');
});

test('no role can do everything: who reveals reads no audit log and manages nobody, and no two roles are one', () => {
  for (const role of ROLES) {
    const may = ACTIONS.filter((action) => answer(role, action, { purpose: 'billing' }) === 'yes');
    const reveals = may.some((action) => action === 'detokenize' || action === 'search');
    const governs = may.some((action) =>
      ['read_audit', 'read_access_exposure', 'add_principal', 'revoke_principal', 'add_tenant'].includes(action),
    );
    expect([role, reveals && governs]).toEqual([role, false]);
  }
  expect(
    ROLES.filter((role) => answer(role, 'detokenize', { type: EMAIL, view: 'plain', purpose: 'billing' }) === 'plain'),
  ).toEqual(['app', 'receiver']);
  expect(new Set(ROLES.map((role) => JSON.stringify(RULES[role]))).size).toBe(ROLES.length);
});

test('rules that somebody brings take the place neither of a built-in role’s nor of another role’s', () => {
  const wide = compileRole('own', [{ effect: 'allow', actions: ['detokenize'], views: ['plain'] }]);
  const asked = { purpose: 'billing', type: EMAIL, view: 'plain' };
  const seen = (role: string) => decide({ ...principal('support'), role, rules: wide }, 'detokenize', asked).allowed;
  expect(['own', 'other', 'support'].map(seen)).toEqual([true, false, false]);
});
