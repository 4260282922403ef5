/** Grants that are not as a call needs them. Nothing has been changed. */
import type { Published } from './kinds.ts';

export const GRANTS = {
  // Nobody agrees to what they are to see themselves, or have ordered.
  own_grant: {
    kind: 'conflict',
    title: 'Nobody approves or reviews a grant of their own.',
    message: 'Nobody approves or reviews a grant of their own. Somebody else who may approve can.',
  },
  // It was approved, refused or reviewed, or has ended. Nothing has been changed.
  grant_not_open: {
    kind: 'conflict',
    title: 'The grant is not waiting for this, or is over.',
    message: 'The grant is not waiting for this, or is over. GET /v1/grants/{grant} says how it stands.',
  },
  // Two different principals with two different roles must agree.
  already_approved: {
    kind: 'conflict',
    title: 'The same principal, or another of the same role, has agreed already.',
    message: 'Two principals of two different roles have to agree: one of this role has already.',
  },
  // What was ordered may no longer be ordered by its principal, or an approver may no longer approve.
  grant_lapsed: {
    kind: 'conflict',
    title: 'The grant may no longer be ordered, or an earlier approval no longer counts.',
    message:
      'Who ordered this may no longer order it, or who agreed first may no longer agree. It has to be ordered anew.',
  },
  review_overdue: {
    kind: 'conflict',
    title: 'Earlier break-glass was not reviewed in time.',
    message:
      'Earlier break-glass of this principal, or of the tenant, was not reviewed in time. Have it reviewed first.',
  },
  too_many_grants: {
    kind: 'conflict',
    title: 'The principal, or the tenant, has too many open grants.',
    message: 'There are too many open grants of this principal or tenant. Give up some that are no longer needed.',
  },
} satisfies Record<string, Published>;
