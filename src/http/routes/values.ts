/** Storing, revealing, verifying, searching and correcting values. */
import { z } from 'zod';
import { correct } from '../../operations/values/correct.ts';
import { describeRecord } from '../../operations/values/describe-record.ts';
import { detokenize } from '../../operations/values/detokenize.ts';
import {
  CorrectBody,
  CorrectReply,
  DetokenizeBody,
  DetokenizeReply,
  RecordDescriptionSchema,
  TokenizeBody,
  TokenizeReply,
  VerifyBody,
  VerifyReply,
} from '../../operations/values/schema.ts';
import { search } from '../../operations/values/search.ts';
import { tokenize } from '../../operations/values/tokenize.ts';
import { verify } from '../../operations/values/verify.ts';
import { RecordIdSchema } from '../../schema.ts';
import { SearchBody, SearchReply } from '../../search/schema.ts';
import { route } from '../route.ts';

export const postTokenize = route({
  method: 'post',
  path: '/v1/tokenize',
  operationId: 'tokenize',
  summary: 'Store values and get tokens in their place.',
  description:
    'All or nothing: one refused item refuses the request, and `field` names it as `items/<n>/…`. Items with the same ' +
    '`subject` belong to one person. The plain value is not sent back; `masked` is for people to recognise it by. A ' +
    'token may be asked for in another `format`, for an `audience`, for a time or a number of uses, or be brought along; ' +
    'with `reuse` an equal value gets the token it had before, which is asked for a `purpose`, as a search is. ' +
    'Of at most 25 passwords a call makes verifiers; those that are brought along (`phc`) do not count.',
  action: 'tokenize',
  body: TokenizeBody,
  reply: TokenizeReply,
  idempotent: true,
  problems: [
    ...(['invalid_value', 'unknown_type', 'subject_not_found', 'subject_erased', 'concurrent_change'] as const),
    ...(['option_not_offered', 'token_format_not_offered', 'invalid_token', 'token_taken'] as const),
    ...(['purpose_not_allowed', 'too_many_guesses', 'too_many_passwords'] as const),
  ],
  handle: (vault, caller, { body }) => tokenize(vault, caller, body),
});

export const postDetokenize = route({
  method: 'post',
  path: '/v1/detokenize',
  operationId: 'detokenize',
  summary: 'Exchange tokens for the values they stand for.',
  description:
    'Each token is answered on its own, with a value or an `error` (`token_not_found`, `token_expired`, `token_used_up`, ' +
    '`token_revoked`, `record_erased`, `record_superseded`, `not_allowed`, `never_revealed`, `unknown_view`; ' +
    '`integrity_failure` where what is stored of it is damaged, of which the security team has been alerted). Without ' +
    '`view`, each value is shown as widely as the caller may see it.',
  action: 'detokenize',
  body: DetokenizeBody,
  reply: DetokenizeReply,
  problems: ['purpose_not_allowed'],
  handle: (vault, caller, { body }) => detokenize(vault, caller, body),
});

export const postSearch = route({
  method: 'post',
  path: '/v1/search',
  operationId: 'search',
  summary: 'Find records by equality of a value, or of a part of one.',
  description:
    'Compares canonical forms, so `Jane@Example.com` finds `jane@example.com`. `part` searches by a part of the value, ' +
    '`and` by further values of the same subject. Shows masked values only, in the order they were stored; a page may ' +
    'hold fewer than `limit` and still have a `next`. A search that finds nothing is a wrong guess, and of those a ' +
    'principal has a budget: 429 `too_many_guesses` says so, and `Retry-After` when it may go on.',
  action: 'search',
  body: SearchBody,
  reply: SearchReply,
  problems: [
    'purpose_not_allowed',
    'invalid_value',
    'unknown_type',
    'not_searchable',
    'unknown_part',
    'too_many_guesses',
  ],
  handle: (vault, caller, { body }) => search(vault, caller, body),
});

export const postVerify = route({
  method: 'post',
  path: '/v1/verify',
  operationId: 'verify',
  summary: 'Say whether a value is the one that was stored.',
  description:
    'For passwords, which are kept as a verifier and never shown. After ten failed attempts of one principal at one ' +
    'value, whichever of its tokens they name, further ones of that principal are refused until 15 minutes have passed ' +
    'without any. Takes none of a limited token’s uses.',
  action: 'verify',
  body: VerifyBody,
  reply: VerifyReply,
  problems: [
    ...([
      'token_not_found',
      'token_expired',
      'token_used_up',
      'token_revoked',
      'record_erased',
      'record_superseded',
    ] as const),
    ...(['invalid_value', 'too_many_guesses'] as const),
  ],
  handle: (vault, caller, { body }) => verify(vault, caller, body),
});

export const getRecord = route({
  method: 'get',
  path: '/v1/records/{record}',
  operationId: 'describeRecord',
  summary: 'Say what a record is, and list its tokens; never its value.',
  action: 'read_record',
  params: z.strictObject({ record: RecordIdSchema }),
  reply: RecordDescriptionSchema,
  problems: ['record_not_found', 'record_erased'],
  handle: (vault, caller, { params }) => describeRecord(vault, caller, params.record),
});

export const patchRecord = route({
  method: 'patch',
  path: '/v1/records/{record}',
  operationId: 'correctRecord',
  summary: 'Correct a value; its tokens stay.',
  description:
    'The new value is sealed under a new key, and the old key is destroyed. Refused while a live token shows of the old ' +
    'value what the new one has not, as one in the format `card` does of another card: end it first, then mint another.',
  action: 'correct',
  params: z.strictObject({ record: RecordIdSchema }),
  body: CorrectBody,
  reply: CorrectReply,
  idempotent: true,
  problems: [
    ...(['record_not_found', 'record_erased', 'record_superseded', 'invalid_value', 'concurrent_change'] as const),
    'journal_unavailable',
    'token_outdated',
  ],
  handle: (vault, caller, { params, body }) => correct(vault, caller, params.record, body),
});
