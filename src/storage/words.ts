/**
 * Words that many rows have: data types, what values are found by, outcomes, views and actions. A store holds a word's
 * place in this list (`packed.ts`), and any other word as its text.
 *
 * Append only, and never reorder: a store holds the places. At most 255. A word that is not here costs some bytes a row
 * and does no harm. A word that rows may have as text must stay out, since a search by its place would not find them.
 * So the name of a data type that is added later stays out: a tenant may have a type of its own by that name.
 */
// biome-ignore format: a list to be read in lines
export const WORDS: readonly string[] = [
  // Data types.
  'email', 'phone', 'name', 'address', 'postal_code', 'card', 'cvc', 'iban', 'bank_account', 'date_of_birth',
  'national_id', 'username', 'password', 'ip', 'user_agent', 'cookie_id', 'search_terms', 'serial_number',
  'document', 'text',
  // Parts of values by which they are found.
  'email.domain', 'phone.last4', 'name.family', 'card.last4_expiry', 'card.last4', 'iban.last4',
  // Outcomes of calls.
  'done', 'replayed', 'refused', 'failed',
  // Views.
  'plain', 'masked', 'domain', 'country', 'initials', 'city', 'area', 'bin', 'last4', 'expiry', 'routing', 'year',
  'age_band', 'kind', 'network', 'browser',
  // Actions.
  'tokenize', 'detokenize', 'verify', 'match', 'describe_token', 'mint_token', 'change_token', 'read_record',
  'search', 'correct', 'erase', 'read_erasure', 'read_certificate', 'resolve_subject', 'read_subject', 'list_types',
  'declare_type', 'set_keep', 'set_unique', 'count_doubles', 'list_keys', 'compromise_keys', 'list_exposed',
  'add_principal', 'list_principals', 'revoke_principal', 'change_principal', 'rotate_api_key', 'end_api_key',
  'describe_caller', 'add_tenant', 'list_tenants', 'erase_tenant', 'read_audit', 'read_status', 'rotate_keys',
  'read_job', 'recover', 'backup', 'drill', 'restore', 'add_slot', 'remove_slot', 'check_slots', 'list_nodes',
  'abandon_node', 'split_root', 'replace_root', 'unseal', 'authenticate',
  'list_roles', 'read_role', 'change_role', 'end_role', 'explain_access', 'read_access_matrix',
  'list_purposes', 'declare_purpose', 'end_purpose',
  'add_hook', 'list_hooks', 'change_hook', 'remove_hook', 'test_hook',
  'read_approvals', 'give_approval', 'refuse_approval', 'withdraw_approval', 'set_approval_policy',
  'order_grant', 'list_grants', 'approve_grant', 'end_grant', 'close_ticket', 'offer_code', 'redeem_code',
  'record_choice', 'read_choices', 'filter_choices', 'restrict_subject', 'lift_restriction',
  'read_access_exposure', 'read_access_review',
  'suspend_tenant',
];
