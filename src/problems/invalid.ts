/** Calls that come too often, or whose content is refused. Nothing has been stored or changed. */
import type { Published } from './kinds.ts';

export const INVALID = {
  body_too_large: { kind: 'too_large', title: 'The body is larger than 1 MiB (a share: 4 KiB).' },
  unsupported_media_type: {
    kind: 'unsupported',
    title: 'The body must be application/json, in UTF-8, uncompressed.',
    message: 'Send the body as Content-Type: application/json, in UTF-8 and uncompressed.',
  },
  // A request whose shape the API does not know: a wrong type, a missing or an unknown property.
  invalid_request: { kind: 'invalid', title: 'A property is missing, unknown, or of the wrong shape; see `field`.' },
  // The data type does not accept the value. Nothing has been stored.
  invalid_value: { kind: 'invalid', title: 'The data type does not accept the value; see `field`.' },
  unknown_index: {
    kind: 'invalid',
    title: 'The tenant has no index of this name.',
    message: 'The tenant has no index of this name.',
    field: 'index',
  },
  // The name is one of the vault's own MACs (`isOwn` of the index keys). Nothing has been changed.
  index_not_rotatable: {
    kind: 'invalid',
    title: 'The keys of the vault’s own MACs are not replaced.',
    message:
      'The vault’s own MACs (names that begin with @) cannot be made again: what they are made of is not stored.',
    field: 'index',
  },
  unknown_type: {
    kind: 'invalid',
    title: 'No data type has this name.',
    message: 'No data type has this name; GET /v1/types lists those there are.',
    field: 'type',
  },
  unknown_role: {
    kind: 'invalid',
    title: 'Neither the house nor the tenant has such a role in force.',
    message: 'There is no role of this name in force; GET /v1/roles lists those there are.',
    field: 'role',
  },
  // A rule names what there is not, or can never allow anything; `field` says which.
  invalid_role: { kind: 'invalid', title: 'A rule of the role can come to nothing; see `field`.' },
  // A reply would be larger than a process should hold for one call.
  matrix_too_large: {
    kind: 'invalid',
    title: 'All roles together allow too much to be told at once; name one.',
    message: 'All roles together allow too much to be told at once. Name one role.',
    field: 'role',
  },
  // No rule of the role would show such values under a grant.
  grant_in_vain: {
    kind: 'invalid',
    title: 'No rule of the role shows such values under a grant.',
    message: 'No rule of the role shows values of this type in this view under a grant: it could never matter.',
    field: 'types',
  },
  // One role would have what two people must have apart.
  duties_conflict: { kind: 'invalid', title: 'One role would have duties that must lie apart.', field: 'rules' },
  unknown_keep: {
    kind: 'invalid',
    title: 'The data type offers no such lesser form.',
    message: 'This data type offers no lesser form of this name; GET /v1/types lists those it does.',
    field: 'keep',
  },
  // From where a principal may call. Nothing has been changed.
  invalid_network: {
    kind: 'invalid',
    title: 'A network is none, or not the one that was meant.',
    message:
      'Each is an address or a network in CIDR notation, such as 10.0.0.0/8: no bits beyond its prefix, and not /0.',
    field: 'networks',
  },
  // A principal is given a purpose that is not declared, or that has ended. Nothing has been changed.
  unknown_purpose: {
    kind: 'invalid',
    title: 'No purpose of this word is declared, or it has ended.',
    message:
      'No purpose of this word is declared, or it has ended. GET /v1/purposes lists those there are; an administrator ' +
      'declares one by PUT /v1/purposes/{purpose} (npm run lethe -- purposes declare).',
    field: 'purposes',
  },
  // The type's values are shared, in no store, or kept in a lesser form.
  unique_not_offered: { kind: 'invalid', title: 'Values of the data type cannot be unique.', field: 'unique' },
  // Where a hook leads must be public, or named by the operator. Nothing has been added.
  address_refused: { kind: 'invalid', title: 'A hook may not lead to this address.', field: 'url' },
  // The definition contradicts itself, or cannot be carried out; `field` names the property.
  invalid_definition: { kind: 'invalid', title: 'The definition of a type contradicts itself; see `field`.' },
  // The index would cover too few different values: it would be a list of who has which.
  low_entropy_index: {
    kind: 'invalid',
    title: 'There are too few different values for an index of them.',
    message:
      'Values are only indexed where there are at least 4,096 different ones; state how many in `distinct`, or set `spread` to `none`.',
    field: 'distinct',
  },
  unknown_view: {
    kind: 'invalid',
    title: 'The data type has no such view.',
    message: 'This data type has no such view; GET /v1/types lists those it has.',
    field: 'view',
  },
  // The data type offers no search: its values are not meant to be looked up.
  not_searchable: {
    kind: 'invalid',
    title: 'Values of this data type cannot be searched.',
    message: 'Values of this data type cannot be searched.',
    field: 'type',
  },
  unknown_part: {
    kind: 'invalid',
    title: 'Values of this data type are not found, or compared, by that part.',
    field: 'part',
  },
  // The type cannot offer this, because its values are in no store, or are too alike to be told apart.
  option_not_offered: { kind: 'invalid', title: 'The data type does not offer that; see `field`.' },
  // The type has no tokens of this format, or the value leaves too few of them. Nothing has been drawn or stored.
  token_format_not_offered: {
    kind: 'invalid',
    title: 'The data type, or this value, has no token of that format.',
    field: 'format',
  },
  // The token that was brought along may not stand for the value. The message never repeats the token.
  invalid_token: { kind: 'invalid', title: 'The token brought along may not stand for the value.', field: 'token' },
  invalid_share_count: { kind: 'invalid', title: 'A root key is split by 2 ≤ threshold ≤ shares ≤ 255.' },
  // The line is not a share as it was handed out: it is mistyped, cut off, or something else. Nothing has been changed.
  share_typo: {
    kind: 'invalid',
    title: 'No share as it was handed out: a character is wrong or missing.',
    message:
      'This is not a share as it was handed out: a character is wrong or missing. What was given so far still counts.',
    field: 'share',
  },
  // The share is of another vault, or of a set that was replaced. Nothing has been changed.
  share_foreign: {
    kind: 'invalid',
    title: 'A share of another vault, or of a set that was replaced.',
    message:
      'This share belongs to another vault, or to a set of shares that was replaced. What was given so far still counts.',
    field: 'share',
  },
  // The share claims to be of this vault's set, but is not: somebody made it up. Nothing has been changed.
  share_wrong: {
    kind: 'invalid',
    title: 'Not the share that was handed out under its number.',
    message: 'This is not the share that was handed out under its number. What was given so far still counts.',
    field: 'share',
  },
  // Too many shares were refused within a minute. This one was checked and refused as well.
  too_many_shares: {
    kind: 'too_many',
    title: 'Too many shares were refused within a minute; a right one still counts.',
    message: 'Too many shares were refused within a minute, this one among them. A right share still counts.',
  },
  // The caller has recently guessed wrong too often. Nothing has been compared, shown or stored.
  too_many_guesses: {
    kind: 'too_many',
    title: 'The caller guessed wrong too often: at one person, record or value, or altogether. See Retry-After.',
    message: 'This API key has guessed wrong too often of late. Retry-After says when it may go on.',
  },
  too_many_passwords: { kind: 'invalid', title: 'More passwords in one call than it may bring; see `field`.' },
  // The client closed its connection before the answer. Work that was not committed by then is dropped. Nobody reads
  // this.
  client_gone: {
    kind: 'abandoned',
    title: 'The client had gone before its answer. Nothing has been kept.',
    message: 'The client had gone before its answer.',
  },
  // The key was used before, with another body or for another call. Nothing has been done.
  idempotency_key_reused: {
    kind: 'invalid',
    title: 'The Idempotency-Key was used with another request.',
    message: 'This Idempotency-Key was used before with another request. Use a new key for a new request.',
    field: 'Idempotency-Key',
  },
  // The name that was repeated is not the tenant's. Nothing has been erased.
  not_confirmed: {
    kind: 'invalid',
    title: 'What was to be confirmed is not what was named; see `field`.',
    message: 'This is not the name of that tenant. Repeat the name of the tenant that is to be erased.',
    field: 'confirm',
  },
} satisfies Record<string, Published>;
