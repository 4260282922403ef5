/** Every action a principal can be allowed; also the word by which the audit log names it. */
export const ACTIONS = [
  'tokenize',
  'detokenize',
  'describe_token',
  'search',
  'correct',
  'erase',
  'read_erasure',
  'resolve_subject',
  'read_subject',
  'list_types',
  'add_principal',
  'list_principals',
  'revoke_principal',
  'add_tenant',
  'read_audit',
  'read_status',
  'recover',
  'authenticate',
] as const;
export type Action = (typeof ACTIONS)[number];
