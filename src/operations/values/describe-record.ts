/** Says what a record is, and lists its tokens. Never anything of its value. */
import { z } from 'zod';
import { namesFor, tokensFor } from '../../calls/naming.ts';
import { perform } from '../../calls/perform.ts';
import { relationOf } from '../../calls/relations.ts';
import { decideOnPerson } from '../../calls/resource.ts';
import { findRecord } from '../../records/open-records.ts';
import { factsOf as recordFacts } from '../../records/record-facts.ts';
import { RecordIdSchema } from '../../schema.ts';
import { stateOf, factsOf as tokenFacts } from '../../tokens/token-facts.ts';
import { tokensOfRecords } from '../../tokens/tokens.ts';
import { EMAIL, EXPIRES_AT, MINTED, STORED_AT, SUBJECT } from '../examples.ts';
import { operation } from '../operation.ts';
import { RecordDescriptionSchema } from './schema.ts';

/** @throws `record_not_found` @throws {RecordErasedError} */
export const describeRecord = operation({
  operationId: 'describeRecord',
  action: 'read_record',
  method: 'get',
  path: '/v1/records/{record}',
  summary: 'Say what a record is, and list its tokens; never its value.',
  params: z.strictObject({ record: RecordIdSchema }),
  reply: RecordDescriptionSchema,
  problems: ['record_not_found', 'record_erased'],
  example: {
    reply: {
      record: EMAIL.record,
      subject: SUBJECT,
      type: 'email',
      label: 'billing',
      version: 1,
      ...STORED_AT,
      tokens: [
        { token: EMAIL.token, format: 'random', state: 'live' },
        { token: MINTED, format: 'uuid', audience: 'crm', expiresAt: EXPIRES_AT, usesLeft: 2, state: 'live' },
      ],
    },
  },
  work: (vault, caller, { record }) =>
    perform(vault, caller, { action: 'read_record' }, (door) =>
      door.commit('shared', async (tx) => {
        const row = await findRecord(tx, caller.tenant, record);
        const type = await vault.catalogue.stored(caller.tenant, row.type, row.type_version);
        const relation = await relationOf(caller, 'read_record', row, { vault, reader: tx, now: door.now });
        const { grant } = decideOnPerson(door, caller, 'read_record', { type, relation }, 'record_not_found');
        const [rows = []] = await tokensOfRecords(tx, vault.keyring.indexes, caller, [record]);
        const tokens = (await tokensFor(vault, caller, row, rows, relation)).map((token) => ({
          ...tokenFacts(token),
          state: stateOf(token, door.now),
        }));
        const reply = { ...namesFor(caller, row), record, ...recordFacts(row), tokens };
        return { reply, entry: { records: [record], target: grant } };
      }),
    ),
});
