/** The records and tokens whose keys were compromised and which were sealed anew since, page by page; no values. */
import { perform } from '../../calls/perform.ts';
import { type ExposedPlace, pageOfExposed } from '../../erasure/exposure.ts';
import { ExposedQuery, ExposedReply } from '../../erasure/schema.ts';
import type { BucketId, RecordId } from '../../ids.ts';
import { operation } from '../operation.ts';

export const listExposed = operation({
  operationId: 'listExposed',
  action: 'list_exposed',
  method: 'get',
  path: '/v1/keys/exposed',
  summary: 'The records and tokens that were exposed by a compromise.',
  description: 'Those of the caller’s tenant that were sealed anew; no values. Records erased since are not named.',
  query: ExposedQuery,
  reply: ExposedReply,
  problems: [],
  example: {
    reply: {
      exposed: [
        {
          record: 'rec_01m81j18g0e329asxkdep5tmtc',
          subject: 'sub_01m81j18g0ewqr325zy4z929z5',
          type: 'email',
          tokens: ['tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh'],
        },
      ],
      next: 'bkt_01m81hw3c0e9qav3c1d5x2z7tk/rec_01m81j18g0e329asxkdep5tmtc',
    },
  },
  work: (vault, caller, query) =>
    perform(vault, caller, { action: 'list_exposed' }, async (door) => {
      const { job, after, limit } = query;
      const { exposed, next } = await pageOfExposed(vault, caller.tenant, { job, after: placeOf(after), limit });
      const reply = {
        exposed: exposed.map(({ subject, tokens, ...named }) => ({
          ...named,
          ...(subject && { subject }),
          tokens: [...tokens],
        })),
        ...(next && { next: `${next.bucket}/${next.record}` }),
      };
      const records = exposed.map(({ record }) => record);
      return door.commit('shared', async () => ({ reply, entry: { records, ...(job && { target: job }) } }));
    }),
});

function placeOf(after: string | undefined): ExposedPlace | undefined {
  if (after === undefined) return undefined;
  const [bucket, record] = after.split('/') as [BucketId, RecordId];
  return { bucket, record };
}
