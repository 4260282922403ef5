/** Storing, revealing, searching and correcting values. */
import { z } from 'zod';
import { RecordIdSchema, TokenSchema } from '../../schema.ts';
import { correct } from '../../vault/correct.ts';
import { describeToken } from '../../vault/describe-token.ts';
import { detokenize } from '../../vault/detokenize.ts';
import {
  CorrectBody,
  CorrectReply,
  DetokenizeBody,
  DetokenizeReply,
  SearchBody,
  SearchReply,
  TokenDescriptionSchema,
  TokenizeBody,
  TokenizeReply,
} from '../../vault/schema.ts';
import { search } from '../../vault/search.ts';
import { tokenize } from '../../vault/tokenize.ts';
import { route } from '../route.ts';

export const postTokenize = route({
  method: 'post',
  path: '/v1/tokenize',
  operationId: 'tokenize',
  summary: 'Store values and get tokens in their place.',
  description:
    'All or nothing: one refused item refuses the request, and `field` names it as `items/<n>/…`. Items with the same ' +
    '`subject` belong to one person. The plain value is not sent back; `masked` is for people to recognise it by.',
  action: 'tokenize',
  body: TokenizeBody,
  reply: TokenizeReply,
  idempotent: true,
  problems: ['invalid_value', 'unknown_type', 'subject_not_found', 'subject_erased'],
  handle: (vault, caller, { body }) => tokenize(vault, caller, body),
});

export const postDetokenize = route({
  method: 'post',
  path: '/v1/detokenize',
  operationId: 'detokenize',
  summary: 'Exchange tokens for the values they stand for.',
  description:
    'Each token is answered on its own, with a value or an `error` (`token_not_found`, `record_erased`, `not_allowed`, ' +
    '`unknown_view`). Without `view`, each value is shown as widely as the caller may see it.',
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
  summary: 'Find records by equality of a value.',
  description: 'Compares canonical forms, so `Jane@Example.com` finds `jane@example.com`. Shows masked values only.',
  action: 'search',
  body: SearchBody,
  reply: SearchReply,
  problems: ['purpose_not_allowed', 'invalid_value', 'unknown_type', 'not_searchable'],
  handle: (vault, caller, { body }) => search(vault, caller, body),
});

export const getToken = route({
  method: 'get',
  path: '/v1/tokens/{token}',
  operationId: 'describeToken',
  summary: 'Say what a token is; never its value.',
  action: 'describe_token',
  params: z.strictObject({ token: TokenSchema }),
  reply: TokenDescriptionSchema,
  problems: ['token_not_found', 'record_erased'],
  handle: (vault, caller, { params }) => describeToken(vault, caller, params.token),
});

export const patchRecord = route({
  method: 'patch',
  path: '/v1/records/{record}',
  operationId: 'correctRecord',
  summary: 'Correct a value; its tokens stay.',
  description: 'The new value is sealed under a new key, and the old key is destroyed.',
  action: 'correct',
  params: z.strictObject({ record: RecordIdSchema }),
  body: CorrectBody,
  reply: CorrectReply,
  idempotent: true,
  problems: ['record_not_found', 'record_erased', 'invalid_value', 'concurrent_change'],
  handle: (vault, caller, { params, body }) => correct(vault, caller, params.record, body),
});
