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
  'tok_3f8z0w6q1c9v5m2k7d4x8b1n6p3r0t5y',
  'What an app stores in place of the value.',
);
export const RecordIdSchema = idSchema(
  'record',
  'RecordId',
  TIMED_BODY,
  'rec_01kanwtn60fx3raz2kq0v7m4hd',
  'A stored value of one data type.',
);
export const SubjectIdSchema = idSchema(
  'subject',
  'SubjectId',
  TIMED_BODY,
  'sub_01kanwtn60fwzra81h6d4e9c2p',
  'The person the data is about.',
);
export const ErasureIdSchema = idSchema(
  'erasure',
  'ErasureId',
  TIMED_BODY,
  'ers_01kapj8xv0f5js9n3t7w1b6y4k',
  'An erasure that was ordered.',
);
export const PrincipalIdSchema = idSchema(
  'principal',
  'PrincipalId',
  TIMED_BODY,
  'prn_01kanvz4h0e8mtb2r5x7k0d3qf',
  'Who calls.',
);
export const AuditIdSchema = idSchema(
  'audit',
  'AuditId',
  TIMED_BODY,
  'aud_01kanwtn60f2svc6g8j1p4z9wm',
  'An entry of the audit log; entries sort by it.',
);
