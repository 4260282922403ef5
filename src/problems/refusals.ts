/** Calls that cannot be read, that the caller may not make, or that name something missing. Nothing has been done. */
import type { Published } from './kinds.ts';

export const REFUSALS = {
  // The bytes are not valid HTTP or JSON. Nothing has been read from them.
  malformed_request: {
    kind: 'malformed',
    title: 'The body is not the JSON, or a header not the text, that it should be.',
  },
  unauthenticated: {
    kind: 'unauthenticated',
    title: 'The API key is missing, unknown, expired, revoked or bound to another network.',
    message: 'Send a valid API key: Authorization: Bearer lethe_…',
  },
  // The call is not allowed. Nothing has been done; the refusal is audited.
  not_allowed: {
    kind: 'refused',
    title: 'The caller’s role does not allow this.',
    message: 'This API key is not allowed to do this. An administrator decides what it may do.',
  },
  // The API key is good. Nothing has been done; the refusal is audited.
  tenant_suspended: {
    kind: 'refused',
    title: 'The caller’s tenant is suspended.',
    message: 'Your tenant is suspended. Those who operate the vault let it go on; nothing of it is lost.',
  },
  // The stated purpose is not one of the caller's. Nothing has been shown; the refusal is audited.
  purpose_not_allowed: {
    kind: 'refused',
    title: 'The stated purpose is not one of the caller’s.',
    field: 'purpose',
  },
  // The purpose rests on consent, and the person has not given it, or has withdrawn it. Nothing has been shown.
  consent_missing: {
    kind: 'refused',
    title: 'The person has not consented to the purpose, or no longer does.',
    message: 'The purpose rests on consent, and this person has not given it, or has withdrawn it.',
  },
  // The person has objected to the purpose. Nothing has been shown.
  objected: {
    kind: 'refused',
    title: 'The person has objected to the purpose.',
    message: 'This person has objected to the purpose.',
  },
  // GDPR Art. 18. Nothing has been shown.
  restricted: {
    kind: 'refused',
    title: 'The person’s data is restricted to other purposes.',
    message:
      'This person’s data is restricted: it is kept, and used for no purpose but those that the restriction names.',
  },
  // Values of this data type are kept as verifiers. They can be verified, and are shown to no role, for no purpose.
  never_revealed: {
    kind: 'refused',
    title: 'Values of this data type are verified, never shown.',
    message: 'Values of this data type are never shown. POST /v1/verify says whether a value is the right one.',
  },
  route_not_found: {
    kind: 'not_found',
    title: 'There is nothing at this path.',
    message: 'There is nothing at this path. /docs shows what there is.',
  },
  method_not_allowed: {
    kind: 'unsupported_method',
    title: 'The path does not take this method.',
    message: 'This path does not take this method; the Allow header names those it takes.',
  },
  // This tenant and audience has no such token. The answer is the same if it never existed or belongs to another.
  token_not_found: { kind: 'not_found', title: 'No such token, or it is another tenant’s.', message: 'No such token.' },
  record_not_found: {
    kind: 'not_found',
    title: 'No such record, or it is another tenant’s.',
    message: 'No such record.',
  },
  subject_not_found: {
    kind: 'not_found',
    title: 'No such subject, or it is another tenant’s.',
    message: 'No such subject.',
  },
  erasure_not_found: {
    kind: 'not_found',
    title: 'No such erasure, or it is another tenant’s.',
    message: 'No such erasure.',
  },
  job_not_found: { kind: 'not_found', title: 'No such job, or it is another tenant’s.', message: 'No such job.' },
  // There is no tenant of this id or name. Only the first tenant is told so: others cannot learn who else is in the
  // vault.
  tenant_not_found: { kind: 'not_found', title: 'No such tenant.', message: 'No such tenant.', field: 'tenant' },
  epoch_not_found: { kind: 'not_found', title: 'No such epoch.', message: 'No such epoch.', field: 'epoch' },
  node_not_found: {
    kind: 'not_found',
    title: 'No node has this name.',
    message: 'No node has this name; `npm run lethe -- nodes list` shows those there are.',
  },
  slot_not_found: { kind: 'not_found', title: 'No root slot has this name.', message: 'No root slot has this name.' },
  principal_not_found: {
    kind: 'not_found',
    title: 'No such principal, or it is another tenant’s.',
    message: 'No such principal.',
  },
  role_not_found: {
    kind: 'not_found',
    title: 'The tenant has no role of this name.',
    message: 'The tenant has no role of this name.',
    field: 'role',
  },
  purpose_not_found: {
    kind: 'not_found',
    title: 'No purpose of this word was ever declared.',
    message: 'No purpose of this word was ever declared. GET /v1/purposes lists those there are.',
  },
  // A text that is no unsubscribe link of the tenant's.
  link_not_found: {
    kind: 'not_found',
    title: 'This is no unsubscribe link, or another tenant’s.',
    message: 'This is no unsubscribe link. Take it from the URL as it was sent.',
    field: 'link',
  },
  api_key_not_found: {
    kind: 'not_found',
    title: 'The principal has no API key of this id.',
    message: 'The principal has no API key of this id.',
  },
  approval_not_found: {
    kind: 'not_found',
    title: 'No such approval, or it is another’s.',
    message: 'No such approval.',
  },
  // Nothing has been done.
  approval_needed: {
    kind: 'waiting',
    title: 'This takes a second person, and waits for approval. Nothing has been done.',
  },
  // Nobody approves what they have asked for themselves.
  own_approval: {
    kind: 'refused',
    title: 'Nobody approves what they have asked for themselves.',
    message: 'Nobody approves what they have asked for themselves. Somebody else can.',
  },
  not_own_approval: {
    kind: 'refused',
    title: 'Only who has asked for it withdraws it.',
    message: 'Only who has asked for it withdraws it. Who may approve it can refuse it.',
  },
  grant_not_found: {
    kind: 'not_found',
    title: 'No such grant, or it is another tenant’s, or somebody else’s.',
    message: 'No such grant.',
  },
  // The same for a code that was never offered, that was told before, and whose time is over.
  code_not_found: {
    kind: 'not_found',
    title: 'No such code, or it was used, or its time is over.',
    message: 'No such code, or it was used, or its time is over. The person can ask the app for another.',
    field: 'code',
  },
  hook_not_found: { kind: 'not_found', title: 'No such hook, or it is another tenant’s.', message: 'No such hook.' },
} satisfies Record<string, Published>;
