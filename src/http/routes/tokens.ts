/** Tokens beside the first: described, minted, extended, revoked. */
import { z } from 'zod';
import { describeToken } from '../../operations/tokens/describe-token.ts';
import { extendToken } from '../../operations/tokens/extend-token.ts';
import { mintToken } from '../../operations/tokens/mint-token.ts';
import { revokeToken } from '../../operations/tokens/revoke-token.ts';
import { TokenSchema } from '../../schema.ts';
import { ExtendTokenBody, MintTokenBody, MintTokenReply, TokenDescriptionSchema } from '../../tokens/schema.ts';
import { route } from '../route.ts';

const named = z.strictObject({ token: TokenSchema });
const ENDED = ['token_not_found', 'token_expired', 'token_used_up', 'token_revoked', 'record_erased'] as const;

export const getToken = route({
  method: 'get',
  path: '/v1/tokens/{token}',
  operationId: 'describeToken',
  summary: 'Say what a token is; never its value.',
  action: 'describe_token',
  params: named,
  reply: TokenDescriptionSchema,
  problems: ENDED,
  handle: (vault, caller, { params }) => describeToken(vault, caller, params.token),
});

export const postToken = route({
  method: 'post',
  path: '/v1/tokens',
  operationId: 'mintToken',
  summary: 'Mint one more token for a record.',
  description:
    'In another format, for another audience, for a time or a number of uses. A token is brought along where its value ' +
    'is: to POST /v1/tokenize.',
  action: 'mint_token',
  body: MintTokenBody,
  reply: MintTokenReply,
  status: 201,
  idempotent: true,
  problems: [
    ...(['record_not_found', 'record_erased', 'record_superseded', 'concurrent_change'] as const),
    ...(['option_not_offered', 'token_format_not_offered'] as const),
  ],
  handle: (vault, caller, { body }) => mintToken(vault, caller, body),
});

export const patchToken = route({
  method: 'patch',
  path: '/v1/tokens/{token}',
  operationId: 'extendToken',
  summary: 'Give a token another end, counted from now.',
  description:
    'A token that has ended stays so. A caller tied to an audience may shorten its tokens, not lengthen them.',
  action: 'change_token',
  params: named,
  body: ExtendTokenBody,
  reply: MintTokenReply,
  idempotent: true,
  problems: [...ENDED, 'concurrent_change'],
  handle: (vault, caller, { params, body }) => extendToken(vault, caller, params.token, body),
});

export const deleteToken = route({
  method: 'delete',
  path: '/v1/tokens/{token}',
  operationId: 'revokeToken',
  summary: 'Revoke a token; its record and its other tokens stay.',
  description:
    'Answered when both stores and the journal know of it, so that no older copy of one brings it back. With a 503 it may ' +
    'hold already, which `token_revoked` then says to a repeated call; the vault goes on to make it known by itself.',
  action: 'change_token',
  params: named,
  reply: z.strictObject({
    token: TokenSchema,
    revokedAt: z.iso.datetime().describe('Since when it cannot be used, UTC.'),
  }),
  problems: [...ENDED, 'concurrent_change', 'journal_unavailable'],
  handle: (vault, caller, { params }) => revokeToken(vault, caller, params.token),
});
