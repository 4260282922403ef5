/** Says what a token is and stands for: format, limits, type, record, subject, dates. Never anything of its value. */
import { z } from 'zod';
import { factsFor, namesFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { relationOf } from '../../calls/relations.ts';
import { decideOnPerson } from '../../calls/resource.ts';
import type { RecordId } from '../../ids.ts';
import { liveRecord } from '../../records/open-records.ts';
import { TokenSchema } from '../../schema.ts';
import { ENDED, TokenDescriptionSchema } from '../../tokens/schema.ts';
import { factsOf as tokenFacts } from '../../tokens/token-facts.ts';
import { findToken } from '../../tokens/tokens.ts';
import { EMAIL, STORED_AT, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';

/** @throws `token_not_found` @throws {RecordErasedError}; for a token that ended, why */
export const describeToken = operation({
  operationId: 'describeToken',
  action: 'describe_token',
  method: 'get',
  path: '/v1/tokens/{token}',
  summary: 'Say what a token is; never its value.',
  params: z.strictObject({ token: TokenSchema }),
  reply: TokenDescriptionSchema,
  problems: ENDED,
  example: {
    reply: { ...EMAIL, format: 'random', subject: SUBJECT, type: 'email', label: 'billing', version: 1, ...STORED_AT },
  },
  work: async (vault, caller, { token }) => {
    const { tenant, audience } = caller;
    return perform(vault, caller, { action: 'describe_token' }, (door) =>
      door.commit('shared', async (tx) => {
        const known = await findToken(tx, vault.keyring.indexes, { tenant, audience, now: door.now }, token);
        const record = known.record as RecordId;
        const row = await liveRecord(tx, tenant, record);
        const type = await vault.catalogue.stored(tenant, row.type, row.type_version);
        const relation = await relationOf(caller, 'describe_token', row, { vault, reader: tx, now: door.now });
        const { grant } = decideOnPerson(door, caller, 'describe_token', { type, relation }, 'token_not_found');
        const reply = { ...tokenFacts(known), ...namesFor(caller, row), ...factsFor(caller, row) };
        return { reply, entry: { records: [record], target: grant } };
      }),
    );
  },
});
