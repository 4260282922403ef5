/** Ids as the API speaks of them. */
import { z } from 'zod';
import { type Id, type IdKind, isId } from './ids.ts';

const ANY = '[0-9a-hjkmnp-tv-z]';
const TOKEN_BODY = `${ANY}{32}`;
const TIMED_BODY = `[0-7]${ANY}{9}[ef]${ANY}{2}[89abrstv]${ANY}{12}`;

function idSchema<K extends IdKind>(kind: K, id: string, body: string, example: string, description: string) {
  const prefix = example.slice(0, 4);
  return z
    .custom<Id<K>>((value) => isId(kind, value), `must be an id that begins with ${prefix}`)
    .describe(description)
    .meta({ id, type: 'string', pattern: `^${prefix}${body}$`, examples: [example] });
}

export const TokenSchema = idSchema(
  'token',
  'Token',
  TOKEN_BODY,
  'tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh',
  'What an app stores in place of the value.',
);
export const RecordIdSchema = idSchema(
  'record',
  'RecordId',
  TIMED_BODY,
  'rec_01m81j18g0e329asxkdep5tmtc',
  'A stored value of one data type.',
);
export const SubjectIdSchema = idSchema(
  'subject',
  'SubjectId',
  TIMED_BODY,
  'sub_01m81j18g0ewqr325zy4z929z5',
  'The person the data is about.',
);
export const ErasureIdSchema = idSchema(
  'erasure',
  'ErasureId',
  TIMED_BODY,
  'ers_01m83rdet0ehaadnnnnhek1nfv',
  'An erasure that was ordered.',
);
export const PrincipalIdSchema = idSchema(
  'principal',
  'PrincipalId',
  TIMED_BODY,
  'prn_01m6dqs9m0eeasnng3fhdnxktn',
  'Who calls.',
);
export const AuditIdSchema = idSchema(
  'audit',
  'AuditId',
  TIMED_BODY,
  'aud_01m81j9hb7e5p8ejh3e1fqyhkr',
  'An entry of the audit log; entries sort by it.',
);
